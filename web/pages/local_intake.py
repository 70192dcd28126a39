"""The intake of a store in a folder: one job at a time, in a thread of its own, watched file by file.

Files and pages wait together, so that all that came in the meantime becomes one publication. What is marked as removed
goes with it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from index.errors import QuothError, StoreBusyError
from index.ingest import ingest
from index.intake_log import EntryState, IntakeEntry, IntakeLog
from index.options import IngestOptions
from index.publisher import IngestReport
from index.removals import Removals
from index.sources.scan import ScannedFile
from index.sources.walk import FILE_BYTES
from index.status import read_facts
from index.store.catalogue import Catalogue
from index.store.durable import require_space
from index.store.layout import DATABASE
from index.uploads import Placement, Uploads, WaitingFile
from settings import Settings
from web.pages.intake import ORIGIN, SPARE_BYTES, IntakeState, Stage

if TYPE_CHECKING:
    from rag.chain import AnswerChain

QUIET_SECONDS = 1.0
"""So long no further file must have come before a job begins."""
PATIENCE_SECONDS = 20.0
"""So long the first one waits for the others at most."""
RETRY_SECONDS = 2.0
CLOSE_SECONDS = 30.0
_NO_PLACE = ("it has no place: a folder has its name", "rename it")
_log = logging.getLogger(__name__)


class LocalIntake:
    """Intake of a store in a folder. See Intake."""

    def __init__(self, chain: AnswerChain, settings: Settings, removals: Removals) -> None:
        self.state = IntakeState()
        self._log = IntakeLog()
        self._chain = chain
        self._settings = settings
        self._uploads = Uploads(settings.folder)
        self._removals = removals
        self._files: dict[str, WaitingFile] = {}
        self._pages: list[str] = []
        self._publish = False
        self._first, self._last = 0.0, 0.0
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def most_bytes(self) -> int:
        """See Intake."""
        return FILE_BYTES

    def open(self) -> None:
        """See Intake."""
        self._uploads.drop_waiting()

    def new_path(self, size: int) -> Path:
        """See Intake."""
        path = self._uploads.new_path()
        require_space(self._settings.folder, size + SPARE_BYTES)
        return path

    def note(self, name: str, state: EntryState, why: tuple[str, str]) -> None:
        """See Intake."""
        self._log.note(name, state, why=why)

    def told(self, after: int) -> tuple[IntakeState, Sequence[IntakeEntry]]:
        """See Intake."""
        return self.state, self._log.after(after)

    def add_file(self, file: WaitingFile) -> None:
        """See Intake."""
        self._log.note(file.name, "waiting")
        self._wake(file)

    def add_page(self, url: str) -> None:
        """See Intake."""
        self._log.note(url, "waiting")
        self._wake(page=url)

    def publish_removals(self) -> None:
        """See Intake."""
        self._wake(publish=True)

    def stop(self) -> None:
        """See Intake."""
        with self._changed:
            self._stop.set()
            for name in (*self._files, *self._pages):
                self._log.note(name, "stopped")
            for file in self._files.values():
                file.path.unlink(missing_ok=True)
            self._files, self._pages, self._publish = {}, [], False
            if self.state.stage not in ("idle", "waiting"):
                self.state = replace(self.state, stage="stopping", waiting=0)
            self._changed.notify()

    def close(self) -> None:
        """See Intake."""
        self._closed = True
        self.stop()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _wake(self, file: WaitingFile | None = None, page: str | None = None, *, publish: bool = False) -> None:
        with self._changed:
            now = time.monotonic()
            self._first = self._first if self._has_work() else now
            self._last = now
            if file is not None:
                if former := self._files.pop(file.name, None):  # the later one of the same name counts
                    former.path.unlink(missing_ok=True)
                self._files[file.name] = file
            if page is not None:
                self._pages.append(page)
            self._publish = self._publish or publish
            if self.state.stage == "idle":
                self.state = IntakeState("waiting", finished=self.state.finished)
            self.state = replace(self.state, waiting=len(self._files) + len(self._pages))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="intake", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _work(self) -> None:
        while not self._closed:
            with self._changed:
                if self._closed or not self._is_due():
                    self._changed.wait(0.1 if self._has_work() or self._closed else None)
                    if not self._has_work() and self.state.stage == "waiting":
                        self.state = replace(self.state, stage="idle", waiting=0)
                    continue
                self._stop.clear()
                files, pages = list(self._files.values()), self._pages
                self._files, self._pages, self._publish = {}, [], False
                self.state = replace(self.state, stage="reading", done=0, total=len(files) + len(pages), waiting=0)
            self._run(files, pages)

    def _has_work(self) -> bool:
        return bool(self._files or self._pages or self._publish)

    def _is_due(self) -> bool:
        """Return whether to begin: nothing has come for a while, or the first has waited long."""
        now = time.monotonic()
        waited = now - self._last > QUIET_SECONDS or now - self._first > PATIENCE_SECONDS
        return self._has_work() and (self._publish or waited)

    def _run(self, files: Sequence[WaitingFile], pages: Sequence[str]) -> None:
        report, error, kept = IngestReport(), None, set[str]()
        names = [*(file.name for file in files), *pages]
        try:
            kept = self._bring_in(files, pages, report)
        except QuothError as problem:
            error = (problem.message, problem.hint)
        except Exception:  # nobody waits for this thread: whoever watches has to be told
            _log.exception("articles could not be brought in")
            error = ("the articles could not be brought in", "look into the server's log")
        for file in files:  # which may wait still, where the store was busy until the end
            file.path.unlink(missing_ok=True)
        self._log.finish(names, kept, error)
        with self._changed:
            self.state = replace(
                self.state,
                stage="waiting" if self._has_work() else "idle",
                added=self.state.added + report.articles_added,
                changed=self.state.changed + report.articles_changed,
                removed=self.state.removed + report.articles_removed,
                starter_articles=self.state.starter_articles + report.starter_articles,
                finished=self.state.finished + 1,
                error=error or self.state.error,
            )

    def _bring_in(self, files: Sequence[WaitingFile], pages: Sequence[str], report: IngestReport) -> set[str]:
        """Wait until no other process writes, then bring everything in. Returns the names of what is in."""
        while True:
            try:
                with self._uploads.placing(files) as placement:
                    for file in files:
                        if file not in placement.files:
                            self._log.note(file.name, "failed", why=_NO_PLACE)
                    self._ingest(placement, pages, report)
            except StoreBusyError:
                self._told("busy", 0, len(files) + len(pages))
                if self._stop.wait(RETRY_SECONDS):
                    return set()
            else:
                self._chain.index.refresh()
                return placement.kept | (set() if report.stopped else set(pages))

    def _to_remove(self, placement: Placement) -> list[str]:
        """Return the marked articles that there are; what comes in anew is not marked any more."""
        marked = self._removals.marked()
        present = self._present(marked)
        with closing(Catalogue(self._settings.folder / DATABASE)) as catalogue:
            anew = {row[1] for row in catalogue.digests_at([str(file.path) for file in placement.files.values()])}
        self._removals.unmark(anew | (set(marked) - present))
        return [article_id for article_id in marked if article_id in present - anew]

    def _ingest(self, placement: Placement, pages: Sequence[str], report: IngestReport) -> None:
        names = {placed.path: waiting.name for waiting, placed in placement.files.items()}
        removed, files = self._to_remove(placement), tuple(placement.files.values())
        if not (files or pages or removed):
            return
        options = IngestOptions(
            files=files, urls=tuple(pages), remove=tuple(removed), origin=self._origin(has_new=bool(files or pages))
        )

        def read(scanned: ScannedFile) -> None:
            self._log.note_file(names.get(scanned.file.path, scanned.file.name), scanned)
            with self._changed:
                self.state = replace(self.state, done=self.state.done + 1)

        ingest(
            self._settings.store,
            [],
            self._chain.embeddings,
            options,
            progress=self._told,
            report=report,
            stop=self._stop,
            on_file=read,
        )
        self._removals.unmark(set(removed) - self._present(removed))

    def _present(self, article_ids: Collection[str]) -> set[str]:
        """Return those of the ids that an article has."""
        with closing(Catalogue(self._settings.folder / DATABASE)) as catalogue:
            return {entry.id for entry in catalogue.entries(article_ids)}

    def _origin(self, *, has_new: bool) -> str:
        """Return what the store is made of from now on: the starter corpus goes with the first article of one's own."""
        return ORIGIN if has_new else read_facts(self._settings.store).origin or ORIGIN

    def _told(self, stage: str, done: float, total: int) -> None:
        with self._changed:
            if self.state.stage == "stopping" or stage not in get_args(Stage):
                return
            done = self.state.done if stage == self.state.stage == "reading" else done
            self.state = replace(self.state, stage=cast("Stage", stage), done=done, total=total)
