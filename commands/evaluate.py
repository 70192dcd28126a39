"""The command `eval`: scores the answers to a question set, and makes new questions from use."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from commands.parser import Commands
from settings import Settings

FORMATS = ("jsonl", "csv", "squad", "beir", "ragas", "llamaindex", "datasets")


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("eval", "score the answers to a question set", run)
    parser.add_argument("questions", nargs="?", type=Path, metavar="QUESTIONS", help="a question set")
    parser.add_argument("--format", choices=FORMATS, help="what QUESTIONS is (csv by its ending, else jsonl)")
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="write a report to read")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="write the run as JSON, or print it")
    parser.add_argument("--junit", type=Path, metavar="FILE.xml", help="write the gates for a CI system")
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE.json", help="compare; exit code 1 if a gated figure fell"
    )
    parser.add_argument(
        "--gate", action="append", default=[], metavar="FIGURE=TOLERANCE", help="gate it, or FIGURE=off"
    )
    parser.add_argument("--resume", action="store_true", help="go on with a run that was interrupted")
    parser.add_argument("--judge", metavar="PROVIDER:MODEL", help="have a language model judge the citations")
    parser.add_argument("--draft", type=_count, metavar="N", help="instead, propose N questions (--model writes them)")
    parser.add_argument("--pending", action="store_true", help="instead, print what thumbs-down ask for, as drafts")
    parser.add_argument("--accept", type=Path, metavar="FILE", help="instead, add edited drafts to QUESTIONS")


def _count(text: str) -> int:
    """Return how many questions are asked for. ArgumentTypeError for what is no number from 1."""
    if not (text.isascii() and text.isdecimal() and int(text[:9])):
        raise ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text[:9])


def run(settings: Settings, options: Namespace) -> int:
    """Score, or propose questions; see commands.scoring."""
    from commands.scoring import score

    return score(settings, options)
