"""The answers given lately, in memory: what is copied, exported and rated is what the server said, by its id."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from rag.answer import Answer
from rag.condense import Turn

KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and what it answered: the question as it was asked, and the turns before it, oldest first."""

    answer: Answer
    question: str
    history: tuple[Turn, ...]


class Recent:
    """At most `most` answers by their id; the ones that nobody has used for longest go first. For many threads.

    Whoever knows an id can read the question and its answer, so ids have to be such as nobody guesses.
    """

    def __init__(self, most: int = KEPT) -> None:
        self._given: LRUCache[str, Given] = LRUCache(most)
        self._lock = threading.Lock()

    def keep(self, answer: Answer, question: str, history: Sequence[Turn]) -> None:
        """Remember an answer."""
        with self._lock:
            self._given[answer.id] = Given(answer, question, tuple(history))

    def get(self, answer_id: str) -> Given | None:
        """What was given under this id, unless it is unknown or forgotten by now."""
        with self._lock:
            return self._given.get(answer_id)
