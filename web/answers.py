"""The answers given lately, in memory: what is copied, exported and rated is what the server said, by its id."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from rag.answer import Answer
from rag.condense import Turn
from rag.filters import NO_FILTERS, Filters

CAPACITY = 2_000


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer, and what it answered: the question as it was asked, the turns before it, oldest first, its filters.

    Filter words that stand in the question are no part of `filters`.
    """

    answer: Answer
    question: str
    history: tuple[Turn, ...]
    filters: Filters = NO_FILTERS


class AnswerStore:
    """Thread-safe LRU store of at most `capacity` answers by their id.

    Whoever knows an id can read the question and its answer, so ids have to be such as nobody guesses.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._answers: LRUCache[str, StoredAnswer] = LRUCache(capacity)
        self._lock = threading.Lock()

    def put(self, answer: Answer, question: str, history: Sequence[Turn], filters: Filters = NO_FILTERS) -> None:
        """Remember an answer."""
        with self._lock:
            self._answers[answer.id] = StoredAnswer(answer, question, tuple(history), filters)

    def drop(self, answer_ids: Iterable[str]) -> None:
        """Forget these answers."""
        with self._lock:
            for answer_id in answer_ids:
                self._answers.pop(answer_id, None)

    def get(self, answer_id: str) -> StoredAnswer | None:
        """Return what was given under this id, unless it is unknown or forgotten by now."""
        with self._lock:
            return self._answers.get(answer_id)
