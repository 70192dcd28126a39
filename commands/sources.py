"""The command `sources`: folders, feeds, sitemaps, pages of links, mailboxes, shares and buckets kept in step."""

from __future__ import annotations

import datetime as dt
from argparse import Namespace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from commands.console import err, out, print_failures, print_json
from commands.parser import Commands, add_json_option
from index.article import collection_name
from index.errors import UsageError
from settings import Settings

if TYPE_CHECKING:
    from index.embed import EmbeddingModel
    from index.sync.source import Source

KINDS = ("folder", "feed", "sitemap", "links", "mailbox", "webdav", "bucket")
SHOWN_ERRORS = 3


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("sources", "what is kept in step: list, add, run, remove", run)
    parser.add_argument("words", nargs="*", metavar="WORD", help="list, add NAME PLACE, run [NAME...] or remove NAME")
    parser.add_argument("--kind", choices=KINDS, help="what PLACE is (by default as it looks)")
    parser.add_argument("--every", type=int, default=60, metavar="MINUTES", help="how often it is looked at (60)")
    parser.add_argument("--collection", metavar="NAME", help="what its articles belong to")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="a tag of its articles (repeatable)")
    parser.add_argument("--limit", type=int, default=1_000, metavar="N", help="how many articles it may give (1000)")
    parser.add_argument("--prune", action="store_true", help="remove what it brought and does not list any more")
    parser.add_argument(
        "--private-host", action="append", default=[], metavar="HOST", help="ask this host although it is not public"
    )
    parser.add_argument("--user", metavar="NAME", help="the user of a mailbox or a share, the key's id of a bucket")
    parser.add_argument("--password-env", metavar="NAME", help="the variable that its password is in")
    parser.add_argument("--password-file", metavar="PATH", help="the file, of mode 0600, that its password is in")
    parser.add_argument("--endpoint", metavar="URL", help="where a bucket is that is not Amazon's")
    parser.add_argument("--region", metavar="NAME", help="the region of a bucket (us-east-1)")
    parser.add_argument("--allow-network", action="store_true", default=None, help="run sources on the network")
    add_json_option(parser)


def run(settings: Settings, options: Namespace) -> int:
    """Do what the words say."""
    from index.sync.catalog import Catalog

    catalog = Catalog(settings.store)
    match options.words:
        case [] | ["list"]:
            _list(settings, as_json=options.json)
        case ["add", name, place]:
            source = _described(name, place, options)
            catalog.add(source)
            out.print(f"{name} is added, a {source.kind}; `serve` and `sources run` keep it in step", markup=False)
            if source.is_remote and not settings.allow_network:
                err.print("quoth: it is on the network: run and serve with --allow-network")
        case ["run", *names]:
            return _run(settings, names or [source.name for source, _ in catalog.list()], as_json=options.json)
        case ["remove", name]:
            catalog.remove(name)
            out.print(f"{name} is removed; its articles stay", markup=False)
        case _:
            raise UsageError(
                "`sources` does not know these words",
                "write `sources list`, `sources add NAME PLACE`, `sources run` or `sources remove NAME`",
            )
    return 0


def _described(name: str, place: str, options: Namespace) -> Source:
    """Return the source that the options describe. Raises UsageError."""
    from index.sync.source import Source, check, kind_of

    kind = options.kind or kind_of(place)
    password = None
    if options.password_env or options.password_file:
        file = options.password_file and Path(options.password_file).expanduser().resolve()
        password = f"file:{file}" if file else f"env:{options.password_env}"
    source = Source(
        name=name,
        kind=kind,
        place=str(Path(place).expanduser().resolve()) if kind == "folder" else place,
        minutes=options.every,
        collection=None if options.collection is None else collection_name(options.collection),
        tags=options.tag,
        limit=options.limit,
        prune=options.prune,
        private_hosts=options.private_host,
        user=options.user,
        password=password,
        endpoint=options.endpoint,
        region=options.region,
    )
    check(source)
    return source


def _list(settings: Settings, *, as_json: bool) -> None:
    """Print each source and what became of it; where its password is, too, and never what it is."""
    from dataclasses import asdict

    from rich.markup import escape
    from rich.table import Table

    from index.sync.catalog import Catalog

    known = Catalog(settings.store).list()
    if as_json:
        print_json([asdict(source) | {"status": asdict(status)} for source, status in known])
        return
    table = Table("name", "kind", "place", "articles", "last run", "next run", box=None)
    for source, status in known:
        times = (_time(status.last_run, "never"), _time(status.next_run, "now"))
        table.add_row(*map(escape, (source.name, source.kind, source.place, str(status.articles), *times)))
    out.print(table if known else "There are no sources.")
    for source, status in known:
        plural = "" if status.failures == 1 else "s"
        failing = f" ({status.failures} failed run{plural} in a row)" if status.failures else ""
        for error in status.errors[:SHOWN_ERRORS]:
            err.print(f"quoth: {source.name}: {error}{failing}", markup=False)
        if len(status.errors) > SHOWN_ERRORS:
            err.print(f"quoth: {source.name}: and {len(status.errors) - SHOWN_ERRORS} more", markup=False)


def _run(settings: Settings, names: list[str], *, as_json: bool) -> int:
    """Run these sources now, one after the other. Returns 3 where something of one could not be had."""
    from dataclasses import asdict

    from commands.ingest import interruptible
    from index.sync.catalog import Catalog
    from index.sync.run import run_source

    sources = [Catalog(settings.store).get(name)[0] for name in names]
    for source in sources:
        if source.is_remote and not settings.allow_network:
            raise UsageError(f"the source {source.name} is on the network", "add --allow-network")
    reports, model = [], cache(lambda: _model(settings))
    with interruptible() as stop:
        for source in sources:
            report = run_source(settings.store, source.name, model, stop)
            reports.append(report)
            if not as_json:
                counts = (report.added, report.changed, report.removed, report.unchanged, report.left_alone)
                kinds = ("added", "changed", "removed", "unchanged", "left alone")
                said = ", ".join(f"{count} {kind}" for count, kind in zip(counts, kinds, strict=True))
                out.print(f"{source.name}: {said}", markup=False)
            print_failures(report.errors)
    if as_json:
        print_json([asdict(report) for report in reports])
    return 3 if any(report.errors for report in reports) else 0


def _model(settings: Settings) -> EmbeddingModel:
    from commands.store import embedding_model

    return embedding_model(settings)


def _time(seconds: float, none: str) -> str:
    if not seconds:
        return none
    return dt.datetime.fromtimestamp(seconds, dt.UTC).astimezone().strftime("%Y-%m-%d %H:%M")
