"""One writer at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StoreBusyError, StoreError


@contextmanager
def write_lock(store: Path) -> Iterator[None]:
    """The right to write to the store. Raises StoreBusyError at once if another process has it.

    The system releases it when its holder dies.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        lock = (store / "writer.lock").open("w")
    except OSError as error:
        raise StoreError(f"the store {store} cannot be written ({error.strerror})", "choose another --store") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusyError(
                f"another process is writing to the store {store}", "wait until it is done and try again"
            ) from None
        yield
