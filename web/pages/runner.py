"""One run at a time, in a thread of its own, which can be watched and stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from index.errors import QuothError
from web.errors import ApiError

if TYPE_CHECKING:
    from evaluation.run import Told
    from evaluation.scorecard import Scorecard

State = Literal["idle", "running", "stopping", "stopped", "failed", "done"]
CLOSE_SECONDS = 30.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the latest run is. `run` is its id once it is kept, `error` why it failed: message and hint."""

    state: State = "idle"
    questions: str = ""
    stage: str = ""
    done: int = 0
    total: int = 0
    run: str | None = None
    error: tuple[str, str] | None = None


class _StoppedError(Exception):
    """The run was told to stop."""


class Runner:
    """Runs in the background; `keep` is given what comes out of a run and says its id."""

    def __init__(self, keep: Callable[[Scorecard], str]) -> None:
        self.progress = Progress()
        self._keep = keep
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self.progress.state in ("running", "stopping")

    def check_free(self) -> None:
        """Raise ApiError while a run is under way."""
        if self.busy:
            message = f"{self.progress.questions} is being scored right now"
            raise ApiError(409, "running", message, "wait until it is through, or stop it")

    def start(self, questions: str, total: int, score: Callable[[Told], Scorecard]) -> None:
        """Begin a run of `total` questions. Raises ApiError while another is under way."""
        with self._lock:
            self.check_free()
            self._stop.clear()
            self.progress = Progress("running", questions, total=total)
        # A daemon: a question that takes minutes must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, args=(score,), name="evaluation", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Have the run end after the question that it is at."""
        with self._lock:
            if self.busy:
                self._stop.set()
                self.progress = replace(self.progress, state="stopping")

    def forget(self, run: str) -> None:
        """Say no more of a run that was deleted."""
        with self._lock:
            if self.progress.run == run:
                self.progress = Progress()

    def close(self) -> None:
        """Stop, and wait for the end: what the run reads from is about to be closed."""
        self.stop()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _work(self, score: Callable[[Told], Scorecard]) -> None:
        try:
            card = score(self._told)
            if self._stop.is_set():
                raise _StoppedError
            self._ended("done", run=self._keep(card))
        except _StoppedError:
            self._ended("stopped")
        except QuothError as error:
            self._ended("failed", error=(error.message, error.hint))
        except Exception:  # nobody waits for this thread: whoever watches has to be told
            _log.exception("a run failed")
            self._ended("failed", error=("the questions could not be scored", "look into the server's log"))

    def _told(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _StoppedError
        with self._lock:
            self.progress = replace(self.progress, stage=stage, done=done, total=total)

    def _ended(self, state: State, run: str | None = None, error: tuple[str, str] | None = None) -> None:
        with self._lock:
            self.progress = replace(self.progress, state=state, run=run, error=error)
