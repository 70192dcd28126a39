"""The command `feedback`: what people thought of answers, listed, exported, deleted. See docs/feedback.md."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from commands.console import err, out, print_json
from commands.parser import Commands, add_json_option
from index.errors import QuothError, UsageError
from settings import Settings

if TYPE_CHECKING:
    from evaluation.feedback import Feedback

QUESTION_CHARACTERS = 60


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("feedback", "what people thought of answers: list it, export it, delete it", run)
    parser.add_argument("words", nargs="*", metavar="WORD", help="list, export FILE, delete ID... or delete --all")
    parser.add_argument("--all", action="store_true", help="with delete: all of it")
    add_json_option(parser)


def run(settings: Settings, options: Namespace) -> int:
    """Do what the words say; what is older than the settings allow goes first."""
    from evaluation.shared_feedback import open_feedback

    store = open_feedback(settings)
    match options.words:
        case [] | ["list"] if not options.all:
            store.expire(settings.feedback_days)
            _print_list(store.list(), options)
        case ["export", path] if not options.all:
            store.expire(settings.feedback_days)
            _export(store.list(), Path(path))
        case ["delete", *ids] if bool(ids) != options.all:
            wanted = _numbers(ids)
            store.expire(settings.feedback_days)
            count = store.delete(None if options.all else wanted)
            out.print(f"{count} deleted", markup=False)
        case _:
            hint = "write `feedback list`, `feedback export FILE`, `feedback delete ID...` or `feedback delete --all`"
            raise UsageError("`feedback` does not know these words", hint)
    return 0


def expire(settings: Settings) -> None:
    """Remove what is older than the settings allow. Where that fails it is said: the chat can do without."""
    from evaluation.shared_feedback import open_feedback

    try:
        open_feedback(settings).expire(settings.feedback_days)
    except QuothError as error:
        err.print(f"quoth: {error}", markup=False)


def _numbers(ids: Sequence[str]) -> list[int]:
    for text in ids:
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise UsageError(f"{text} is no number of feedback", "`python app.py feedback` lists them")
    return [int(text) for text in ids]


def _print_list(entries: Sequence[Feedback], options: Namespace) -> None:
    if options.json:
        print_json([asdict(entry) for entry in entries])
        return
    from rich.table import Table

    table = Table("id", "when", "thumb", "question", "comment", box=None)
    for entry in entries:
        thumb = f"{entry.rating}, settled" if entry.settled else entry.rating
        question = textwrap.shorten(entry.question, QUESTION_CHARACTERS, placeholder="…")
        table.add_row(str(entry.id), entry.created[:10], thumb, _shown(question), _shown(entry.comment))
    out.print(table if entries else "There is no feedback.")


def _shown(foreign: str) -> str:
    """Return `foreign` without what a terminal or rich would obey."""
    from rich.markup import escape

    return escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in foreign))


def _export(entries: Sequence[Feedback], path: Path) -> None:
    """Write JSON lines, oldest first: after a crash the whole file is there, or what was there before."""
    from evaluation.questions import to_line
    from index.store.durable import replacing

    if path.is_dir():
        raise UsageError(f"{path} is a folder", "give the name of a file in it")
    try:
        with replacing(path) as file:
            file.writelines(to_line(asdict(entry)).encode() + b"\n" for entry in entries)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})", "check its folder and the disk") from error
    out.print(f"{len(entries)} exported to {path}", markup=False)
