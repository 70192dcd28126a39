"""Near misses of the development split: each question over its own article, and over all through the product."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.article import Article
from index.chunk import chunk_article
from index.embed import EmbeddingModel
from rag.extract import Bars, Limits, extract_answer
from rag.reading.joint import JointReader
from rag.retrieve import Passage
from settings import Settings
from training.asked import stored
from training.metrics import auroc, balanced, best_balanced, f1, interval, normalise
from training.own import Split, own_articles
from training.sources import Paragraph, Question

RIGHT_WORDS = 0.5
Figures = dict[str, object]


@dataclass(frozen=True)
class Reply:
    """What was said to a question: the probability, the words (for the product: its first line), whether at all.

    `certain` says whether the product shows it as certain.
    """

    question: Question
    probability: float
    said: str
    answered: bool
    certain: bool = False

    @property
    def words_f1(self) -> float:
        """The F1 of the words with the nearest accepted answer; of a list, also with all of it."""
        return f1(self.said, (*self.question.answers, " ".join(self.question.answers)))

    @property
    def right(self) -> bool:
        """Whether the words hold an accepted answer, or are about as long and mostly the same."""
        said = f" {normalise(self.said)} "
        held = any(f" {normalise(answer)} " in said for answer in self.question.answers)
        return held or self.words_f1 >= RIGHT_WORDS


def development(data: Path, most: int) -> list[tuple[Paragraph, Question]]:
    """Return a seeded sample of the development split's questions."""
    articles = [article for article in own_articles(data) if article.split is Split.DEVELOPMENT]
    pairs = [(article.paragraph, question) for article in articles for question in article.paragraph.questions]
    random.Random(0).shuffle(pairs)
    return pairs[:most]


def over_own_article(
    reader: JointReader, embeddings: EmbeddingModel, pairs: Sequence[tuple[Paragraph, Question]]
) -> list[Reply]:
    """Ask each question of the passages of its own article."""
    replies: list[Reply] = []
    for paragraph, question in pairs:
        passages = passages_of(paragraph, embeddings)
        readings = reader.read(question.text, passages)
        passage, best = max(zip(passages, readings, strict=True), key=lambda pair: pair[1].probability)
        said = passage.text[best.spans[0].start : best.spans[0].end] if best.spans else ""
        replies.append(Reply(question, best.probability, said, best.probability >= Settings().answer_threshold))
    return replies


def passages_of(paragraph: Paragraph, embeddings: EmbeddingModel) -> list[Passage]:
    """Return an article as the product cuts it, without what chunks share."""
    article = Article("own.txt", paragraph.title, paragraph.text, "0" * 64)
    passages: list[Passage] = []
    for chunk in chunk_article(article, embeddings):
        start = max(chunk.start, passages[-1].end) if passages else chunk.start
        passages.append(Passage(article, start, chunk.end, 1.0))
    return passages


def through_product(
    reader: JointReader, embeddings: EmbeddingModel, pairs: Sequence[tuple[Paragraph, Question]], data: Path
) -> list[Reply]:
    """Ask each question of all development articles as one corpus, by the product's retrieval and extraction."""
    paragraphs = [article.paragraph for article in own_articles(data) if article.split is Split.DEVELOPMENT]
    settings = Settings()
    replies: list[Reply] = []
    with stored(paragraphs, embeddings) as retriever, retriever.index.snapshot() as snapshot:
        for _, question in pairs:
            passages = retriever.passages([question.text], snapshot)[: settings.passages_read]
            readings = reader.read(question.text, passages)
            bars = Bars(settings.answer_threshold, reader.high)
            extract = extract_answer(question.text, passages, readings, bars, Limits())
            said = extract.sentences[0].text if extract.sentences else ""
            probability = max((reading.probability for reading in readings), default=0.0)
            certain = extract.certainty == "high"
            replies.append(Reply(question, probability, said, bool(extract.sentences), certain))
    return replies


def figures_of(replies: Sequence[Reply]) -> Figures:
    """Return AUROC, balanced accuracies, words, and how many are refused by cause."""
    has = np.array([reply.question.answerable for reply in replies])
    p = np.array([reply.probability for reply in replies])
    answered = np.array([reply.answered for reply in replies])
    words = np.array([reply.words_f1 for reply in replies])
    right = has & np.array([reply.right for reply in replies])
    certain = np.array([reply.certain for reply in replies])
    return {
        "questions": len(replies),
        "answerable": int(has.sum()),
        "auroc": with_interval(lambda rows: auroc(p[rows], has[rows]), len(has)),
        "balanced_best": with_interval(lambda rows: best_balanced(p[rows], has[rows]), len(has)),
        "balanced": with_interval(lambda rows: balanced(answered[rows], has[rows]), len(has)),
        "words_f1": with_interval(lambda rows: mean_of(words, has, rows), len(has)),
        "right": with_interval(lambda rows: mean_of(right & answered, has, rows), len(has)),
        "right_where_answered": with_interval(lambda rows: mean_of(right, has & answered, rows), len(has)),
        "refused": with_interval(lambda rows: mean_of(~answered, ~has, rows), len(has)),
        "refused_by_cause": refused_by_cause(replies),
        "certain": int(certain.sum()),
        "right_where_certain": round(float(right[certain].mean()), 3) if certain.any() else None,
    }


def with_interval(figure: Callable[[npt.NDArray[np.int64]], float], size: int) -> list[object]:
    """Return a figure of all rows and its interval."""
    return [round(figure(np.arange(size)), 3), interval(figure, size)]


def mean_of(values: npt.NDArray[np.generic], of: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64]) -> float:
    """Return the mean of the values over those of the rows that count, NaN where none does."""
    kept = rows[of[rows]]
    return float(values[kept].astype(float).mean()) if len(kept) else float("nan")


def refused_by_cause(replies: Sequence[Reply]) -> dict[str, list[float]]:
    """Return for each cause the share that was refused and how many there are."""
    refused: dict[str, list[bool]] = {}
    for reply in replies:
        if not reply.question.answerable:
            refused.setdefault(reply.question.miss, []).append(not reply.answered)
    return {cause: [round(float(np.mean(each)), 3), len(each)] for cause, each in sorted(refused.items())}
