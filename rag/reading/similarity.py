"""What stands in for a reading model: sentences compared with the question.

A sentence counts by how near it is to the question (cosine of the embeddings) in three wordings: as
it is; without its names, since a name is in every sentence about its bearer and the rest says what
is asked; and with no more than the words that carry meaning. And it counts by how many of the
question's words stand in it, before it or in its article's title.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from index.chunk import SentenceSpan, sentence_spans
from index.embed import EmbeddingModel
from index.terms import STOP_WORDS, query_terms
from index.vector_cache import VectorCache
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.reading.byline import asks_for_byline, without_byline
from rag.retrieve import Passage

_SPANS = 4
_DIGITS = 5
"""What else is embedded at the same time moves a vector's eighth digit; the same question has the same answer."""
_COVERAGE = 0.6
_SLOPE, _EVEN = 8.0, 0.78  # chosen while looking at the starter questions, on which its figures are no test
_NAME = re.compile(r"(?<=\w[ ,])[A-Z][\w-]*")
_ENDING = re.compile(r"(?:['’]s|ing|ed|es|s|e)$")

Near = tuple[SentenceSpan, float]
"""A sentence of a passage, and how near it is to the question: from about 0 to 1.6."""


class SimilarityReader:
    """Reads without a model of its own. Its probabilities are rough: it cannot tell a near miss."""

    name: str | None = None
    high = HIGH

    def __init__(self, embeddings: EmbeddingModel) -> None:
        self._embeddings = embeddings
        self._vectors = VectorCache(embeddings)

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        """See rag.reading.base.Reader."""
        return [reading_of(near) for near in self.nearness(question, passages)]

    def nearness(self, question: str, passages: Sequence[Passage]) -> list[list[Near]]:
        """Return the sentences of each passage, without headings and bylines, and how near they are to the question."""
        signed = asks_for_byline(question)
        sentences = [list(prose(passage, signed=signed)) for passage in passages]
        texts = [p.text[s.start : s.end] for p, spans in zip(passages, sentences, strict=True) for s in spans]
        asked = self._embeddings.encode(wordings(question, texts), query=True)
        nearness = (self._vectors.encode(texts) @ asked.T).mean(axis=1) if texts else np.zeros(0)
        cosines = iter(np.round(nearness, _DIGITS).tolist())
        words = words_of(question)
        return [list(_near(p, spans, words, cosines)) for p, spans in zip(passages, sentences, strict=True)]


def wordings(question: str, texts: Iterable[str]) -> list[str]:
    """Return the question, the same without words that `texts` capitalise inside a sentence, and without stop-words."""
    names = {match[0].lower() for text in texts for match in _NAME.finditer(text)}
    bare = [(word, word.strip('?!.,;:()"“”').lower()) for word in question.split()]
    nameless = [(word, low) for word, low in bare if low not in names and _ENDING.sub("", low) not in names]
    telling = [word for word, low in nameless if low not in STOP_WORDS]
    return [question, " ".join(word for word, _ in nameless) or question, " ".join(telling) or question]


def prose(passage: Passage, *, signed: bool) -> Iterator[SentenceSpan]:
    """Yield the passage's sentences but for the title and headings, which name a thing and say nothing of it.

    And but for the byline, unless it is `signed`.
    """
    names = {passage.article.title, *(heading.title for heading in passage.article.headings)}
    shown = without_byline(passage)
    for span in sentence_spans(passage.text, passage.article.language):
        if passage.text[span.start : span.end] not in names and (signed or shown[span.start : span.end].strip()):
            yield span


def _near(
    passage: Passage, spans: Sequence[SentenceSpan], words: Sequence[str], cosines: Iterator[float]
) -> Iterator[Near]:
    for span, share in zip(spans, covered_until(passage, spans, words), strict=True):
        yield span, next(cosines) + _COVERAGE * share


def words_of(question: str) -> list[str]:
    """Return the beginnings of the question's words that carry meaning, as `spelt` has them."""
    return [beginning(term) for term in query_terms(question)]


def beginning(term: str) -> str:
    """Return a word in small letters without its ending, as `spelt` has it."""
    return spelt(_ENDING.sub("", term) or term)


def spelt(text: str) -> str:
    """Return a text in small letters, "criticize" like "criticise"; no letter moves where none changes its length."""
    return text.lower().replace("z", "s")


def covered_until(passage: Passage, spans: Sequence[SentenceSpan], words: Sequence[str]) -> Iterator[float]:
    """Yield for each sentence the share of the words that stand in it, before it or in its article's title."""
    known = spelt(f"{passage.article.title} {passage.lead} {passage.columns} ")
    text = spelt(passage.text)
    for span in spans:
        context = known + text[: span.end]
        yield sum(word in context for word in words) / max(1, len(words))


def reading_of(near: Sequence[Near]) -> Reading:
    """Return a passage by how near its sentences are."""
    supports = [1 / (1 + math.exp(-_SLOPE * (nearness - _EVEN))) for _, nearness in near]
    probability = max(supports, default=0.0)
    scored = [AnswerSpan(s.start, s.end, support / probability) for (s, _), support in zip(near, supports, strict=True)]
    return Reading(probability, tuple(sorted(scored, key=lambda span: (-span.score, span.start))[:_SPANS]))
