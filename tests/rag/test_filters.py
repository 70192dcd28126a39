"""Filter words leave the question, and mean what docs/answer.md says they mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, ArticleFacts
from index.errors import QuestionError
from rag.filters import Choices, Filters, choices, parse, without_words


@pytest.mark.parametrize(
    ("text", "question", "filters"),
    [
        ("What did he say?", "What did he say?", Filters()),
        ("What did he say after:2024-01?", "What did he say?", Filters(after="2024-01")),
        ("after:2024 what did  he say", "what did  he say", Filters(after="2024")),
        ("what AFTER:2024 before:2025-03-31 now", "what now", Filters(after="2024", before="2025-03-31")),
        ('who author:"Li Bin" author:Jia', "who", Filters(author=("Li Bin", "Jia"))),
        ("who author:“Li Bin”, then?", "who, then?", Filters(author=("Li Bin",))),
        ("谁 author:贾跃亭？", "谁？", Filters(author=("贾跃亭",))),
        ("x source:news/2024/a.md.", "x.", Filters(source=("news/2024/a.md",))),
        ("x source:https://a.b/c", "x", Filters(source=("https://a.b/c",))),
        ('x tag:EU tag:"the sea"?', "x?", Filters(tag=("EU", "the sea"))),
        ("x article:8bf39f5254618e39 y", "x y", Filters(article=("8bf39f5254618e39",))),
        ("x after:2023 after:2024", "x", Filters(after="2024")),
        ("x author:a author:a", "x", Filters(author=("a",))),
        ("after:2024", "", Filters(after="2024")),
        ("note:this is not one, nor is author: this", "note:this is not one, nor is author: this", Filters()),
        ("coauthor:x http://after:80 (after:2024", "coauthor:x http://after:80 (after:2024", Filters()),
        ('author:"" author:"open', 'author:"" author:"open', Filters()),
    ],
)
def test_words_leave_the_question(text: str, question: str, filters: Filters) -> None:
    assert parse(text) == (question, filters)
    assert without_words(text) == question


@pytest.mark.parametrize(
    "date", ["2024-13", "2024-02-30", "24", "2024-1", "yesterday", "0000", "２０２４", "2024-01-01T10"]
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_date_that_is_none_is_refused_with_what_to_write(name: str, date: str) -> None:
    with pytest.raises(QuestionError, match=f"{name}:{date} is no date: write {name}:2024, {name}:2024-01 or"):
        parse(f"what {name}:{date}")
    with pytest.raises(QuestionError):
        Filters(**dict[str, Any]({name: date}))
    assert without_words(f"what {name}:{date}") == "what"  # in a history it does no harm


@pytest.mark.parametrize(
    ("date", "after", "before"),
    [
        ("2024-03-31", "2024-03-31", None), ("2024-03-31", "2024-03", None), ("2024-03-31", "2024", None),
        ("2024-03-31T10:00", "2024-03-31", None), ("2024", "2024-03", None), ("2024-03", "2024-03-15", None),
        ("2024-03-31", None, "2024-04"), ("2024-03-31", None, "2025"), ("2024-03-30", None, "2024-03-31"),
        ("2023", None, "2024-01"), ("2024-03-31", "2024-02", "2024-04"),
    ],
)  # fmt: skip
def test_dates_that_are_kept(date: str, after: str | None, before: str | None) -> None:
    assert Filters(after=after, before=before).match(ArticleFacts("a", "a.md", None, date))


@pytest.mark.parametrize(
    ("date", "after", "before"),
    [
        ("2024-03-30", "2024-03-31", None), ("2024-03-31", "2024-04", None), ("2023-12-31", "2024", None),
        ("2024-03-31", None, "2024-03-31"), ("2024-03-31", None, "2024-03"), ("2024", None, "2024-03"),
        (None, "2024", None), (None, None, "2024"), ("spring 2024", "1999", None), ("2024-99", "1999", None),
        ("2024-03-31", "2024-04", "2024-05"),
    ],
)  # fmt: skip
def test_dates_that_are_not(date: str | None, after: str | None, before: str | None) -> None:
    assert not Filters(after=after, before=before).match(ArticleFacts("a", "a.md", None, date))


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_a_dated_article_is_on_one_side(article: object, limit: object, known: int, given: int) -> None:
    facts = ArticleFacts("a", "a.md", None, str(article)[:known])
    assert Filters(after=str(limit)[:given]).match(facts) != Filters(before=str(limit)[:given]).match(facts)


def test_kinds_all_hold_and_values_are_alternatives() -> None:
    facts = ArticleFacts("a1", "News/Straße.md", "Dr. JIA Yueting", "2024", ("Cars", "the Sea"))
    for kept in (
        Filters(),
        Filters(author=("jia yue",)),
        Filters(author=("Li Bin", "Jia")),
        Filters(source=("news/",)),
        Filters(source=("STRASSE",)),
        Filters(tag=("cars",)),
        Filters(tag=("ships", "THE SEA"), author=("jia",)),
        Filters(author=("jia",), source=("news",), after="2024", article=("a1", "a2")),
    ):
        assert kept.match(facts), kept
    for left_out in (
        Filters(author=("li",)),
        Filters(author=("jia",), source=("blog",)),
        Filters(article=("a",)),
        Filters(tag=("car",)),
        Filters(tag=("cars",), author=("li",)),
        Filters(author=("jia",), before="2024"),
    ):
        assert not left_out.match(facts), left_out
    assert not Filters(author=("jia",)).match(ArticleFacts("a1", "jia.md", None, None))


WORDS = st.text(st.characters(exclude_characters='"“”\n', exclude_categories=["C", "Z"]), min_size=1)
VALUES = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=3, unique=True).map(tuple)
DATES = st.none() | st.sampled_from(["2024", "2024-02", "2024-02-29"])


@given(st.builds(Filters, source=VALUES, author=VALUES, after=DATES, before=DATES, article=VALUES, tag=VALUES))
def test_as_words_and_back(filters: Filters) -> None:
    assert parse(f"who is it {filters}?") == ("who is it?" if filters else "who is it ?", filters)


def test_the_words_and_the_description() -> None:
    filters = Filters(source=("news/",), author=("Li Bin", "Jia"), after="2024-01", article=("a1",), tag=("EU",))
    words = ['author:"Li Bin"', "author:Jia", "source:news/", "tag:EU", "after:2024-01", "article:a1"]
    assert filters.words() == words
    assert filters.described() == "by Li Bin or Jia from news/ tagged EU with the id a1 after 2024-01"


def test_merging_adds_values_and_exchanges_dates() -> None:
    one = Filters(author=("Jia",), after="2023", before="2025")
    other = Filters(author=("Li", "Jia"), source=("a",), after="2024", tag=("EU",))
    assert one.merged(other) == Filters(("a",), ("Jia", "Li"), "2024", "2025", tag=("EU",))
    assert one.merged(Filters()) == Filters().merged(one) == one
    assert not Filters().merged(Filters())


class OneIndex:
    def articles(self) -> list[Article]:
        dated = [
            ("b/x.md", "Li", "2023-05"),
            ("b/y.md", "Jia", "2024"),
            ("a/z.md", "Jia", None),
            ("w.md", None, "soon"),
        ]
        tags = {"b/x.md": ("EU",), "a/z.md": ("cars", "EU")}
        return [
            Article(source, "T", "text", "0" * 64, author, date, tags=tags.get(source, ()))
            for source, author, date in dated
        ]


def test_what_there_is_to_filter_by() -> None:
    assert choices(OneIndex()) == Choices(("Jia", "Li"), ("b/", "a/"), ("2024", "2023"), ("EU", "cars"))  # type: ignore[arg-type]
