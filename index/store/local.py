"""A store in a folder: SQLite is the truth, Chroma's files are made of it, one generation after the other.

To publish, the next generation is built beside the current one and checked before SQLite's transaction ends. A crash
before the commit leaves a folder to sweep; after it everything is there.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from index.article import Audience
from index.errors import StoreDamagedError, StoreError
from index.store.base import Publication, Snapshots
from index.store.database import SqliteDatabase
from index.store.durable import folder_bytes, require_space, translate_os_errors
from index.store.layout import DATABASE, GENERATIONS
from index.store.local_snapshots import LocalSnapshots
from index.store.lock import write_lock
from index.store.records import FolderRecords
from index.store.restricted import Totals, open_reader
from index.store.search import SqliteReader
from index.store.sqlite import copy, exchange, translated, upgrade
from index.store.vectors import check_generation, checker, collect_garbage, is_complete, write_generation

_REBUILD_SHARE = 0.25
_SWEEP_SECONDS = 3.0
"""How long to wait for those who have the former generation open; a server moves on within one second."""
_DISK_FACTOR = 4
"""Bytes on the disk for each byte of vectors and text that comes in: SQLite and its log, Chroma and its log."""


class LocalStore:
    """Store in a folder. See `index.store.base.Store`."""

    def __init__(self, folder: Path) -> None:
        self.scratch = folder
        self._folder = folder
        self._database = folder / DATABASE
        self._totals: Totals = {}

    def __str__(self) -> str:
        return str(self._folder)

    def exists(self) -> bool:
        """See Store."""
        return self._database.is_file()

    def open(self, audience: Audience = None) -> SqliteReader:
        """See Store."""
        return open_reader(self._database, audience, self._totals)

    def snapshots(self) -> Snapshots:
        """See Store."""
        return LocalSnapshots(self._folder, self._totals)

    @contextmanager
    def writing(self) -> Iterator[Publication]:
        """See Store."""
        with ExitStack() as stack:
            stack.enter_context(write_lock(self._folder))
            stack.enter_context(translated(self._database))
            upgraded = upgrade(self._database)
            database = stack.enter_context(closing(SqliteDatabase(self._database, create=True)))
            (self._folder / GENERATIONS).mkdir(exist_ok=True)
            yield LocalPublication(self._folder, database, upgraded)

    def is_whole(self, generation: str) -> bool:
        """See Store."""
        return is_complete(self._folder / GENERATIONS / generation)

    def problem(self, generation: str | None, *, verify: bool) -> str | None:
        """See Store. `verify` reads all of SQLite's file and finds each vector in Chroma's."""
        with closing(SqliteDatabase(self._database)) as database:
            with database.reading():
                stored = dict(database.vectors()) if verify else {}
            problem = database.check() if verify else None
        if problem is None and generation and not self.is_whole(generation):
            problem = "the vectors are damaged or missing; `python app.py ingest --repair` builds them again"
        if problem is None and generation and verify:
            try:
                check_generation(self._folder / GENERATIONS / generation, stored, [])
            except StoreError as error:
                problem = str(error)
        return problem

    def size(self) -> int:
        """See Store."""
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def changed(self) -> dt.datetime | None:
        """See Store. Readers leave the file as it is."""
        try:
            seconds = self._database.stat().st_mtime
        except OSError:
            return None
        return dt.datetime.fromtimestamp(seconds, dt.UTC)

    def secret(self, name: str, size: int) -> bytes:
        """See Store. If two processes make it, the first one's counts; only this user can read it."""
        path = self._folder / name
        with translate_os_errors(f"the key {path} cannot be used", "check its folder"):
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                path.touch(mode=0o600, exist_ok=False)
                path.write_bytes(secrets.token_bytes(size))
            secret = path.read_bytes()
        if len(secret) != size:
            raise StoreDamagedError(f"the key {path} is damaged", "remove it; links made until now then open nothing")
        return secret

    def queue(self) -> None:
        """See Store."""

    def records(self, *, private: bool = False) -> FolderRecords:
        """See Store."""
        return FolderRecords(self._folder, private=private)

    def shared(self) -> None:
        """See Store."""

    def save(self, target: Path) -> None:
        """See Store. Removed content that the file still has is left out."""
        require_space(self._folder, self._database.stat().st_size)
        copy(self._database, target)


class LocalPublication:
    """The right to write to a store's folder, while its lock is held. See `index.store.base.Publication`."""

    def __init__(self, folder: Path, database: SqliteDatabase, upgraded: Path | None) -> None:
        self.database = database
        self.upgraded = upgraded
        self._folder = folder
        self._generations = folder / GENERATIONS

    def is_whole(self) -> bool:
        """See Publication."""
        current = self._current()
        return current is None or is_complete(current)

    def require_space(self, added: int) -> None:
        """See Publication. The next generation is a copy of the current one, or as large."""
        current = self._current()
        require_space(self._folder, (folder_bytes(current) if current else 0) + _DISK_FACTOR * added)

    @contextmanager
    def publishing(self, generation: str) -> Iterator[None]:
        """See Publication."""
        problem = f"the store {self._folder} could not be written"
        hint = "make room on the disk, or check its permissions; what was there before is unharmed"
        try:
            with translate_os_errors(problem, hint):
                yield
        finally:
            if self.database.fact("generation") != generation:
                shutil.rmtree(self._generations / generation, ignore_errors=True)

    def put_generation(self, name: str, new: Mapping[str, bytes], unused: Collection[str], *, rebuild: bool) -> None:
        """See Publication: what changed, on a copy of the last one, or all of it where much has gone."""
        current, folder = self._current(), self._generations / name
        removed = int(self.database.fact("vectors_removed") or 0) + len(unused)
        with checker() as check:
            if rebuild or current is None or removed > _REBUILD_SHARE * self.database.counts()[2]:
                new, removed = dict(self.database.vectors()), 0
                write_generation(folder, None, new, [])
            else:
                write_generation(folder, current, new, unused)
            check(folder, new, unused)
        self.database.set_fact("vectors_removed", str(removed))

    def take_over(self, source: Path, generation: str) -> None:
        """See Publication."""
        folder = self._generations / generation
        with closing(SqliteDatabase(source)) as other:
            vectors = dict(other.vectors())
            require_space(self._folder, source.stat().st_size + _DISK_FACTOR * sum(map(len, vectors.values())))
            write_generation(folder, None, vectors, [])
            check_generation(folder, vectors, [])
            with other.writing():
                other.set_fact("generation", generation)
                other.set_fact("vectors_removed", "0")
            exchange(self._folder / DATABASE, source)

    def forget_former(self) -> None:
        """See Publication."""
        for path in self._folder.glob(f"{Path(DATABASE).stem}-format-*"):
            path.unlink()

    def sweep(self) -> list[str]:
        """See Publication. Waits a little for those who have an old generation open to move on."""
        until = time.monotonic() + _SWEEP_SECONDS
        while left := collect_garbage(self._generations, self.database.fact("generation")):
            if time.monotonic() > until:
                break
            time.sleep(0.2)
        return left

    def _current(self) -> Path | None:
        """Return the folder of the current generation, if there is one."""
        name = self.database.fact("generation")
        return None if name is None else self._generations / name
