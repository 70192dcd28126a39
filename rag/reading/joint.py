"""The reading model and the nearness of sentences, judging together: each sees what the other misses.

The model was taught on short questions over encyclopedias and is strict; how near a sentence is to the question is
known of many kinds of text and cannot tell a near miss. Two log-linear sums join them, with the weights of
`reader.json`, fitted by training/joint.py on held-out questions that were asked of the product's own retrieval:

- P(a passage answers) = sigmoid(relevance, gap and nearness of its nearest sentence, weighted, + constant);
- a sentence of it counts by the share of the start and end probability inside it and by its nearness.

Nearness is by words (`rag.reading.nearness`), or by vectors (`rag.reading.similarity`) where the weights are older.
Where the manifest has weights for it, `rag.reading.judge` then decides how probable an answer is, over all passages.
Rows of the model are what an answer takes longest for: the nearest passages are read first, and no more of them once
an early judge is sure that there is an answer, or none.

The model reads English. Where the question or a passage is mostly in another script, vectors alone decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.embed import EmbeddingModel
from rag.reading.base import AnswerSpan, Reading
from rag.reading.constraints import Constraints, constraints_of
from rag.reading.excerpt import Shown, excerpt, whole
from rag.reading.judge import Sight, Supports, best_first, features, probability
from rag.reading.manifest import EarlyWeights, JointWeights, JudgeWeights
from rag.reading.nearness import Found, found_in
from rag.reading.onnx import OnnxReader, TokenRow
from rag.reading.similarity import Near, SimilarityReader, reading_of
from rag.reading.windows import Window, choose_spans, is_latin, part_of
from rag.retrieve import Passage

PASSAGES_READ = 6
"""The model reads so many at most, the nearest. On held-out questions it puts the right one first as often as if it
read all twelve (0.868, 0.865; of four, 0.859), and reading is what an answer takes longest for."""
_MAX_SPANS = 4
NO_SHARE = -50.0
"""The share of a sentence that was not read."""
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


@dataclass(frozen=True, slots=True)
class _Look:
    """A question's passages: how near their sentences are, which to read, in what order, and what is seen so far.

    `found` is of what words are, where nearness is by them.
    """

    question: str
    passages: Sequence[Passage]
    near: list[list[Near]]
    order: list[int]
    seen: list[Seen | list[Near]]
    found: list[Found] | None
    in_parts: bool

    def shown(self, n: int) -> Shown:
        """Return what the model reads of a passage."""
        if self.found is None or not self.in_parts:
            return whole(self.question, self.passages[n])
        return excerpt(self.question, self.passages[n], self.found[n])


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

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        """See rag.reading.base.Reader."""
        weights, judge = self._fitted, self.model.judge
        if weights is None:
            return self.model.read(question, passages)
        if judge is None:
            seen = self.see(question, passages, by_words=weights.by_words)
            return [_added(each, weights) if isinstance(each, Seen) else reading_of(each) for each in seen]
        return self._judged(question, passages, weights, judge, thorough=thorough)

    def _judged(
        self,
        question: str,
        passages: Sequence[Passage],
        joint: JointWeights,
        judge: JudgeWeights,
        *,
        thorough: bool,
    ) -> list[Reading]:
        """Return readings with the probability that a judge finds, of as many passages as it takes to be sure."""
        look = self._look(question, passages, by_words=joint.by_words, in_parts=joint.by_words and not thorough)
        early = () if thorough else tuple(each for each in judge.early if each.passages < len(look.order))
        found, judged = self._until_sure(look, joint, (*early, judge))
        readings = [_added(each, joint) if isinstance(each, Seen) else reading_of(each) for each in look.seen]
        best = 1.0 if judged is None else readings[judged].probability
        return [
            Reading(found * min(1.0, reading.probability / best), reading.spans) if isinstance(each, Seen) else reading
            for reading, each in zip(readings, look.seen, strict=True)
        ]

    def _until_sure(
        self, look: _Look, joint: JointWeights, judges: Sequence[EarlyWeights | JudgeWeights]
    ) -> tuple[float, int | None]:
        """Read what each judge wants to see, until one is sure; return the probability that it finds, and where."""
        insisted = constraints_of(look.question, [passage.with_lead for passage in look.passages])
        supports = cache(self.model.support) if self.model.supports else None
        found, best = 0.0, None
        for judge in judges:
            self._read(look, judge.passages if isinstance(judge, EarlyWeights) else PASSAGES_READ)
            seen = {n: each for n, each in enumerate(look.seen) if isinstance(each, Seen)}
            sights = [sight_of(look.passages[n], each, joint, insisted) for n, each in seen.items()]
            if sights:
                found, best = _judged_by(judge, look.question, sights, supports), [*seen][best_first(sights)[0]]
            if isinstance(judge, EarlyWeights) and not judge.none < found < judge.sure:
                break
        return found, best

    def shown(self, question: str, passages: Sequence[Passage]) -> list[tuple[int, Shown]]:
        """Return the numbers of the passages that the model reads, the nearest first, and what it is shown of each."""
        look = self._look(question, passages, by_words=True, in_parts=True)
        return [(n, look.shown(n)) for n in look.order]

    def see(self, question: str, passages: Sequence[Passage], *, by_words: bool) -> list[Seen | list[Near]]:
        """Return what both see in each of the nearest passages; nothing in others, nearness alone in other scripts."""
        look = self._look(question, passages, by_words=by_words, in_parts=by_words)
        self._read(look, PASSAGES_READ)
        return look.seen

    def _look(self, question: str, passages: Sequence[Passage], *, by_words: bool, in_parts: bool) -> _Look:
        """Return the order in which to read, and what is known before."""
        legible = [is_latin(question) and is_latin(passage.text) for passage in passages]
        found = list(found_in(question, passages, self.model.words)) if by_words else None
        near = self._nearness(question, passages, legible, found)
        order = sorted(
            (n for n, each in enumerate(near) if each and legible[n]),
            key=lambda n: -max(nearness for _, nearness in near[n]),
        )[:PASSAGES_READ]
        seen: list[Seen | list[Near]] = [[] if legible[n] else each for n, each in enumerate(near)]
        return _Look(question, passages, near, order, seen, found, in_parts)

    def _read(self, look: _Look, until: int) -> None:
        """Have the model read the nearest passages, as many in all as `until` says."""
        numbers = [n for n in look.order[:until] if not isinstance(look.seen[n], Seen)]
        shown = [look.shown(n) for n in numbers]
        for n, rows in zip(numbers, self.model.rows(look.question, shown), strict=True):
            if rows:
                look.seen[n] = _seen(rows, look.near[n])

    def _nearness(
        self, question: str, passages: Sequence[Passage], legible: Sequence[bool], found: Sequence[Found] | None
    ) -> list[list[Near]]:
        """Return the sentences of each passage and how near they are; by words only where they are legible."""
        if found is None:
            return self._similarity.nearness(question, passages)
        others = [n for n, known in enumerate(legible) if not known]
        near = [each.near() for each in found]
        if others:
            for n, own in zip(others, self._similarity.nearness(question, [passages[n] for n in others]), strict=True):
                near[n] = own
        return near


def _judged_by(
    weights: EarlyWeights | JudgeWeights, question: str, sights: Sequence[Sight], supports: Supports | None
) -> float:
    """Return P(the best sentence answers); the support head is asked where its word counts."""
    asked = supports if "supported" in weights.weights or "contradicted" in weights.weights else None
    return probability(weights, features(question, sights, asked))


def _seen(rows: Sequence[TokenRow], near: Sequence[Near]) -> Seen:
    best = max(rows, key=lambda row: row.relevance)
    totals = [tuple(_log_sum(_of(logits, row.window)) for logits in (row.start, row.end)) for row in rows]
    sentences = []
    for span, nearness in near:
        insides = (_inside(row, total, span.start, span.end) for row, total in zip(rows, totals, strict=True))
        found = [inside for inside in insides if inside]
        share, words = max(found, key=lambda each: each[0], default=(NO_SHARE, AnswerSpan(span.start, span.end, 1.0)))
        sentences.append(SeenSentence(span.start, words, share, nearness))
    return Seen(best.relevance, best.gap, tuple(sentences))


def _inside(row: TokenRow, totals: Sequence[float], start: int, end: int) -> tuple[float, AnswerSpan] | None:
    """Log of the start's and the end's probability inside a run of the passage, and its best words."""
    part = part_of(row.window, start, end)
    if part is None:
        return None
    share = 0.0
    for logits, total in zip((row.start, row.end), totals, strict=True):
        share += _log_sum(_of(logits, part))
        share -= total
    _, [words] = choose_spans(row.start, row.end, part, 1)
    return share, words


def _of(logits: NDArray[np.float32], part: Window) -> NDArray[np.float32]:
    return logits[part.passage_start : part.passage_start + len(part.offsets)]


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
