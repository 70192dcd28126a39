"""Connections to PostgreSQL, and its errors as StoreErrors. No message has the password."""

from __future__ import annotations

import os
import socket
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, LiteralString

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from index.errors import (
    StoreAwayError,
    StoreBusyError,
    StoreError,
    StoreOutdatedError,
    StoreRefusedError,
    UsageError,
)
from index.store.postgres.schema import VERSION
from settings import StoreUrl

Connection = psycopg.Connection[tuple[Any, ...]]

_SESSION: LiteralString = """
SET jit = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET hnsw.ef_search = 200;
SET hnsw.iterative_scan = strict_order;
SET idle_in_transaction_session_timeout = '15min';
SET lock_timeout = '20s';
"""
"""Without statistics of text PostgreSQL cannot tell that few rows have a term: indexes are always right here."""
_READING: LiteralString = "SET default_transaction_read_only = on; SET statement_timeout = '30s'"
_WRITING: LiteralString = "SET statement_timeout = '30min'"
_KEEP_IDLE = 8
_AWAY_SECONDS = 1.0
"""How long after a vain try nobody else tries: each would wait, and hold a thread that serves."""
_HINT = "check that it runs, its address, and the user's name and password"
_AWAY_STATES = ("08", "533", "57P")
"""What the codes of errors begin with: the connection is lost, there are too many, the server stops or starts."""
_BUSY = (errors.LockNotAvailable, errors.QueryCanceled, errors.SerializationFailure, errors.DeadlockDetected)
_HINTS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.ReadOnlySqlTransaction, "it can only be read; give the address of the primary server"),
    (errors.InsufficientPrivilege, "give its user the right to make and change tables there"),
    (errors.InvalidSchemaName, "make the schema, and give its user the right to make and change tables there"),
    (errors.DiskFull, "make room on its disk and try again; what is in the store is unharmed"),
)


def connect(url: StoreUrl, *, writing: bool) -> Connection:
    """Open a connection. Raises StoreError."""
    with translated(url):
        try:
            connection = psycopg.connect(
                url.secret,
                autocommit=True,
                prepare_threshold=None,  # a plan for any question would not be the best for this one
                connect_timeout=5,
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
                application_name=f"quoth {socket.gethostname()} {os.getpid()}"[:63],
            )
        except psycopg.OperationalError as error:
            raise StoreAwayError(f"the store {url} cannot be reached ({_reason(error, url)})", _HINT) from None
        except psycopg.ProgrammingError:  # its message would quote the address
            hint = "write it as postgresql://USER:PASSWORD@HOST/DATABASE, with % before the codes of special characters"
            raise UsageError(f"the store {url} has no address that can be read", hint) from None
        connection.execute(_SESSION + (_WRITING if writing else _READING))
    return connection


def _close(connections: Iterable[Connection]) -> None:
    for connection in connections:
        connection.close()


class Pool:
    """Idle connections of one kind; makes another where none is left. Safe to share between threads."""

    def __init__(self, url: StoreUrl, *, writing: bool) -> None:
        self._url = url
        self._writing = writing
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._away: tuple[float, StoreAwayError] | None = None
        weakref.finalize(self, _close, self._idle)  # with the last who holds the pool

    def take(self) -> Connection:
        """Return a connection that works. Raises StoreError."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._connected()
            try:
                connection.execute("SELECT 1")
            except psycopg.Error:  # the server has been started again since
                connection.close()
            else:
                return connection

    def _connected(self) -> Connection:
        away = self._away
        if away is not None and time.monotonic() < away[0]:
            raise StoreAwayError(away[1].message, away[1].hint)
        try:
            connection = connect(self._url, writing=self._writing)
        except StoreAwayError as error:
            self._away = (time.monotonic() + _AWAY_SECONDS, error)
            raise
        self._away = None
        return connection

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection. Raises StoreError for what goes wrong on it."""
        with translated(self._url):
            connection = self.take()
            try:
                yield connection
            finally:
                self.give_back(connection)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next who needs one, unless something went wrong on it."""
        if connection.info.transaction_status == TransactionStatus.IDLE:
            with self._lock:
                if len(self._idle) < _KEEP_IDLE:
                    self._idle.append(connection)
                    return
        connection.close()


@cache
def pool_of(url: StoreUrl, *, writing: bool = False) -> Pool:
    """Return the pool of this process for a database: of connections that only read, or of others."""
    return Pool(url, writing=writing)


@contextmanager
def translated(url: StoreUrl) -> Iterator[None]:
    """Raise PostgreSQL's errors as StoreErrors about the store."""
    try:
        yield
    except psycopg.Error as error:
        raise _as_store_error(error, url) from error


def _as_store_error(error: psycopg.Error, url: StoreUrl) -> StoreError:
    reason = _reason(error, url)
    if isinstance(error, _BUSY):
        return StoreBusyError(f"the store {url} is busy ({reason})", "try again in a moment")
    if isinstance(error, errors.UndefinedTable):
        return StoreError(f"there is no store in {url}", "run `python app.py ingest PATH` to make one")
    for kind, hint in _HINTS:
        if isinstance(error, kind):
            return StoreRefusedError(f"the store {url} cannot be written ({reason})", hint)
    if isinstance(error, psycopg.OperationalError) and (error.sqlstate or "08").startswith(_AWAY_STATES):
        return StoreAwayError(f"the store {url} cannot be reached ({reason})", _HINT)
    return StoreError(f"the store {url} cannot be used ({reason})", "look at the database server's log")


def _reason(error: psycopg.Error, url: StoreUrl) -> str:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    return reason.replace(url.password, "***") if url.password else reason


def require_version(version: str | None, url: StoreUrl) -> None:
    """Raise StoreError unless the store has this version of the tables."""
    if version is None:
        raise StoreError(f"there is no store in {url}", "run `python app.py ingest PATH` to make one")
    if int(version) < VERSION:
        raise StoreOutdatedError(
            f"the store in {url} has format {version}, this version reads {VERSION}",
            "`python app.py ingest --repair` brings it up to date; back the database up before",
        )
    if int(version) > VERSION:
        raise StoreError(
            f"the store in {url} has format {version}, this version reads {VERSION}", "run a later version of Quoth"
        )
