"""An index as questions see it: read only, a snapshot for each question, the newest there is.

An Index is that of one audience, and here alone is decided what an audience sees: every connection that it opens has
the articles of the audience's collections and no others.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.article import Article, ArticleInfo, Audience
from index.errors import StoreDamagedError, StoreError
from index.store.layout import DATABASE, GENERATIONS
from index.store.restricted import Totals, open_reader
from index.store.search import DatabaseReader
from index.store.vectors import Generation


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Text, terms and vectors that belong together."""

    database: DatabaseReader
    vectors: Generation


class Index:
    """The index in a store, as its audience sees it. For many threads; writers in other processes go on."""

    def __init__(self, store: Path) -> None:
        """See everything in the store."""
        self.audience: Audience = None
        self._store = store
        self._vectors = OpenVectors(store)
        self._totals: Totals = {}

    def seen_by(self, audience: Audience) -> Index:
        """Return the same index as another audience sees it: no more than this one does."""
        index = Index(self._store)
        index.audience = narrowed(self.audience, audience)
        index._vectors, index._totals = self._vectors, self._totals
        return index

    def _reader(self) -> DatabaseReader:
        return open_reader(self._store / DATABASE, self.audience, self._totals)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Yield the index as it is now, unchanged until the end of the block. Raises StoreError."""
        with closing(self._reader()) as database:
            missing = None
            while True:
                with database.reading():
                    name = _generation(database, self._store)
                    try:
                        vectors = self._vectors.borrow(name)
                    except FileNotFoundError:
                        if name == missing:
                            raise StoreDamagedError(
                                f"the vectors of the store {self._store} are missing", "ingest again to rebuild them"
                            ) from None
                        missing = name  # swept since its name was read, if there is a newer one: look again
                        continue
                    try:
                        yield Snapshot(database, vectors)
                    finally:
                        self._vectors.give_back(vectors)
                return

    def refresh(self) -> None:
        """Move on to the current generation, so that an older one can go from the disk."""
        with self.snapshot():
            pass

    def close(self) -> None:
        """Let go of the store."""
        self._vectors.close()

    @property
    def revision(self) -> str:
        """A name for exactly these articles, which another state of them never has."""
        with closing(self._reader()) as database, database.reading():
            return database.revision() or ""

    @property
    def generation(self) -> str:
        """The name of the current generation."""
        with closing(self._reader()) as database, database.reading():
            return _generation(database, self._store)

    def counts(self) -> tuple[str, int, int]:
        """Return the current generation, and how many articles and passages it has."""
        with closing(self._reader()) as database, database.reading():
            articles, passages, _ = database.counts()
            return _generation(database, self._store), articles, passages

    def articles(self) -> list[ArticleInfo]:
        """All articles, by source."""
        with closing(self._reader()) as database, database.reading():
            return database.articles()

    def article(self, article_id: str) -> Article | None:
        """One article with its text."""
        with closing(self._reader()) as database, database.reading():
            return database.article(article_id)


class OpenVectors:
    """The generation that is open, and those that somebody still reads, for all audiences."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._current: Generation | None = None
        self._users: dict[str, int] = {}

    def borrow(self, name: str) -> Generation:
        """Return the generation of this name, to be given back. Raises FileNotFoundError if it is not there."""
        with self._lock:
            if self._current is None or self._current.name != name:
                opened = Generation(self._store / GENERATIONS / name)
                if self._current is not None and not self._users.get(self._current.name):
                    self._current.close()
                self._current = opened
            self._users[name] = self._users.get(name, 0) + 1
            return self._current

    def close(self) -> None:
        """Close the current generation, unless somebody reads it."""
        with self._lock:
            if self._current is not None and not self._users.get(self._current.name):
                self._current.close()
            self._current = None

    def give_back(self, vectors: Generation) -> None:
        """Take back what was borrowed, and close it if it is no longer the current one and nobody reads it."""
        with self._lock:
            self._users[vectors.name] -= 1
            if not self._users[vectors.name]:
                del self._users[vectors.name]
                if vectors is not self._current:
                    vectors.close()


def narrowed(one: Audience, other: Audience) -> Audience:
    """Return the collections that both see."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _generation(database: DatabaseReader, store: Path) -> str:
    name = database.fact("generation")
    if name is None:
        raise StoreError(f"the store {store} holds no articles yet", "run `python app.py ingest PATH`")
    return name
