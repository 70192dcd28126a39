"""The sources of a store in one file, and in another what they have brought. Neither holds a password."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from index.errors import StoreBusyError, StoreDamagedError, UsageError
from index.store.durable import replacing, translate_os_errors
from index.sync.source import Item, Source, SourceStatus

SOURCES, ITEMS, LOCK, LIST_LOCK = "sources.json", "source-items.json", "sources.lock", "sources-list.lock"


class Catalog:
    """The sources of one store, by name. Every call may raise StoreError."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def list(self) -> Sequence[tuple[Source, SourceStatus]]:
        """Return each source with its status, in the order in which they were added."""
        return [(_made(Source, row["source"]), _made(SourceStatus, row["status"])) for row in self._read(SOURCES) or []]

    def get(self, name: str) -> tuple[Source, SourceStatus]:
        """Return a source and its status. Raises UsageError if there is none of this name."""
        for source, status in self.list():
            if source.name == name:
                return source, status
        raise UsageError(f"there is no source {name}", "`python app.py sources list` shows them")

    def add(self, source: Source) -> None:
        """Add a source, which is due at once. Raises UsageError for a name that is taken."""
        with self._changing():
            known = self.list()
            if any(other.name == source.name for other, _ in known):
                message = f"there is a source {source.name} already"
                raise UsageError(message, "give another name, or remove that one first")
            self._write_sources([*known, (source, SourceStatus())])

    def remove(self, name: str) -> None:
        """Remove a source; what it brought stays. Raises UsageError if there is none of this name."""
        self.get(name)
        items = self.items()
        orphans = {key: replace(item, source=None) for key, item in items.items() if item.source == name}
        self.keep_items(items | orphans)
        with self._changing():
            self._write_sources([(source, status) for source, status in self.list() if source.name != name])

    def keep_status(self, name: str, status: SourceStatus) -> None:
        """Remember what became of a source, if it is still one."""
        with self._changing():
            self._write_sources([(source, status if source.name == name else old) for source, old in self.list()])

    def items(self) -> dict[str, Item]:
        """Return what all sources have brought, by path."""
        return {key: _made(Item, row) for key, row in (self._read(ITEMS) or {}).items()}

    def brought_by(self, name: str) -> frozenset[str]:
        """Return the paths of what a source has brought."""
        return frozenset(path for path, item in self.items().items() if item.source == name)

    def keep_items(self, items: Mapping[str, Item]) -> None:
        """Remember what all sources have brought."""
        self._write(ITEMS, {key: asdict(item) for key, item in items.items()})

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hold the right to run sources. Raises StoreBusyError at once if another process has it."""
        with self._errors():
            self._store.mkdir(parents=True, exist_ok=True)
            lock = (self._store / LOCK).open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreBusyError("another process is running the sources", "try again when it is done") from None
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the list of sources until it is written: a run that ends must not undo what the owner adds meanwhile."""
        with self._errors():
            self._store.mkdir(parents=True, exist_ok=True)
            lock = (self._store / LIST_LOCK).open("w")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self, name: str) -> Any:
        path = self._store / name
        with self._errors():
            try:
                return json.loads(path.read_text("utf-8"))
            except FileNotFoundError:
                return None
            except ValueError as error:
                raise StoreDamagedError(f"{path} is damaged", "move it away and add the sources again") from error

    def _write_sources(self, sources: Sequence[tuple[Source, SourceStatus]]) -> None:
        self._write(SOURCES, [{"source": asdict(source), "status": asdict(status)} for source, status in sources])

    def _write(self, name: str, rows: object) -> None:
        """Write so that after a crash there is the old file or the new one. Only this user can read it."""
        with self._errors():
            self._store.mkdir(parents=True, exist_ok=True)
            with replacing(self._store / name) as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(json.dumps(rows, indent=1).encode())

    def _errors(self) -> AbstractContextManager[None]:
        return translate_os_errors(f"the sources of {self._store} cannot be used", "check its folder")


def _made(kind: type[Any], row: Mapping[str, Any]) -> Any:
    """Return an object of this kind. Raises StoreDamagedError for a row that was not written by this program."""
    try:
        return kind(**row)
    except TypeError as error:
        raise StoreDamagedError("the list of sources is damaged", "move it away and add the sources again") from error
