"""The lock that lets one process write to a store at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StoreBusyError
from index.store.durable import translate_os_errors


@contextmanager
def write_lock(store: Path) -> Iterator[None]:
    """Hold the right to write to the store. Raises StoreBusyError at once if another process has it.

    The system releases it when its holder dies.
    """
    with translate_os_errors(f"the store {store} cannot be written", "choose another --store"):
        store.mkdir(parents=True, exist_ok=True)
        lock = (store / "writer.lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusyError(
                f"another process is writing to the store {store}", "wait until it is done and try again"
            ) from None
        yield
