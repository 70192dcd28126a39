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
from rag.reading.words import Floats, Words, WordVectors, likeness
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
    befores = [f"{passage.article.title}\n{passage.lead} {passage.columns}" for passage in passages]
    texts = [passage.text for passage in passages]
    told = vectors.of_all([*befores, *texts]) if vectors else [None] * (2 * len(passages))
    for n, (passage, before, text) in enumerate(zip(passages, befores, texts, strict=True)):
        spans = tuple(prose(passage, signed=signed))
        title = len(passage.article.title)
        titled, led = asked.inside(before, told[n], [(0, title), (title, len(before))]).T
        inside = asked.inside(text, told[len(passages) + n], [(span.start, span.end) for span in spans])
        yield Found(spans, titled, np.maximum(titled, led), inside, passage.score / highest if highest > 0 else 1.0)


class _Asked:
    """A question's words that carry meaning: their beginnings, and their vectors where there are some."""

    def __init__(self, question: str, vectors: WordVectors | None) -> None:
        if vectors is None:
            self.beginnings = words_of(question)
            return
        self.words = vectors.of(question)
        places = zip(self.words.starts.tolist(), self.words.ends.tolist(), strict=True)
        self.beginnings = [beginning(question[start:end].lower()) for start, end in places]

    def inside(self, text: str, told: Words | None, places: Sequence[tuple[int, int]]) -> Floats:
        """Return how far each word is found in each of these places of a text, (words, places).

        `told` are the text's words, where there are vectors. The places are in order and do not overlap.
        """
        low = spelt(text)
        parts = [low[start:end] for start, end in places]
        exact = np.array([[word in part for part in parts] for word in self.beginnings], dtype=np.float32)
        found = exact.reshape(len(self.beginnings), len(places))
        if told is None or not places:
            return found
        alike = likeness(self.words, told)
        bounds = np.searchsorted(told.starts, np.ravel(places))
        ended = np.concatenate([alike, np.zeros((len(alike), 1), dtype=np.float32)], axis=1)
        best = np.maximum.reduceat(ended, bounds, axis=1)[:, ::2]
        best[:, bounds[::2] == bounds[1::2]] = 0.0
        return np.maximum(found, best)
