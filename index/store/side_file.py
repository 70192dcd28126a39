"""A SQLite file beside the index, for what cannot be built again: what people said and shared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.errors import StoreError
from index.store.durable import translate_os_errors
from index.store.sqlite import BUSY_SECONDS, translate_sqlite_errors


class SideFile:
    """SQLite file, made with the first that comes in; for many threads and processes.

    Each block has a connection of its own. With SQLite's rollback journal, unlike its write-ahead log, nothing that
    was deleted is left in any file once a block ends, whoever is reading meanwhile. Both may raise StoreError.
    """

    def __init__(self, path: Path, called: str, schema: str, version: int) -> None:
        """Take what messages call its content, and what makes its tables in this version."""
        self._path = path
        self._what = f"the {called} in {path}"
        self._schema = schema
        self._version = version

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection, or None where there is nothing yet."""
        if not self._path.is_file():
            yield None
            return
        with self._open() as sql:
            yield sql if _version(sql) else None

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection | None]:
        """Yield one transaction over what is there, or None where there is nothing yet."""
        if not self._path.is_file():
            yield None
            return
        with self.writing() as sql:
            yield sql

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield one transaction: on the disk at the end, or as if it had not been."""
        with self._open() as sql:
            sql.execute("BEGIN IMMEDIATE")
            if _version(sql) == 0:  # asked inside the transaction: two may come first at once
                sql.execute(self._schema)
                sql.execute(f"PRAGMA user_version = {self._version}")
            yield sql
            sql.execute("COMMIT")  # without it, as after any error, closing rolls back

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with (
            translate_os_errors(f"{self._what} cannot be used", "check its folder"),
            translate_sqlite_errors(self._what, "move the file away"),
        ):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as sql:
                sql.execute("PRAGMA secure_delete = ON")
                # A commit is the removal of the journal: EXTRA has the folder synced too, so that it stays removed.
                sql.execute("PRAGMA synchronous = EXTRA")
                version = _version(sql)
                if version not in (0, self._version):  # 0 is a file that is only being made
                    raise StoreError(
                        f"the file with {self._what} has format {version}, this version reads {self._version}",
                        "move the file away, or use the version of Quoth that wrote it",
                    )
                yield sql


def _version(sql: sqlite3.Connection) -> int:
    return int(sql.execute("PRAGMA user_version").fetchone()[0])
