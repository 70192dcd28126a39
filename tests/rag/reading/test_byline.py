"""A byline answers who wrote the article and when, and nothing else."""

from __future__ import annotations

import pytest

from index.readers.compose import Block, Properties, compose
from rag.reading.byline import asks_for_byline, without_byline
from rag.reading.similarity import SimilarityReader
from rag.retrieve import Passage
from tests.fakes import FakeEmbeddings


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who wrote this?", True),
        ("who is the author", True),
        ("When was this published?", True),
        ("谁写了这篇文章?", True),
        ("When did the bridge open?", False),
        ("Who built it?", False),
        ("What did they update?", False),
    ],
)
def test_which_questions_may_be_about_it(question: str, asks: bool) -> None:
    assert asks_for_byline(question) is asks


@pytest.mark.parametrize(
    ("author", "date", "byline"),
    [
        ("Ada Lund", "2024-04-02", "By Ada Lund, 2 April 2024"),
        ("Ada Lund", None, "By Ada Lund"),
        (None, "2024-04-02", "2 April 2024"),
        (None, "2024", "2024"),
    ],
)
def test_all_else_stays_where_it_is(author: str | None, date: str | None, byline: str) -> None:
    article = compose(
        "a.md", Properties("A bridge", author, date), [Block(f"On {byline} the bridge opened."), Block(byline)]
    )
    shown = without_byline(Passage(article, 0, len(article.text), 1.0))
    assert shown == f"A bridge\n\n{' ' * len(byline)}\n\nOn {byline} the bridge opened.\n\n{byline}"
    later = Passage(article, article.text.index("On "), len(article.text), 1.0)
    assert without_byline(later) == later.text


def test_a_line_with_a_date_that_is_not_the_articles_own_is_read() -> None:
    article = compose("a.txt", Properties("The concert"), [Block("12 May 2024"), Block("Doors open at eight.")])
    passage = Passage(article, 0, len(article.text), 1.0)
    assert without_byline(passage) == article.text
    [near] = SimilarityReader(FakeEmbeddings()).nearness("When is the concert?", [passage])
    assert [article.text[span.start : span.end] for span, _ in near] == ["12 May 2024", "Doors open at eight."]


@pytest.mark.parametrize(("question", "sentences"), [("When did it open?", 1), ("Who wrote this?", 2)])
def test_it_is_a_sentence_only_where_it_may_be_asked_for(question: str, sentences: int) -> None:
    article = compose("a.md", Properties("A bridge", "Ada Lund"), [Block("It opened at noon.")])
    [near] = SimilarityReader(FakeEmbeddings()).nearness(question, [Passage(article, 0, len(article.text), 1.0)])
    assert len(near) == sentences
