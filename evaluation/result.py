"""What scoring works on: questions that were answered and measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evaluation.questions import Row
from rag.answer import Answer

Values = Mapping[str, float]
"""Measurements of one answer by name; what does not apply to a row is not there."""

Failure = Literal["not retrieved", "not read", "refused", "wrong words", "wrong first line", "should have refused"]
"""The stage that failed: no evidence among the passages; none among the first after reading; an answer refused;
the answer leans on other words; it is right further down only; an answer given where there is none."""


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """Where an article holds the answer to a row; `text` are the words there."""

    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One question, answered and measured. `answer` is the Answer object (docs/answer.md) with its trace."""

    row: Row
    evidence: tuple[EvidencePlace, ...]
    answer: Mapping[str, Any]
    values: Values
    failure: Failure | None
    full: Answer | None = None
    """The answer to the row's question in full (`standalone`), if it has one."""
