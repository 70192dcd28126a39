"""A store in a PostgreSQL database: everything in it, so that one transaction publishes and nothing can disagree."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import LiteralString

from psycopg import errors, sql

from index.article import Audience
from index.errors import StoreBusyError, StoreDamagedError, StoreError
from index.store.base import DatabaseReader, Publication, Snapshots, Vectors, generation_name
from index.store.postgres import copies
from index.store.postgres.catalogue import PostgresCatalogue
from index.store.postgres.connection import Connection, connect, pool_of, require_version, translated
from index.store.postgres.database import CHANGED, PostgresDatabase
from index.store.postgres.queue import PostgresQueue
from index.store.postgres.records import PostgresRecords
from index.store.postgres.restricted import RestrictedReader, Totals
from index.store.postgres.schema import FACTS, FORMAT, MIGRATIONS, TABLES, VERSION
from index.store.postgres.search import PostgresReader
from index.store.postgres.vectors import EXACT, PostgresVectors, allow_index, make_index
from index.store.postgres.verify import lost_vectors
from settings import StoreUrl

_LOCK = 0x51756F74
"""The advisory lock of whoever writes: this number, and the schema's name as another."""
_TRY_LOCK: LiteralString = "SELECT pg_try_advisory_lock(%s, hashtext(coalesce(current_schema(), '')))"
_PGVECTOR = (0, 8)
_OLDEST = 14
"""PostgreSQL before it cannot end a session that hangs."""
_ERASE_TRIES = 5
_MAKING_SECONDS = 20
"""Within these, whoever holds the lock has made the tables; what is done with the lock then may take hours."""


class PostgresStore:
    """Store in a PostgreSQL database. See `index.store.base.Store`."""

    def __init__(self, url: StoreUrl) -> None:
        self.scratch = Path(tempfile.gettempdir())
        self._url = url
        self._pool = pool_of(url)
        self._totals: Totals = {}

    def __str__(self) -> str:
        return str(self._url)

    def exists(self) -> bool:
        """See Store."""
        with self._pool.connection() as connection:
            if connection.execute("SELECT to_regclass('facts')").fetchone() == (None,):
                return False
            return connection.execute("SELECT FROM facts WHERE name = %s", (FORMAT,)).fetchone() is not None

    def open(self, audience: Audience = None) -> PostgresReader:
        """See Store."""
        connection, done = self._pool.take(), self._pool.give_back
        if audience is None:
            return PostgresReader(connection, self._url, done)
        return RestrictedReader(connection, self._url, done, audience, self._totals)

    def catalogue(self) -> PostgresCatalogue:
        """See Store."""
        return PostgresCatalogue(self._pool.take(), self._url, self._pool.give_back)

    def snapshots(self) -> Snapshots:
        """See Store."""
        return PostgresSnapshots(self)

    @contextmanager
    def writing(self) -> Iterator[Publication]:
        """See Store. The lock goes with its connection, whatever happens to this process."""
        with translated(self._url), closing(connect(self._url, writing=True)) as connection:
            self._lock(connection)
            self._upgrade(connection)
            yield PostgresPublication(PostgresDatabase(connection, self._url), self._url)

    def _lock(self, connection: Connection) -> None:
        """Take the lock. Raises StoreBusyError at once if another process has it, and says who."""
        if connection.execute(_TRY_LOCK, (_LOCK,)).fetchone() == (True,):
            return
        holder = connection.execute(
            "SELECT application_name, to_char(backend_start, 'HH24:MI') FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND classid = %s"
            " AND objid = (hashtext(current_schema())::bigint & 4294967295)::oid",
            (_LOCK,),
        ).fetchone()
        who = f" ({holder[0]}, connected since {holder[1]})" if holder else ""
        raise StoreBusyError(
            f"another process is writing to the store {self._url}{who}", "wait until it is done and try again"
        )

    def _upgrade(self, connection: Connection) -> None:
        """Make the tables, or bring them up to date, each step in one transaction."""
        if (version := connection.info.server_version // 10_000) < _OLDEST:
            hint = f"use PostgreSQL {_OLDEST} or later"
            raise StoreError(f"the database {self._url} is of PostgreSQL {version}", hint)
        if connection.info.parameter_status("server_encoding") != "UTF8":
            raise StoreError(f"the database {self._url} is not in UTF-8", "make one with ENCODING 'UTF8'")
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except (errors.FeatureNotSupported, errors.UndefinedFile) as error:
            hint = "install pgvector 0.8 or later on its server"
            raise StoreError(f"the database {self._url} has no pgvector", hint) from error
        except errors.InsufficientPrivilege as error:  # who owns a database may make tables, and still not this
            hint = "have its administrator run `CREATE EXTENSION vector` in it once"
            raise StoreError(f"pgvector is not switched on in the database {self._url}", hint) from error
        row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
        pgvector = row[0] if row else "none"
        if tuple(map(int, pgvector.split(".")[:2])) < _PGVECTOR:
            hint = "install 0.8 or later on its server, then `ALTER EXTENSION vector UPDATE`"
            raise StoreError(f"the database {self._url} has pgvector {pgvector}", hint)
        connection.execute(FACTS)
        stored = connection.execute("SELECT value FROM facts WHERE name = %s", (FORMAT,)).fetchone()
        format_ = int(bytes(stored[0])) if stored else 0
        require_version(str(max(format_, VERSION)), self._url)
        for step in range(format_, VERSION):
            with connection.transaction():
                connection.execute(sql.SQL(MIGRATIONS[step]))
                connection.execute(
                    "INSERT INTO facts VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (FORMAT, str(step + 1).encode()),
                )

    def is_whole(self, generation: str) -> bool:
        """See Store: nothing is outside of the database."""
        return True

    def problem(self, generation: str | None, *, verify: bool) -> str | None:
        """See Store. `verify` looks each passage up by its words and its vector, in a large store a sample."""
        if not verify:
            return None
        with closing(connect(self._url, writing=True)) as connection:  # which may take its time
            database = PostgresDatabase(connection, self._url)
            with translated(self._url):
                return database.check() or lost_vectors(database)

    def size(self) -> int:
        """See Store."""
        query = "SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0) FROM unnest(%s::text[]) AS name"
        with self._pool.connection() as connection:
            row = connection.execute(query, (list(TABLES),)).fetchone()
        return int(row[0]) if row else 0

    def changed(self) -> dt.datetime | None:
        """See Store."""
        if not self.exists():
            return None
        with closing(self.open()) as database:
            changed = database.fact(CHANGED)
        return None if changed is None else dt.datetime.fromisoformat(changed)

    def secret(self, name: str, size: int) -> bytes:
        """See Store. If two processes make it, the first one's counts."""
        with self._pool.connection() as connection:
            kept = _secret(connection, name)
        if kept is None:
            with translated(self._url), closing(connect(self._url, writing=True)) as connection:
                connection.execute(
                    "INSERT INTO facts VALUES (%s, %s) ON CONFLICT DO NOTHING", (name, secrets.token_bytes(size))
                )
                kept = _secret(connection, name)
        if kept is None or len(kept) != size:
            raise StoreDamagedError(f"the fact {name} of the store {self._url} is damaged", "delete it from `facts`")
        return kept

    def queue(self) -> PostgresQueue:
        """See Store. Makes the tables, if need be; whoever makes them in the same moment is waited for."""
        until = time.monotonic() + _MAKING_SECONDS
        while not self.exists():
            try:
                self._make()
            except StoreBusyError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        return PostgresQueue(self._url)

    def records(self, *, private: bool = False) -> PostgresRecords:
        """See Store."""
        return self.shared()

    def shared(self) -> PostgresRecords:
        """See Store."""
        return PostgresRecords(self._url, self._make)

    def _make(self) -> None:
        """Make the tables, or bring them up to date."""
        with self.writing():
            pass

    def save(self, target: Path) -> None:
        """See Store."""
        with closing(self.open()) as database:
            copies.save(database, target)


class PostgresSnapshots:
    """Snapshots of a store in PostgreSQL: a transaction for each question. See `index.store.base.Snapshots`."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    @contextmanager
    def snapshot(self, audience: Audience = None) -> Iterator[tuple[DatabaseReader, Vectors]]:
        """See Snapshots."""
        with closing(self._store.open(audience)) as database, database.reading():
            name = generation_name(database, str(self._store))
            yield database, PostgresVectors(database, name)

    def refresh(self) -> None:
        """See Snapshots."""
        with self.snapshot():
            pass

    def close(self) -> None:
        """See Snapshots: nothing is held between questions."""


class PostgresPublication:
    """The right to write to a store, which its connection holds. See `index.store.base.Publication`."""

    upgraded: Path | None = None

    def __init__(self, database: PostgresDatabase, url: StoreUrl) -> None:
        self.database = database
        self._sql = database.connection
        self._url = url

    def is_whole(self) -> bool:
        """See Publication: nothing is outside of the database."""
        return True

    def require_space(self, added: int) -> None:
        """See Publication: how much room its server has, a database does not tell."""

    def publishing(self, generation: str) -> AbstractContextManager[None]:
        """See Publication: the transaction is all there is."""
        return translated(self._url)

    def put_generation(self, name: str, new: Mapping[str, bytes], unused: Collection[str], *, rebuild: bool) -> None:
        """See Publication: from so many vectors on, there is an index."""
        if self.database.vector_count() > EXACT:
            make_index(self._sql)

    def take_over(self, source: Path, generation: str) -> None:
        """See Publication."""
        with self.database.writing():
            copies.take_over(self.database, source)
            self.database.set_fact("generation", generation)
            self.put_generation(generation, {}, [], rebuild=True)

    def forget_former(self) -> None:
        """See Publication: removed rows leave the tables' files, which are written anew. Questions wait meanwhile."""
        allow_index(self._sql, local=False)  # that of the vectors is made anew, too
        for table in TABLES:
            for attempt in range(1, _ERASE_TRIES + 1):
                try:
                    self._sql.execute(sql.SQL("VACUUM (FULL, ANALYZE) {table}").format(table=sql.Identifier(table)))
                    break
                except errors.LockNotAvailable:  # an open snapshot
                    if attempt == _ERASE_TRIES:
                        raise
                    time.sleep(1)

    def sweep(self) -> list[str]:
        """See Publication: removed rows are the database's to clean up."""
        return []


def _secret(connection: Connection, name: str) -> bytes | None:
    row = connection.execute("SELECT value FROM facts WHERE name = %s", (name,)).fetchone()
    return None if row is None else bytes(row[0])
