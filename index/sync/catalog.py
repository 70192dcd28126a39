"""The sources of a store in one record, and in another what they have brought. Neither holds a password."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from index.errors import StoreBusyError, StoreDamagedError, UsageError
from index.store.place import open_store
from index.sync.source import Item, Source, SourceStatus
from settings import StorePlace

SOURCES, ITEMS, LOCK = "sources.json", "source-items.json", "sources.lock"
Listed = Sequence[tuple[Source, SourceStatus]]


class Catalog:
    """The sources of one store, by name. Every call may raise StoreError."""

    def __init__(self, store: StorePlace) -> None:
        self._records = open_store(store).records(private=True)

    def list(self) -> Listed:
        """Return each source with its status, in the order in which they were added."""
        return self._listed(self._records.get(SOURCES))

    def get(self, name: str) -> tuple[Source, SourceStatus]:
        """Return a source and its status. Raises UsageError if there is none of this name."""
        for source, status in self.list():
            if source.name == name:
                return source, status
        raise UsageError(f"there is no source {name}", "`python app.py sources list` shows them")

    def add(self, source: Source) -> None:
        """Add a source, which is due at once. Raises UsageError for a name that is taken."""

        def added(known: Listed) -> Listed:
            if any(other.name == source.name for other, _ in known):
                message = f"there is a source {source.name} already"
                raise UsageError(message, "give another name, or remove that one first")
            return [*known, (source, SourceStatus())]

        self._change(added)

    def remove(self, name: str) -> None:
        """Remove a source; what it brought stays. Raises UsageError if there is none of this name."""
        self.get(name)
        items = self.items()
        orphans = {key: replace(item, source=None) for key, item in items.items() if item.source == name}
        self.keep_items(items | orphans)
        self._change(lambda known: [(source, status) for source, status in known if source.name != name])

    def keep_status(self, name: str, status: SourceStatus) -> None:
        """Remember what became of a source, if it is still one."""
        self._change(lambda known: [(source, status if source.name == name else old) for source, old in known])

    def items(self) -> dict[str, Item]:
        """Return what all sources have brought, by path."""
        return {key: _made(Item, row) for key, row in (self._parsed(ITEMS, self._records.get(ITEMS)) or {}).items()}

    def brought_by(self, name: str) -> frozenset[str]:
        """Return the paths of what a source has brought."""
        return frozenset(path for path, item in self.items().items() if item.source == name)

    def keep_items(self, items: Mapping[str, Item]) -> None:
        """Remember what all sources have brought."""
        self._records.put(ITEMS, _as_json({key: asdict(item) for key, item in items.items()}))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hold the right to run sources. Raises StoreBusyError at once if another process has it."""
        with self._records.lock(LOCK) as held:
            if not held:
                raise StoreBusyError("another process is running the sources", "try again when it is done")
            yield

    def _change(self, change: Callable[[Listed], Listed]) -> None:
        """Change the list while nobody else does: a run that ends must not undo what the owner adds meanwhile."""

        def changed(body: bytes | None) -> bytes:
            known = change(self._listed(body))
            return _as_json([{"source": asdict(source), "status": asdict(status)} for source, status in known])

        self._records.change(SOURCES, changed)

    def _listed(self, body: bytes | None) -> Listed:
        rows = self._parsed(SOURCES, body) or []
        return [(_made(Source, row["source"]), _made(SourceStatus, row["status"])) for row in rows]

    def _parsed(self, name: str, body: bytes | None) -> Any:
        try:
            return None if body is None else json.loads(body)
        except ValueError as error:
            hint = "move it away and add the sources again"
            raise StoreDamagedError(f"{self._records.place(name)} is damaged", hint) from error


def _as_json(rows: object) -> bytes:
    return json.dumps(rows, indent=1).encode()


def _made(kind: type[Any], row: Mapping[str, Any]) -> Any:
    """Return an object of this kind. Raises StoreDamagedError for a row that was not written by this program."""
    try:
        return kind(**row)
    except TypeError as error:
        raise StoreDamagedError("the list of sources is damaged", "move it away and add the sources again") from error
