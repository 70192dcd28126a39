"""Files that the owner's page brings in, kept in the store's folder as they came.

A file waits under a name of chance until its job begins, and then takes its place, from where it is read. What no
article came from goes again, and so does the file of an article that was removed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import StoreBusyError, UsageError
from index.sources.walk import File
from index.store.catalogue import Catalogue
from index.store.durable import translate_os_errors
from index.store.layout import DATABASE, UPLOADS
from index.store.lock import write_lock

NAME_BYTES = 200
"""Of a folder or a file, as file systems have it; some more are left for what is written beside it."""
FOLDERS = 30
WAITING = ".waiting"
LEFT_SECONDS = 24 * 3600.0
"""After which nobody comes back for a file that waits."""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that has arrived whole. `name` is where it belongs below the folder of uploads."""

    name: str
    path: Path


@dataclass(slots=True)
class Placement:
    """Files in their places, and those that they took them from.

    `kept` are, at the end, the names of those that articles came from.
    """

    files: dict[WaitingFile, File] = field(default_factory=dict)
    formers: dict[WaitingFile, Path] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)


def upload_name(given: str) -> str:
    """Return the name of a file that somebody sends, as parts with slashes between them. Raises UsageError.

    A sign that cannot be printed becomes a low line; a name that leads anywhere else is refused.
    """
    parts = unicodedata.normalize("NFC", given).replace("\\", "/").split("/")
    shown = "/".join("".join(sign if sign.isprintable() else "_" for sign in part) for part in parts)
    if any(part.strip(" .") == "" or len(part.encode()) > NAME_BYTES for part in shown.split("/")):
        raise UsageError(f"{shown[:NAME_BYTES]!r} is no name of a file", "rename it")
    if len(parts) > FOLDERS:
        raise UsageError(f"{shown[:NAME_BYTES]!r} lies in more than {FOLDERS} folders", "send a folder further down")
    return shown


def is_hidden(name: str) -> bool:
    """Return whether a file, or a folder that it lies in, is hidden."""
    return any(part.startswith(".") for part in name.split("/"))


class Uploads:
    """The folder of a store's uploads."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._folder = store.resolve() / UPLOADS

    def new_path(self) -> Path:
        """Return where the next file may be written until it is whole. Raises StoreError."""
        folder = self._folder / WAITING
        with translate_os_errors(f"{folder} cannot be written", "check permissions and disk space"):
            folder.mkdir(parents=True, exist_ok=True)
        return folder / secrets.token_hex(16)

    def drop_waiting(self) -> None:
        """Remove what was left waiting when a server ended, but for what another one may be receiving now."""
        folder = self._folder / WAITING
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > LEFT_SECONDS:
                    path.unlink()

    @contextmanager
    def placing(self, waiting: Sequence[WaitingFile]) -> Iterator[Placement]:
        """Put files into their places until the end of the block; then those stay that articles came from.

        A file that has no place, because a folder has its name, is not among them. Where another process is at it or
        writes to the store, they wait again, and StoreBusyError is raised.
        """
        self.new_path()
        with write_lock(self._folder / WAITING):
            placement = Placement()
            for file in waiting:
                self._place(file, placement)
            try:
                yield placement
            except StoreBusyError:
                for file, placed in placement.files.items():
                    placed.path.replace(file.path)
                    _restore(placement, file)
                raise
            finally:
                self._settle(placement)

    def _place(self, waiting: WaitingFile, placement: Placement) -> None:
        path = self._folder / waiting.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                former = self.new_path()
                path.replace(former)
                placement.formers[waiting] = former
            waiting.path.replace(path)
        except OSError:
            waiting.path.unlink(missing_ok=True)
        else:
            placement.files[waiting] = File(path, waiting.name)

    def _settle(self, placement: Placement) -> None:
        """Keep the files that articles came from; where none did, the former file comes back."""
        with closing(Catalogue(self._store / DATABASE)) as catalogue, catalogue.reading():
            rows = catalogue.digests_at([str(placed.path) for placed in placement.files.values()])
            paths = catalogue.paths()
        known = {(path, sha256) for path, _, sha256 in rows}
        for waiting, placed in placement.files.items():
            if placed.path.is_file() and (str(placed.path), _digest(placed.path)) in known:
                placement.kept.add(waiting.name)
                if waiting in placement.formers:
                    placement.formers.pop(waiting).unlink(missing_ok=True)
            else:
                _restore(placement, waiting)
        self._sweep(paths)

    def _sweep(self, paths: Collection[str]) -> None:
        """Remove the files that no article came from. A store may have been moved, and its uploads with it."""
        mark = f"/{UPLOADS}/"
        known = {path[at + len(mark) :] for path in paths for at in _places(path, mark)}
        for parent, _, names in os.walk(self._folder, topdown=False):
            folder = Path(parent)
            if folder.name == WAITING and folder.parent == self._folder:
                continue
            for name in names:
                if (folder / name).relative_to(self._folder).as_posix() not in known:
                    (folder / name).unlink(missing_ok=True)
            if folder != self._folder:
                with suppress(OSError):  # there is something in it
                    folder.rmdir()


def _restore(placement: Placement, waiting: WaitingFile) -> None:
    """Put the file back whose place `waiting` took, if there is one."""
    if waiting in placement.formers:
        placement.formers.pop(waiting).replace(placement.files[waiting].path)


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
