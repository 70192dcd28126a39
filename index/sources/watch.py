"""Following files and folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

_REST_MS, _AT_MOST_MS = 1_000, 10_000
"""Changes are gathered until nothing has changed for the first time, at most for the second."""
_TURN_MS = 5_000


def follow(paths: Sequence[Path], stop: Event) -> Iterator[bool]:
    """Whether something under `paths` has changed: at once when it has come to rest, else every few seconds.

    Ends when `stop` is set.
    """
    from watchfiles import watch

    for changes in watch(
        *paths,
        step=_REST_MS,
        debounce=_AT_MOST_MS,
        rust_timeout=_TURN_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    ):
        yield bool(changes)
