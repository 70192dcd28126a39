"""Articles into the store: read, cut, embed what is new, publish (`writer.py` has the publishing)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event

from index.article import Article
from index.chunk import chunk_article, title_context
from index.embed import EmbeddingModel, check_same
from index.errors import ModelError, StoreDamagedError, StoreError
from index.publisher import IngestReport, Pending, Progress, Writer
from index.sources.intake import Reading
from index.sources.survey import Survey
from index.store.database import Database
from index.store.layout import DATABASE

_BATCH_CHUNKS = 500


def ingest(
    store: Path,
    paths: Sequence[Path],
    model: EmbeddingModel,
    *,
    origin: str = "",
    prune: bool = False,
    erase: bool = False,
    reading: Reading | None = None,
    progress: Progress | None = None,
    report: IngestReport | None = None,
    stop: Event | None = None,
) -> IngestReport:
    """Bring the articles under `paths` into `store`, making it if need be.

    `origin` names what the store is built from, if it is empty. Articles that cannot be read are in
    the report's errors; the others are in. A `report` that is given can be looked at meanwhile. Once `stop` is set,
    what is embedded is published and the rest left. Raises UsageError, ModelError and StoreError.
    """
    with Writer(store, model, progress, stop, report) as writer:
        writer.make_whole()
        origin = origin or ", ".join(str(path.resolve()) for path in paths)
        _bring_in(writer, paths, origin, prune, reading or Reading())
        if erase:
            writer.publish([], [], rebuild=True)
            writer.forget_former()
        writer.sweep()
        return writer.report


def rebuild(store: Path) -> IngestReport:
    """Bring a store of an earlier version up to date; make Chroma's files again if they are damaged. Needs no model."""
    with Writer(store) as writer:
        writer.make_whole()
        writer.sweep()
        return writer.report


def repair(
    store: Path,
    model: EmbeddingModel,
    *,
    progress: Progress | None = None,
    report: IngestReport | None = None,
    stop: Event | None = None,
) -> IngestReport:
    """Make Chroma's files again from the stored vectors; these, the passages and the words from the stored articles.

    The latter only where they are not whole, or `model` is another one than theirs. Raises StoreError.
    """
    if not (store / DATABASE).is_file():
        raise StoreError(f"there is no store in {store}", "run `python app.py ingest PATH` to make one")
    with Writer(store, model, progress, stop, report) as writer:
        if _fits(writer, model, store) and _is_whole(writer.database):
            writer.publish([], [], rebuild=True)
        else:
            stored = ((writer.database.article(info.id), Path(info.path)) for info in writer.database.articles())
            pending = [_cut(writer, article, path, ()) for article, path in stored if article]
            writer.files = len({each.path for each in pending})
            writer.publish([replace(each, kind="unchanged") for each in pending], [], rebuild=True, anew=True)
        writer.sweep()
        return writer.report


def _bring_in(writer: Writer, paths: Sequence[Path], origin: str, prune: bool, reading: Reading) -> None:
    """Read what is under `paths` and publish it, in batches that grow with the store."""
    with closing(Survey(writer.database, paths, origin=origin, prune=prune, reading=reading)) as survey:
        report = writer.report
        report.files_passed_over = survey.passed_over
        writer.files = len(survey.files)
        gone = [*survey.outdated, *survey.gone]
        pending: list[Pending] = []
        held, at_once = 0, _batch(writer)
        for done, (file, taken) in enumerate(survey, start=1):
            writer.tell("reading")
            report.errors += taken.failures
            report.articles_unchanged += taken.unchanged
            gone += taken.gone
            cut = [_cut(writer, article, file.path, survey.known) for article in taken.articles]
            pending += cut
            held += sum(len(each.chunks) for each in cut)
            if held >= at_once:
                writer.publish(pending, gone, origin=origin)
                pending, gone, writer.files_in = [], [], done
                held, at_once = 0, _batch(writer)
            if writer.stop.is_set():
                report.stopped = True
                break
    if pending or gone != survey.outdated:  # the starter corpus stays where nothing takes its place
        writer.publish(pending, gone, origin=origin)


def _batch(writer: Writer) -> int:
    """How many chunks to publish at once. To be asked once a batch: counting takes as long as reading many files."""
    return max(_BATCH_CHUNKS, writer.database.counts()[1])


def _cut(writer: Writer, article: Article, path: Path, known: Collection[str]) -> Pending:
    """A new or changed article with its chunks; unchanged passages keep their cuts."""
    assert writer.model is not None
    earlier = writer.database.article(article.id) if article.id in known else None
    cuts = [end for _, end in writer.database.chunk_spans(article.id)] if earlier else []
    chunks = chunk_article(article, writer.model, earlier.text if earlier else "", cuts)
    same = earlier is not None and replace(earlier, sha256=article.sha256) == article
    kind = "unchanged" if same else "changed" if earlier else "added"
    return Pending(article, path, title_context(article.title, writer.model), chunks, kind)


def _fits(writer: Writer, model: EmbeddingModel, store: Path) -> bool:
    name, probe = writer.database.fact("embedding_model"), writer.database.blob("embedding_probe")
    try:
        check_same(model, name or "", probe or b"", store)
    except ModelError:
        return False
    return True


def _is_whole(database: Database) -> bool:
    try:
        return database.check() is None
    except StoreDamagedError:
        return False
