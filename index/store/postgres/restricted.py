"""What one audience sees of a store in PostgreSQL: to it the articles of other collections do not exist.

Each query of a restricted connection begins with a WITH clause that puts what is seen in place of each table, so that
whatever is asked, ranked or counted is as it would be in a store of these articles alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.abc import Params, Query

from index.store.postgres.connection import Connection
from index.store.postgres.search import PostgresReader
from settings import StoreUrl

_SEEN = """
WITH articles AS NOT MATERIALIZED (
    SELECT id, source, '' AS path, title, author, date, language, sha256, marks, text, characters, link, tags,
        NULL::text AS near, NULL::bytea AS sketch, collection
    FROM articles WHERE collection = ANY({audience}::text[])
), chunks AS NOT MATERIALIZED (
    SELECT * FROM chunks WHERE collection = ANY({audience}::text[])
), postings AS NOT MATERIALIZED (
    SELECT * FROM postings WHERE EXISTS (SELECT FROM chunks WHERE chunks.id = postings.chunk)
), terms AS NOT MATERIALIZED (
    SELECT term, count(*) AS chunks FROM postings GROUP BY term
), vectors AS NOT MATERIALIZED (
    SELECT * FROM vectors WHERE EXISTS (SELECT FROM chunks WHERE chunks.digest = vectors.digest)
), bands AS NOT MATERIALIZED (
    SELECT * FROM bands WHERE EXISTS (SELECT FROM articles WHERE articles.id = article_id)
), totals AS NOT MATERIALIZED (
    SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM chunks) AS chunks,
        (SELECT count(*) FROM vectors) AS vectors, (SELECT coalesce(sum(tokens), 0)::bigint FROM chunks) AS tokens
), jobs AS NOT MATERIALIZED (SELECT * FROM jobs WHERE false
), records AS NOT MATERIALIZED (SELECT * FROM records WHERE false)
"""
"""A name in a WITH clause means the table of that name in its own definition, and the definition after it."""
_CONTROL = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK")
_STATES_KEPT = 64

Totals = dict[str, tuple[int, int, int, int]]
"""How many articles, chunks, vectors and words an audience sees, by the revision."""


class RestrictedReader(PostgresReader):
    """Connection on which only the articles of some collections are there."""

    sees_everything = False

    def __init__(
        self, connection: Connection, url: StoreUrl, done: Callable[[Connection], None], audience: frozenset[str],
        totals: Totals,
    ) -> None:  # fmt: skip
        """Take a connection, as PostgresReader does; `totals` are kept over connections."""
        super().__init__(connection, url, done)
        self._audience = audience
        self._known = totals
        self._unrestricted = connection.cursor_factory
        connection.cursor_factory = _cursor_of(audience)

    def close(self) -> None:
        """Give the connection back as it was."""
        self._sql.cursor_factory = self._unrestricted
        super().close()

    def revision(self) -> str | None:
        """Return the name of exactly these articles."""
        revision = super().revision()
        return None if revision is None else " ".join((revision, *sorted(self._audience)))

    def incomplete_files(self) -> frozenset[str]:
        """Return nothing: whose files they are is not known."""
        return frozenset()

    def _totals(self) -> tuple[int, int, int, int]:
        """Return how much is seen; counted once for each state."""
        revision = self.revision() or ""
        if revision not in self._known:
            if len(self._known) >= _STATES_KEPT:
                self._known.clear()
            self._known[revision] = super()._totals()
        return self._known[revision]


def _cursor_of(audience: frozenset[str]) -> type[psycopg.Cursor[Any]]:
    """Return the cursors on which only what this audience sees is there."""
    seen = sql.SQL(_SEEN).format(audience=sql.Literal(sorted(audience)))

    class SeenCursor(psycopg.Cursor[Any]):
        def execute(
            self, query: Query, params: Params | None = None, *, prepare: bool | None = None, binary: bool | None = None
        ) -> Self:
            """Run a query over what is seen."""
            if query in _CONTROL:
                return super().execute(query, params, prepare=prepare, binary=binary)
            tables = seen.as_bytes(self)
            if params is not None:
                tables = tables.replace(b"%", b"%%")
            return super().execute(tables + _bytes(query, self), params, prepare=prepare, binary=binary)

        def executemany(self, query: Query, params_seq: object, *, returning: bool = False) -> None:
            """Raise NotSupportedError: the tables that are not seen would be written."""
            raise psycopg.NotSupportedError("who sees a part of a store only reads")

    return SeenCursor


def _bytes(query: Query, cursor: psycopg.Cursor[Any]) -> bytes:
    """Return a query as it is sent. Raises TypeError for a kind that nobody here writes."""
    match query:
        case bytes():
            return query
        case str():
            return query.encode()
        case sql.Composable():
            return query.as_bytes(cursor)
        case _:
            raise TypeError(f"this is no query: {query!r}")
