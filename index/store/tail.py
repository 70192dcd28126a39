"""Where a folder's vectors lie: in a sealed folder of Chroma's files, or in the tail.

The tail is what has come in since a folder was sealed. It is in SQLite alone, is read into memory and compared vector
by vector; of a small store it is everything. Facts say which is which, so that both change in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from index.store.database import SqliteDatabase
from index.store.search import SqliteReader
from index.store.vectors import as_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SEALED, _TAIL = "sealed", "tail"


def sealed_folder(database: SqliteReader) -> str | None:
    """Return the name of the sealed folder; None where everything is in the tail."""
    sealed = database.fact(_SEALED)
    # Earlier versions had all vectors in a folder called as the generation.
    return (database.fact("generation") if sealed is None else sealed) or None


def tail_digests(database: SqliteReader) -> list[str]:
    """Return the digests of what lies beside a sealed folder."""
    return (database.fact(_TAIL) or "").split()


def set_places(database: SqliteDatabase, sealed: str | None, tail: Collection[str]) -> None:
    """Remember the sealed folder and what lies beside it; where there is none, that is everything."""
    database.set_fact(_SEALED, sealed or "")
    database.set_fact(_TAIL, " ".join(sorted(tail)) if sealed else "")


class Tail:
    """The vectors of a tail in memory."""

    def __init__(self, database: SqliteReader) -> None:
        """Read them."""
        digests = tail_digests(database) if sealed_folder(database) else None
        vectors = dict(database.vectors(digests))
        self._digests = list(vectors)
        self._matrix = as_matrix(list(vectors.values()))

    def search(self, vector: NDArray[np.float32], limit: int) -> dict[str, float]:
        """Return the digests nearest to a unit vector with their cosines."""
        if not self._digests:
            return {}
        cosines = self._matrix @ vector
        best = np.argpartition(-cosines, limit - 1)[:limit] if limit < len(cosines) else np.arange(len(cosines))
        return {self._digests[row]: float(cosines[row]) for row in best}
