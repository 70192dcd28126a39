"""How near sentences are to a question by words alone: nothing has to be embedded to answer.

A sentence counts by how many of the question's words stand in it, before it or in its article's title, and by how high
its passage was ranked, which knows of meaning what vectors of whole passages know. A word stands there as far as one
like it does (`rag.reading.words`), or for weights without vectors of words, only itself. On held-out questions a first
line is right as often as with the vectors of all sentences (training/README.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.chunk import SentenceSpan
from rag.reading.byline import asks_for_byline
from rag.reading.similarity import Near, beginning, prose, spelt, words_of
from rag.reading.words import Floats, WordVectors, likeness
from rag.retrieve import Passage

_RANKED = 1.5
"""What the first passage's rank counts beside all of the question's words."""


@dataclass(frozen=True, slots=True)
class Found:
    """How far each of a question's words is found in a passage, from 0 to 1.

    `titled` is in its article's title, `known` in that and what else stands before the passage, both (words,);
    `inside` is in each of its sentences, (words, sentences), which are without headings and bylines.
    """

    spans: tuple[SentenceSpan, ...]
    titled: Floats
    known: Floats
    inside: Floats
    rank: float

    def near(self) -> list[Near]:
        """Return the sentences, and how near they are: from 0 to 2.5."""
        until = np.maximum(np.maximum.accumulate(self.inside, axis=1), self.known[:, None])
        shares = until.sum(axis=0) / max(1, len(until))
        return [(span, float(share) + _RANKED * self.rank) for span, share in zip(self.spans, shares, strict=True)]


def found_in(question: str, passages: Sequence[Passage], vectors: WordVectors | None) -> Iterator[Found]:
    """Yield what of the question is found in each passage. Passages that were given and not ranked are all first."""
    signed = asks_for_byline(question)
    highest = max((passage.score for passage in passages), default=0.0)
    asked = _Asked(question, vectors)
    for passage in passages:
        spans = tuple(prose(passage, signed=signed))
        title = passage.article.title
        before = f"{title}\n{passage.lead} {passage.columns}"
        titled, led = asked.inside(before, [(0, len(title)), (len(title), len(before))]).T
        inside = asked.inside(passage.text, [(span.start, span.end) for span in spans])
        yield Found(spans, titled, np.maximum(titled, led), inside, passage.score / highest if highest > 0 else 1.0)


class _Asked:
    """A question's words that carry meaning: their beginnings, and their vectors where there are some."""

    def __init__(self, question: str, vectors: WordVectors | None) -> None:
        self.vectors = vectors
        if vectors is None:
            self.beginnings = words_of(question)
            return
        self.words = vectors.of(question)
        places = zip(self.words.starts.tolist(), self.words.ends.tolist(), strict=True)
        self.beginnings = [beginning(question[start:end].lower()) for start, end in places]

    def inside(self, text: str, places: Sequence[tuple[int, int]]) -> Floats:
        """Return how far each word is found in each of these places of a text, (words, places)."""
        low = spelt(text)
        parts = [low[start:end] for start, end in places]
        exact = np.array([[word in part for part in parts] for word in self.beginnings], dtype=np.float32)
        found = exact.reshape(len(self.beginnings), len(places))
        if self.vectors is None:
            return found
        told = self.vectors.of(text)
        alike = likeness(self.words, told)
        for number, (first, last) in enumerate(np.searchsorted(told.starts, place) for place in places):
            found[:, number] = np.maximum(found[:, number], alike[:, first:last].max(axis=1, initial=0.0))
        return found
