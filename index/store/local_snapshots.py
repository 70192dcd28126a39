"""A store in a folder as questions see it: a read transaction, and the generation of Chroma's files that it names."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.article import Audience, Hit
from index.errors import StoreDamagedError
from index.store.base import DatabaseReader, Vectors, generation_name
from index.store.layout import DATABASE, GENERATIONS
from index.store.restricted import Totals, open_reader
from index.store.search import SqliteReader
from index.store.vectors import Generation

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW_CHUNKS = 5_000
"""So many vectors are read and compared in a few hundredths of a second."""


class LocalSnapshots:
    """Snapshots of a store in a folder; keeps the newest generation open. See `index.store.base.Snapshots`."""

    def __init__(self, folder: Path, totals: Totals) -> None:
        self._folder = folder
        self._totals = totals
        self._lock = threading.Lock()
        self._current: Generation | None = None
        self._users: dict[str, int] = {}

    @contextmanager
    def snapshot(self, audience: Audience = None) -> Iterator[tuple[DatabaseReader, Vectors]]:
        """See Snapshots."""
        with closing(open_reader(self._folder / DATABASE, audience, self._totals)) as database:
            missing = None
            while True:
                with database.reading():
                    name = generation_name(database, str(self._folder))
                    try:
                        generation = self._borrow(name)
                    except FileNotFoundError:
                        if name == missing:
                            raise StoreDamagedError(
                                f"the vectors of the store {self._folder} are missing", "ingest again to rebuild them"
                            ) from None
                        missing = name  # swept since its name was read, if there is a newer one: look again
                        continue
                    try:
                        yield database, GenerationVectors(generation, database)
                    finally:
                        self._give_back(generation)
                return

    def close(self) -> None:
        """See Snapshots."""
        with self._lock:
            if self._current is not None and not self._users.get(self._current.name):
                self._current.close()
            self._current = None

    def _borrow(self, name: str) -> Generation:
        with self._lock:
            if self._current is None or self._current.name != name:
                opened = Generation(self._folder / GENERATIONS / name)
                if self._current is not None and not self._users.get(self._current.name):
                    self._current.close()
                self._current = opened
            self._users[name] = self._users.get(name, 0) + 1
            return self._current

    def _give_back(self, generation: Generation) -> None:
        with self._lock:
            self._users[generation.name] -= 1
            if not self._users[generation.name]:
                del self._users[generation.name]
                if generation is not self._current:
                    generation.close()


class GenerationVectors:
    """The vectors of an open generation, and the chunks behind them. See `index.store.base.Vectors`."""

    def __init__(self, generation: Generation, database: SqliteReader) -> None:
        self.name = generation.name
        self._generation = generation
        self._database = database

    def nearest(self, vector: NDArray[np.float32], limit: int, kept: Collection[str] | None) -> list[Hit]:
        """See Vectors.

        Chroma's own filters look at every vector. Of few chunks the vectors are compared here; of many,
        Chroma's nearest hold enough of the kept ones, and where they do not, all are compared as well.
        """
        count, every = self._database.chunk_count(kept), self._database.indexed_chunks()
        if count == every:
            return self._database.chunks_of_vectors(self._generation.search(vector, limit))[:limit]
        if count > _FEW_CHUNKS:
            wide = math.ceil(2 * limit * every / count)
            hits = self._database.chunks_of_vectors(self._generation.search(vector, wide))
            if len(hits := [hit for hit in hits if kept is None or hit.article_id in kept]) >= limit:
                return hits[:limit]
        best: list[Hit] = []
        rows = self._database.chunk_vectors(kept)
        while part := list(itertools.islice(rows, _FEW_CHUNKS)):
            matrix = np.frombuffer(b"".join(row[-1] for row in part), dtype="<f4").reshape(len(part), -1)
            hits = [Hit(*row[:-1], score) for row, score in zip(part, (matrix @ vector).tolist(), strict=True)]
            best = sorted(best + hits, key=lambda hit: (-hit.score, hit.article_id, hit.start))[:limit]
        return best
