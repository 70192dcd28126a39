"""What a question is understood as, and what was found for it: what the steps of rag.pipeline hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer import Retrieved
from rag.extract import Extract
from rag.filters import Filters
from rag.intents import Intent
from rag.reading.base import Reading
from rag.retrieve import Passage

NOTHING = Extract((), ())


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, understood: `bare` is without filter words, `standalone` without its conversation too.

    `problem` says why the language model could not word it alone, `corrected` that words of it were misspelt, `others`
    how many questions after it were not taken. `written` is what the caller wants: True for a model's words, False for
    quotes, None for whatever is set up.
    """

    id: str
    question: str
    bare: str
    standalone: str
    filters: Filters
    history: tuple[Mapping[str, str], ...] = ()
    problem: str | None = None
    corrected: bool = False
    others: int = 0
    intent: Intent = "fact"
    trace: bool = False
    suggest: bool = False
    written: bool | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages that were retrieved, best first, the readings of the first of them, and the quotes found there."""

    passages: tuple[Passage, ...]
    readings: tuple[Reading, ...] = ()
    extract: Extract = NOTHING

    @property
    def read(self) -> tuple[Passage, ...]:
        """The passages that were read, one for each reading."""
        return self.passages[: len(self.readings)]

    @property
    def confidence(self) -> float:
        """How likely the best passage answers, from 0 to 1."""
        return round(max((reading.probability for reading in self.readings), default=0.0), 4)

    def best_first(self) -> list[Passage]:
        """Return the passages by what the reader found in them; those that it did not read come after."""
        order = sorted(range(len(self.readings)), key=lambda i: -self.readings[i].probability)
        return [self.passages[i] for i in order] + list(self.passages[len(self.readings) :])

    def trace(self) -> tuple[Retrieved, ...]:
        """Return the ranked passages as `--trace` shows them."""
        probability = {p: reading.probability for p, reading in zip(self.read, self.readings, strict=True)}
        return tuple(
            Retrieved(p.article.id, p.article.source, p.start, p.end, round(p.score, 6), probability.get(p))
            for p in self.best_first()
        )
