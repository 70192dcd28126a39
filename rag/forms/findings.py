"""What was read for a question: what the forms are made of that lists, comparisons, and yes or no have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.extract import Bars, Extract, Limits
from rag.reading.base import Reading
from rag.retrieve import Passage
from rag.verify.support import Verifier

FIRST_LINE = 300
"""Characters of a first line at most."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The readings of a question's passages and the `extract` that is the ordinary answer.

    `read_again` searches and reads for another question; `verifier` says whether a quote supports a claim.
    """

    question: str
    passages: Sequence[Passage]
    readings: Sequence[Reading]
    extract: Extract
    bars: Bars
    limits: Limits
    read_again: Callable[[str], tuple[Sequence[Passage], Sequence[Reading]]]
    verifier: Verifier
