"""Reads the files of a store's queue, one after the other, beside other workers on any machine.

Reading, cutting and embedding need no lock; a file's publication takes it for as long as its transaction lasts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

from index.article import Failure
from index.embed import EmbeddingModel
from index.errors import StoreBusyError, StoreError, UsageError
from index.ingest import change_of
from index.options import IngestOptions
from index.publisher import Publisher
from index.sources.scan import Scan
from index.sources.walk import File, unique_names
from index.store.base import DatabaseReader, Job, Queue
from index.store.place import open_store
from settings import StorePlace

IDLE_SECONDS = 1.0
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


def enqueue(store: StorePlace, paths: Sequence[Path]) -> tuple[int, list[Failure]]:
    """Add the files under `paths` to the store's queue. Returns how many, and what cannot be queued.

    Workers read the files by these very paths.
    """
    queue = queue_of(store)
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
    return len(files), failures


def work(
    store: StorePlace,
    model: EmbeddingModel,
    *,
    told: Told = lambda _: None,
    stop: Event | None = None,
    until_empty: bool = False,
) -> WorkReport:
    """Read files of the queue until `stop` is set, or the queue is empty. A store that is away is waited for."""
    stop, report = stop or Event(), WorkReport()
    queue, remembering = queue_of(store), Remembering(model)
    while not stop.is_set():
        try:
            job = queue.take()
            if job is None:
                state = queue.state()
                if until_empty and not state.waiting + state.being_read:
                    break
                stop.wait(IDLE_SECONDS)
                continue
            remembering.forget()
            _do(store, queue, job, remembering, report, told)
        except StoreError as error:  # the file is still in the queue
            told(str(error))
            stop.wait(IDLE_SECONDS)
    return report


def _do(store: StorePlace, queue: Queue, job: Job, model: Remembering, report: WorkReport, told: Told) -> None:
    """Bring a file in and take it off the queue, both in one transaction. What cannot be read is set aside."""
    try:
        with closing(open_store(store).open()) as database, database.reading(), closing(_scan(database, job)) as scan:
            [scanned] = scan
            change = change_of(database, model, scanned, scan.known)
            known = database.known_vectors(change.texts)
    except UsageError as error:  # it is not there
        _set_aside(queue, job, Failure(job.name, error.message, error.hint), report, told)
        return
    if scanned.failures and not scanned.articles:
        _set_aside(queue, job, scanned.failures[0], report, told)
        return
    texts = [text for digest, text in change.texts.items() if digest not in known]
    for at in range(0, len(texts), _BATCH):
        model.encode(texts[at : at + _BATCH])
        queue.renew(job)
    with _publisher(store, model, queue, job) as publisher:
        publisher.make_whole()
        publisher.publish(
            [change], scan.outdated, origin=job.origin, done=lambda: queue.finish(job, publisher.database)
        )
    report.files += 1
    told(f"{job.name}: {len(scanned.articles)} new or changed, {scanned.unchanged} unchanged")
    for failure in scanned.failures:
        told(f"{failure.error}: {failure.hint}")


def _scan(database: DatabaseReader, job: Job) -> Scan:
    """Return a scan of the job's file alone, under the name that it was queued with. Raises UsageError."""
    scan = Scan(database, [Path(job.path)], IngestOptions(origin=job.origin))
    scan.files = [File(Path(job.path), job.name)]
    return scan


def _set_aside(queue: Queue, job: Job, failure: Failure, report: WorkReport, told: Told) -> None:
    queue.set_aside(job, failure)
    report.set_aside.append(failure)
    told(f"{failure.error}: {failure.hint}")


@contextmanager
def _publisher(store: StorePlace, model: EmbeddingModel, queue: Queue, job: Job) -> Iterator[Publisher]:
    """Yield who may publish, once the others have. Raises StoreBusyError where another worker has the job by then."""
    with ExitStack() as stack:
        while True:
            try:
                publisher = stack.enter_context(Publisher(store, model))
                break
            except StoreBusyError:
                time.sleep(random.uniform(*_LOCK_SECONDS))
                queue.renew(job)
        queue.claim(job, publisher.database)
        yield publisher


class Remembering(EmbeddingModel):
    """An embedding model that embeds each text once: before the lock is taken, rather than while it is held."""

    def __init__(self, model: EmbeddingModel) -> None:
        self.name = model.name
        self._model = model
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._probe: NDArray[np.float32] | None = None

    def forget(self) -> None:
        """Let go of the texts."""
        self._vectors = {}

    def probe(self) -> NDArray[np.float32]:
        """See EmbeddingModel."""
        if self._probe is None:
            self._probe = self._model.probe()
        return self._probe

    @property
    def window(self) -> int:
        """See EmbeddingModel."""
        return self._model.window

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """See EmbeddingModel."""
        return self._model.token_ends(texts)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """See EmbeddingModel."""
        if query:
            return self._model.encode(texts, query=True)
        if missing := [text for text in dict.fromkeys(texts) if text not in self._vectors]:
            self._vectors |= zip(missing, self._model.encode(missing), strict=True)
        return np.stack([self._vectors[text] for text in texts])
