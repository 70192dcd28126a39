"""A byline answers who wrote the article and when, and nothing else."""

from __future__ import annotations

import pytest

from index.article import Article
from rag.byline import asks_for_byline, is_byline, without_byline
from rag.retrieve import Passage

ARTICLE = Article("a.md", "A bridge in 2024", "", "0" * 64, author="Ada Lund", date="2024-04-02")


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
    ("line", "is_one"),
    [
        ("By Ada Lund, 2 April 2024", True),
        ("By Ada Lund", True),
        ("2 April 2024", True),
        ("2024-04-02", True),
        ("2024", True),
        ("", False),
        ("By Ada Lund and others", False),
        ("By 2 April 2024 it was open.", False),
        ("It opened on 2 April 2024", False),
    ],
)
def test_what_is_one(line: str, is_one: bool) -> None:
    assert is_byline(line, 20, ARTICLE) is is_one
    assert not is_byline(line, 2_000, ARTICLE)


@pytest.mark.parametrize("byline", ["By Ada Lund, 2 April 2024", "2 April 2024"])
def test_all_else_stays_where_it_is(byline: str) -> None:
    text = f"A bridge in 2024\n\n{byline}\n\nOn 2 April 2024 the bridge opened."
    article = Article("a.md", "A bridge in 2024", text, "0" * 64, author="Ada Lund", date="2024-04-02")
    shown = without_byline(Passage(article, 0, len(text), 1.0))
    assert shown == f"A bridge in 2024\n\n{' ' * len(byline)}\n\nOn 2 April 2024 the bridge opened."
    later = Passage(article, text.index("On 2"), len(text), 1.0)
    assert without_byline(later) == later.text
