"""The queue of files in PostgreSQL. All times are the database's, so that clocks may disagree.

A worker has a file by a lease, not by a lock that it would hold while it reads and embeds. The file leaves the queue in
the transaction that brings its articles in, and only for who still has it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from index.article import Failure
from index.errors import StoreBusyError
from index.store.base import Database, Job, QueueState
from index.store.postgres.connection import Connection, pool_of
from index.store.postgres.database import PostgresDatabase
from index.store.postgres.words import storable
from settings import StoreUrl

LEASE_SECONDS = 300
"""How long a worker may be silent before another one takes its file."""
MAX_TRIES = 3
_DONE = "queue_done"
"""The fact that says how many files have come in since the queue was last empty."""


class PostgresQueue:
    """Queue in a PostgreSQL database. See `index.store.base.Queue`."""

    def __init__(self, url: StoreUrl) -> None:
        self._url = url
        self._pool = pool_of(url, writing=True)

    def add(self, files: Mapping[str, str], origin: str) -> None:
        """See Queue. Who is reading one of them now has it no longer, since the file may have changed."""
        with self._pool.connection() as sql, sql.transaction():
            sql.execute(
                "DELETE FROM facts WHERE name = %s AND NOT EXISTS (SELECT FROM jobs WHERE error IS NULL)", (_DONE,)
            )
            sql.execute(
                "INSERT INTO jobs (path, name, origin) SELECT path, name, %s"
                " FROM unnest(%s::text[], %s::text[]) AS file (path, name)"
                " ON CONFLICT (md5(path)) DO UPDATE SET name = excluded.name, origin = excluded.origin, tries = 0,"
                " lease = NULL, until = NULL, error = NULL, hint = NULL",
                (storable(origin), [storable(path) for path in files], [storable(name) for name in files.values()]),
            )

    def take(self) -> Job | None:
        """See Queue. A file whose workers ended three times is set aside."""
        lease = secrets.token_hex(8)
        with self._pool.connection() as sql:
            sql.execute(
                "UPDATE jobs SET error = name || ' is set aside: its worker ended ' || tries || ' times',"
                " hint = 'look at the file, then queue it once more'"
                " WHERE error IS NULL AND tries >= %s AND until < now()",
                (MAX_TRIES,),
            )
            row = sql.execute(
                "UPDATE jobs SET lease = %s, until = now() + make_interval(secs => %s), tries = tries + 1 WHERE id ="
                " (SELECT id FROM jobs WHERE error IS NULL AND (until IS NULL OR until < now())"
                " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, path, name, origin, lease",
                (lease, LEASE_SECONDS),
            ).fetchone()
        return None if row is None else Job(*row)

    def renew(self, job: Job) -> None:
        """See Queue."""
        with self._pool.connection() as sql:
            _renew(sql, job)

    def claim(self, job: Job, database: Database) -> None:
        """See Queue. A connection that is silent for as long as a lease lasts is ended, and the lock with it."""
        assert isinstance(database, PostgresDatabase), "a queue is in its store"
        for name in ("idle_session_timeout", "idle_in_transaction_session_timeout"):
            database.connection.execute("SELECT set_config(%s, %s, false)", (name, f"{LEASE_SECONDS}s"))
        _renew(database.connection, job)

    def finish(self, job: Job, database: Database) -> None:
        """See Queue."""
        assert isinstance(database, PostgresDatabase), "a queue is in its store"
        done = database.connection.execute("DELETE FROM jobs WHERE id = %s AND lease = %s", (job.id, job.lease))
        _require(done.rowcount, job)
        database.connection.execute(
            "INSERT INTO facts VALUES (%s, '1') ON CONFLICT (name) DO UPDATE"
            " SET value = convert_to((convert_from(facts.value, 'UTF8')::bigint + 1)::text, 'UTF8')",
            (_DONE,),
        )

    def set_aside(self, job: Job, failure: Failure) -> None:
        """See Queue."""
        with self._pool.connection() as sql:
            sql.execute(
                "UPDATE jobs SET error = %s, hint = %s, lease = NULL, until = NULL WHERE id = %s AND lease = %s",
                (storable(failure.error), storable(failure.hint), job.id, job.lease),
            )

    def names(self) -> dict[str, Path]:
        """See Queue."""
        with self._pool.connection() as sql:
            return {name: Path(path) for name, path in sql.execute("SELECT name, path FROM jobs")}

    def state(self) -> QueueState:
        """See Queue."""
        with self._pool.connection() as sql:
            row = sql.execute(
                "SELECT count(*) FILTER (WHERE error IS NULL AND (until IS NULL OR until < now())),"
                " count(*) FILTER (WHERE error IS NULL AND until >= now()),"
                " coalesce((SELECT convert_from(value, 'UTF8')::bigint FROM facts WHERE name = %s), 0), count(error)"
                " FROM jobs",
                (_DONE,),
            ).fetchone()
        return QueueState() if row is None else QueueState(*row)

    def failures(self, limit: int | None = None) -> list[Failure]:
        """See Queue."""
        with self._pool.connection() as sql:
            rows = sql.execute(
                "SELECT name, error, hint FROM jobs WHERE error IS NOT NULL ORDER BY id LIMIT %s", (limit,)
            ).fetchall()
        return [Failure(*row) for row in rows]


def _renew(sql: Connection, job: Job) -> None:
    done = sql.execute(
        "UPDATE jobs SET until = now() + make_interval(secs => %s) WHERE id = %s AND lease = %s",
        (LEASE_SECONDS, job.id, job.lease),
    )
    _require(done.rowcount, job)


def _require(rows: int, job: Job) -> None:
    if rows == 0:
        raise StoreBusyError(f"{job.name} has been taken by another worker, or queued again", "nothing is to be done")
