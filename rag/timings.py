"""How long an answer takes, by stage."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rag.answer import Timings

T = TypeVar("T")


class Stopwatch:
    """Wall time since its making, and the time spent in each stage; a stage may be entered again and again."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._microseconds: Counter[str] = Counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time inside the block to the stage `name`."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._microseconds[name] += round((time.perf_counter() - started) * 1_000_000)

    def timed(self, name: str, items: Iterator[T]) -> Iterator[T]:
        """Yield the items, counting the time until each comes to the stage `name`."""
        exhausted: Any = object()
        while True:
            with self.stage(name):
                item = next(items, exhausted)
            if item is exhausted:
                return
            yield item

    def timings(self) -> Timings:
        """Return the milliseconds so far."""
        total = round((time.perf_counter() - self._started) * 1000)
        return Timings(**{name: round(spent / 1000) for name, spent in self._microseconds.items()}, total=total)
