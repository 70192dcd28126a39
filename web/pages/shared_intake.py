"""The intake of a store that several servers share: what is sent goes into its queue, and any worker brings it in.

Where no worker has been heard of lately, each server does so itself, in a thread of its own. How far it is and what
became of each file is in the database, so that all servers tell the same.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from index.errors import QuothError, StoreAwayError, StoreBusyError
from index.intake_log import EntryState, IntakeEntry
from index.publisher import Publisher
from index.removals import Removals, marked_articles
from index.store.durable import require_space
from index.store.layout import UPLOAD_BYTES, UPLOADED
from index.store.place import open_store
from index.store.queue import IntakeProgress, JobKind, Queue
from index.uploads import WaitingFile
from index.worker import Worker, kinds_for, queue_of
from settings import Settings
from web.pages.intake import ORIGIN, SPARE_BYTES, IntakeState, Stage

if TYPE_CHECKING:
    from rag.chain import AnswerChain

POLL_SECONDS = 5.0
"""How often a server looks for what another one has taken in and cannot do any more."""
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 30.0
_log = logging.getLogger(__name__)


class SharedIntake:
    """Intake of a store in a database. See Intake."""

    def __init__(self, chain: AnswerChain, settings: Settings, removals: Removals) -> None:
        self._chain = chain
        self._settings = settings
        self._removals = removals
        self._removing: Stage | None = None
        self._error: tuple[str, str] | None = None
        self._due = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="intake", daemon=True)

    @cached_property
    def _queue(self) -> Queue:
        return queue_of(self._settings.store)

    @cached_property
    def _worker(self) -> Worker:
        return Worker(self._settings.store, self._chain.embeddings, stop=self._stop)

    @cached_property
    def _folder(self) -> TemporaryDirectory[str]:
        """Folder of files that are on their way to the database."""
        return TemporaryDirectory(prefix="quoth-uploads-")

    @property
    def most_bytes(self) -> int:
        """See Intake."""
        return UPLOAD_BYTES

    def open(self) -> None:
        """See Intake."""
        self._thread.start()

    def close(self) -> None:
        """See Intake. What waits is brought in by others."""
        self._stop.set()
        self._due.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)
        self._folder.cleanup()

    def new_path(self, size: int) -> Path:
        """See Intake."""
        folder = Path(self._folder.name)
        require_space(folder, size + SPARE_BYTES)
        return folder / secrets.token_hex(16)

    def note(self, name: str, state: EntryState, why: tuple[str, str]) -> None:
        """See Intake."""
        self._queue.note([IntakeEntry(0, name, state, why=why)])

    def add_file(self, file: WaitingFile) -> None:
        """See Intake."""
        try:
            with file.path.open("rb") as body:
                self._queue.add_upload(file.name, body, file.path.stat().st_size, ORIGIN)
        finally:
            file.path.unlink(missing_ok=True)
        self._taken(f"{UPLOADED}{file.name}")

    def add_page(self, url: str) -> None:
        """See Intake."""
        self._queue.add_pages([url], ORIGIN)
        self._taken(str(Path(url)))

    def _taken(self, path: str) -> None:
        """Keep what is sent again, should it be marked, and have it brought in."""
        if marked := self._removals.marked():
            with closing(open_store(self._settings.store).open()) as database, database.reading():
                gone = marked_articles(database, marked, path)
            self._removals.unmark(set(marked).difference(gone))
        self._due.set()

    def publish_removals(self) -> None:
        """See Intake."""
        self._removing = "publishing"
        self._due.set()

    def stop(self) -> None:
        """See Intake."""
        self._removing = None
        self._queue.drop_intake()

    def told(self, after: int) -> tuple[IntakeState, Sequence[IntakeEntry]]:
        """See Intake."""
        progress = self._queue.intake(after)
        counts = progress.counts
        state = IntakeState(
            self._removing or _stage(progress),
            counts.done,
            counts.done + progress.waiting + progress.being_read,
            progress.waiting,
            counts.added,
            counts.changed,
            counts.removed,
            counts.starter_articles,
            counts.finished,
            self._error,
        )
        return state, progress.entries

    def _work(self) -> None:
        seconds = POLL_SECONDS
        failed: QuothError | None = None
        while not self._stop.is_set():
            self._due.wait(seconds)
            self._due.clear()
            seconds = POLL_SECONDS
            try:
                self._remove()
                self._bring_in()
                if isinstance(failed, StoreAwayError):
                    self._error = None
                failed = None
            except StoreBusyError:  # others publish, or what was at hand is another's by now
                self._removing = self._removing and "busy"
                seconds = RETRY_SECONDS
            except QuothError as error:
                if not isinstance(error, StoreAwayError):
                    self._removing = None
                self._error = (error.message, error.hint)
                if failed is None:
                    _log.warning("what was sent is not brought in for now: %s", error)
                failed = error
            except Exception:  # nobody waits for this thread: whoever watches has to be told
                _log.exception("articles could not be brought in or removed")
                self._removing = None
                self._error = ("the articles could not be brought in or removed", "look into the server's log")

    def _remove(self) -> None:
        """Remove what is marked, if that is wanted."""
        if not self._removing:
            return
        self._error = None
        with Publisher(self._settings.store) as publisher:
            self._removing = "publishing"
            marked = self._removals.marked()
            gone = marked_articles(publisher.database, marked)
            origin = publisher.database.fact("origin") or ORIGIN
            done = self._queue.count_removed
            publisher.publish([], gone, origin=origin, done=lambda: done(publisher.database, len(gone)))
        self._removals.unmark(marked)
        self._removing = None

    def _bring_in(self) -> None:
        """Bring in what waits and no worker is there for."""
        while not self._stop.is_set() and (kinds := self._unserved()):
            if not self._worker.step(kinds):
                return
            self._error = None

    def _unserved(self) -> list[JobKind]:
        kinds = kinds_for(network=self._settings.allow_network)
        return [kind for kind in kinds if kind != "file" and not self._queue.is_served(kind)]


def _stage(progress: IntakeProgress) -> Stage:
    if progress.being_read:
        return "reading"
    return "queued" if progress.waiting else "idle"
