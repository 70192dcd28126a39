"""A store in a folder: SQLite is the truth, and Chroma's files are made of it.

To publish is one transaction of SQLite. New vectors stay in the tail (`tail.py`) until there are too many to compare
one by one; then a folder is sealed with them beside the former one and checked before the transaction ends. A crash
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
from index.store.catalogue import Catalogue
from index.store.database import SqliteDatabase
from index.store.durable import folder_bytes, require_space, translate_os_errors
from index.store.layout import DATABASE, GENERATIONS
from index.store.local_snapshots import LocalSnapshots
from index.store.lock import write_lock
from index.store.records import FolderRecords
from index.store.restricted import Totals, open_reader
from index.store.search import SqliteReader
from index.store.sqlite import copy, exchange, translated, upgrade
from index.store.tail import removed_vectors, sealed_folder, set_places, tail_digests
from index.store.vectors import check_sealed, checker, collect_garbage, is_complete, write_sealed

TAIL = 20_000
"""Most vectors in the tail: to compare so many takes about as long as Chroma's search."""
REBUILD_SHARE = 0.25
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

    def catalogue(self) -> Catalogue:
        """See Store."""
        return Catalogue(self._database)

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
        with closing(self.open()) as database, database.reading():
            return _is_whole(self._folder / GENERATIONS, database)

    def problem(self, generation: str | None, *, verify: bool) -> str | None:
        """See Store. `verify` reads all of SQLite's file and finds each vector in Chroma's."""
        with closing(SqliteDatabase(self._database)) as database:
            with database.reading():
                sealed = sealed_folder(database)
                stored = dict(database.vectors()) if verify and sealed else {}
                for digest in tail_digests(database):
                    stored.pop(digest, None)
            problem = database.check() if verify else None
        if problem is None and generation and not self.is_whole(generation):
            problem = "the vectors are damaged or missing; `python app.py ingest --repair` builds them again"
        if problem is None and sealed and verify:
            try:
                check_sealed(self._folder / GENERATIONS / sealed, stored)
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
        return _is_whole(self._generations, self.database)

    def require_space(self, added: int) -> None:
        """See Publication. What a folder takes is asked for when it turns out that one has to be sealed."""
        require_space(self._folder, _DISK_FACTOR * added)

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
        """See Publication: what is new goes into the tail; all does where much has gone. Too long a tail is sealed."""
        sealed, tail = sealed_folder(self.database), {*tail_digests(self.database)}
        removed = removed_vectors(self.database) + len({*unused}.difference(tail, new))
        tail = (tail | new.keys()).difference(unused)
        stored = self.database.counts()[2]
        if rebuild or sealed is None or removed > REBUILD_SHARE * stored:
            sealed, removed = None, 0
        if (len(tail) if sealed else stored) > TAIL:
            self._seal(name, sealed, dict(self.database.vectors(tail if sealed else None)))
            sealed, tail = name, set()
        set_places(self.database, sealed, tail, removed)

    def _seal(self, name: str, former: str | None, add: Mapping[str, bytes]) -> None:
        """Seal a folder: a copy of the former one with more vectors. What is removed stays in it, and is not found."""
        folder, base = self._generations / name, self._generations / former if former else None
        copied = folder_bytes(base) if base else 0
        require_space(self._folder, copied + _DISK_FACTOR * sum(map(len, add.values())))
        with checker() as check:
            write_sealed(folder, base, add)
            check(folder, add)

    def take_over(self, source: Path, generation: str) -> None:
        """See Publication."""
        require_space(self._folder, 2 * source.stat().st_size)  # it goes through SQLite's log
        with closing(SqliteDatabase(source)) as other:
            with other.writing():
                other.set_fact("generation", generation)
                LocalPublication(self._folder, other, None).put_generation(generation, {}, [], rebuild=True)
            exchange(self._folder / DATABASE, source)

    def forget_former(self) -> None:
        """See Publication."""
        for path in self._folder.glob(f"{Path(DATABASE).stem}-format-*"):
            path.unlink()

    def sweep(self) -> list[str]:
        """See Publication. Waits a little for those who have an old generation open to move on."""
        until = time.monotonic() + _SWEEP_SECONDS
        while left := collect_garbage(self._generations, sealed_folder(self.database)):
            if time.monotonic() > until:
                break
            time.sleep(0.2)
        return left


def _is_whole(generations: Path, database: SqliteReader) -> bool:
    sealed = sealed_folder(database)
    return sealed is None or is_complete(generations / sealed)
