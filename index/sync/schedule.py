"""The sources that are due, one after the other, while a server runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from index.embed import EmbeddingModel
from index.errors import QuothError, StoreBusyError
from index.sync.catalog import Catalog
from index.sync.run import run_source
from settings import StorePlace

LOOK_SECONDS = 5.0
_log = logging.getLogger(__name__)


@contextmanager
def in_step(store: StorePlace, model: Callable[[], EmbeddingModel], *, allow_network: bool) -> Iterator[None]:
    """Run the sources when they are due, in a thread, until the block ends; then the one that runs stops soon."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(store, model, allow_network, stop), name="sources", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LOOK_SECONDS)


def run_due(
    store: StorePlace, model: Callable[[], EmbeddingModel], stop: threading.Event, *, allow_network: bool
) -> None:
    """Run each source that is due now. Where somebody else writes, it stays due."""
    for source, status in Catalog(store).list():
        if stop.is_set() or status.next_run > time.time() or (source.is_remote and not allow_network):
            continue
        try:
            report = run_source(store, source.name, model, stop)
        except StoreBusyError:
            return
        for failure in report.errors:
            _log.warning("source %s: %s", source.name, failure.error)
        _log.info(
            "source %s: %d added, %d changed, %d removed, %d unchanged",
            *(source.name, report.added, report.changed, report.removed, report.unchanged),
        )


def _keep(store: StorePlace, model: Callable[[], EmbeddingModel], allow_network: bool, stop: threading.Event) -> None:
    while not stop.wait(LOOK_SECONDS):
        try:
            run_due(store, model, stop, allow_network=allow_network)
        except QuothError as error:
            _log.warning("the sources could not be run: %s", error)
        except Exception:  # a thread that ended would leave all sources as they are for good
            _log.exception("the sources could not be run")
