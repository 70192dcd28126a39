"""An index as questions see it: read only, a snapshot for each question, the newest there is.

An Index is that of one audience, and here alone is decided what an audience sees: every connection that it opens has
the articles of the audience's collections and no others.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from index.article import Article, ArticleInfo, Audience
from index.store.base import DatabaseReader, Vectors, generation_name
from index.store.place import open_store
from settings import StorePlace


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Text, terms and vectors that belong together."""

    database: DatabaseReader
    vectors: Vectors


class Index:
    """The index in a store, as its audience sees it. For many threads; writers in other processes go on."""

    def __init__(self, store: StorePlace) -> None:
        """See everything in the store."""
        self.audience: Audience = None
        self._store = open_store(store)
        self._snapshots = self._store.snapshots()

    def seen_by(self, audience: Audience) -> Index:
        """Return the same index as another audience sees it: no more than this one does."""
        index = copy.copy(self)
        index.audience = narrowed(self.audience, audience)
        return index

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Yield the index as it is now, unchanged until the end of the block. Raises StoreError."""
        with self._snapshots.snapshot(self.audience) as (database, vectors):
            yield Snapshot(database, vectors)

    def refresh(self) -> None:
        """Move on to the current generation, so that an older one can go from the disk."""
        self._snapshots.refresh()

    def close(self) -> None:
        """Let go of the store."""
        self._snapshots.close()

    @property
    def revision(self) -> str:
        """A name for exactly these articles, which another state of them never has."""
        with self._reading() as database:
            return database.revision() or ""

    @property
    def generation(self) -> str:
        """The name of the current generation."""
        with self._reading() as database:
            return generation_name(database, str(self._store))

    def counts(self) -> tuple[str, int, int]:
        """Return the current generation, and how many articles and passages it has."""
        with self._reading() as database:
            articles, passages, _ = database.counts()
            return generation_name(database, str(self._store)), articles, passages

    def articles(self) -> list[ArticleInfo]:
        """All articles, by source."""
        with self._reading() as database:
            return database.articles()

    def article(self, article_id: str) -> Article | None:
        """One article with its text."""
        with self._reading() as database:
            return database.article(article_id)

    @contextmanager
    def _reading(self) -> Iterator[DatabaseReader]:
        with closing(self._store.open(self.audience)) as database, database.reading():
            yield database


def narrowed(one: Audience, other: Audience) -> Audience:
    """Return the collections that both see."""
    if one is None or other is None:
        return other if one is None else one
    return one & other
