"""Chroma's own engine without its Python client: one collection of ids and vectors in a folder.

The client imports OpenTelemetry, gRPC and some twenty vendors' embedding functions before it calls the engine, which
is nearly half of what a cold question takes; the engine alone is loaded in a hundredth of a second. What is written
here the client reads, and the other way round (tests/index/store/test_chroma.py).
"""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chromadb_rust_bindings import Bindings, MigrationHash, MigrationMode, SqliteDBConfig

from index.errors import StoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TENANT, _DATABASE = "default_tenant", "default_database"
"""What the client has where none is named."""
_FILES_PER_INDEX = 5
_CONFIGURATION = {
    "hnsw": {"space": "cosine", "ef_search": 100},
    "spann": None,
    "embedding_function": {"type": "legacy"},
}
"""Cosine is not Chroma's default. "legacy" is an embedding function that it does not know: it is given vectors."""


class VectorCollection:
    """Ids with their vectors, as Chroma keeps them."""

    def __init__(self, engine: Bindings, collection_id: str) -> None:
        self._engine = engine
        self._id = collection_id

    def close(self) -> None:
        """Let go of the files: the engine has no other end than that nobody holds it."""
        del self._engine

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Bring vectors in, or exchange them."""
        self._engine.upsert(self._id, list(ids), list(vectors), None, None, None, _TENANT, _DATABASE)

    def get(self, ids: Sequence[str]) -> tuple[list[str], list[list[float]]]:
        """Return which of these ids are there, and their vectors, in an order of Chroma's."""
        found = self._engine.get(self._id, list(ids), None, None, 0, None, ["embeddings"], _TENANT, _DATABASE)
        return list(found.ids), list(found.embeddings or ())

    def nearest(self, vectors: NDArray[np.float32], limit: int) -> list[list[tuple[str, float]]]:
        """Return for each vector the nearest ids with their cosine distances, nearest first."""
        found = self._engine.query(self._id, None, list(vectors), limit, None, None, ["distances"], _TENANT, _DATABASE)
        rows = zip(found.ids, found.distances or (), strict=True)
        return [list(zip(ids, distances, strict=True)) for ids, distances in rows]


@contextmanager
def open_collection(folder: Path, name: str, *, create: bool = False) -> Iterator[VectorCollection]:
    """Open a collection of the Chroma files in `folder`, made if need be with `create`, until the block ends.

    Chroma's errors are raised as StoreErrors.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        engine = Bindings(
            allow_reset=False,
            sqlite_db_config=SqliteDBConfig(
                url=f"{folder}/chroma.sqlite3", hash_type=MigrationHash.MD5, migration_mode=MigrationMode.Apply
            ),
            persist_path=str(folder),
            hnsw_cache_size=files // _FILES_PER_INDEX,
        )
        if create:
            kept = engine.create_collection(name, json.dumps(_CONFIGURATION), None, None, True, _TENANT, _DATABASE)
        else:
            kept = engine.get_collection(name, _TENANT, _DATABASE)
        with closing(VectorCollection(engine, str(kept.id))) as collection:
            del engine
            yield collection
    except Exception as error:
        if type(error).__module__ != "chromadb.errors":  # which the engine imports when it raises one, and not before
            raise
        raise StoreError(f"Chroma failed in {folder} ({error})", "make room on the disk and ingest again") from error
