"""Opening, upgrading and copying a store's SQLite file; SQLite's errors as StoreErrors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

from index.errors import StoreBusyError, StoreDamagedError, StoreError, StoreOutdatedError
from index.store.durable import sync
from index.store.former_words import WITH_FTS5, take_over_words
from index.store.schema import TABLES, UPGRADES, VERSION

BUSY_SECONDS = 10


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the file, or make it. Raises StoreError if it is not one of this version."""
    with ExitStack() as stack:
        sql = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        stack.callback(sql.close)
        sql.execute("PRAGMA foreign_keys = ON")
        sql.execute("PRAGMA secure_delete = ON")
        version = sql.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and create:
            sql.execute("PRAGMA journal_mode = WAL")
            sql.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        elif version in UPGRADES:
            raise StoreOutdatedError(
                f"the store in {path.parent} has format {version}, this version reads {VERSION}",
                "`python app.py ingest --repair` brings it up to date and keeps a copy",
            )
        elif version != VERSION:
            raise StoreError(
                f"the store in {path.parent} has format {version}, this version reads {VERSION}",
                "ingest the articles into a new store: `python app.py ingest PATH --store NEW`",
            )
        stack.pop_all()
        return sql


def upgrade(path: Path) -> Path | None:
    """Bring the file of an earlier version up to date, each step in one transaction. Returns its copy, if it had to be.

    The copy is whole before anything is changed. Only for who may write to the store.
    """
    if not path.is_file():
        return None
    copy = None
    with translated(path), closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as sql:
        while (version := sql.execute("PRAGMA user_version").fetchone()[0]) in UPGRADES:
            if copy is None:
                copy = path.with_name(f"{path.stem}-format-{version}{path.suffix}")
                copy.unlink(missing_ok=True)
                sql.execute("VACUUM INTO ?", (str(copy),))
                sync(copy)
                sync(copy.parent)
            sql.executescript(f"BEGIN IMMEDIATE; {UPGRADES[version]}")
            if version == WITH_FTS5:
                take_over_words(sql)
            sql.execute(f"PRAGMA user_version = {version + 1}")
            sql.execute("COMMIT")
    return copy


def copy(path: Path, target: Path) -> None:
    """Copy what the file holds now into a new one; removed content that it still has is left out."""
    with translated(path), closing(connect(path, create=False)) as sql:
        sql.execute("VACUUM INTO ?", (str(target),))


def exchange(path: Path, other: Path) -> None:
    """Replace the file's content by that of the other one, in one transaction; those who read it go on."""
    with translated(path), closing(connect(path, create=False)) as sql, closing(connect(other, create=False)) as source:
        source.backup(sql)
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def has_our_tables(path: Path) -> bool:
    """Return whether the file has the tables of a store and nothing else: no trigger, no view."""
    query = "SELECT type, name, replace(replace(sql, ' ', ''), char(10), '') FROM sqlite_master"
    with closing(sqlite3.connect(":memory:")) as ours, closing(sqlite3.connect(path)) as theirs, translated(path):
        ours.executescript(TABLES)
        expected, actual = (
            {(a, b, "".join((c or "").split())) for a, b, c in sql.execute(query)} for sql in (ours, theirs)
        )
        return expected == actual


def empty_log(connection: sqlite3.Connection) -> None:
    """Have SQLite move what is committed from its log to the file.

    On a full disk it stays in the log, where readers find it too, until a later writer has room.
    """
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise


@contextmanager
def translate_sqlite_errors(what: str, damaged_hint: str) -> Iterator[None]:
    """Raise SQLite's errors as StoreErrors about `what`: "the store in DIR is busy"."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StoreBusyError(f"{what} is busy", "try again in a moment") from error
        if "full" in str(error):
            raise StoreError(f"{what} cannot be written: no space left on the disk", "make room, try again") from error
        raise StoreError(f"{what} cannot be used ({error})", "check permissions and disk space") from error
    except sqlite3.DatabaseError as error:
        raise StoreDamagedError(f"{what} is damaged ({error})", damaged_hint) from error


def translated(path: Path) -> AbstractContextManager[None]:
    """Raise SQLite's errors as StoreErrors about the store whose file is at `path`."""
    hint = "move it away and ingest the articles again, or import an export of it"
    return translate_sqlite_errors(f"the store in {path.parent}", hint)
