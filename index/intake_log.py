"""What became of each file and page that the owner's page brings in, for whoever watches."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from index.article import LeftOut

if TYPE_CHECKING:
    from index.sources.scan import ScannedFile

KEPT = 2_000
"""The latest entries; older ones are forgotten."""
PARTS = 50
"""So many of the parts of one file that are not read are named."""
EntryState = Literal["waiting", "being_read", "read", "in", "unchanged", "left_out", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class IntakeEntry:
    """A file, a page or a part of one. `number` grows with each change; `why` is a message and a hint."""

    number: int
    name: str
    state: EntryState
    articles: int = 0
    title: str = ""
    why: tuple[str, str] | None = None
    article_id: str | None = None
    """The first article in it."""


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """What came of files and pages: how many have ended, and what that did to the articles."""

    done: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    starter_articles: int = 0
    finished: int = 0
    """How many publications, ever: a page that has seen fewer reads its list anew."""


def entries_of(name: str, scanned: ScannedFile) -> list[IntakeEntry]:
    """Return what is in a file that was read, and the first parts of it that are not read."""
    articles = scanned.articles
    problems = [*scanned.failures, *scanned.left_out]
    why = (problems[0].error, problems[0].hint) if problems else None
    known = (articles[0].title, why, articles[0].id) if articles else ("", why, None)
    entries = [IntakeEntry(0, name, _state(scanned), len(articles) + scanned.unchanged, *known)]
    for problem in problems[:PARTS]:
        if problem.source != scanned.file.name:
            state: EntryState = "left_out" if isinstance(problem, LeftOut) else "failed"
            entries.append(IntakeEntry(0, problem.source, state, why=(problem.error, problem.hint)))
    return entries


class IntakeLog:
    """LRU list of at most `KEPT` entries by name, for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, IntakeEntry] = OrderedDict()
        self._number = 0

    def note(self, name: str, state: EntryState, *, why: tuple[str, str] | None = None) -> None:
        """Note what became of a file or a page."""
        with self._lock:
            self._put(IntakeEntry(0, name, state, why=why))

    def note_file(self, name: str, scanned: ScannedFile) -> None:
        """Note what is in a file that was read, and what of it is not read."""
        with self._lock:
            for entry in entries_of(name, scanned):
                self._put(entry)

    def finish(self, names: Sequence[str], kept: Collection[str], error: tuple[str, str] | None) -> None:
        """Note that a job has ended: what was read of it is in where it is among `kept`."""
        with self._lock:
            for name in names:
                entry = self._entries.get(name)
                if entry is None or entry.state not in ("waiting", "read"):
                    continue
                if error is not None:
                    self._put(replace(entry, state="failed", why=error))
                else:
                    self._put(replace(entry, state="in" if name in kept else "stopped"))

    def after(self, number: int) -> list[IntakeEntry]:
        """Return the entries that have changed after the one with this number, in that order."""
        with self._lock:
            return [entry for entry in self._entries.values() if entry.number > number]

    def _put(self, entry: IntakeEntry) -> None:
        self._number += 1
        self._entries.pop(entry.name, None)
        self._entries[entry.name] = replace(entry, number=self._number)
        if len(self._entries) > KEPT:
            self._entries.popitem(last=False)


def _state(scanned: ScannedFile) -> EntryState:
    if scanned.articles:
        return "read"
    if scanned.unchanged:
        return "unchanged"
    return "failed" if scanned.failures else "left_out"
