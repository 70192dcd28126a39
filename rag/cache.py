"""Answers made of quotes, kept for whoever asks the same again while the store stays as it is."""

from __future__ import annotations

import threading
from collections.abc import Generator, Hashable, Iterable
from dataclasses import dataclass, replace

from cachetools import LRUCache

from rag.answer import Answer, Timings
from rag.asked import Asked
from rag.corpus import Corpus
from rag.events import Event, RetrievedEvent, sentence_events


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer, and how many passages were retrieved for it."""

    answer: Answer
    retrieved: int

    def replay(self, answer_id: str, question: str, timings: Timings) -> Generator[Event]:
        """Yield the events of the answer, as that to `question`."""
        yield RetrievedEvent(self.retrieved, self.answer.standalone_question)
        yield from sentence_events(self.answer.sentences, self.answer.citations)
        yield replace(self.answer, id=answer_id, question=question, timings_ms=timings)


class AnswerCache:
    """At most `size` answers by key, the least recently used of which goes first. Safe to share between threads."""

    def __init__(self, size: int) -> None:
        self._answers: LRUCache[Hashable, CachedAnswer] = LRUCache(size)
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> CachedAnswer | None:
        """Return the answer, unless there is none or it is forgotten by now."""
        with self._lock:
            return self._answers.get(key)

    def put(self, key: Hashable, answer: CachedAnswer) -> None:
        """Keep an answer; a cache of size 0 keeps none."""
        with self._lock:
            if self._answers.maxsize:
                self._answers[key] = answer


def kept(events: Iterable[Event], key: Hashable, cache: AnswerCache) -> Generator[Event]:
    """Yield the events and keep the Answer that they end with."""
    retrieved = 0
    for event in events:
        if isinstance(event, RetrievedEvent):
            retrieved = event.count
        elif isinstance(event, Answer):
            cache.put(key, CachedAnswer(event, retrieved))
        yield event


def cache_key(asked: Asked, corpus: Corpus) -> Hashable:
    """Return all that an answer made of quotes depends on; None where it is to be made anew."""
    if asked.trace or corpus.revision is None:
        return None
    earlier = tuple(turn["question"] for turn in asked.history)
    words = (asked.standalone, asked.bare, asked.others > 0)
    return corpus.revision, words, asked.filters, earlier, asked.suggest, asked.written
