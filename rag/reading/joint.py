"""The reading model and the nearness of sentences, judging together: each sees what the other misses.

The model was taught on short questions over encyclopedias and is strict; sentences compared with the
question (`rag.reading.similarity`) know many kinds of text and cannot tell a near miss. Two log-linear sums join
them, with the weights of `reader.json`, fitted by training/joint.py on held-out questions that were asked of the
product's own retrieval:

- P(a passage answers) = sigmoid(relevance, gap and nearness of its nearest sentence, weighted, + constant);
- a sentence of it counts by the share of the start and end probability inside it and by its nearness.

Where the manifest has weights for it, `rag.reading.judge` then decides how probable an answer is, over all passages.

The model reads English. Where the question or a passage is mostly in another script, nearness alone decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import EmbeddingModel
from rag.reading.base import AnswerSpan, Reading
from rag.reading.byline import asks_for_byline, without_byline
from rag.reading.constraints import Constraints, constraints_of
from rag.reading.judge import Sight, features, probability
from rag.reading.manifest import JointWeights
from rag.reading.onnx import OnnxReader, TokenRow
from rag.reading.similarity import Near, SimilarityReader, reading_of
from rag.reading.windows import choose_spans, is_latin, part_of
from rag.retrieve import Passage

_PASSAGES_READ = 6
"""The model reads so many, the nearest. On held-out questions it puts the right one first as often as if it read all
twelve (0.868, 0.865; of four, 0.859), and reading is what an answer takes longest for."""
_MAX_SPANS = 4
_NO_SHARE = -50.0
_AHEAD_ALONE = 3.0
"""What a passage's only sentence is taken to be ahead of others."""


@dataclass(frozen=True, slots=True)
class SeenSentence:
    """Where a sentence begins, its best words, log of the probability's share inside it, and its nearness."""

    start: int
    words: AnswerSpan
    share: float
    nearness: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What both see in a passage that has at least one sentence."""

    relevance: float
    gap: float
    sentences: tuple[SeenSentence, ...]

    @property
    def features(self) -> tuple[float, float, float]:
        """What the probability is made of."""
        return self.relevance, self.gap, max(sentence.nearness for sentence in self.sentences)


class JointReader:
    """Reads with the model and with the embeddings; with the model alone beside embeddings it was not fitted to."""

    def __init__(self, model: OnnxReader, embeddings: EmbeddingModel) -> None:
        self.name: str | None = model.name
        self.model = model
        self._embeddings = embeddings
        self._similarity = SimilarityReader(embeddings)

    @property
    def high(self) -> float:
        """See rag.reading.base.Reader."""
        judge = self.model.judge if self._fitted else None
        return judge.high if judge else self.model.high

    @property
    def _fitted(self) -> JointWeights | None:
        """The weights, where they were fitted to these embeddings."""
        weights = self.model.joint
        return weights if weights and weights.embedding == self._embeddings.name else None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See rag.reading.base.Reader."""
        weights = self._fitted
        if weights is None:
            return self.model.read(question, passages)
        seen = self.see(question, passages)
        readings = [_added(each, weights) if isinstance(each, Seen) else reading_of(each) for each in seen]
        return self._judged(question, passages, seen, readings, weights)

    def _judged(
        self,
        question: str,
        passages: Sequence[Passage],
        seen: Sequence[Seen | list[Near]],
        readings: list[Reading],
        joint: JointWeights,
    ) -> list[Reading]:
        """Give the readings the probability that the judge finds, if there is one and the model saw anything."""
        judge = self.model.judge
        looked = [n for n, each in enumerate(seen) if isinstance(each, Seen)]
        if judge is None or not looked:
            return readings
        asked = constraints_of(question, [passage.with_lead for passage in passages])
        sights = [sight_of(passages[n], each, joint, asked) for n, each in enumerate(seen) if isinstance(each, Seen)]
        found = features(question, sights, self.model.support if self.model.supports else None)
        factor = probability(judge, found) / max(readings[n].probability for n in looked)
        return [
            Reading(min(1.0, reading.probability * factor), reading.spans) if n in looked else reading
            for n, reading in enumerate(readings)
        ]

    def see(self, question: str, passages: Sequence[Passage]) -> list[Seen | list[Near]]:
        """Return what both see in each of the nearest passages; nothing in others, nearness alone in other scripts."""
        near = self._similarity.nearness(question, passages)
        legible = [n for n, each in enumerate(passages) if near[n] and is_latin(question) and is_latin(each.text)]
        nearest = sorted(legible, key=lambda n: -max(nearness for _, nearness in near[n]))
        read, unread = nearest[:_PASSAGES_READ], nearest[_PASSAGES_READ:]
        rows = dict(zip(read, self.model.rows(question, [_shown(question, passages[n]) for n in read]), strict=True))
        return [
            _seen(rows[n], sentences) if rows.get(n) else [] if n in unread else sentences
            for n, sentences in enumerate(near)
        ]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the model is shown of a passage."""

    context: str
    text: str


def _shown(question: str, passage: Passage) -> _Shown:
    return _Shown(passage.context, passage.text if asks_for_byline(question) else without_byline(passage))


def _seen(rows: Sequence[TokenRow], near: Sequence[Near]) -> Seen:
    scores = [row.scores() for row in rows]
    best = max(scores, key=lambda each: each.relevance)
    sentences = []
    for span, nearness in near:
        found = [inside for row in rows if (inside := _inside(row, span.start, span.end))]
        share, words = max(found, key=lambda each: each[0], default=(_NO_SHARE, AnswerSpan(span.start, span.end, 1.0)))
        sentences.append(SeenSentence(span.start, words, share, nearness))
    return Seen(best.relevance, best.gap, tuple(sentences))


def _inside(row: TokenRow, start: int, end: int) -> tuple[float, AnswerSpan] | None:
    """Log of the start's and the end's probability inside a run of the passage, and its best words."""
    part = part_of(row.window, start, end)
    if part is None:
        return None
    share = 0.0
    for logits in (row.start, row.end):
        share += _log_sum(_of(logits, part.passage_start, len(part.offsets)))
        share -= _log_sum(_of(logits, row.window.passage_start, len(row.window.offsets)))
    _, [words] = choose_spans(row.start, row.end, part, 1)
    return share, words


def _of(logits: NDArray[np.float32], first: int, count: int) -> NDArray[np.float32]:
    return logits[first : first + count]


def _log_sum(logits: NDArray[np.float32]) -> float:
    top = logits.max()
    return float(top + np.log(np.exp(logits - top).sum()))


def sight_of(passage: Passage, seen: Seen, weights: JointWeights, asked: Constraints) -> Sight:
    """Return what the judge needs to know of a passage; `asked` is what the question insists on."""
    logit = float(np.dot((*seen.features, 1.0), weights.passage))
    favours = _favours(seen, weights)
    best = favours.index(max(favours))
    others = favours[:best] + favours[best + 1 :]
    sentence = seen.sentences[best]
    start, end = sentence.words.start, sentence.words.end
    before = passage.text[seen.sentences[best - 1].start : sentence.start].strip() if best else passage.lead
    until = seen.sentences[best + 1].start if best + 1 < len(seen.sentences) else len(passage.text)
    until = max(until, end)
    relevance, gap, nearness = seen.features
    return Sight(
        logit=logit,
        relevance=relevance,
        gap=gap,
        nearness=nearness,
        share=sentence.share,
        ahead=favours[best] - max(others) if others else _AHEAD_ALONE,
        fit=asked.fit(passage.article, (passage.start + sentence.start, passage.start + until)),
        context=passage.context,
        text=passage.text,
        before=f"{passage.article.title}\n{before}".strip(),
        sentence=passage.text[sentence.start : until].strip(),
        words=passage.text[start:end],
    )


def _favours(seen: Seen, weights: JointWeights) -> list[float]:
    return [float(np.dot((each.share, each.nearness), weights.sentence)) for each in seen.sentences]


def _added(seen: Seen, weights: JointWeights) -> Reading:
    logit = float(np.dot((*seen.features, 1.0), weights.passage))
    favours = _favours(seen, weights)
    best = max(favours)
    spans = [
        AnswerSpan(sentence.words.start, sentence.words.end, math.exp(favour - best))
        for sentence, favour in zip(seen.sentences, favours, strict=True)
    ]
    spans.sort(key=lambda span: (-span.score, span.start))
    return Reading(1 / (1 + math.exp(-max(-50.0, min(50.0, logit)))), tuple(spans[:_MAX_SPANS]))
