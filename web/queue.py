"""The queue of questions: a few are answered at a time, in the order they came, whichever face they came by."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from web.errors import ApiError

AT_ONCE = 2
WAITING = 32
LOOK_SECONDS = 0.25
RETRY_SECONDS = 5


class AdmissionQueue:
    """Tickets in the order in which they came; the first `at_once` of them are being served. For one event loop."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once = at_once
        self._capacity = at_once + waiting
        self._tickets: list[object] = []
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        """How many are being served or wait."""
        return len(self._tickets)

    def enter(self) -> object:
        """Return a ticket at the end of the queue. Raises ApiError where too many wait already."""
        if len(self._tickets) >= self._capacity:
            message, retry = "many questions are being answered right now", {"Retry-After": str(RETRY_SECONDS)}
            raise ApiError(503, "full", message, "ask again in a minute", retry)
        ticket = object()
        self._tickets.append(ticket)
        return ticket

    def position(self, ticket: object) -> int:
        """Return how many tickets have to leave before this one is served; 0 means that it is being served."""
        return max(0, self._tickets.index(ticket) + 1 - self._at_once)

    def leave(self, ticket: object) -> None:
        """Make room for the next, who learns of it at once: a place that is empty for a while costs answers."""
        self._tickets.remove(ticket)
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, seconds: float) -> None:
        """Wait until a ticket leaves the queue, at most this long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
