"""A file of questions answered row by row: a row that cannot be asked is an error of that row, the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.questions import Row, decode, flag, numbered_bytes, parse_json, to_row
from evaluation.run import to_question
from index.errors import QuestionError, UsageError
from rag.answer import Answer
from rag.chain import AnswerChain


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that got no answer; `id` is its own, or its line's number."""

    id: str
    error: str


def read_rows(path: Path) -> list[Row | RowError]:
    """Return the accepted rows of a file of questions, in order, with what is wrong in place of a bad one.

    Raises UsageError for a file that cannot be read or has no row.
    """
    rows: list[Row | RowError] = []
    places: dict[str, int] = {}
    drafts = 0
    for number, line in numbered_bytes(path):
        if not line.strip():
            continue
        row = _row(number, line)
        if row is None:
            drafts += 1
            continue
        if isinstance(row, Row) and row.id in places:
            row = RowError(row.id, f"line {number}: this id is there twice, first in line {places[row.id]}")
        places.setdefault(row.id, number)
        rows.append(row)
    if not rows:
        only = f" but {drafts} drafts" if drafts else ""
        raise UsageError(f"{path} holds no questions{only}", 'give some, without `"draft": true`')
    return rows


def answer_rows(chain: AnswerChain, rows: list[Row | RowError], *, trace: bool = False) -> Iterator[Answer | RowError]:
    """Yield an answer or an error for each row, in order, each as it is ready.

    Raises StoreError and ModelError, which no other row would escape.
    """
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        try:
            yield chain.invoke(to_question(row, trace=trace))
        except QuestionError as error:
            yield RowError(row.id, str(error))


def _row(number: int, line: bytes) -> Row | RowError | None:
    """Return the row of a line, what is wrong with it, or None for a draft."""
    data: Any = None
    try:
        data = parse_json(decode(line, "the line"))
        return None if flag(data, "draft") else to_row(data, number)
    except UsageError as error:
        return RowError(str(number), f"line {number}: {error.message.removeprefix('the line: ')}")
    except (ValueError, RecursionError) as error:  # JSONDecodeError is a ValueError
        return RowError(_name(data, number), f"line {number}: {error}")


def _name(data: Any, number: int) -> str:
    identity = data.get("id") if isinstance(data, dict) else None
    return identity if isinstance(identity, str) else str(number if type(identity) is not int else identity)
