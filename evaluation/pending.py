"""Thumbs-down -> pending rows that a person edits -> rows of a question set. Drafts are accepted in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from evaluation.feedback import Feedback
from evaluation.questions import Row, flag, parse_json, read_set, to_row, write_rows
from index.errors import UsageError

INSTRUCTIONS = """\
# One question a line. Complete `answers` and `evidence` (word for word from an article), or set `answerable` to false.
# Then take `"draft": true` out of the line: it is accepted. With `"drop": true` it is not shown again. Every other line
# stays pending. `comment`, `given` and `quoted` are there to be read; they are not kept. Lines with # are passed over.
"""
_NOT_KEPT = ("draft", "drop", "pending", "comment", "given", "quoted")
_NAMED = 5
"""How many bad lines one message names."""


@dataclass(frozen=True, slots=True)
class AcceptReport:
    """Outcome of the edited lines."""

    accepted: tuple[Row, ...]
    """Now in the set."""
    settled: tuple[int, ...]
    """Ids of the feedback whose rows were accepted or dropped."""
    left: int
    """Still drafts."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """A line as the person left it. `pending` is its feedback's id, `id` is empty if none is given."""

    state: Literal["accepted", "dropped", "left"]
    row: Row
    id: str
    pending: int | None
    data: dict[str, Any]


def pending_rows(feedbacks: Iterable[Feedback]) -> list[dict[str, Any]]:
    """Return a draft row for each, with the comment and what was answered, for a person to complete."""
    return [
        {
            "draft": True,
            "pending": feedback.id,
            "question": feedback.question,
            **({"history": list(feedback.history)} if feedback.history else {}),
            "answerable": True,
            "answers": [],
            "evidence": [],
            "tags": ["pending"],
            "comment": feedback.comment,
            "given": feedback.answer.get("answer", ""),
            "quoted": [citation["quote"] for citation in feedback.answer.get("citations", ())],
        }
        for feedback in feedbacks
    ]


def accept(edited: Iterable[str], path: Path, check: Callable[[Sequence[Row]], object]) -> AcceptReport:
    """Append the rows that are drafts no longer to the set at `path`, which is made if need be.

    `check` gets them before anything is written, to raise UsageError if their evidence is nowhere. A row that the set
    has already, with its id and question, is settled and not added again. Raises UsageError; then nothing is written.
    """
    edits = _read(edited)
    known = {row.id: row.question for row in read_set(path).rows} if path.exists() and path.stat().st_size else {}
    accepted = [_accepted(edit, known) for edit in edits if edit.state == "accepted"]
    added = [(row, line) for row, line in filter(None, accepted)]
    rows = tuple(row for row, _ in added)
    check(rows)
    if rows:
        write_rows(path, [line for _, line in added])
    settled = tuple(edit.pending for edit in edits if edit.pending is not None and edit.state != "left")
    return AcceptReport(rows, settled, sum(edit.state == "left" for edit in edits))


def _accepted(edit: _Edit, known: dict[str, str]) -> tuple[Row, dict[str, Any]] | None:
    """Return the row to add and its line, or None if `known` (question by id) has it; adds it to `known`."""
    wanted = edit.id or (f"pending-{edit.pending}" if edit.pending is not None else f"added-{len(known) + 1}")
    if known.get(wanted) == edit.row.question:
        return None
    tags = tuple(tag for tag in edit.row.tags if tag not in ("draft", "pending"))
    row = replace(edit.row, id=_free(wanted, known), tags=tags)
    known[row.id] = row.question
    kept = {name: value for name, value in edit.data.items() if name not in _NOT_KEPT and value != []}
    return row, {"id": row.id} | kept | {"id": row.id, "tags": list(tags)}


def _read(edited: Iterable[str]) -> list[_Edit]:
    edits: list[_Edit] = []
    wrong: list[str] = []
    for number, line in enumerate(edited, start=1):
        if line.strip() and not line.startswith("#"):
            try:
                edits.append(_edit(parse_json(line)))
            except (ValueError, RecursionError) as error:
                wrong.append(f"line {number}: {error}")
    if wrong:
        raise UsageError(f"the edited rows, {'; '.join(wrong[:_NAMED])}", "correct what is named; nothing was written")
    return edits


def _edit(data: Any) -> _Edit:
    """Read a line as the person left it. Raises ValueError."""
    state: Literal["accepted", "dropped", "left"] = (
        "dropped" if flag(data, "drop") else "left" if flag(data, "draft") else "accepted"
    )
    row = to_row(data, 0) if state == "accepted" else Row("", "")
    pending = data.get("pending")
    if pending is not None and not (type(pending) is int and 0 < pending < 2**63):
        raise ValueError("`pending` is not the number of a feedback")
    return _Edit(state, row, row.id if "id" in data else "", pending, data)


def _free(wanted: str, known: Iterable[str]) -> str:
    taken = set(known)
    number, identity = 2, wanted
    while identity in taken:
        identity, number = f"{wanted}-{number}", number + 1
    return identity
