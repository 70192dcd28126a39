"""Sources that the owner's page wants run now: one after the other, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from index.embed import EmbeddingModel
from index.errors import QuothError, StoreBusyError
from index.sync.run import run_source
from settings import StorePlace

RETRY_SECONDS = 1.0
CLOSE_SECONDS = 30.0
_log = logging.getLogger(__name__)


class SourceRunner:
    """Queue of sources. What became of a run is in the list of sources; `problem` is why the latest could not begin."""

    def __init__(self, store: StorePlace, model: Callable[[], EmbeddingModel], done: Callable[[], None]) -> None:
        """Take the store, what gives the embedding model, and what is called after each run."""
        self.problem: tuple[str, str] | None = None
        self._store = store
        self._model = model
        self._done = done
        self._names: list[str] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def names(self) -> Sequence[str]:
        """The sources that are run: the first one now, the others after it."""
        with self._lock:
            return tuple(self._names)

    def start(self, name: str) -> None:
        """Run a source soon, unless it waits already."""
        with self._lock:
            self.problem = None
            if name in self._names:
                return
            self._names.append(name)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="sources now", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop at the next safe point, and wait for that."""
        self._stop.set()
        with self._lock:
            del self._names[1:]
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._names or self._stop.is_set():
                    self._names.clear()
                    self._thread = None
                    return
                name = self._names[0]
            self._run(name)
            with self._lock:
                self._names.remove(name)

    def _run(self, name: str) -> None:
        try:
            while not self._stop.is_set():
                try:
                    run_source(self._store, name, self._model, self._stop)
                except StoreBusyError:  # the server itself may be running sources
                    self._stop.wait(RETRY_SECONDS)
                else:
                    return self._done()
        except QuothError as error:
            self.problem = (error.message, error.hint)
        except Exception:  # nobody waits for this thread: whoever watches has to be told
            _log.exception("a source could not be run")
            self.problem = ("the source could not be run", "look into the server's log")
