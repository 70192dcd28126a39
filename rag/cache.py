"""Answers made of quotes, kept for whoever asks the same again while the store stays as it is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from rag.answer import Answer, Event, Found, Said
from rag.filters import Filters
from rag.snapshot import Snapshot
from rag.timings import Clock

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and how many passages were found for it."""

    answer: Answer
    found: int

    def again(self, answer_id: str, question: str, clock: Clock) -> Generator[Event]:
        """The events of the answer as that to `question`."""
        yield Found(self.found)
        for sentence in self.answer.sentences:
            yield Said(sentence, tuple(each for each in self.answer.citations if each.n in sentence.citations))
        yield replace(self.answer, id=answer_id, question=question, timings_ms=clock.timings())


class Lately(Generic[Value]):
    """At most `most` values by key; the ones that nobody has used for longest go first. For many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: Hashable, value: Value) -> None:
        """Remember a value."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def get(self, key: Hashable) -> Value | None:
        """The value, unless there is none or it is forgotten by now."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)


def key_of(
    question: Mapping[str, Any],
    snapshot: Snapshot,
    standalone: str,
    asked: str,
    filters: Filters,
    history: Sequence[Mapping[str, str]],
) -> Hashable:
    """All that an answer made of quotes depends on; None where it is to be made anew."""
    revision = snapshot.database.fact("revision")
    if question.get("trace") or revision is None:
        return None
    known = tuple(turn["question"] for turn in history)
    return revision, standalone, asked, filters, known, question.get("suggest"), question.get("written")
