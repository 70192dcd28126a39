"""The queue in PostgreSQL. All times are the database's, so that clocks may disagree.

A worker has a file by a lease, not by a lock that it would hold while it reads and embeds. The file leaves the queue in
the transaction that brings its articles in, and only for who still has it. The bytes of an upload leave with it.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, LiteralString

from index.article import Failure
from index.errors import StoreBusyError
from index.intake_log import IntakeCounts, IntakeEntry
from index.store.base import Database
from index.store.layout import UPLOADED
from index.store.postgres import intake
from index.store.postgres.connection import Connection, pool_of
from index.store.postgres.database import PostgresDatabase
from index.store.postgres.words import storable
from index.store.queue import KINDS, IntakeProgress, Job, JobKind, QueueState
from settings import StoreUrl

LEASE_SECONDS = 300
"""How long a worker may be silent before another one takes its file."""
WORKER_SECONDS = 60
"""How long a worker may be silent before servers do its work."""
MAX_TRIES = 3
_DONE = "queue_done"
"""The fact that says how many files have come in since the queue was last empty."""
_ADD: LiteralString = (
    " ON CONFLICT (md5(path)) DO UPDATE SET kind = excluded.kind, size = excluded.size, name = excluded.name,"
    " origin = excluded.origin, tries = 0, lease = NULL, until = NULL, error = NULL, hint = NULL RETURNING id"
)
_GIVEN_UP: LiteralString = (
    "UPDATE jobs SET error = name || ' is set aside: its worker ended ' || tries || ' times',"
    " hint = 'look at the file, then queue it once more', until = now()"
    " WHERE error IS NULL AND tries >= %s AND until < now() RETURNING id, kind, name, error, hint"
)
_TAKE: LiteralString = (
    "UPDATE jobs SET lease = %s, until = now() + make_interval(secs => %s), tries = tries + 1 WHERE id ="
    " (SELECT id FROM jobs WHERE error IS NULL AND (until IS NULL OR until < now()) AND kind = ANY(%s)"
    " ORDER BY kind = 'file', id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, kind, path, name, origin, lease"
)
_GIVE_BACK: LiteralString = "UPDATE jobs SET lease = NULL, until = NULL, tries = tries - 1 WHERE "
_TRIED: LiteralString = "UPDATE jobs SET lease = NULL, until = now() WHERE "
_STATE: LiteralString = (
    "SELECT count(*) FILTER (WHERE error IS NULL AND (until IS NULL OR until < now())),"
    " count(*) FILTER (WHERE error IS NULL AND until >= now()),"
    " coalesce((SELECT convert_from(value, 'UTF8')::bigint FROM facts WHERE name = %s), 0), count(error),"
    " count(*) FILTER (WHERE error IS NULL AND kind = 'upload'),"
    " coalesce(sum(size) FILTER (WHERE error IS NULL), 0)::bigint,"
    " count(*) FILTER (WHERE error IS NULL AND kind = 'page'),"
    " (SELECT count(*) FROM workers WHERE seen > now() - make_interval(secs => %s)) FROM jobs"
)


class PostgresQueue:
    """Queue in a PostgreSQL database. See `index.store.queue.Queue`."""

    def __init__(self, url: StoreUrl) -> None:
        self._url = url
        self._pool = pool_of(url, writing=True)
        self._worker = ""
        """What this process is called among the workers, if it is one."""
        self._unanswered = ""
        """The lease of what was perhaps taken: the connection was lost before the answer came."""

    def add(self, files: Mapping[str, str], origin: str) -> None:
        """See Queue. Who is reading one of them now has it no longer, since the file may have changed."""
        with self._pool.connection() as sql, sql.transaction():
            _begin(sql)
            sql.execute(
                "INSERT INTO jobs (kind, path, name, origin) SELECT 'file', path, name, %s"
                " FROM unnest(%s::text[], %s::text[]) AS file (path, name)" + _ADD,
                (storable(origin), [storable(path) for path in files], [storable(name) for name in files.values()]),
            )

    def add_pages(self, urls: Sequence[str], origin: str) -> None:
        """See Queue."""
        with self._pool.connection() as sql, sql.transaction():
            _begin(sql)
            anew = intake.is_idle(sql)
            for url in map(storable, urls):
                _add_intake(sql, "page", url, url, origin)
            intake.note(sql, [IntakeEntry(0, url, "waiting") for url in urls], anew=anew)

    def add_upload(self, name: str, body: BinaryIO, size: int, origin: str) -> None:
        """See Queue."""
        name = storable(name)
        with self._pool.connection() as sql, sql.transaction():
            intake.require_room(sql, size)
            _begin(sql)
            anew = intake.is_idle(sql)
            job = _add_intake(sql, "upload", f"{UPLOADED}{name}", name, origin, size)
            intake.put_bytes(sql, job, body)
            intake.note(sql, [IntakeEntry(0, name, "waiting")], anew=anew)

    def content(self, job: Job) -> bytes:
        """See Queue."""
        with self._pool.connection() as sql, sql.transaction():
            _renew(sql, job)
            return intake.read_bytes(sql, job.id)

    def take(self, kinds: Collection[JobKind] = KINDS) -> Job | None:
        """See Queue. A file whose workers ended three times is set aside."""
        lease = secrets.token_hex(8)
        with self._pool.connection() as sql, sql.transaction():
            sql.execute(_GIVE_BACK + "lease = %s", (self._unanswered,))
            self._unanswered = lease
            for number, kind, name, error, hint in sql.execute(_GIVEN_UP, (MAX_TRIES,)).fetchall():
                _let_go(sql, number, kind, name, Failure(name, error, hint))
            row = sql.execute(_TAKE, (lease, LEASE_SECONDS, list(kinds))).fetchone()
            job: Job | None = None if row is None else Job(*row)
            if job is not None and job.kind != "file":
                intake.note(sql, [IntakeEntry(0, job.name, "being_read")])
        self._unanswered = ""
        return job

    def renew(self, job: Job) -> None:
        """See Queue."""
        with self._pool.connection() as sql:
            _renew(sql, job)
            if self._worker:
                sql.execute("UPDATE workers SET seen = now() WHERE name = %s", (self._worker,))

    def give_back(self, job: Job, *, tried: bool = False) -> None:
        """See Queue."""
        with self._pool.connection() as sql:
            sql.execute((_TRIED if tried else _GIVE_BACK) + "id = %s AND lease = %s", (job.id, job.lease))

    def claim(self, job: Job, database: Database) -> None:
        """See Queue. A connection that is silent for as long as a lease lasts is ended, and the lock with it."""
        sql = _connection(database)
        for name in ("idle_session_timeout", "idle_in_transaction_session_timeout"):
            sql.execute("SELECT set_config(%s, %s, false)", (name, f"{LEASE_SECONDS}s"))
        _renew(sql, job)

    def finish(
        self, job: Job, database: Database, entries: Sequence[IntakeEntry] = (), counts: IntakeCounts | None = None
    ) -> None:
        """See Queue."""
        sql = _connection(database)
        done = sql.execute("DELETE FROM jobs WHERE id = %s AND lease = %s", (job.id, job.lease))
        _require(done.rowcount, job)
        sql.execute(
            "INSERT INTO facts VALUES (%s, '1') ON CONFLICT (name) DO UPDATE"
            " SET value = convert_to((convert_from(facts.value, 'UTF8')::bigint + 1)::text, 'UTF8')",
            (_DONE,),
        )
        if job.kind != "file":
            intake.note(sql, entries, counts or IntakeCounts(done=1, finished=1))

    def set_aside(self, job: Job, failure: Failure) -> None:
        """See Queue."""
        with self._pool.connection() as sql, sql.transaction():
            done = sql.execute(
                "UPDATE jobs SET error = %s, hint = %s, lease = NULL, until = now() WHERE id = %s AND lease = %s",
                (storable(failure.error), storable(failure.hint), job.id, job.lease),
            )
            if done.rowcount:
                _let_go(sql, job.id, job.kind, job.name, failure)

    def drop_intake(self) -> None:
        """See Queue."""
        with self._pool.connection() as sql, sql.transaction():
            rows = sql.execute("DELETE FROM jobs WHERE kind <> 'file' AND error IS NULL RETURNING name").fetchall()
            intake.note(sql, [IntakeEntry(0, name, "stopped") for (name,) in rows], IntakeCounts(finished=1))

    def note(self, entries: Sequence[IntakeEntry]) -> None:
        """See Queue."""
        with self._pool.connection() as sql, sql.transaction():
            intake.note(sql, entries)

    def count_removed(self, database: Database, removed: int) -> None:
        """See Queue."""
        sql = _connection(database)
        intake.note(sql, [], IntakeCounts(removed=removed, finished=1), anew=intake.is_idle(sql))

    def intake(self, after: int) -> IntakeProgress:
        """See Queue."""
        with self._pool.connection() as sql, sql.transaction():
            row = sql.execute(
                "SELECT count(*) FILTER (WHERE until IS NULL OR until < now()), count(*) FILTER (WHERE until >= now())"
                " FROM jobs WHERE kind <> 'file' AND error IS NULL"
            ).fetchone()
            counts, entries = intake.noted(sql, after)
        waiting, being_read = row or (0, 0)
        return IntakeProgress(waiting, being_read, counts, entries)

    def is_served(self, kind: JobKind) -> bool:
        """See Queue."""
        with self._pool.connection() as sql:
            query: LiteralString = (
                "SELECT FROM workers WHERE %s = ANY(kinds) AND seen > now() - make_interval(secs => %s) LIMIT 1"
            )
            return sql.execute(query, (kind, WORKER_SECONDS)).fetchone() is not None

    def register(self, kinds: Collection[JobKind]) -> None:
        """See Queue."""
        self._worker = self._worker or f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        with self._pool.connection() as sql:
            sql.execute("DELETE FROM workers WHERE seen < now() - interval '1 day'")
            sql.execute(
                "INSERT INTO workers VALUES (%s, %s, now()) ON CONFLICT (name) DO UPDATE SET seen = excluded.seen",
                (self._worker, list(kinds)),
            )

    def leave(self) -> None:
        """See Queue."""
        with self._pool.connection() as sql:
            sql.execute("DELETE FROM workers WHERE name = %s", (self._worker,))

    def names(self) -> dict[str, Path]:
        """See Queue."""
        with self._pool.connection() as sql:
            return {name: Path(path) for name, path in sql.execute("SELECT name, path FROM jobs WHERE kind <> 'page'")}

    def state(self) -> QueueState:
        """See Queue."""
        with self._pool.connection() as sql:
            row = sql.execute(_STATE, (_DONE, WORKER_SECONDS)).fetchone()
        return QueueState() if row is None else QueueState(*row)

    def failures(self, limit: int | None = None) -> list[Failure]:
        """See Queue."""
        with self._pool.connection() as sql:
            rows = sql.execute(
                "SELECT name, error, hint FROM jobs WHERE error IS NOT NULL ORDER BY id LIMIT %s", (limit,)
            ).fetchall()
        return [Failure(*row) for row in rows]


def _begin(sql: Connection) -> None:
    """Count what comes in from nothing, where nothing waits or is being read."""
    sql.execute("DELETE FROM facts WHERE name = %s AND NOT EXISTS (SELECT FROM jobs WHERE error IS NULL)", (_DONE,))


def _add_intake(sql: Connection, kind: JobKind, path: str, name: str, origin: str, size: int = 0) -> int:
    """Add an upload or a page; returns its number."""
    row = sql.execute(
        "INSERT INTO jobs (kind, path, name, origin, size) VALUES (%s, %s, %s, %s, %s)" + _ADD,
        (kind, path, name, storable(origin), size),
    ).fetchone()
    assert row is not None, "it was inserted or changed"
    return int(row[0])


def _let_go(sql: Connection, job: int, kind: JobKind, name: str, failure: Failure) -> None:
    """Drop the bytes of an upload that was set aside, and note what was wrong with it."""
    if kind != "file":
        sql.execute("DELETE FROM uploads WHERE job = %s", (job,))
        entry = IntakeEntry(0, name, "failed", why=(failure.error, failure.hint))
        intake.note(sql, [entry], IntakeCounts(done=1, finished=1))


def _connection(database: Database) -> Connection:
    assert isinstance(database, PostgresDatabase), "a queue is in its store"
    return database.connection


def _renew(sql: Connection, job: Job) -> None:
    done = sql.execute(
        "UPDATE jobs SET until = now() + make_interval(secs => %s) WHERE id = %s AND lease = %s",
        (LEASE_SECONDS, job.id, job.lease),
    )
    _require(done.rowcount, job)


def _require(rows: int, job: Job) -> None:
    if rows == 0:
        raise StoreBusyError(f"{job.name} has been taken by another worker, or queued again", "nothing is to be done")
