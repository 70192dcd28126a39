"""What one connection may take from the server: uvicorn's own protocol, with deadlines and an end to patience.

uvicorn waits for ever for the head of a request, for its body, and for a client to read.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 2_000
"""The most at once; a further one is closed as it comes."""
HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
READ_SECONDS = 30.0
"""How long a client may read nothing of what it is sent."""
LEFT_SECONDS = 2.0
LEFT_BYTES = 256 * 1024
"""What is still taken of a body after its request has been answered, so that a refusal is read before the end."""


class Connection(H11Protocol):
    """For `uvicorn.Config(http=Connection)`. h11 itself bounds the head of a request: 16 KiB."""

    _deadline: asyncio.TimerHandle | None = None
    _waits_for: tuple[object, object, object] | None = None
    _unread: asyncio.TimerHandle | None = None
    _left = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timers, so that none outlives the connection."""
        super().connection_lost(exc)
        for timer in (self._deadline, self._unread):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Take more of a head or of a body."""
        if self._is_answered_early():
            self._left += len(data)
            if self._left > LEFT_BYTES:
                self.transport.pause_reading()
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Go on to the next request, or to the end."""
        super().on_response_complete()
        self._watch()
        self._abort_if_unread()

    def timeout_keep_alive_handler(self) -> None:
        """Close: no further request came."""
        super().timeout_keep_alive_handler()
        self._abort_if_unread()

    def pause_writing(self) -> None:
        """Stop writing to a client that does not read as fast as it is written to, and give it a deadline."""
        super().pause_writing()
        self._unread = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def _watch(self) -> None:
        """Set the deadline of what is waited for, once for each head and each body."""
        waits_for = (self.cycle, self.conn.their_state, self.conn.our_state is h11.DONE)
        if waits_for == self._waits_for:
            return
        self._waits_for = waits_for
        if self._deadline is not None:
            self._deadline.cancel()
        body_seconds = LEFT_SECONDS if self._is_answered_early() else BODY_SECONDS
        seconds = {h11.IDLE: HEAD_SECONDS, h11.SEND_BODY: body_seconds}.get(self.conn.their_state)
        self._deadline = self.loop.call_later(seconds, self.transport.abort) if seconds else None

    def _is_answered_early(self) -> bool:
        return self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY

    def _abort_if_unread(self) -> None:
        """Abort a closing connection whose client does not drain its buffer."""
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self.loop.call_later(READ_SECONDS, self.transport.abort)
