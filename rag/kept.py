"""Answers made of quotes, kept for whoever asks the same again while the store stays as it is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator, Hashable
from dataclasses import dataclass, replace

from rag.answer import Answer, Event, Found, Said
from rag.clock import Clock


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


class KeptAnswers:
    """At most `most` answers; the ones that nobody has asked for longest go first. For many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: Hashable, kept: Kept) -> None:
        """`key` is all that the answer depends on."""
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def get(self, key: Hashable) -> Kept | None:
        """The answer, unless there is none or it is forgotten by now."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)
