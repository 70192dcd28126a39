"""What the command `eval` does: scores, compares, writes reports, proposes questions."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from commands.console import err, out, print_json, progress
from commands.store import open_chain, ready_store
from evaluation.beir import write_corpus
from evaluation.drafts import draft
from evaluation.figures import DEFAULT_GATES
from evaluation.importers import import_set
from evaluation.judge import Judge
from evaluation.junit import junit
from evaluation.pending import INSTRUCTIONS, accept, pending_rows
from evaluation.questions import QuestionSet, Row, numbered_lines, to_line
from evaluation.report import write_report
from evaluation.run import articles_for, locate_evidence
from evaluation.scorecard import Scorecard, against, fallen, read_scorecard, score_set
from evaluation.shared_feedback import open_feedback
from index.errors import UsageError
from index.status import read_facts
from rag.snapshot import Index
from rag.write import configured
from settings import Settings

_NOTHING_EXPECTED = (
    "quoth: no question has `answers`, `evidence` or `articles`, so nothing says whether an answer is right: "
    "docs/evaluation.md names what a row may have"
)
ARROWS = {"fell": " \N{DOWNWARDS ARROW} fell", "rose": " \N{UPWARDS ARROW} rose", "same": ""}


def score(settings: Settings, options: Namespace) -> int:
    """Score a question set, exit code 1 if a gated figure fell; or propose or accept rows of one."""
    if options.draft is not None or options.pending:
        return _propose(settings, options)
    if options.questions is None:
        raise UsageError("a question set is needed", "write `python app.py eval QUESTIONS.jsonl`")
    if options.accept is not None:
        return _accept(settings, options)
    tolerances = _tolerances(options.gate)
    baseline = read_scorecard(options.baseline) if options.baseline else None
    asked = import_set(options.questions, options.format)
    _warn(asked)
    _ready(settings, asked, options)
    card = _scored(settings, asked, options)
    if baseline is not None:
        card = against(card, baseline, tolerances)
    _write(card, options)
    for change in fallen(card):
        err.print(
            f"quoth: {change['name']} fell from {change['before']:.3f} to {change['after']:.3f}, "
            f"by more than {change['tolerance']:.3f}",
            markup=False,
        )
    return 1 if fallen(card) else 0


def _propose(settings: Settings, options: Namespace) -> int:
    """Print drafts of rows: from the articles, or from what got a thumbs-down."""
    if options.pending:
        lines = pending_rows(open_feedback(settings).list("down", settled=False))
        sys.stdout.write(INSTRUCTIONS if lines else "")
        _print_rows(lines)
        return 0
    ready_store(settings)
    model = configured(settings) if settings.model else None
    with closing(Index(settings.store)) as index:
        _print_rows(draft(index, options.draft, model))
    return 0


def _print_rows(rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        sys.stdout.write(to_line(row) + "\n")


def _accept(settings: Settings, options: Namespace) -> int:
    """Add the rows that a person edited to the set, and settle their feedback."""
    ready_store(settings)
    with closing(Index(settings.store)) as index:

        def check(rows: Sequence[Row]) -> None:
            articles = articles_for(rows, index)
            for row in rows:
                locate_evidence(row, articles)

        done = accept((line for _, line in numbered_lines(options.accept)), options.questions, check)
    open_feedback(settings).settle(done.settled)
    out.print(f"{len(done.accepted)} added to {options.questions}, {done.left} left as drafts", markup=False)
    return 0


def _warn(asked: QuestionSet) -> None:
    """Say what is not scored: drafts, and all of it where no row says what is right."""
    if asked.drafts:
        err.print(f'quoth: {asked.drafts} drafts are left out; take `"draft": true` out of those that you accept')
    if not any(_says_what_is_right(row) for row in asked.rows):
        err.print(_NOTHING_EXPECTED, markup=False)


def _says_what_is_right(row: Row) -> bool:
    return not row.answerable or any((row.answers, row.evidence, row.articles, row.items, row.sides))


def _ready(settings: Settings, asked: QuestionSet, options: Namespace) -> None:
    """Have an index, built from the set's own corpus if it brings one; not where all rows bring their texts."""
    if all(row.contexts is not None for row in asked.rows):
        return
    if options.format == "beir" and settings.articles is None:
        # The folder's name goes into the articles' ids, which stay the same from run to run.
        corpus = settings.folder / "corpus"
        if read_facts(settings.store).generation is None and not corpus.exists():
            write_corpus(options.questions, corpus)
        settings = replace(settings, articles=corpus)
    ready_store(settings)


def _scored(settings: Settings, asked: QuestionSet, options: Namespace) -> Scorecard:
    judge = Judge(configured(replace(settings, model=options.judge))) if options.judge else None
    try:
        with closing(open_chain(settings)) as chain, progress() as told:
            return score_set(
                chain, settings, asked.rows, options.questions.name, judge=judge, told=told, resume=options.resume
            )
    except KeyboardInterrupt:
        err.print("quoth: what was answered is kept; the same command with --resume goes on")
        raise


def _tolerances(gates: Sequence[str]) -> dict[str, float]:
    """Return the gated figures and by how much each may fall: the usual ones, as changed by `--gate`."""
    tolerances = dict(DEFAULT_GATES)
    for gate in gates:
        name, _, text = gate.partition("=")
        if text == "off":
            tolerances.pop(name, None)
            continue
        try:
            tolerances[name] = abs(float(text or 0))
        except ValueError:
            raise UsageError(f"--gate {gate}: {text!r} is no number", "write --gate FIGURE=TOLERANCE") from None
    return tolerances


def _write(card: Scorecard, options: Namespace) -> None:
    """Write the run in each form that was asked for."""
    if options.report:
        _write_text(options.report, write_report(card))
    if options.junit:
        _write_text(options.junit, junit(card))
    if options.json == "-":
        print_json(card)
        return
    if options.json:
        _write_text(Path(options.json), json.dumps(card) + "\n")
    out.print(_table(card))


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})", "name another file") from error


def _table(card: Scorecard) -> Table:
    """Return the figures, with the changes where there is a baseline."""
    changes = {change["name"]: change for change in card["changes"]}
    table = Table("figure", "value", "95 % interval", "of", *(["before", "change"] if changes else []), box=None)
    group = ""
    for figure in card["figures"]:
        if figure["group"] != group:
            group = figure["group"]
            table.add_row(f"[bold]{escape(group)}[/bold]")
        interval = f"{_number(figure['low'])} to {_number(figure['high'])}"
        row = [f"  {escape(figure['name'])}", _number(figure["value"]), interval, str(figure["rows"])]
        if change := changes.get(figure["name"]):
            row += [_number(change["before"]), f"{change['difference']:+.3f}{ARROWS[change['verdict']]}"]
        table.add_row(*row)
    return table


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}"
