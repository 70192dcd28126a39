"""A store in a folder as questions see it: a read transaction, the tail in memory, and the sealed folder if any."""

from __future__ import annotations

import heapq
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
from index.store.tail import Tail, removed_vectors, sealed_folder
from index.store.vectors import SealedVectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW_CHUNKS = 5_000
"""So many vectors are read and compared in a few hundredths of a second."""
_WIDEST = 10_000
"""So many of the nearest are looked through for those that are wanted, before all that are wanted are compared."""


class LocalSnapshots:
    """Snapshots of a store in a folder; keeps the newest vectors open. See `index.store.base.Snapshots`."""

    def __init__(self, folder: Path, totals: Totals) -> None:
        self._folder = folder
        self._totals = totals
        self._lock = threading.Lock()
        self._current: SealedVectors | None = None
        self._users: dict[str, int] = {}
        self._tail: tuple[str, Tail] | None = None
        self._refreshed: tuple[tuple[int, ...], ...] | None = None

    @contextmanager
    def snapshot(self, audience: Audience = None) -> Iterator[tuple[DatabaseReader, Vectors]]:
        """See Snapshots."""
        with closing(open_reader(self._folder / DATABASE, audience, self._totals)) as database:
            missing = None
            while True:
                with database.reading():
                    name = generation_name(database, str(self._folder))
                    folder = sealed_folder(database)
                    try:
                        sealed = self._borrow(folder)
                    except FileNotFoundError:
                        if folder == missing:
                            raise StoreDamagedError(
                                f"the vectors of the store {self._folder} are missing", "ingest again to rebuild them"
                            ) from None
                        missing = folder  # swept since its name was read, if there is a newer one: look again
                        continue
                    try:
                        tail = self._tail_of(name, database)
                        yield database, LocalVectors(name, sealed, tail, database, restricted=audience is not None)
                    finally:
                        self._give_back(sealed)
                return

    def refresh(self) -> None:
        """See Snapshots. A server does it every second, so the file is opened only if it has been written to."""
        state = tuple(_state(self._folder / name) for name in (DATABASE, f"{DATABASE}-wal"))
        if state != self._refreshed:
            with self.snapshot():
                self._refreshed = state

    def close(self) -> None:
        """See Snapshots."""
        with self._lock:
            self._exchange(None)

    def _borrow(self, name: str | None) -> SealedVectors | None:
        with self._lock:
            if name is None or self._current is None or self._current.name != name:
                self._exchange(None if name is None else SealedVectors(self._folder / GENERATIONS / name))
            if name is not None:
                self._users[name] = self._users.get(name, 0) + 1
            return self._current

    def _exchange(self, opened: SealedVectors | None) -> None:
        """Replace the current folder, which is closed unless a question needs it."""
        if self._current is not None and not self._users.get(self._current.name):
            self._current.close()
        self._current = opened

    def _give_back(self, sealed: SealedVectors | None) -> None:
        if sealed is None:
            return
        with self._lock:
            self._users[sealed.name] -= 1
            if not self._users[sealed.name]:
                del self._users[sealed.name]
                if sealed is not self._current:
                    sealed.close()

    def _tail_of(self, name: str, database: SqliteReader) -> Tail:
        """Return the tail of the generation that this connection sees, read once."""
        with self._lock:
            if self._tail is None or self._tail[0] != name:
                self._tail = name, Tail(database)
            return self._tail[1]


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written to; nothing if it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


class LocalVectors:
    """The vectors of a generation, and the chunks behind them. See `index.store.base.Vectors`."""

    def __init__(
        self, name: str, sealed: SealedVectors | None, tail: Tail, database: SqliteReader, *, restricted: bool
    ) -> None:
        self.name = name
        self._sealed = sealed
        self._tail = tail
        self._database = database
        self._restricted = restricted

    def nearest(self, vector: NDArray[np.float32], limit: int, kept: Collection[str] | None) -> list[Hit]:
        """See Vectors.

        Chroma's own filters look at every vector. Of few chunks the vectors are compared here; of many, the nearest
        hold enough of the kept ones that are still in the store, and where they do not, all are compared as well.
        """
        width = limit + min(limit, removed_vectors(self._database))
        if self._restricted or kept is not None:
            count, every = self._database.chunk_count(kept), self._database.indexed_chunks()
            if count < every:
                if count <= _FEW_CHUNKS:
                    return self._compared(vector, limit, kept)
                width = math.ceil(2 * limit * every / count)
        while width <= _WIDEST:
            scores = self._search(vector, width)
            hits = self._database.chunks_of_vectors(scores)
            if kept is not None:
                hits = [hit for hit in hits if hit.article_id in kept]
            if len(hits) >= limit or len(hits) == self._database.chunk_count(kept):
                return hits[:limit]
            width *= 4
        return self._compared(vector, limit, kept)

    def _search(self, vector: NDArray[np.float32], limit: int) -> dict[str, float]:
        """Return the digests nearest to a unit vector with their cosines, of removed passages too."""
        scores = self._tail.search(vector, limit)
        if self._sealed is None:
            return scores
        scores |= self._sealed.search(vector, limit)
        return dict(heapq.nlargest(limit, scores.items(), key=lambda item: item[1]))

    def _compared(self, vector: NDArray[np.float32], limit: int, kept: Collection[str] | None) -> list[Hit]:
        """Return the nearest chunks of all that are wanted, each compared."""
        best: list[Hit] = []
        rows = self._database.chunk_vectors(kept)
        while part := list(itertools.islice(rows, _FEW_CHUNKS)):
            matrix = np.frombuffer(b"".join(row[-1] for row in part), dtype="<f4").reshape(len(part), -1)
            hits = [Hit(*row[:-1], score) for row, score in zip(part, np.vecdot(matrix, vector).tolist(), strict=True)]
            best = sorted(best + hits, key=lambda hit: (-hit.score, hit.article_id, hit.start))[:limit]
        return best
