"""What servers remember beside the articles: bytes by name, in files of the store's folder, or in its database.

Keys, evaluation runs and sources are kept by this in either; what only several servers have to share (feedback,
conversations, answers, how often somebody asks) by `SharedRecords`, which a store in a folder does not have.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from index.store.durable import replacing, translate_os_errors

Make = Callable[[bytes | None], bytes]
"""Makes what is kept from what was kept until now, None for nothing."""


class Records(Protocol):
    """Bytes by name: `keys.json`, `runs/ID.json`. For many threads and processes. Every call may raise StoreError."""

    def place(self, name: str) -> str:
        """Return what messages call it."""

    def version(self, name: str) -> Hashable:
        """Return something that is another after each change; None where there is nothing."""

    def get(self, name: str) -> bytes | None:
        """Return what is kept under a name, None for nothing."""

    def put(self, name: str, body: bytes) -> None:
        """Keep this: after a crash it is there whole, or what was there before."""

    def change(self, name: str, make: Make) -> None:
        """Keep what `make` makes of what is kept, while nobody else changes it. What `make` raises leaves it as is."""

    def delete(self, name: str) -> None:
        """Keep nothing under this name, whether or not there was anything."""

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, without it, in their order."""

    def lock(self, name: str) -> AbstractContextManager[bool]:
        """Hold a lock if nobody else has it, and yield whether it is held. It goes with its holder."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept under a name. `number` is never given twice, `changed` is when it came in."""

    name: str
    number: int
    changed: datetime
    body: bytes


class SharedRecords(Records, Protocol):
    """Records in a database that several servers share."""

    def amend(self, name: str, make: Make) -> None:
        """As `change`, but as of when it came in."""

    def records(self, folder: str) -> Sequence[Record]:
        """Return all of a folder by their numbers."""

    def numbered(self, folder: str, numbers: Collection[int]) -> list[str]:
        """Return the names in a folder (with it) that have these numbers."""

    def clear(self, folder: str, older: float = 0) -> int:
        """Remove what came into a folder more than `older` seconds ago; returns how many that were."""

    def trim(self, folder: str, most: int) -> None:
        """Keep at most so many in a folder: those that came in last."""

    def hit(self, name: str, per_minute: int, *, count: bool) -> float | None:
        """Count one use of `name`; where it has been used so often in the last minute, return for how long, uncounted.

        With `count` false nothing is counted.
        """


class FolderRecords:
    """Records as files in a store's folder. See `Records`. With `private` only this user can read them."""

    def __init__(self, folder: Path, *, private: bool) -> None:
        self._folder = folder
        self._private = private

    def place(self, name: str) -> str:
        """See Records."""
        return str(self._folder / name)

    def version(self, name: str) -> Hashable:
        """See Records."""
        with self._errors(name):
            try:
                found = (self._folder / name).stat()
            except FileNotFoundError:
                return None
        return found.st_ino, found.st_mtime_ns

    def get(self, name: str) -> bytes | None:
        """See Records."""
        with self._errors(name):
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError:
                return None

    def put(self, name: str, body: bytes) -> None:
        """See Records."""
        path = self._folder / name
        with self._errors(name):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                if self._private:
                    os.fchmod(file.fileno(), 0o600)
                file.write(body)

    def change(self, name: str, make: Make) -> None:
        """See Records. The system lets the next one in when this one dies."""
        with self._errors(name):
            self._folder.mkdir(parents=True, exist_ok=True)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                self.put(name, make(self.get(name)))
            finally:
                os.close(folder)

    def delete(self, name: str) -> None:
        """See Records."""
        with self._errors(name):
            (self._folder / name).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        """See Records."""
        with self._errors(folder):
            return sorted(path.name for path in (self._folder / folder).glob("*") if path.is_file())

    @contextmanager
    def lock(self, name: str) -> Iterator[bool]:
        """See Records."""
        with self._errors(name):
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / name).open("w")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held = False
            else:
                held = True
            yield held

    def _errors(self, name: str) -> AbstractContextManager[None]:
        return translate_os_errors(f"{self._folder / name} cannot be used", "check its folder and the disk")
