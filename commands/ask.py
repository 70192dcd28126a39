"""The command `ask`: one answer, or those to a file of questions."""

from __future__ import annotations

import gc
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from commands.console import err, one_line, out, print_json
from commands.parser import Commands, add_json_option
from index.errors import UsageError
from settings import Settings

if TYPE_CHECKING:
    from rag.answer import Answer
    from rag.filters import Filters

FILTERS = (
    ("after", "DATE", "of this year, month or day, or later"),
    ("before", "DATE", "from before this year, month or day"),
    ("author", "NAME", "by someone of this name, or part of a name (may be given again)"),
    ("source", "NAME", "whose file or folder has this in its name (may be given again)"),
    ("tag", "TAG", "filed under this tag (may be given again)"),
    ("collection", "NAME", "of this collection (may be given again)"),
)
NEAREST_CHARACTERS = 160


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("ask", "answer a question", run)
    parser.add_argument("question", nargs="?", metavar="QUESTION")
    parser.add_argument(
        "--questions", type=Path, metavar="FILE.jsonl", help="answer a file of questions, as JSON lines"
    )
    for name, metavar, text in FILTERS:
        several = "append" if name in ("author", "source", "tag", "collection") else "store"
        parser.add_argument(f"--{name}", action=several, metavar=metavar, help=f"search only articles {text}")
    parser.add_argument("--trace", action="store_true", help="add the ranked passages to the JSON")
    add_json_option(parser)


def run(settings: Settings, options: Namespace) -> int:
    """Answer, on standard output. Returns 2 if a row of a file got no answer."""
    if (options.question is None) == (options.questions is None):
        raise UsageError(
            "one question is needed", 'write either `python app.py ask "QUESTION"` or `ask --questions FILE`'
        )
    from rag.filters import Filters

    several = (options.source, options.author, options.tag, options.collection)
    source, author, tag, collection = (tuple(given or ()) for given in several)
    filters = Filters(source, author, options.after, options.before, tag=tag, collection=collection)
    if options.questions is not None:
        if filters:
            hint = "write the filters into its questions (`after:2024`)"
            raise UsageError("a file of questions is not filtered", hint)
        return _answer_file(settings, options)
    with _without_collection():
        return _answer_one(settings, options, filters)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave garbage where it is: one question makes little, and the imports alone would have it looked for often."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _answer_one(settings: Settings, options: Namespace, filters: Filters) -> int:
    from commands.store import open_chain, ready_store

    ready_store(settings)
    with closing(open_chain(settings)) as chain:
        answer = chain.invoke({"question": options.question, "filters": filters, "trace": options.trace})
    if options.json:
        print_json(answer.to_dict())
    else:
        _print_answer(answer)
    return 0


def _answer_file(settings: Settings, options: Namespace) -> int:
    """Print a line for each row: its answer, or what is wrong with it."""
    from commands.store import open_chain, ready_store
    from evaluation.batch import RowError, answer_rows, read_rows

    rows = read_rows(options.questions)
    if any(not isinstance(row, RowError) and row.contexts is None for row in rows):
        ready_store(settings)
    failed = 0
    with closing(open_chain(settings)) as chain:
        for said in answer_rows(chain, rows, trace=options.trace):
            if isinstance(said, RowError):
                failed += 1
                print_json({"id": said.id, "error": said.error})
            else:
                print_json(said.to_dict())
    if failed:
        err.print(f"quoth: {failed} of {len(rows)} rows got no answer: their lines say why", markup=False)
    return 2 if failed else 0


def _print_answer(answer: Answer) -> None:
    from rich.markup import escape

    from rag.generate import parted

    lead, notice = parted(answer.notice)
    if lead:
        out.print(lead, markup=False)
    for sentence in answer.sentences:
        out.print(str(sentence), markup=False)
    if answer.abstained:
        out.print(answer.answer, markup=False)
    reason = answer.reason if answer.sentences or answer.nearest else None
    for said in filter(None, (notice, reason)):
        out.print(said, markup=False)
    for citation in answer.citations:
        details = ", ".join(part for part in (citation.title, citation.author, citation.date) if part)
        source = escape(one_line(citation.source))
        out.print(f"\\[{citation.n}] {escape(one_line(details))}  [dim]{source}[/dim]")
    if answer.nearest:
        out.print("\nNearest passages:")
    for passage in answer.nearest:
        text = " ".join(passage.text.split())[:NEAREST_CHARACTERS]
        out.print(f"- {text}... ({passage.title})", markup=False)
