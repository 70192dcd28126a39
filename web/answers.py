"""The answers given lately: what is copied, exported and rated is what the server said, by its id.

They are in memory; where the store is a database, in that as well, for the other servers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cachetools import LRUCache
from pydantic import TypeAdapter

from rag.answer import Answer
from rag.condense import Turn
from rag.filters import NO_FILTERS, Filters
from settings import StorePlace
from web.shared import Shared, shared

CAPACITY = 2_000
FOLDER = "answers"


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

    def __init__(self, capacity: int = CAPACITY, store: StorePlace | None = None) -> None:
        """Remember answers, and share them where `store` is a database."""
        self._answers: LRUCache[str, StoredAnswer] = LRUCache(capacity)
        self._lock = threading.Lock()
        self._shared: Shared[StoredAnswer] | None = None
        if store is not None:
            self._shared = shared(store, FOLDER, TypeAdapter(StoredAnswer))

    @property
    def is_shared(self) -> bool:
        """Whether other servers know the answers that are shared."""
        return self._shared is not None

    def put(self, answer: Answer, question: str, history: Sequence[Turn], filters: Filters = NO_FILTERS) -> None:
        """Remember an answer."""
        with self._lock:
            self._answers[answer.id] = StoredAnswer(answer, question, tuple(history), filters)

    def drop(self, answer_ids: Iterable[str]) -> None:
        """Forget these answers. To be called in a thread."""
        for answer_id in answer_ids:
            with self._lock:
                self._answers.pop(answer_id, None)
            if self._shared is not None:
                self._shared.drop(answer_id)

    def share(self, answer_id: str) -> None:
        """Let other servers know an answer, if there are any. To be called in a thread."""
        with self._lock:
            stored = self._answers.get(answer_id)
        if self._shared is not None and stored is not None:
            self._shared.put(answer_id, stored)

    def get(self, answer_id: str) -> StoredAnswer | None:
        """Return what was given under this id, unless it is unknown or forgotten by now. To be called in a thread."""
        with self._lock:
            stored = self._answers.get(answer_id)
        if stored is not None or self._shared is None:
            return stored
        return self._shared.get(answer_id)
