"""Reads what is in a store's queue, one after the other, beside other workers on any machine.

Reading, cutting and embedding need no lock; a file's publication takes it for as long as its transaction lasts.
Workers do this, and servers with what the owner's page has sent, where there are no workers.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from urllib.parse import urldefrag

from index.article import Failure
from index.changes import FileChange
from index.embed import EmbeddingModel
from index.errors import StoreAwayError, StoreBusyError, StoreError, StoreRefusedError, UsageError
from index.ingest import change_of
from index.intake_log import IntakeCounts, IntakeEntry, entries_of
from index.options import IngestOptions
from index.publisher import Publisher
from index.remembering import Remembering
from index.removals import Removals, marked_articles
from index.sources.scan import Scan, ScannedFile
from index.sources.walk import File, unique_names
from index.store.base import DatabaseReader
from index.store.place import open_store
from index.store.queue import KINDS, Job, JobKind, Queue
from settings import StorePlace

IDLE_SECONDS = 1.0
REGISTER_SECONDS = 10.0
_LOCK_SECONDS = (0.05, 0.2)
"""How long to wait for those who publish, before the next try; not the same for all."""
_BATCH = 64
Told = Callable[[str], None]
"""Told what became of a file."""


@dataclass(slots=True)
class WorkReport:
    """What a worker has done so far."""

    files: int = 0
    set_aside: list[Failure] = field(default_factory=list)


def queue_of(store: StorePlace) -> Queue:
    """Return a store's queue. Raises UsageError for a store in a folder, which has none."""
    opened = open_store(store)
    queue = opened.queue()
    if queue is None:
        hint = "use a store in PostgreSQL (docs/scale.md), or ingest without a queue"
        raise UsageError(f"the store {opened} is a folder, which has no queue", hint)
    return queue


def enqueue(store: StorePlace, paths: Sequence[Path], urls: Sequence[str] = ()) -> tuple[int, list[Failure]]:
    """Add the files under `paths` and pages to the store's queue. Returns how many, and what cannot be queued.

    Workers read the files by these very paths.
    """
    queue = queue_of(store)
    pages = list(dict.fromkeys(urldefrag(url).url for url in urls))
    if pages:
        queue.add_pages(pages, ", ".join(pages))
    if not paths:
        return len(pages), []
    with (
        closing(open_store(store).open()) as database,
        database.reading(),
        closing(Scan(database, paths, IngestOptions())) as scan,
    ):
        files = {str(file.path): file.name for file in unique_names(scan.files, queue.names())}
    unnamed = [path for path in files if path != path.encode(errors="replace").decode()]
    names = map(files.pop, unnamed)
    failures = [Failure(name, f"the name of {name!a} is not UTF-8", "rename the file") for name in names]
    queue.add(files, ", ".join(str(path.resolve()) for path in paths))
    return len(files) + len(pages), failures


def work(
    store: StorePlace,
    model: EmbeddingModel,
    *,
    told: Told = lambda _: None,
    stop: Event | None = None,
    until_empty: bool = False,
    network: bool = False,
) -> WorkReport:
    """Read files of the queue until `stop` is set, or the queue is empty. A store that is away is waited for.

    Pages on the web are for those who may use the `network`.
    """
    stop, worker, kinds = stop or Event(), Worker(store, model, told), kinds_for(network=network)
    registered = -REGISTER_SECONDS
    while not stop.is_set():
        try:
            if time.monotonic() > registered + REGISTER_SECONDS:
                worker.queue.register(kinds)
                registered = time.monotonic()
            if worker.step(kinds):
                continue
            state = worker.queue.state()
            if until_empty and state.waiting + state.being_read <= (0 if network else state.pages):
                break
        except StoreError as error:  # the file is still in the queue
            told(str(error))
        stop.wait(IDLE_SECONDS)
    with suppress(StoreError):
        worker.queue.leave()
    return worker.report


def kinds_for(*, network: bool) -> tuple[JobKind, ...]:
    """Return what a worker takes that may use the network, or may not."""
    return tuple(kind for kind in KINDS if network or kind != "page")


class _StoppedError(Exception):
    """What is being brought in is to be left."""


class Worker:
    """Brings in what it takes from the queue. Once `stop` is set, it leaves what it is at to the next."""

    def __init__(
        self, store: StorePlace, model: EmbeddingModel, told: Told = lambda _: None, stop: Event | None = None
    ) -> None:
        """Take the store and the model. Raises UsageError for a store in a folder."""
        self.queue = queue_of(store)
        self.report = WorkReport()
        self._store = store
        self._model = Remembering(model)
        self._told = told
        self._stop = stop or Event()
        self._publishing = False
        self._left: tuple[Job, bool] | None = None
        """What was taken and neither brought in nor given back yet, and whether that counts as a try."""

    def step(self, kinds: Collection[JobKind] = KINDS) -> bool:
        """Take something of these kinds and bring it in; returns whether there was anything.

        Raises StoreError. What was being brought in is left to the next step of whoever comes first.
        """
        self._give_back()
        job = self.queue.take(kinds)
        if job is None:
            return False
        self._model.forget()
        self._publishing = False
        try:
            self._bring_in(job)
        except _StoppedError:
            self.queue.give_back(job)
        except Exception as error:
            self._left = job, self._may_be_why(error)
            with suppress(StoreError):  # a database that is away gets it back with the next step
                self._give_back()
            raise
        return True

    def _give_back(self) -> None:
        """Give back what is left, which nobody else takes before the lease ends. Raises StoreError."""
        if self._left is not None:
            job, tried = self._left
            self.queue.give_back(job, tried=tried)
            self._left = None

    def _may_be_why(self, error: Exception) -> bool:
        """Return whether what is being brought in may be why it failed, rather than the database alone."""
        match error:
            case StoreBusyError() | StoreRefusedError():
                return False
            case StoreAwayError():  # the database's memory may have been too small for it
                return self._publishing
        return True

    def _bring_in(self, job: Job) -> None:
        """Bring a file in and take it off the queue, both in one transaction. What cannot be read is set aside."""
        try:
            with (
                closing(open_store(self._store).open()) as database,
                database.reading(),
                closing(self._scan(database, job)) as scan,
            ):
                [scanned] = scan
                change = change_of(database, self._model, scanned, scan.known)
                known = database.known_vectors(change.texts)
        except UsageError as error:  # it is not there
            self._set_aside(job, Failure(job.name, error.message, error.hint))
            return
        if scanned.failures and not scanned.articles:
            self._set_aside(job, scanned.failures[0])
            return
        texts = [text for digest, text in change.texts.items() if digest not in known]
        for at in range(0, len(texts), _BATCH):
            if self._stop.is_set():
                raise _StoppedError
            self._model.encode(texts[at : at + _BATCH])
            self.queue.renew(job)
        self._publish(job, scanned, change, scan.outdated if change.articles else ())
        self.report.files += 1
        self._told(f"{job.name}: {len(scanned.articles)} new or changed, {scanned.unchanged} unchanged")
        for failure in scanned.failures:
            self._told(f"{failure.error}: {failure.hint}")

    def _publish(self, job: Job, scanned: ScannedFile, change: FileChange, outdated: Sequence[str]) -> None:
        """Publish what a file changes. With what the owner's page sent goes what is marked as removed there."""
        entries = [_published(entry) for entry in entries_of(job.name, scanned)]
        with self._publisher(job) as publisher:
            publisher.make_whole()
            marks = Removals(self._store) if job.kind != "file" else None
            marked = marks.marked() if marks else []
            gone = marked_articles(publisher.database, marked, str(scanned.file.path))
            self._publishing = True
            counts = _counts(change, removed=len(outdated) + len(gone), starter=len(outdated))
            publisher.publish(
                [change],
                [*outdated, *gone],
                origin=job.origin,
                done=lambda: self.queue.finish(job, publisher.database, entries, counts),
            )
        if marks:
            marks.unmark(marked)

    def _scan(self, database: DatabaseReader, job: Job) -> Scan:
        """Return a scan of the job's file alone. Raises UsageError where it is not there."""
        path = Path(job.path)
        match job.kind:
            case "page":
                return Scan(database, [], IngestOptions(urls=(job.path,), origin=job.origin))
            case "upload":
                options = IngestOptions(
                    files=(File(path, job.name),), read=lambda _: (self.queue.content(job), None), origin=job.origin
                )
                return Scan(database, [], options)
            case "file":
                scan = Scan(database, [path], IngestOptions(origin=job.origin))
                scan.files = [File(path, job.name)]  # the name that it was queued with
                return scan

    def _set_aside(self, job: Job, failure: Failure) -> None:
        self.queue.set_aside(job, failure)
        self.report.set_aside.append(failure)
        self._told(f"{failure.error}: {failure.hint}")

    @contextmanager
    def _publisher(self, job: Job) -> Iterator[Publisher]:
        """Yield who may publish, once others have. Raises StoreBusyError where another worker has the job by then."""
        with ExitStack() as stack:
            while True:
                try:
                    publisher = stack.enter_context(Publisher(self._store, self._model))
                    break
                except StoreBusyError:
                    if self._stop.wait(random.uniform(*_LOCK_SECONDS)):
                        raise _StoppedError from None
                    self.queue.renew(job)
            self.queue.claim(job, publisher.database)
            yield publisher


def _published(entry: IntakeEntry) -> IntakeEntry:
    return replace(entry, state="in") if entry.state == "read" else entry


def _counts(change: FileChange, *, removed: int, starter: int) -> IntakeCounts:
    kinds = Counter(pending.kind for pending in change.articles)
    return IntakeCounts(1, kinds["added"], kinds["changed"], removed + len(change.removed), starter, finished=1)
