from __future__ import annotations

import threading
import time
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from evaluation.questions import Row, Span
from evaluation.result import EvidencePlace
from evaluation.run import answer_all, locate_evidence
from index.article import Article
from index.errors import UsageError
from rag.answer import Answer, Citation, Models, Retrieved, Sentence, Timings

SHIPS = Article("news/ships.md", "Ships", "Ships sail. Ships sink.", "0")
CATS = Article("news/cats.md", "Cats", "Cats sleep. Ships sink.", "1")


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


ARTICLES = {article.id: article for article in (CATS, SHIPS)}


def places(row: Row) -> list[tuple[str, int, int]]:
    return [(each.article_id, each.start, each.end) for each in locate_evidence(row, ARTICLES)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row("1", "q", evidence=("Ships sail.",)), [(SHIPS.id, 0, 11)]),
        (Row("1", "q", evidence=("Ships sink.",)), [(CATS.id, 12, 23), (SHIPS.id, 12, 23)]),
        (Row("1", "q", evidence=("Ships sink.",), articles=("cats.md",)), [(CATS.id, 12, 23)]),
        (Row("1", "q", evidence=("Ships sink.",), articles=(SHIPS.id,)), [(SHIPS.id, 12, 23)]),
        (Row("1", "q", evidence=("Cats sleep.", Span("news/ships.md", 3, 9))), [(CATS.id, 0, 11), (SHIPS.id, 3, 9)]),
        (
            Row("1", "q", evidence=("b", Span("context-2", 0, 1)), contexts=("ab", "c")),
            [("context-1", 1, 2), ("context-2", 0, 1)],
        ),
        (Row("1", "q"), []),
    ],
)
def test_evidence_is_found_where_it_stands(row, expected):
    assert places(row) == expected


def test_evidence_says_its_words():
    [found] = locate_evidence(Row("1", "q", evidence=(Span("news/ships.md", 6, 10),)), ARTICLES)
    assert found == EvidencePlace(SHIPS.id, 6, 10, "sail")


@pytest.mark.parametrize(
    "row",
    [
        Row("7", "q", evidence=("Ships sail.", "Dogs bark.")),
        Row("7", "q", evidence=("Ships sail.",), articles=("cats.md",)),
        Row("7", "q", evidence=(Span("ships.md", 3, 99),)),
        Row("7", "q", evidence=(Span("ships.md", 3, 3),)),
        Row("7", "q", evidence=(Span("dogs.md", 0, 3),)),
        Row("7", "q", articles=("ships.md", "dogs.md")),
        Row("7", "q", evidence=("Ships sail.",), contexts=("Cats sleep.",)),
    ],
)
def test_a_row_whose_evidence_is_nowhere_is_named(row):
    with pytest.raises(UsageError, match="row '7'"):
        places(row)


class Chain:
    """Gives each question back, the first ones last; notes how many it works on at a time."""

    def __init__(self, slow: int = 0) -> None:
        self.slow, self.now, self.most = slow, 0, 0
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def invoke(self, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.asked.append(question["id"])
        time.sleep(0.05 if int(question["id"]) < self.slow else 0)
        with self._lock:
            self.now -= 1
        return question


def asked_of(chain: Chain, rows: Sequence[Row], **more: Any) -> Generator[dict[str, Any]]:
    return answer_all(chain, rows, **more)  # type: ignore[arg-type, return-value]


def test_rows_go_to_the_chain_as_they_are():
    rows = [Row("7", "Who?", history=("What?",)), Row("8", "Why?", contexts=())]
    assert list(asked_of(Chain(), rows, trace=True)) == [
        {"question": "Who?", "history": ("What?",), "id": "7", "trace": True},
        {"question": "Why?", "history": (), "id": "8", "trace": True, "contexts": ()},
    ]


def test_answers_come_in_order_though_several_are_worked_on():
    chain = Chain(slow=4)
    rows = [Row(str(n), "q") for n in range(12)]
    assert [each["id"] for each in asked_of(chain, rows, workers=3)] == [row.id for row in rows]
    assert 1 < chain.most <= 3


def test_no_more_is_asked_once_nobody_listens():
    chain = Chain()
    answers = asked_of(chain, [Row(str(n), "q") for n in range(100)], workers=2)
    next(answers)
    answers.close()
    assert len(chain.asked) <= 4
