"""What servers remember, in PostgreSQL. Times are the database's, so that clocks may disagree."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, LiteralString

from psycopg import errors

from index.errors import StoreBusyError
from index.store.postgres.connection import Connection, connect, pool_of, translated
from index.store.postgres.words import storable
from index.store.records import Make, Record
from settings import StoreUrl

_LOCK: LiteralString = "hashtextextended(coalesce(current_schema(), '') || ' ' || %s, 0)"
_CHANGE: LiteralString = (
    "INSERT INTO records (name, body) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET body = excluded.body"
)
_IN_FOLDER: LiteralString = "name >= %s || '/' AND name < %s || '0'"
"""The sign after / is 0."""
_LATELY: LiteralString = "FROM unnest(rates.uses) AS used WHERE used > clock_timestamp() - interval '1 minute'"
_HIT: LiteralString = (
    "INSERT INTO rates (name, uses) VALUES (%(name)s, ARRAY[clock_timestamp()]) ON CONFLICT (name) DO UPDATE"
    f" SET uses = ARRAY(SELECT used {_LATELY}) || clock_timestamp() WHERE (SELECT count(*) {_LATELY}) < %(most)s"
)
_FREE: LiteralString = (
    "SELECT extract(epoch FROM"
    f" (SELECT used {_LATELY} ORDER BY used DESC OFFSET %(most)s - 1 LIMIT 1)"
    " + interval '1 minute' - clock_timestamp()) FROM rates WHERE name = %(name)s"
)
_FORGET: LiteralString = "DELETE FROM rates WHERE uses[cardinality(uses)] < clock_timestamp() - interval '1 minute'"
_FORGET_SHARE = 0.01
"""Of so many uses, one removes the names that have not come for a minute."""
_MAKE_TRIES = 50


class PostgresRecords:
    """Records in a PostgreSQL database. See `index.store.records.SharedRecords`. `make` makes its tables."""

    def __init__(self, url: StoreUrl, make: Callable[[], None]) -> None:
        self._url = url
        self._pool = pool_of(url, writing=True)
        self._make: Callable[[], None] | None = make

    def place(self, name: str) -> str:
        """See Records."""
        return f"{self._url} ({name})"

    def version(self, name: str) -> Hashable:
        """See Records."""
        rows = self._rows("SELECT changed FROM records WHERE name = %s", name)
        return rows[0][0] if rows else None

    def get(self, name: str) -> bytes | None:
        """See Records."""
        rows = self._rows("SELECT body FROM records WHERE name = %s", name)
        return bytes(rows[0][0]) if rows else None

    def put(self, name: str, body: bytes) -> None:
        """See Records."""
        self._changed(name, lambda _: body)

    def change(self, name: str, make: Make) -> None:
        """See Records."""
        self._changed(name, make)

    def amend(self, name: str, make: Make) -> None:
        """See SharedRecords."""
        self._changed(name, make, anew=False)

    def _changed(self, name: str, make: Make, *, anew: bool = True) -> None:
        """Change a record in one transaction, which waits for others that change it."""
        name = storable(name)
        with self._writing() as sql, sql.transaction():
            sql.execute(f"SELECT pg_advisory_xact_lock({_LOCK})", (name,))
            row = sql.execute("SELECT body FROM records WHERE name = %s", (name,)).fetchone()
            body = make(None if row is None else bytes(row[0]))
            sql.execute(_CHANGE + (", changed = clock_timestamp()" if anew else ""), (name, body))

    def delete(self, name: str) -> None:
        """See Records."""
        self._rows("DELETE FROM records WHERE name = %s RETURNING name", name)

    def names(self, folder: str) -> list[str]:
        """See Records."""
        rows = self._rows(f"SELECT name FROM records WHERE {_IN_FOLDER} ORDER BY name", folder, folder)
        return [name.removeprefix(f"{folder}/") for (name,) in rows]

    def records(self, folder: str) -> Sequence[Record]:
        """See SharedRecords."""
        rows = self._rows(
            f"SELECT name, number, changed, body FROM records WHERE {_IN_FOLDER} ORDER BY number", folder, folder
        )
        return [Record(name, number, changed, bytes(body)) for name, number, changed, body in rows]

    def numbered(self, folder: str, numbers: Collection[int]) -> list[str]:
        """See SharedRecords."""
        known = [number for number in numbers if 0 < number < 2**63]
        query: LiteralString = f"SELECT name FROM records WHERE {_IN_FOLDER} AND number = ANY(%s::bigint[])"
        return [name for (name,) in self._rows(query, folder, folder, known)]

    def clear(self, folder: str, older: float = 0) -> int:
        """See SharedRecords."""
        query: LiteralString = (
            f"DELETE FROM records WHERE {_IN_FOLDER} AND changed <= clock_timestamp() - make_interval(secs => %s)"
            " RETURNING name"
        )
        return len(self._rows(query, folder, folder, older))

    def trim(self, folder: str, most: int) -> None:
        """See SharedRecords."""
        query: LiteralString = (
            f"DELETE FROM records WHERE {_IN_FOLDER} AND number <="
            f" (SELECT number FROM records WHERE {_IN_FOLDER} ORDER BY number DESC OFFSET %s LIMIT 1) RETURNING name"
        )
        self._rows(query, folder, folder, folder, folder, most)

    def hit(self, name: str, per_minute: int, *, count: bool) -> float | None:
        """See SharedRecords. Names, which have addresses, are kept as digests, and no longer than they count."""
        values = {"name": hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(), "most": per_minute}
        with self._writing() as sql:
            if count and random.random() < _FORGET_SHARE:
                sql.execute(_FORGET)
            if count and sql.execute(_HIT, values).rowcount:
                return None
            row = sql.execute(_FREE, values).fetchone()
        return None if row is None or row[0] is None else max(0.0, float(row[0]))

    @contextmanager
    def lock(self, name: str) -> Iterator[bool]:
        """See Records. The lock is its connection's."""
        with translated(self._url), closing(connect(self._url, writing=True)) as sql:
            yield sql.execute(f"SELECT pg_try_advisory_lock({_LOCK})", (name,)).fetchone() == (True,)

    def _rows(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Return what a query returns, nothing where the tables are not there yet."""
        with self._pool.connection() as sql:
            try:
                return sql.execute(query, [storable(v) if isinstance(v, str) else v for v in values]).fetchall()
            except errors.UndefinedTable:
                return []

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Lend a connection to a database that has the tables."""
        if self._make is not None:
            self._make_tables(self._make)
            self._make = None
        with self._pool.connection() as sql:
            yield sql

    def _make_tables(self, make: Callable[[], None]) -> None:
        """Make the tables, unless they are there or another process makes them right now."""
        for attempt in range(1, _MAKE_TRIES + 1):
            with self._pool.connection() as sql:
                if sql.execute("SELECT to_regclass('rates') IS NOT NULL").fetchone() == (True,):
                    return
            try:
                make()
            except StoreBusyError:
                if attempt == _MAKE_TRIES:
                    raise
                time.sleep(0.1)
