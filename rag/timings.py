"""How long an answer takes, by stage."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rag.answer import Timings

T = TypeVar("T")


class Clock:
    """Runs from its making; a stage may be entered again and again."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._spent: Counter[str] = Counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """What happens inside is counted to the stage `name`."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._spent[name] += round((time.perf_counter() - started) * 1_000_000)

    def steps(self, name: str, made: Iterator[T]) -> Iterator[T]:
        """What an iterator makes; the making is counted to the stage `name`."""
        done: Any = object()
        while True:
            with self.stage(name):
                step = next(made, done)
            if step is done:
                return
            yield step

    def timings(self) -> Timings:
        """Milliseconds so far."""
        total = round((time.perf_counter() - self._started) * 1000)
        return Timings(**{name: round(spent / 1000) for name, spent in self._spent.items()}, total=total)
