"""Articles into the store: read what is new or has changed, cut it into chunks, hand it to the publisher."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event

from index.article import Article
from index.changes import FileChange, PendingArticle
from index.chunk import chunk_article, title_context
from index.embed import EmbeddingModel, check_same
from index.errors import ModelError, StoreDamagedError, StoreError
from index.options import IngestOptions
from index.publisher import IngestReport, ProgressCallback, Publisher
from index.sources.scan import Scan, ScannedFile
from index.store.base import Database, DatabaseReader
from index.store.place import open_store
from settings import StorePlace

FileCallback = Callable[[ScannedFile], None]
"""Told each file as soon as it is read, before what it changes is in."""
BATCH_CHUNKS = 500
"""Chunks that are published at once, at least."""


def ingest(
    store: StorePlace,
    paths: Sequence[Path],
    model: EmbeddingModel,
    options: IngestOptions | None = None,
    *,
    progress: ProgressCallback | None = None,
    report: IngestReport | None = None,
    stop: Event | None = None,
    on_file: FileCallback | None = None,
) -> IngestReport:
    """Bring the articles under `paths` into `store`, making it if need be.

    Articles that cannot be read are in the report's errors; the others are in. A `report` that is given can be looked
    at meanwhile. Once `stop` is set, what is embedded is published and the rest left. Raises UsageError, ModelError
    and StoreError.
    """
    options = options or IngestOptions()
    if not options.origin:
        options = replace(options, origin=", ".join(str(path.resolve()) for path in paths))
    with Publisher(store, model, progress, stop, report) as publisher:
        publisher.make_whole()
        with closing(Scan(publisher.database, paths, options)) as scan:
            _publish_changes(publisher, scan, model, options.origin, on_file)
        if options.erase:
            publisher.publish([], rebuild=True)
            publisher.forget_former()
        publisher.sweep()
        return publisher.report


def rebuild(store: StorePlace) -> IngestReport:
    """Bring a store of an earlier version up to date; make Chroma's files again if they are damaged. Needs no model."""
    with Publisher(store) as publisher:
        publisher.make_whole()
        publisher.sweep()
        return publisher.report


def repair(
    store: StorePlace,
    model: EmbeddingModel,
    *,
    progress: ProgressCallback | None = None,
    report: IngestReport | None = None,
    stop: Event | None = None,
) -> IngestReport:
    """Make Chroma's files again from the stored vectors; these, the passages and the words from the stored articles.

    The latter only where they are not whole, or `model` is another one than theirs. Raises StoreError.
    """
    if not open_store(store).exists():
        raise StoreError(f"there is no store in {store}", "run `python app.py ingest PATH` to make one")
    with Publisher(store, model, progress, stop, report) as publisher:
        if _fits(publisher.database, model, store) and _is_whole(publisher.database):
            publisher.publish([], rebuild=True)
        else:
            changes = _stored_articles(publisher.database, model)
            publisher.files = len(changes)
            publisher.publish(changes, rebuild=True, anew=True)
        publisher.sweep()
        return publisher.report


def _publish_changes(
    publisher: Publisher, scan: Scan, model: EmbeddingModel, origin: str, on_file: FileCallback | None
) -> None:
    """Read file by file and publish what has changed, in batches that grow with the store."""
    report = publisher.report
    report.left_out += scan.left_out
    publisher.files = len(scan.files)
    changes: list[FileChange] = []
    removed = [*scan.outdated, *scan.removed]
    chunks, batch = 0, _batch_size(publisher)
    for done, scanned in enumerate(scan, start=1):
        publisher.tell("reading")
        if on_file is not None:
            on_file(scanned)
        report.errors += scanned.failures
        report.left_out += scanned.left_out
        report.articles_unchanged += scanned.unchanged
        change = change_of(publisher.database, model, scanned, scan.known)
        if not change.is_empty:
            changes.append(change)
            chunks += sum(len(pending.chunks) for pending in change.articles)
        if chunks >= batch:
            publisher.publish(changes, removed, origin=origin)
            report.starter_articles = len(scan.outdated)
            changes, removed, publisher.files_in = [], [], done
            chunks, batch = 0, _batch_size(publisher)
        if publisher.stop.is_set():
            report.stopped = True
            break
    if changes or (removed and not scan.outdated):  # the starter corpus stays where nothing takes its place
        publisher.publish(changes, removed, origin=origin)
        report.starter_articles = len(scan.outdated)


def _batch_size(publisher: Publisher) -> int:
    """Return how many chunks to publish at once. To be asked once a batch: counting takes as long as reading files."""
    return max(BATCH_CHUNKS, publisher.database.counts()[1])


def change_of(
    database: DatabaseReader, model: EmbeddingModel, scanned: ScannedFile, known: Collection[str]
) -> FileChange:
    """Return what a scanned file changes in the store, with its articles cut into chunks."""
    articles = [_cut(database, model, article, known) for article in scanned.articles]
    file = scanned.file
    return FileChange(file.path, file.name, articles, scanned.removed, scanned.moved, scanned.incomplete)


def _cut(database: DatabaseReader, model: EmbeddingModel, article: Article, known: Collection[str]) -> PendingArticle:
    """Cut an article into chunks; where its id is known, unchanged passages keep their cuts."""
    earlier = database.article(article.id) if article.id in known else None
    cuts = [end for _, end in database.chunk_spans(article.id)] if earlier else []
    chunks = chunk_article(article, model, earlier.text if earlier else "", cuts)
    same = earlier is not None and replace(earlier, sha256=article.sha256) == article
    kind = "unchanged" if same else "changed" if earlier else "added"
    return PendingArticle(article, title_context(article.title, model), chunks, kind)


def _stored_articles(database: Database, model: EmbeddingModel) -> list[FileChange]:
    """Return all articles of the store, cut anew, by the files that they came from."""
    files: dict[str, list[PendingArticle]] = {}
    for info in database.articles():
        if article := database.article(info.id):
            files.setdefault(info.path, []).append(replace(_cut(database, model, article, ()), kind="unchanged"))
    return [FileChange(Path(path), "", articles) for path, articles in files.items()]


def _fits(database: Database, model: EmbeddingModel, store: StorePlace) -> bool:
    name, probe = database.fact("embedding_model"), database.blob("embedding_probe")
    try:
        check_same(model, name or "", probe or b"", str(store))
    except ModelError:
        return False
    return True


def _is_whole(database: Database) -> bool:
    try:
        return database.check() is None
    except StoreDamagedError:
        return False
