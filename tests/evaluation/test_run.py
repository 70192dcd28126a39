from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evaluation.questions import Row, Span
from evaluation.run import answer_all, locate_evidence, score
from index.article import Article
from index.errors import UsageError
from rag.answer import Answer, Citation, Models, Retrieved, Sentence, Timings

SHIPS = Article("news/ships.md", "Ships", "Ships sail. Ships sink.", "0")
CATS = Article("news/cats.md", "Cats", "Cats sleep. Ships sink.", "1")


class Articles:
    """An index of two articles."""

    def articles(self) -> list[Article]:
        return [CATS, SHIPS]

    def article(self, article_id: str) -> Article | None:
        return {article.id: article for article in self.articles()}.get(article_id)


def answer(
    quotes: Sequence[tuple[int, str]] = (), ranked: Sequence[tuple[int, float]] = (), confidence: float = 0.5
) -> Answer:
    """An answer with quotes (start, text) of SHIPS and passages (start, score) of 5 characters as they were read."""
    citations = tuple(
        Citation(n, SHIPS.id, "Ships", "news/ships.md", start, start + len(text), text)
        for n, (start, text) in enumerate(quotes, start=1)
    )
    return Answer(
        id="1",
        question="q",
        standalone_question="q",
        abstained=not quotes,
        answer="",
        confidence=confidence,
        engine="reader",
        models=Models("fake"),
        generation="1",
        timings_ms=Timings(),
        sentences=tuple(Sentence(c.quote, "quote", (c.n,), 0.5) for c in citations),
        citations=citations,
        retrieved=tuple(Retrieved(SHIPS.id, "news/ships.md", at, at + 5, points, 0.1) for at, points in ranked),
    )


@pytest.mark.parametrize(
    ("row", "places"),
    [
        (Row("1", "q", evidence=("Ships sail.",)), [(SHIPS.id, 0, 11)]),
        (Row("1", "q", evidence=("Ships sink.",)), [(CATS.id, 12, 23), (SHIPS.id, 12, 23)]),
        (Row("1", "q", evidence=("Ships sink.",), articles=("cats.md",)), [(CATS.id, 12, 23)]),
        (Row("1", "q", evidence=("Ships sink.",), articles=(SHIPS.id,)), [(SHIPS.id, 12, 23)]),
        (Row("1", "q", evidence=("Cats sleep.", Span("news/ships.md", 3, 9))), [(CATS.id, 0, 11), (SHIPS.id, 3, 9)]),
        (Row("1", "q", evidence=("in no article",), contexts=("in no article",)), []),
        (Row("1", "q"), []),
    ],
)
def test_evidence_is_found_where_it_stands(row, places):
    assert locate_evidence([row], Articles()) == [places]


@pytest.mark.parametrize(
    "row",
    [
        Row("7", "q", evidence=("Ships sail.", "Dogs bark.")),
        Row("7", "q", evidence=("Ships sail.",), articles=("cats.md",)),
        Row("7", "q", evidence=(Span("ships.md", 3, 99),)),
        Row("7", "q", evidence=(Span("ships.md", 3, 3),)),
        Row("7", "q", evidence=(Span("dogs.md", 0, 3),)),
    ],
)
def test_a_row_whose_evidence_is_nowhere_is_named(row):
    with pytest.raises(UsageError, match="row '7'"):
        locate_evidence([Row("1", "q"), row], Articles())


def test_each_figure_counts_what_it_says():
    gold = [(SHIPS.id, 6, 10)]
    rows = [
        Row("right", "q", answers=("SAIL", "float")),
        Row("wrong words", "q", answers=("sink",)),
        Row("wrong place", "q", answers=("sink",)),
        Row("refused", "q"),
        Row("no evidence", "q"),
        Row("not there", "q", answerable=False),
        Row("not there either", "q", answerable=False),
    ]
    answers = [
        answer([(0, "Ships sail.")], ranked=[(5, 0.9), (12, 0.8)], confidence=0.9),
        answer([(0, "Ships sail.")], ranked=[(12, 0.9), (5, 0.8)], confidence=0.8),
        answer([(12, "Ships sink.")], ranked=[(5, 0.1), *((12, 0.9 - n / 10) for n in range(5))], confidence=0.7),
        answer(ranked=[(10, 0.9), (1, 0.8)], confidence=0.2),
        answer([(12, "Ships sink.")], ranked=[(0, 0.9)], confidence=0.6),
        answer(confidence=0.2),
        answer([(12, "Ships sink.")], confidence=0.8),
    ]
    scores = score(rows, answers, [gold, gold, gold, gold, [], [], []])
    assert (scores.answerable, scores.unanswerable) == (5, 2)
    assert (scores.retrieved_at_1, scores.retrieved_at_5) == (0.25, 0.5)
    assert (scores.read_at_1, scores.read_at_5) == (0.5, 0.75)
    assert scores.answered == 0.8
    assert (scores.answered_from_evidence, scores.answered_right) == (0.4, 0.2)
    assert scores.refused == 0.5
    assert scores.auroc == 0.6  # of 10 pairs 5 are won and 2 tied


def test_a_figure_without_rows_is_none():
    scores = score([Row("1", "q", answerable=False)], [answer()], [[]])
    assert (scores.answered, scores.read_at_1, scores.answered_right, scores.auroc) == (None, None, None, None)
    assert scores.refused == 1.0


def test_rows_go_to_the_chain_as_they_are_and_in_order():
    class Chain:
        def invoke(self, question: dict[str, Any]) -> dict[str, Any]:
            return question

    rows = [Row("7", "Who?", history=("What?",)), Row("8", "Why?", contexts=())]
    assert list(answer_all(Chain(), rows, trace=True)) == [
        {"question": "Who?", "history": ("What?",), "id": "7", "trace": True},
        {"question": "Why?", "history": (), "id": "8", "trace": True, "contexts": ()},
    ]
