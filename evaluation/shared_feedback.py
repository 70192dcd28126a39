"""Feedback in a database that several servers share, and which of the two keeps that of a store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Protocol

from evaluation.feedback import FEEDBACK, Feedback, FeedbackStore, Rating
from index.store.place import open_store
from index.store.records import Record, SharedRecords
from rag.condense import Turn
from settings import Settings

FOLDER = "feedback"
_DAY = 86_400
_LONGEST_DAYS = 500_000
"""No calendar of a database goes back further."""


class KeptFeedback(Protocol):
    """What people thought of answers, wherever it is. Every call may raise StoreError."""

    def add(
        self, rating: Rating, comment: str, question: str, history: Sequence[Turn], answer: Mapping[str, Any]
    ) -> None:
        """Keep a rating in place of the former one of the same `answer["id"]`; unsettled, unless nothing changed."""

    def settle(self, ids: Iterable[int]) -> int:
        """Mark as dealt with; returns how many of `ids` there are."""

    def delete(self, ids: Iterable[int] | None = None) -> int:
        """Remove these, or all; returns how many there were."""

    def expire(self, days: int) -> int:
        """Remove what is older than `days` days, nothing if that is 0; returns how many there were."""

    def list(self, rating: Rating | None = None, settled: bool | None = None) -> Sequence[Feedback]:
        """Return feedback, oldest first: only with this rating, only settled or only unsettled, if given."""


def open_feedback(settings: Settings) -> KeptFeedback:
    """Return the feedback of the store: in its database, or in a file in its folder."""
    if isinstance(settings.store, Path):
        return FeedbackStore(settings.store / FEEDBACK)
    shared = open_store(settings.store).shared()
    assert shared is not None, "a database is shared"
    return SharedFeedback(shared)


class SharedFeedback:
    """Feedback as records, one for each answer, named by its id. See `KeptFeedback`."""

    def __init__(self, records: SharedRecords) -> None:
        self._records = records

    def add(
        self, rating: Rating, comment: str, question: str, history: Sequence[Turn], answer: Mapping[str, Any]
    ) -> None:
        """See KeptFeedback. Of a former one, question and answer stay."""

        def rated(stored: bytes | None) -> bytes:
            kept = {"question": question, "history": list(history), "answer": answer, "settled": False}
            if stored is not None:
                kept = json.loads(stored)
                kept["settled"] = kept["settled"] and (kept["rating"], kept["comment"]) == (rating, comment)
            return json.dumps(kept | {"rating": rating, "comment": comment}).encode()

        self._records.change(f"{FOLDER}/{answer['id']}", rated)

    def settle(self, ids: Iterable[int]) -> int:
        """See KeptFeedback. It stays as old as it was."""

        def settled(stored: bytes | None) -> bytes:
            if stored is None:
                raise _GoneError
            return json.dumps(json.loads(stored) | {"settled": True}).encode()

        return self._for_each(ids, lambda name: self._records.amend(name, settled))

    def delete(self, ids: Iterable[int] | None = None) -> int:
        """See KeptFeedback."""
        return self._records.clear(FOLDER) if ids is None else self._for_each(ids, self._records.delete)

    def expire(self, days: int) -> int:
        """See KeptFeedback."""
        return self._records.clear(FOLDER, _DAY * days) if 0 < days <= _LONGEST_DAYS else 0

    def list(self, rating: Rating | None = None, settled: bool | None = None) -> Sequence[Feedback]:
        """See KeptFeedback."""
        entries = map(_feedback, self._records.records(FOLDER))
        return tuple(
            entry
            for entry in entries
            if (rating is None or entry.rating == rating) and (settled is None or entry.settled == settled)
        )

    def _for_each(self, ids: Iterable[int], do: Callable[[str], None]) -> int:
        count = 0
        for name in self._records.numbered(FOLDER, set(ids)):
            try:
                do(name)
                count += 1
            except _GoneError:  # deleted meanwhile
                continue
        return count


class _GoneError(Exception):
    """There is no such record any more."""


def _feedback(record: Record) -> Feedback:
    kept = json.loads(record.body)
    created = record.changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept["history"] = tuple(kept["history"])
    return Feedback(id=record.number, created=created, **kept)
