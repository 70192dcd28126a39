"""Answer a question set, and count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from evaluation.questions import Row, Span
from index.article import Article
from index.errors import UsageError
from rag.answer import Answer, Citation
from rag.chain import AnswerChain, Question
from rag.index import Index

_Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares from 0 to 1; None where there is no row to count. Evidence is found if a passage overlaps it."""

    answerable: int
    unanswerable: int
    retrieved_at_1: float | None
    """Of the answerable rows: evidence in the first passage, before reading."""
    retrieved_at_5: float | None
    read_at_1: float | None
    """The same after reading."""
    read_at_5: float | None
    answered: float | None
    """Of the answerable rows: not refused."""
    answered_from_evidence: float | None
    """Of the answerable rows: a quote overlaps the evidence."""
    answered_right: float | None
    """Of the answerable rows: such a quote, and one of the quotes holds an accepted answer."""
    refused: float | None
    """Of the unanswerable rows: refused."""
    auroc: float | None
    """Chance that an answerable row has more confidence than an unanswerable one (ties count half)."""


def answer_all(chain: AnswerChain, rows: Sequence[Row], *, trace: bool = False) -> Iterator[Answer]:
    """The answers to `rows`, in order, each as it is ready."""
    for row in rows:
        question: Question = {"question": row.question, "history": row.history, "id": row.id, "trace": trace}
        if row.contexts is not None:
            question["contexts"] = row.contexts
        yield chain.invoke(question)


def locate_evidence(rows: Sequence[Row], index: Index) -> list[list[_Place]]:
    """For each row where its evidence stands. Raises UsageError naming a row whose evidence is nowhere."""
    articles = [article for info in index.articles() if (article := index.article(info.id)) is not None]
    located = []
    for row in rows:
        places = []
        for evidence in row.evidence if row.contexts is None else ():
            found = list(_places(evidence, row, articles))
            if not found:
                raise UsageError(
                    f"row {row.id!r}: its evidence is in no article that is indexed ({str(evidence)[:60]!r})",
                    "ingest the articles the questions are about, or correct the row",
                )
            places += found
        located.append(places)
    return located


def score(rows: Sequence[Row], answers: Sequence[Answer], evidence: Sequence[Sequence[_Place]]) -> Scores:
    """The figures. `answers` need a trace for those of retrieval."""
    answerable = [(row, a, gold) for row, a, gold in zip(rows, answers, evidence, strict=True) if row.answerable]
    unanswerable = [answer for row, answer in zip(rows, answers, strict=True) if not row.answerable]
    with_gold = [(answer, gold) for _, answer, gold in answerable if gold]
    read = [_first_hit(answer, gold, by_reading=True) for answer, gold in with_gold]
    retrieved = [_first_hit(answer, gold, by_reading=False) for answer, gold in with_gold]
    quoted = [any(_overlap(_place(c), gold) for c in answer.citations) for _, answer, gold in answerable]
    right = [q and _holds_answer(answer, row) for q, (row, answer, _) in zip(quoted, answerable, strict=True)]
    return Scores(
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        retrieved_at_1=_share([rank < 1 for rank in retrieved]),
        retrieved_at_5=_share([rank < 5 for rank in retrieved]),
        read_at_1=_share([rank < 1 for rank in read]),
        read_at_5=_share([rank < 5 for rank in read]),
        answered=_share([not answer.abstained for _, answer, _ in answerable]),
        answered_from_evidence=_share(quoted),
        answered_right=_share(right),
        refused=_share([answer.abstained for answer in unanswerable]),
        auroc=_auroc([answer.confidence for _, answer, _ in answerable], [a.confidence for a in unanswerable]),
    )


def _places(evidence: str | Span, row: Row, articles: Sequence[Article]) -> Iterator[_Place]:
    for article in articles:
        names = {article.id, article.source, PurePath(article.source).name}
        if isinstance(evidence, Span):
            if evidence.article in names and 0 <= evidence.start < evidence.end <= len(article.text):
                yield article.id, evidence.start, evidence.end
        elif (not row.articles or names & set(row.articles)) and (at := article.text.find(evidence)) >= 0:
            yield article.id, at, at + len(evidence)


def _first_hit(answer: Answer, gold: Sequence[_Place], *, by_reading: bool) -> float:
    """The rank, from 0, of the first passage that overlaps evidence; infinite if none does."""
    passages = list(answer.retrieved or ())
    if not by_reading:
        passages.sort(key=lambda passage: -passage.score)
    hits = [i for i, p in enumerate(passages) if _overlap((p.article_id, p.start, p.end), gold)]
    return hits[0] if hits else float("inf")


def _overlap(place: _Place, gold: Sequence[_Place]) -> bool:
    return any(place[0] == g[0] and place[1] < g[2] and g[1] < place[2] for g in gold)


def _place(citation: Citation) -> _Place:
    return citation.article_id, citation.start, citation.end


def _holds_answer(answer: Answer, row: Row) -> bool:
    said = " ".join(citation.quote for citation in answer.citations).casefold()
    return not row.answers or any(accepted.casefold() in said for accepted in row.answers)


def _share(outcomes: Sequence[bool]) -> float | None:
    return round(sum(outcomes) / len(outcomes), 4) if outcomes else None


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Mann-Whitney U over the number of pairs."""
    if not positive or not negative:
        return None
    wins = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return round(wins / (len(positive) * len(negative)), 4)
