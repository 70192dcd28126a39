"""The sources of a store in one record, and in another what they have brought. Neither holds a password."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from index.errors import StoreBusyError, StoreDamagedError, UsageError
from index.store.place import open_store
from index.sync.source import Item, Source, SourceStatus
from settings import StorePlace

SOURCES, ITEMS, LOCK = "sources.json", "source-items.json", "sources.lock"


class Catalog:
    """The sources of one store, by name. Every call may raise StoreError."""

    def __init__(self, store: StorePlace) -> None:
        self._records = open_store(store).records(private=True)

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
        known = self.list()
        if any(other.name == source.name for other, _ in known):
            raise UsageError(f"there is a source {source.name} already", "give another name, or remove that one first")
        self._write_sources([*known, (source, SourceStatus())])

    def remove(self, name: str) -> None:
        """Remove a source; what it brought stays. Raises UsageError if there is none of this name."""
        self.get(name)
        items = self.items()
        orphans = {key: replace(item, source=None) for key, item in items.items() if item.source == name}
        self.keep_items(items | orphans)
        self._write_sources([(source, status) for source, status in self.list() if source.name != name])

    def keep_status(self, name: str, status: SourceStatus) -> None:
        """Remember what became of a source, if it is still one."""
        self._write_sources([(source, status if source.name == name else old) for source, old in self.list()])

    def items(self) -> dict[str, Item]:
        """Return what all sources have brought, by path."""
        return {key: _made(Item, row) for key, row in (self._read(ITEMS) or {}).items()}

    def keep_items(self, items: Mapping[str, Item]) -> None:
        """Remember what all sources have brought."""
        self._write(ITEMS, {key: asdict(item) for key, item in items.items()})

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hold the right to run sources. Raises StoreBusyError at once if another process has it."""
        with self._records.lock(LOCK) as held:
            if not held:
                raise StoreBusyError("another process is running the sources", "try again when it is done")
            yield

    def _read(self, name: str) -> Any:
        body = self._records.get(name)
        try:
            return None if body is None else json.loads(body)
        except ValueError as error:
            hint = "move it away and add the sources again"
            raise StoreDamagedError(f"{self._records.place(name)} is damaged", hint) from error

    def _write_sources(self, sources: Sequence[tuple[Source, SourceStatus]]) -> None:
        self._write(SOURCES, [{"source": asdict(source), "status": asdict(status)} for source, status in sources])

    def _write(self, name: str, rows: object) -> None:
        """Write so that after a crash there is the old record or the new one."""
        self._records.put(name, json.dumps(rows, indent=1).encode())


def _made(kind: type[Any], row: Mapping[str, Any]) -> Any:
    """Return an object of this kind. Raises StoreDamagedError for a row that was not written by this program."""
    try:
        return kind(**row)
    except TypeError as error:
        raise StoreDamagedError("the list of sources is damaged", "move it away and add the sources again") from error
