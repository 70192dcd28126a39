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
    from evaluation.feedback import FEEDBACK, FeedbackStore

    store = FeedbackStore(settings.store / FEEDBACK)
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
    from evaluation.feedback import FEEDBACK, FeedbackStore

    try:
        FeedbackStore(settings.store / FEEDBACK).expire(settings.feedback_days)
    except QuothError as error:
        err.print(f"quoth: {error}", markup=False)


def _numbers(ids: Sequence[str]) -> list[int]:
    for each in ids:
        if not (each.isascii() and each.isdecimal() and len(each) < 20):
            raise UsageError(f"{each} is no number of feedback", "`python app.py feedback` lists them")
    return [int(each) for each in ids]


def _print_list(kept: Sequence[Feedback], options: Namespace) -> None:
    if options.json:
        print_json([asdict(each) for each in kept])
        return
    from rich.table import Table

    table = Table("id", "when", "thumb", "question", "comment", box=None)
    for each in kept:
        thumb = f"{each.rating}, settled" if each.settled else each.rating
        question = textwrap.shorten(each.question, QUESTION_CHARACTERS, placeholder="…")
        table.add_row(str(each.id), each.created[:10], thumb, _shown(question), _shown(each.comment))
    out.print(table if kept else "There is no feedback.")


def _shown(foreign: str) -> str:
    """Text that a terminal shows and does not obey."""
    from rich.markup import escape

    return escape("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in foreign))


def _export(kept: Sequence[Feedback], path: Path) -> None:
    """JSON lines, oldest first: after a crash the whole file is there, or what was there before."""
    from evaluation.questions import to_line
    from index.store.durable import replacing

    if path.is_dir():
        raise UsageError(f"{path} is a folder", "give the name of a file in it")
    try:
        with replacing(path) as file:
            file.writelines(to_line(asdict(each)).encode() + b"\n" for each in kept)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})", "check its folder and the disk") from error
    out.print(f"{len(kept)} exported to {path}", markup=False)
