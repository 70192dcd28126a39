"""The command `ingest`: articles into the index, with all it can do. See docs/store.md."""

from __future__ import annotations

import signal
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from commands.console import err, out, print_failures, print_json, print_left_out
from commands.parser import Commands, add_json_option
from index.article import collection_name
from index.errors import QuothError, StoreBusyError, UsageError
from settings import Settings

if TYPE_CHECKING:
    from index.embed import EmbeddingModel
    from index.options import IngestOptions
    from index.publisher import IngestReport, ProgressCallback

INTERRUPTED = 130
FIELDS = ("text", "title", "author", "date", "id", "url")


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("ingest", "bring articles into the index", run)
    parser.add_argument("paths", nargs="*", type=_place, metavar="PATH", help="files, folders, or addresses of pages")
    parser.add_argument(
        "--allow-network", action="store_true", default=None, help="fetch the pages whose addresses are given"
    )
    for name in FIELDS:
        parser.add_argument(f"--{name}-field", metavar="NAME", help=f"the column or key of the {name} in CSV and JSONL")
    parser.add_argument(
        "--collection", metavar="NAME", help="what the articles belong to; docs/articles.md says who sees which"
    )
    parser.add_argument("--ocr", action="store_true", help="read scanned PDFs and pictures, too, by Tesseract")
    parser.add_argument("--ocr-language", default="eng", metavar="NAMES", help="of the text in them: eng+deu")
    parser.add_argument("--prune", action="store_true", help="remove articles under PATH that are gone")
    parser.add_argument("--erase", action="store_true", help="have removed vectors leave the disk at once")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
    parser.add_argument("--verbose", action="store_true", help="name each file that is left out, with the reason")
    parser.add_argument("--watch", action="store_true", help="go on, and bring in what changes under PATH")
    parser.add_argument("--queue", action="store_true", help="hand all of it to the workers (a store in PostgreSQL)")
    parser.add_argument(
        "--ray", metavar="ADDRESS", help="embed on the Ray cluster at HOST:PORT, or on one of its own: auto"
    )
    parser.add_argument("--repair", action="store_true", help="instead, make the index again from the stored articles")
    add_json_option(parser)


def _place(text: str) -> Path | str:
    """Return a path, or the address of a page as it is. An empty word is none, though Path takes it for "."."""
    if not text.strip():
        raise ArgumentTypeError("an empty path; was a variable not set?")
    return text if text.startswith(("http://", "https://")) else Path(text)


def run(settings: Settings, options: Namespace) -> int:
    """Bring articles in, or do what `--dry-run`, `--repair` and `--watch` say."""
    if options.repair == bool(options.paths):
        raise UsageError("ingest takes either PATHs or --repair", "write `python app.py ingest PATH`")
    if options.dry_run:
        return _dry_run(settings, options)
    if options.queue:
        return _queue(settings, options)
    from commands.store import embedding_model, refuse_articles_as_store
    from index.ingest import ingest, repair
    from index.publisher import IngestReport

    refuse_articles_as_store(settings)
    model = embedding_model(settings)
    report = IngestReport()
    with interruptible() as stop, _on_ray(settings, options, model, stop) as model:
        with bar(report) as told:
            if options.repair:
                repair(settings.store, model, progress=told, report=report, stop=stop)
            else:
                ingest(
                    settings.store,
                    _paths(options),
                    model,
                    _ingest_options(settings, options),
                    progress=told,
                    report=report,
                    stop=stop,
                )
        _sweep_shared(settings, erased=options.erase)
        code = _say(report, options)
        if options.watch and not stop.is_set():
            err.print("Watching for changes (Ctrl-C stops it).")
            _watch(settings, options, model, stop)
    return code


@contextmanager
def _on_ray(settings: Settings, options: Namespace, model: EmbeddingModel, stop: Event) -> Iterator[EmbeddingModel]:
    """Yield the model, as it embeds on Ray if that is asked for."""
    if options.ray is None:
        yield model
        return
    from index.ray_pool import embedding_on_ray

    err.print("Waiting for Ray...")
    with embedding_on_ray(options.ray, model, settings.models / model.name, settings.threads, stop) as spread:
        yield spread
        if spread.lost:
            err.print(f"quoth: Ray was lost ({spread.lost}); the rest was embedded here", markup=False)


def _sweep_shared(settings: Settings, *, erased: bool) -> None:
    """Erase the shared answers whose words are gone from the store."""
    from web.shared_answers import sweep_shared

    sweep_shared(settings, erased=erased)


def _paths(options: Namespace) -> list[Path]:
    return [path for path in options.paths if isinstance(path, Path)]


def _urls(settings: Settings, options: Namespace) -> tuple[str, ...]:
    """Return the addresses of pages. Raises UsageError where there are any without --allow-network."""
    urls = tuple(place for place in options.paths if isinstance(place, str))
    if urls and not settings.allow_network:
        raise UsageError(f"{urls[0]} is on the network", "add --allow-network, or save the page and ingest the file")
    return urls


def _ingest_options(settings: Settings, options: Namespace) -> IngestOptions:
    """Return what to ingest with. Raises UsageError for a page without --allow-network."""
    urls = _urls(settings, options)
    columns = {name: getattr(options, f"{name}_field") for name in ("text", "title", "author", "date", "id")}
    columns["link"] = options.url_field
    fields = {name: column for name, column in columns.items() if column}
    if options.ocr:
        from index.readers.ocr import check_languages

        check_languages(options.ocr_language)
    from index.options import IngestOptions  # brings all readers of files

    collection, ocr = _collection(options.collection), options.ocr_language if options.ocr else ""
    return IngestOptions(options.prune, options.erase, fields, urls, collection, ocr=ocr)


def _collection(said: str | None) -> str | None:
    """Return a collection as it is kept. Raises UsageError for a name of which nothing is left."""
    name = collection_name(said or "")
    if said and not name:
        raise UsageError(f"{said!r} is no name for a collection", "use letters, digits, and . _ -")
    return None if said is None else name


def _watch(settings: Settings, options: Namespace, model: EmbeddingModel, stop: Event) -> None:
    """Ingest whenever something changes. Failures are told and survived; while another process writes, it waits."""
    from index.ingest import ingest
    from index.sources.watch import follow

    due = True  # something may have changed before it was followed
    for changed in follow(_paths(options), stop):
        due = due or changed
        if not due:
            continue
        try:
            report = ingest(settings.store, _paths(options), model, _ingest_options(settings, options), stop=stop)
            if report.articles_added or report.articles_changed or report.articles_removed or report.errors:
                _say(report, options)
            due = False
        except StoreBusyError:
            continue
        except QuothError as error:
            err.print(f"quoth: {error}", markup=False)
            due = False


@contextmanager
def interruptible() -> Iterator[Event]:
    """Ctrl-C sets the event, for those who stop at a safe point; a second one interrupts at once."""
    stop = Event()

    def interrupted(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        err.print("Stopping at the next safe point; what is done is kept (Ctrl-C again stops at once).")

    former = signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def bar(report: IngestReport) -> Iterator[ProgressCallback]:
    """Show a progress bar on standard error until the block ends: files, passages a second, time left, errors."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} files, {task.fields[further]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err.console, transient=True, disable=not err.console.is_terminal) as shown:
        task = shown.add_task("starting", total=1, further="")

        def told(stage: str, done: float, total: int) -> None:
            seconds = max(shown.tasks[0].elapsed or 0, 0.1)
            further = f"{report.chunks_embedded / seconds:.0f} passages/s, {len(report.errors)} errors"
            shown.update(task, description=stage, completed=done, total=total, further=further)

        yield told


def _dry_run(settings: Settings, options: Namespace) -> int:
    from index.preview import preview

    found = preview(settings.store, _paths(options), _ingest_options(settings, options))
    if options.json:
        print_json({name: value for name, value in asdict(found).items() if name != "left_out"})
    else:
        kinds = {"added": found.articles_added, "changed": found.articles_changed, "removed": found.articles_removed}
        for kind, sources in (kinds | {"duplicate": found.duplicates}).items():
            for source in sources:
                out.print(f"{kind:9}  {source}", markup=False)
        counts = ", ".join(f"{len(sources)} {kind}" for kind, sources in kinds.items())
        out.print(f"would be {counts}, {found.articles_unchanged} unchanged; nothing is written")
    print_failures(found.errors)
    print_left_out(found.left_out, verbose=options.verbose)
    return 3 if found.errors else 0


def _queue(settings: Settings, options: Namespace) -> int:
    """Hand the files to the workers. Raises UsageError for what these do not do."""
    names = ("prune", "erase", "watch", "repair", "ray", *(f"{name}_field" for name in FIELDS))
    given = [name for name in names if getattr(options, name)]
    if given:
        raise UsageError(f"--queue does not go with {given[0].replace('_', '-')}", "leave one of them out")
    from index.worker import enqueue

    urls = _urls(settings, options)
    count, failures = enqueue(settings.store, _paths(options), urls)
    out.print(
        f"{count} {'files and pages' if urls else 'files'} are queued; `python app.py status` says how many are left"
    )
    if urls:
        err.print("quoth: pages are fetched by workers and servers that were started with --allow-network")
    print_failures(failures)
    return 3 if failures else 0


def _say(report: IngestReport, options: Namespace) -> int:
    """Print the report on standard output, the rest on standard error. Returns the exit code."""
    if options.json:
        keys = ("left_out", "starter_articles", "still_held", "stopped", "upgraded")
        print_json({name: value for name, value in asdict(report).items() if name not in keys})
    else:
        out.print(_in_words(report))
    print_failures(report.errors)
    print_left_out(report.left_out, verbose=options.verbose)
    if report.starter_articles:
        err.print(f"quoth: the {report.starter_articles} starter articles made way for these")
    if report.still_held:
        err.print("quoth: a running server still has the former vectors open; they go when it has moved on")
    if report.stopped:
        done = report.articles_added + report.articles_changed
        err.print(f"quoth: stopped; {done} new or changed articles are in, ingest again for the rest")
        return INTERRUPTED
    return 3 if report.errors else 0


def _in_words(report: IngestReport) -> str:
    changes = f"{report.articles_added} added, {report.articles_changed} changed, {report.articles_removed} removed"
    passages = f"{report.chunks_embedded} passages embedded, {report.chunks_reused} reused"
    others = f"; {len(report.left_out)} left out" if report.left_out else ""
    return f"{changes}, {report.articles_unchanged} unchanged; {passages} in {report.seconds:.1f} s{others}"
