"""Thumbs up and down, with the answers that they are about, in one SQLite file beside the index. See docs/feedback.md.

Not in the index's own file: that one can be built again, and what people said cannot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from index.store.side_file import SideFile
from rag.condense import Turn

FEEDBACK = "feedback.sqlite"
"""The file's name, in the folder of the store."""
SCHEMA_VERSION = 1

Rating = Literal["up", "down"]

# AUTOINCREMENT: the number of a row that was deleted never comes to mean another.
_SCHEMA = """
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    answer_id TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    rating TEXT NOT NULL CHECK (rating IN ('up', 'down')),
    comment TEXT NOT NULL,
    question TEXT NOT NULL,
    history TEXT NOT NULL,
    answer TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0
)
"""
_PUT = """
INSERT INTO feedback (answer_id, rating, comment, question, history, answer) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (answer_id) DO UPDATE SET
    created = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), rating = excluded.rating, comment = excluded.comment,
    settled = settled AND rating = excluded.rating AND comment = excluded.comment
"""
_SELECT = """
SELECT id, created, rating, comment, question, history, answer, settled FROM feedback
WHERE (:rating IS NULL OR rating = :rating) AND (:settled IS NULL OR settled = :settled) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thought of an answer. `created` is UTC in ISO 8601, `comment` may be empty.

    `question`, `history` (oldest first) and `answer` (the Answer object, docs/answer.md) are as the server
    knew them. `settled` says that the owner has dealt with it.
    """

    id: int
    created: str
    rating: Rating
    comment: str
    question: str
    history: tuple[Turn, ...]
    answer: Mapping[str, Any]
    settled: bool


class FeedbackStore:
    """Feedback in one SQLite file. What was deleted is in no file any more. Every call may raise StoreError."""

    def __init__(self, path: Path) -> None:
        self._file = SideFile(path, "feedback", _SCHEMA, SCHEMA_VERSION)

    def add(
        self, rating: Rating, comment: str, question: str, history: Sequence[Turn], answer: Mapping[str, Any]
    ) -> None:
        """Keep a rating in place of the former one of the same `answer["id"]`; unsettled, unless nothing changed."""
        values = (answer["id"], rating, comment, question, json.dumps(list(history)), json.dumps(answer))
        with self._file.writing() as sql:
            sql.execute(_PUT, values)

    def settle(self, ids: Iterable[int]) -> int:
        """Mark as dealt with; returns how many of `ids` there are."""
        return self._for_each("UPDATE feedback SET settled = 1 WHERE id = ?", ids)

    def delete(self, ids: Iterable[int] | None = None) -> int:
        """Remove these, or all; returns how many there were."""
        if ids is not None:
            return self._for_each("DELETE FROM feedback WHERE id = ?", ids)
        return self._change("DELETE FROM feedback")

    def expire(self, days: int) -> int:
        """Remove what is older than `days` days, nothing if that is 0; returns how many there were."""
        if days <= 0:
            return 0
        # Days that lead before all calendars are NULL to SQLite, and nothing is older.
        return self._change(
            "DELETE FROM feedback WHERE created < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?)", f"-{days} days"
        )

    def list(self, rating: Rating | None = None, settled: bool | None = None) -> Sequence[Feedback]:
        """Return feedback, oldest first: only with this rating, only settled or only unsettled, if given."""
        wanted = {"rating": rating, "settled": settled}
        with self._file.reading() as sql:
            return tuple(map(_feedback, sql.execute(_SELECT, wanted))) if sql else ()

    def _for_each(self, statement: str, ids: Iterable[int]) -> int:
        with self._file.changing() as sql:
            # As text, since Python's numbers have no end; SQLite compares them as numbers.
            return sum(sql.execute(statement, (str(number),)).rowcount for number in set(ids)) if sql else 0

    def _change(self, statement: str, *values: str) -> int:
        with self._file.changing() as sql:
            return sql.execute(statement, values).rowcount if sql else 0


def _feedback(row: tuple[Any, ...]) -> Feedback:
    number, created, rating, comment, question, history, answer, settled = row
    turns, given = tuple(json.loads(history)), json.loads(answer)
    return Feedback(number, created, rating, comment, question, turns, given, bool(settled))
