"""The commands `export`, `import` and `move`: a store as one file, or into another one. See docs/store.md."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from commands.console import out
from commands.parser import Commands
from settings import Settings, StorePlace, store_place


def add(commands: Commands) -> None:
    """Add the commands."""
    export = commands.add("export", "write the store into one file", run_export)
    export.add_argument("file", type=Path, metavar="FILE")
    imported = commands.add("import", "make a store from such a file", run_import)
    imported.add_argument("file", type=Path, metavar="FILE")
    imported.add_argument("--replace", action="store_true", help="in place of the articles that are there")
    moved = commands.add("move", "bring the whole store into another one, a folder or a database", run_move)
    moved.add_argument("--to", type=store_place, required=True, metavar="STORE", help="a folder, or postgresql://")
    moved.add_argument("--replace", action="store_true", help="in place of the articles that are there")


def run_export(settings: Settings, options: Namespace) -> int:
    """Write the store into one file."""
    from index.archive import export_store

    count = export_store(settings.store, options.file)
    out.print(f"{count} articles exported to {options.file}", markup=False)
    return 0


def run_import(settings: Settings, options: Namespace) -> int:
    """Make a store from such a file."""
    from index.archive import import_store

    count = import_store(settings.store, options.file, replace=options.replace)
    out.print(f"{count} articles imported from {options.file}", markup=False)
    return 0


def run_move(settings: Settings, options: Namespace) -> int:
    """Bring the store into another one."""
    from index.archive import move_store

    count = move_store(settings.store, options.to, replace=options.replace)
    _bring_remembered(settings.store, options.to)
    out.print(f"{count} articles are in {options.to} now; {settings.store} is as it was", markup=False)
    return 0


def _bring_remembered(source: StorePlace, target: StorePlace) -> None:
    """Bring keys, sources, runs and feedback along; what the other store has of its own stays as it is."""
    from evaluation.scorecard import RUNS
    from evaluation.shared_feedback import open_feedback
    from index.store.place import open_store
    from index.sync.catalog import ITEMS, SOURCES
    from web.security.keys import FILE

    one = open_store(source)
    private, runs = {FILE, SOURCES, ITEMS}, {f"{RUNS}/{name}" for name in one.records().names(RUNS)}
    for name in sorted(private | runs):
        body = one.records().get(name)
        other = open_store(target).records(private=name in private)
        if body is not None and other.get(name) is None:
            other.put(name, body)
    here, there = (open_feedback(Settings(store=place)) for place in (source, target))
    if there.list():
        return
    for entry in here.list():
        there.add(entry.rating, entry.comment, entry.question, entry.history, entry.answer)
    settled = {entry.answer["id"] for entry in here.list(settled=True)}
    there.settle(entry.id for entry in there.list() if entry.answer["id"] in settled)
