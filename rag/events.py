"""What happens on the way to an Answer, as data: the faces say it in their words."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.answer import Answer, BrokenAnswerError, Citation, Sentence

if TYPE_CHECKING:
    from rag.chain import Question

Stage = Literal["wait", "warm", "condense", "retrieve", "read", "write", "verify"]


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """Start of a stage.

    `number` counts the articles searched (retrieve), the passages read (read), the sentences checked so far (verify)
    or the questions that come first (wait). `model` is the language model that writes (write).
    """

    stage: Stage
    number: int | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class RetrievedEvent:
    """How many passages were retrieved, and for which question: as it was understood."""

    count: int
    question: str


@dataclass(frozen=True, slots=True)
class SentenceEvent:
    """A finished sentence of the answer, with the citations it brings along."""

    sentence: Sentence
    citations: tuple[Citation, ...]


Event = StatusEvent | RetrievedEvent | SentenceEvent | Answer
"""What streaming an answer yields, in this order; the Answer comes last, once."""

Ask = Callable[["Question"], Generator[Event]]
"""A question in, its events out: the chain's `stream`, or a function around it."""


def answer_of(events: Iterable[Event]) -> Answer:
    """Return the Answer that the events end with. Raises BrokenAnswerError if there is none."""
    *_, last = (None, *events)
    if not isinstance(last, Answer):
        raise BrokenAnswerError("the chain ended without an answer")
    return last


def sentence_events(sentences: Iterable[Sentence], citations: Iterable[Citation]) -> Iterator[SentenceEvent]:
    """Yield the sentences, each with the citations that it names."""
    by_number = {citation.n: citation for citation in citations}
    for sentence in sentences:
        yield SentenceEvent(sentence, tuple(by_number[n] for n in sentence.citations))
