"""An index as questions see it: read only, a snapshot for each question, the newest there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.article import Article, ArticleInfo
from index.errors import StoreDamagedError, StoreError
from index.store.layout import DATABASE, GENERATIONS
from index.store.search import DatabaseReader
from index.store.vectors import Generation


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Text, terms and vectors that belong together."""

    database: DatabaseReader
    vectors: Generation


class Index:
    """The index in a store. Safe to share between threads; writers in other processes go on."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._current: Generation | None = None
        self._users: dict[str, int] = {}

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Yield the index as it is now, unchanged until the end of the block. Raises StoreError."""
        with closing(DatabaseReader(self._store / DATABASE)) as database:
            missing = None
            while True:
                with database.reading():
                    name = _generation(database, self._store)
                    try:
                        vectors = self._borrow(name)
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
                        self._give_back(vectors)
                return

    def refresh(self) -> None:
        """Move on to the current generation, so that an older one can go from the disk."""
        with self.snapshot():
            pass

    def close(self) -> None:
        """Let go of the store."""
        with self._lock:
            if self._current is not None and not self._users.get(self._current.name):
                self._current.close()
            self._current = None

    @property
    def generation(self) -> str:
        """The name of the current generation."""
        with closing(DatabaseReader(self._store / DATABASE)) as database, database.reading():
            return _generation(database, self._store)

    def counts(self) -> tuple[str, int, int]:
        """Return the current generation, and how many articles and passages it has."""
        with closing(DatabaseReader(self._store / DATABASE)) as database, database.reading():
            articles, passages, _ = database.counts()
            return _generation(database, self._store), articles, passages

    def articles(self) -> list[ArticleInfo]:
        """All articles, by source."""
        with closing(DatabaseReader(self._store / DATABASE)) as database, database.reading():
            return database.articles()

    def article(self, article_id: str) -> Article | None:
        """One article with its text."""
        with closing(DatabaseReader(self._store / DATABASE)) as database, database.reading():
            return database.article(article_id)

    def _borrow(self, name: str) -> Generation:
        with self._lock:
            if self._current is None or self._current.name != name:
                opened = Generation(self._store / GENERATIONS / name)
                if self._current is not None and not self._users.get(self._current.name):
                    self._current.close()
                self._current = opened
            self._users[name] = self._users.get(name, 0) + 1
            return self._current

    def _give_back(self, vectors: Generation) -> None:
        with self._lock:
            self._users[vectors.name] -= 1
            if not self._users[vectors.name]:
                del self._users[vectors.name]
                if vectors is not self._current:
                    vectors.close()


def _generation(database: DatabaseReader, store: Path) -> str:
    name = database.fact("generation")
    if name is None:
        raise StoreError(f"the store {store} holds no articles yet", "run `python app.py ingest PATH`")
    return name
