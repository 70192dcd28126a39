"""The protocol of reading models. `rag.reading.onnx` has ours, `rag.reading.similarity` a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.retrieve import Passage


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """Words that answer: offsets into the passage's text, and a score; the best of a passage has 1."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """P(the passage answers), and the words, best first; there are none in an empty passage.

    `looked_up` are words of a table's cell whose row and column hold all that the question names.
    """

    probability: float
    spans: tuple[AnswerSpan, ...]
    looked_up: bool = False


HIGH = 0.75
"""Where a reading model does not say from which probability on nine of ten first lines are right."""


class Reader(Protocol):
    """Judges passages. A reading model takes them one by one; the stand-in learns from all which words are names."""

    name: str | None
    """Shown in the Answer; None if there is no reading model."""

    @property
    def high(self) -> float:
        """An answer of at least this probability that meets all the question insists on is shown as certain."""

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        """One Reading for each passage, in their order.

        Unless it is to be `thorough`, it may read parts of passages and stop when it is sure; a passage that it did not
        read has no words.
        """
