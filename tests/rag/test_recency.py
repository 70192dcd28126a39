"""Who asks for the latest gets the newer of what answers comparably well; nobody else does."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from index.article import Article
from index.ingest import ingest
from rag.extract import Bars, Limits, extract_answer
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.recency import asks_for_latest
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Index
from tests.fakes import FakeEmbeddings


@pytest.mark.parametrize(
    ("question", "latest"),
    [
        ("What is the latest model?", True),
        ("Its most recent price?", True),
        ("Who currently leads Nio?", True),
        ("NEWEST factory", True),
        ("蔚来最新的车型是什么？", True),
        ("目前谁在领导蔚来？", True),
        ("What did Jia say in 2016?", False),
        ("Who knows about currents?", False),
        ("Which models are late?", False),
        ("贾跃亭说了什么？", False),
    ],
)
def test_who_asks_for_the_latest(question: str, latest: bool) -> None:
    assert asks_for_latest(question) is latest


def cited(question: str, *articles: tuple[str | None, float]) -> list[str | None]:
    """The dates of the quotes, first to last, of articles with these dates and supports."""
    passages, readings = [], []
    for n, (date, support) in enumerate(articles):
        text = f"The price is {n}0 yuan in shop {n}."
        passages.append(Passage(Article(f"{n}.txt", "", text, "0" * 64, date=date), 0, len(text), 1.0))
        readings.append(Reading(support, (AnswerSpan(0, len(text), 1.0),)))
    return [
        each.date
        for each in extract_answer(question, passages, readings, Bars(0.5, HIGH), Limits(4, 700, 10)).citations
    ]


def test_of_comparable_answers_the_newer_goes_first() -> None:
    articles = (("2022-03-01", 0.9), ("2024-05", 0.8), (None, 0.85))
    assert cited("What is the price?", *articles) == ["2022-03-01", None, "2024-05"]
    assert cited("What is the latest price?", *articles) == ["2024-05", "2022-03-01", None]


def test_what_answers_worse_does_not_go_first_for_its_date() -> None:
    assert cited("the latest price?", ("2022", 0.7), ("2024", 0.55)) == ["2022", "2024"]
    assert cited("the latest price?", ("2022", 0.55), ("2024", 0.49)) == ["2022", "2024"]
    assert cited("the latest price?", ("2022", 0.45), ("2024", 0.44)) == []


def test_without_dates_nothing_changes() -> None:
    articles = ((None, 0.9), ("last spring", 0.88), (None, 0.86))
    assert cited("the latest price?", *articles) == cited("the price?", *articles) == [None, "last spring", None]


def found(tmp_path: Path, question: str) -> list[str | None]:
    with closing(Index(tmp_path / "store")) as index, index.snapshot() as snapshot:
        retriever = HybridRetriever(index=index, embeddings=FakeEmbeddings())
        return [passage.article.date for passage in retriever.passages([question], snapshot)]


@pytest.mark.store
def test_newer_passages_are_found_earlier(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    for year, place in (("2021", "here in Turin"), ("2024", "in Turin")):
        text = f"---\ndate: {year}-01-01\n---\nThe latest price {place} is {year} lira."
        (tmp_path / "news" / f"{year}.md").write_text(text)
    ingest(tmp_path / "store", [tmp_path / "news"], FakeEmbeddings())
    assert found(tmp_path, "price here in Turin") == ["2021-01-01", "2024-01-01"]
    assert found(tmp_path, "the latest price here in Turin") == ["2024-01-01", "2021-01-01"]
