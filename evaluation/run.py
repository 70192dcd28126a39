"""Answer a question set and measure every answer."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import PurePath

from evaluation.journal import Journal
from evaluation.metrics import Supports, failure, measure, said
from evaluation.questions import Row, Span
from evaluation.result import EvidencePlace, Result, Values
from evaluation.shown import is_right, line_of
from index.article import Article
from index.embed import EmbeddingModel
from index.errors import UsageError
from rag.answer import Answer
from rag.chain import AnswerChain, Question
from rag.snapshot import Index

WORKERS = os.cpu_count() or 1
Told = Callable[[str, int, int], None]
"""Told the stage, how many are done and how many there are."""


class Similarity:
    """Cosine similarity of texts that are known beforehand, embedded in one go."""

    def __init__(self, embeddings: EmbeddingModel, texts: Iterable[str]) -> None:
        unique = list(dict.fromkeys(texts))
        self._vectors = dict(zip(unique, embeddings.encode(unique), strict=True)) if unique else {}

    def __call__(self, first: str, second: str) -> float:
        """Return the cosine; the model's vectors have length 1."""
        return float(self._vectors[first] @ self._vectors[second])


def evaluate(
    chain: AnswerChain,
    rows: Sequence[Row],
    journal: Journal,
    supports: Supports,
    told: Told = lambda *_: None,
) -> list[Result]:
    """Answer and measure every row, then the follow-ups once more in full; what the journal has is not asked again.

    Raises UsageError, before anything is asked, naming a row whose evidence is nowhere.
    """
    articles = articles_for(rows, chain.index)
    evidence = [locate_evidence(row, articles) for row in rows]
    in_full = [row_in_full for row in rows if (row_in_full := _in_full(row)) is not None]
    asked = [*rows, *in_full]
    told("answering", len(journal.answers), len(asked))
    for answer in answer_all(chain, asked[len(journal.answers) :], trace=True, workers=WORKERS):
        journal.add(answer)
        told("answering", len(journal.answers), len(asked))
    answers = journal.answers[: len(rows)]
    full = dict(zip((row.id for row in in_full), journal.answers[len(rows) :], strict=True))
    texts = {article.id: article.text for article in articles.values()}
    answered = [(row, answer) for row, answer in zip(rows, answers, strict=True) if not answer.abstained]
    words = (text for row, answer in answered if row.answers for text in (said(answer), *row.answers))
    similarity = Similarity(chain.embeddings, words)
    results = []
    for row, answer, places in zip(rows, answers, evidence, strict=True):
        values = measure(row, answer, places, (_contexts(row) or texts).get, supports, similarity)
        values |= _follow_up_values(row, values, full.get(row.id))
        results.append(Result(row, places, answer.to_dict(), values, failure(row, values), full.get(row.id)))
    return results


def _in_full(row: Row) -> Row | None:
    """Return a follow-up as one would ask it without its history, None for what is no follow-up."""
    return replace(row, question=row.standalone, history=()) if row.standalone else None


def _follow_up_values(row: Row, values: Values, full: Answer | None) -> dict[str, float]:
    """Return whether the first line is right, as asked and in full, so that only the conversation differs."""
    if full is None or "first_line_right" not in values:
        return {}
    return {
        "follow_up_right": values["first_line_right"],
        "standalone_right": float(is_right(row, line_of(full))),
    }


def answer_all(chain: AnswerChain, rows: Sequence[Row], *, trace: bool = False, workers: int = 1) -> Iterator[Answer]:
    """Yield the answers to `rows`, in order, each as it is ready; `workers` questions are answered at a time."""
    asked = (to_question(row, trace=trace) for row in rows)
    with ThreadPoolExecutor(workers) as pool:
        waiting = deque(pool.submit(chain.invoke, question) for question in islice(asked, workers))
        try:
            while waiting:
                answer = waiting.popleft().result()
                waiting.extend(pool.submit(chain.invoke, question) for question in islice(asked, 1))
                yield answer
        finally:
            for future in waiting:
                future.cancel()


def to_question(row: Row, *, trace: bool = False) -> Question:
    """Return what the chain is asked for a row."""
    question: Question = {"question": row.question, "history": row.history, "id": row.id, "trace": trace}
    if row.contexts is not None:
        question["contexts"] = row.contexts
    return question


def locate_evidence(row: Row, articles: Mapping[str, Article]) -> tuple[EvidencePlace, ...]:
    """Return where the row's evidence stands in the articles (by id), or in its contexts.

    Raises UsageError for evidence that is nowhere, and for an article that is not indexed.
    """
    if row.contexts is not None:
        named = list(_contexts(row).items())
    else:
        known = [article for article in articles.values() if not row.articles or _names(article) & set(row.articles)]
        if missing := set(row.articles) - {name for article in known for name in _names(article)}:
            raise UsageError(
                f"row {row.id!r}: no article {min(missing)!r} is indexed",
                "ingest the articles that the questions are about, or correct the row",
            )
        named = [(article.id, article.text) for article in known]
    located: list[EvidencePlace] = []
    for evidence in row.evidence:
        found = list(_places(evidence, named, articles))
        if not found:
            raise UsageError(
                f"row {row.id!r}: its evidence is in no article that is indexed ({str(evidence)[:60]!r})",
                "ingest the articles that the questions are about, or correct the row",
            )
        located += found
    return tuple(located)


def _places(
    evidence: str | Span, named: Sequence[tuple[str, str]], articles: Mapping[str, Article]
) -> Iterator[EvidencePlace]:
    for name, text in named:
        if isinstance(evidence, Span):
            names = _names(articles[name]) if name in articles else {name}
            if evidence.article in names and 0 <= evidence.start < evidence.end <= len(text):
                yield EvidencePlace(name, evidence.start, evidence.end, text[evidence.start : evidence.end])
        elif (at := text.find(evidence)) >= 0:
            yield EvidencePlace(name, at, at + len(evidence), evidence)


def _contexts(row: Row) -> dict[str, str]:
    """Return the texts that the row is to be answered from, named as citations name them."""
    return {f"context-{n}": text for n, text in enumerate(row.contexts or (), start=1)}


def articles_for(rows: Sequence[Row], index: Index) -> dict[str, Article]:
    """Return the articles by id, if a row needs them."""
    if all(row.contexts is not None for row in rows):
        return {}
    return {info.id: article for info in index.articles() if (article := index.article(info.id)) is not None}


def _names(article: Article) -> set[str]:
    return {article.id, article.source, PurePath(article.source).name}
