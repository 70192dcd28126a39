"""The reading model: does this passage answer, and with which words.

`Reader` is the place where one plugs in. `rag.similarity` has what stands here without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.retrieve import Passage


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """Words that answer: offsets into the passage's text, and their share of the passage's claim (0 to 1)."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one passage. `spans` come best first; there are none in an empty passage."""

    probability: float
    spans: tuple[AnswerSpan, ...]


class Reader(Protocol):
    """Judges passages one by one: what one passage gets does not depend on the others."""

    name: str | None
    """Shown in the Answer; None if there is no reading model."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """One Reading for each passage, in their order."""
