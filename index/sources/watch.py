"""Watching files and folders for changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

_QUIET_MS, _MAX_WAIT_MS = 1_000, 10_000
"""Changes are gathered until nothing has changed for the first of these times, at most for the second."""
_POLL_MS = 5_000


def follow(paths: Sequence[Path], stop: Event) -> Iterator[bool]:
    """Tell whether something under `paths` has changed: at once when it has come to rest, else every few seconds.

    Ends when `stop` is set.
    """
    from watchfiles import watch

    for changes in watch(
        *paths,
        step=_QUIET_MS,
        debounce=_MAX_WAIT_MS,
        rust_timeout=_POLL_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    ):
        yield bool(changes)
