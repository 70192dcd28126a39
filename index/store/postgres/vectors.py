"""What is near, in PostgreSQL: pgvector finds candidates by halves, which are then ranked by the whole vectors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from index.article import Hit
from index.store.postgres.connection import Connection
from index.store.postgres.schema import NEAREST
from index.store.postgres.search import PostgresReader, as_halfvec

EXACT = 20_000
"""Up to so many vectors are all compared, in a few hundredths of a second."""
_WIDER = 2
"""So many times more candidates than are asked for: halves may order neighbours otherwise."""
_CANDIDATES = sql.SQL("SELECT digest, vector FROM vectors {where} ORDER BY {near} <=> %(vector)s{type} LIMIT %(limit)s")
_KEPT = sql.SQL("WHERE EXISTS (SELECT FROM chunks WHERE chunks.digest = vectors.digest AND article_id = ANY(%(kept)s))")
_FEW = sql.SQL(
    "SELECT digest, vector FROM vectors WHERE digest IN (SELECT digest FROM chunks WHERE article_id = ANY(%(kept)s))"
    " ORDER BY near <=> %(vector)s::halfvec LIMIT %(limit)s"
)

_FOR_INDEX: LiteralString = """
SELECT set_config('max_parallel_maintenance_workers', '0', %(local)s), set_config('statement_timeout', '0', %(local)s),
set_config('maintenance_work_mem', CASE
    WHEN pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('1GB') THEN '1GB'
    ELSE current_setting('maintenance_work_mem')
END, %(local)s)
"""
"""Beyond its memory, making the graph takes many times longer; who has given it more, has it. Over millions of vectors
it takes hours. Several processes at it would share that memory by way of /dev/shm, of which a container has 64 MB."""


class PostgresVectors:
    """The vectors of one snapshot. See `index.store.base.Vectors`."""

    def __init__(self, database: PostgresReader, name: str) -> None:
        self.name = name
        self._database = database
        self._sql = database.connection

    def nearest(self, vector: NDArray[np.float32], limit: int, kept: Collection[str] | None) -> list[Hit]:
        """See Vectors. Where the index leads to too few of the kept ones, all of theirs are compared."""
        every = self._database.counts()[2]
        few = kept is not None and self._database.chunk_count(kept) <= EXACT
        if every <= EXACT or few:
            return self._compared(vector, limit, kept)
        hits = self._hits(_by_index(len(vector), kept), vector, limit, kept)
        every_one = kept is None and self._database.sees_everything
        return hits if len(hits) >= limit or every_one else self._compared(vector, limit, kept)

    def _compared(self, vector: NDArray[np.float32], limit: int, kept: Collection[str] | None) -> list[Hit]:
        """Return the nearest chunks by comparing all: no index fits this query."""
        every = _CANDIDATES.format(where=sql.SQL(""), near=sql.SQL("near"), type=sql.SQL("::halfvec"))
        return self._hits(every if kept is None else _FEW, vector, limit, kept)

    def _hits(
        self, query: sql.SQL | sql.Composed, vector: NDArray[np.float32], limit: int, kept: Collection[str] | None
    ) -> list[Hit]:
        parameters = {"vector": as_halfvec(vector), "limit": _WIDER * limit, "kept": list(kept or ())}
        rows: list[Any] = self._sql.execute(query, parameters).fetchall()
        if not rows:
            return []
        matrix = np.frombuffer(b"".join(bytes(row[1]) for row in rows), dtype="<f4").reshape(len(rows), -1)
        scores = dict(zip((row[0] for row in rows), (matrix @ vector).tolist(), strict=True))
        best = dict(sorted(scores.items(), key=lambda item: -item[1])[:limit])
        hits = self._database.chunks_of_vectors(best)
        return [hit for hit in hits if kept is None or hit.article_id in kept][:limit]


def make_index(connection: Connection) -> None:
    """Make the index of vectors, if there is none. Questions go on meanwhile."""
    row = connection.execute("SELECT vector_dims(near), to_regclass(%s) FROM vectors LIMIT 1", (NEAREST,)).fetchone()
    if row is None or row[1] is not None:
        return
    allow_index(connection, local=True)
    connection.execute(
        sql.SQL("CREATE INDEX {name} ON vectors USING hnsw ((near::{type}) halfvec_cosine_ops)").format(
            name=sql.Identifier(NEAREST), type=_type(row[0])
        )
    )


def allow_index(connection: Connection, *, local: bool) -> None:
    """Allow what making the index takes: for the transaction (`local`), or as long as there is the connection."""
    connection.execute(_FOR_INDEX, {"local": local})


def _by_index(dimensions: int, kept: Collection[str] | None) -> sql.Composed:
    """Return the query that the index answers: its vectors have as many dimensions as the index says."""
    halfvec = sql.SQL("::{type}").format(type=_type(dimensions))
    near = sql.SQL("near{type}").format(type=halfvec)
    return _CANDIDATES.format(where=sql.SQL("") if kept is None else _KEPT, near=near, type=halfvec)


def _type(dimensions: int) -> sql.Composed:
    return sql.SQL("halfvec({dimensions})").format(dimensions=sql.Literal(int(dimensions)))
