"""One run of a source: what is new or has changed there comes into the store, and what is gone goes, if that is wanted.

What was added by hand is left alone, and so is what was removed by hand: a source changes only what it has brought.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from index.article import Failure
from index.embed import EmbeddingModel
from index.errors import ArticleError, QuothError, StoreBusyError, StoreError
from index.ingest import ingest
from index.options import IngestOptions
from index.publisher import IngestReport, Publisher
from index.readers.source_metadata import SourceMetadata
from index.sources.fetch import GoneError, Web
from index.sources.walk import File
from index.store.place import open_store
from index.sync.bucket import BucketOrigin
from index.sync.catalog import Catalog
from index.sync.mailbox import MailboxOrigin
from index.sync.origins import Document, FolderOrigin, Origin, PagesOrigin
from index.sync.source import Item, Source, SourceStatus
from index.sync.webdav import WebDavOrigin
from settings import StorePlace

BATCH_FILES, BATCH_BYTES = 200, 64 << 20
"""So much is fetched before it is brought in, so that the store is not held while a slow site is waited for."""
ERRORS_KEPT = 20
_LONGEST_MINUTES = 24 * 60
"""A source that fails is looked at less and less often, but at least once a day, unless its own interval is longer.
Where it was the store that failed, this begins with a minute."""


@dataclass(slots=True)
class RunReport:
    """What a run did. `left_alone` are files that were added, or whose articles were removed, by hand."""

    source: str
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    left_alone: int = 0
    errors: list[Failure] = field(default_factory=list)
    failed: bool = False
    store_failed: bool = False


def run_source(
    store: StorePlace,
    name: str,
    model: Callable[[], EmbeddingModel],
    stop: Event | None = None,
    web: Web | None = None,
    clock: Callable[[], float] = time.time,
) -> RunReport:
    """Run a source and remember what became of it.

    `model` is called if there is anything to embed. Raises StoreBusyError where somebody else writes or runs sources.
    """
    catalog = Catalog(store)
    with catalog.running():
        source, status = catalog.get(name)
        report = RunReport(name)
        run = _Run(store, source, catalog, model, report, stop or Event())
        validators = None
        try:
            with closing(_opened(source, status, web)) as origin:
                run.bring_in(origin)
                validators = origin.validators
        except StoreBusyError:
            raise
        except QuothError as error:
            report.failed, report.store_failed = True, isinstance(error, StoreError)
            report.errors.append(Failure(source.place, error.message, error.hint))
        finally:
            run.keep_items()
        catalog.keep_status(name, _after(source, status, report, run, clock()))
        if validators is not None and not report.errors and not run.stop.is_set():
            _, now = catalog.get(name)
            catalog.keep_status(name, replace(now, etag=validators.etag, modified=validators.modified))
        return report


def _opened(source: Source, status: SourceStatus, web: Web | None) -> Origin:
    """Return the source, ready to be listed."""
    if source.kind == "folder":
        return FolderOrigin(source)
    web = web or Web(private_hosts=source.private_hosts)
    match source.kind:
        case "mailbox":
            return MailboxOrigin(source, web)
        case "webdav":
            return WebDavOrigin(source, web)
        case "bucket":
            return BucketOrigin(source, web)
        case _:
            return PagesOrigin(source, status, web)


def _after(source: Source, status: SourceStatus, report: RunReport, run: _Run, now: float) -> SourceStatus:
    failures = status.failures + 1 if report.failed else 0
    doubled = 2 ** min(failures, 20)
    minutes = max(source.minutes, min(_LONGEST_MINUTES, source.minutes * doubled))
    if report.store_failed:
        minutes = min(minutes, doubled // 2)
    errors = [f"{error.error}: {error.hint}" for error in report.errors[:ERRORS_KEPT]]
    return replace(
        status,
        last_run=now,
        next_run=now + 60 * minutes,
        failures=failures,
        errors=errors,
        articles=run.brought,
    )


class _Run:
    """Run of one source. `items` are what all sources have brought."""

    def __init__(
        self,
        store: StorePlace,
        source: Source,
        catalog: Catalog,
        model: Callable[[], EmbeddingModel],
        report: RunReport,
        stop: Event,
    ) -> None:
        self.items = catalog.items()
        self.stop = stop
        self._before = dict(self.items)
        self._store = store
        self._source = source
        self._catalog = catalog
        self._model = model
        self._report = report

    @property
    def brought(self) -> int:
        """How many files of this source have come into the store."""
        return sum(item.source == self._source.name and item.is_in for item in self.items.values())

    def bring_in(self, origin: Origin) -> None:
        """Bring in what the source lists. Raises QuothError where it cannot be listed, or the store not be written."""
        files = origin.files()
        if files is None:
            self._report.unchanged += self.brought
            return
        present, gone = self._present(), set[str]()
        with _spool() as spool:
            for file in files[: self._source.limit]:
                if self.stop.is_set():
                    return
                try:
                    self._look_at(file, origin, present, spool)
                except GoneError:
                    gone.add(str(file.path))
                except ArticleError as error:
                    self._report.errors.append(Failure(file.name, error.message, error.hint))
                if spool.is_full:
                    self._publish(spool)
            self._publish(spool)
        if self._source.prune:
            self._remove({str(file.path) for file in files} - gone)

    def keep_items(self) -> None:
        """Remember what was brought, if that has changed."""
        if self.items != self._before:
            self._catalog.keep_items(self.items)
            self._before = dict(self.items)

    def _look_at(self, file: File, origin: Origin, present: set[str], spool: Spool) -> None:
        """Take a file into the spool if it is new or has changed, and the source's to bring. Raises ArticleError."""
        key = str(file.path)
        known = self.items.get(key)
        if known is not None and known.source is None:
            known = self.items[key] = replace(known, source=self._source.name)
        is_by_hand = known is None and key in present
        was_removed = known is not None and known.is_in and key not in present
        if is_by_hand or was_removed or (known is not None and known.source != self._source.name):
            self._report.left_alone += 1
            return
        document = origin.get(file, known)
        if document is None or (known is not None and known.sha256 == document.sha256):
            self._report.unchanged += 1
            if document is not None:
                self.items[key] = _item(self._source.name, file, document)
            return
        spool.put(file, document)

    def _publish(self, spool: Spool) -> None:
        """Bring in what is in the spool, and empty it."""
        if not spool.files:
            return
        source = self._source
        options = IngestOptions(
            collection=source.collection,
            tags=tuple(source.tags),
            files=tuple(spool.files),
            read=spool.read,
            origin=f"the source {source.name}",
        )
        fresh = {key: item for key, item in spool.items(source.name).items() if key not in self.items}
        # Should this process die once they are in, they are still known to be the source's.
        self.items |= {key: Item(source.name, item.name, "") for key, item in fresh.items()}
        self.keep_items()
        report: IngestReport = ingest(self._store, [], self._model(), options, stop=self.stop)
        self._report.added += report.articles_added
        self._report.changed += report.articles_changed
        self._report.removed += report.articles_removed
        self._report.unchanged += report.articles_unchanged
        self._report.errors += report.errors
        present = self._present()
        for key, item in spool.items(source.name).items():
            if key in present and not report.stopped:  # else it is tried again
                self.items[key] = item
        self.keep_items()
        spool.clear()

    def _remove(self, listed: set[str]) -> None:
        """Remove what this source has brought and does not list any more."""
        vanished = {key for key, item in self.items.items() if item.source == self._source.name and key not in listed}
        ids = [article_id for article_id, path in self._places() if path in vanished]
        if ids:
            with Publisher(self._store) as publisher:
                publisher.make_whole()
                publisher.publish([], ids)
                publisher.sweep()
            self._report.removed += len(ids)
        for key in vanished:
            del self.items[key]

    def _present(self) -> set[str]:
        return {path for _, path in self._places()}

    def _places(self) -> Sequence[tuple[str, str]]:
        store = open_store(self._store)
        if not store.exists():
            return []
        with closing(store.open()) as database, database.reading():
            return database.places()


def _item(source: str, file: File, document: Document) -> Item:
    validators = document.validators
    return Item(source, file.name, document.sha256, validators.etag, validators.modified)


class Spool:
    """Documents on the disk that are to be brought in, in a folder that only this user can read."""

    def __init__(self, folder: Path) -> None:
        self.files: list[File] = []
        self._folder = folder
        self._documents: dict[str, tuple[Path, SourceMetadata | None, Item]] = {}
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to bring in what there is."""
        return len(self.files) >= BATCH_FILES or self._bytes >= BATCH_BYTES

    def put(self, file: File, document: Document) -> None:
        """Keep a document until it is brought in."""
        path = self._folder / str(len(self.files))
        path.write_bytes(document.data)
        self._bytes += len(document.data)
        self.files.append(file)
        self._documents[str(file.path)] = (path, document.label, _item("", file, document))

    def read(self, file: File) -> tuple[bytes, SourceMetadata | None]:
        """Return a document's bytes and label, under whatever name it is asked for."""
        path, label, _ = self._documents[str(file.path)]
        return path.read_bytes(), label

    def items(self, source: str) -> Mapping[str, Item]:
        """Return what is to be remembered of the documents once they are in."""
        return {key: replace(item, source=source) for key, (_, _, item) in self._documents.items()}

    def clear(self) -> None:
        """Forget the documents."""
        for path, _, _ in self._documents.values():
            path.unlink()
        self.files, self._documents, self._bytes = [], {}, 0


@contextmanager
def _spool() -> Iterator[Spool]:
    with tempfile.TemporaryDirectory(prefix="quoth-source-") as folder:
        yield Spool(Path(folder))
