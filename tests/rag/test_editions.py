"""Of articles that come out again and again the newest answers, unless a year or version is named."""

from __future__ import annotations

import pytest

from index.article import Article
from rag.editions import is_outdated
from rag.extract import Bars, Extract, Limits, extract_answer
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage

OLD = ("Library fees 2022", "A reader's card cost £11 a year.", "2022-01-03")
NEW = ("Library fees from 2025", "A reader's card costs £15 a year.", "2025-01-02")


def answer(question: str, *claims: tuple[tuple[str, str, str | None], float]) -> Extract:
    """The answer from articles of a title, text and date, read with these probabilities."""
    passages, readings = [], []
    for n, ((title, said, date), probability) in enumerate(claims):
        text = f"{title}\n\n{said}"
        passages.append(Passage(Article(f"{n}.txt", title, text, "0" * 64, date=date), 0, len(text), 1.0))
        readings.append(Reading(probability, (AnswerSpan(len(title) + 2, len(text), 1.0),)))
    return extract_answer(question, passages, readings, Bars(0.5, HIGH), Limits())


@pytest.mark.parametrize(("newer", "certainty"), [(0.9, "high"), (0.5, "high"), (0.46, "high"), (0.1, "high")])
def test_the_newer_edition_goes_first_where_it_says_the_same(newer: float, certainty: str) -> None:
    said = answer("What does a reader's card cost?", (OLD, 0.91), (NEW, newer))
    expected = OLD if newer == 0.1 else NEW
    assert (said.certainty, [citation.quote for citation in said.citations]) == (certainty, [expected[1]])


def test_a_year_that_is_named_counts() -> None:
    said = answer("What did a reader's card cost in 2022?", (OLD, 0.91), (NEW, 0.9))
    assert said.citations[0].quote == OLD[1]


FAIR = "The fair drew {} visitors."
PORT = "The default port is {}."


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (("Fair 2023: rain", FAIR.format("27,000"), None), ("Fair 2024: a record", FAIR.format("41,000"), None)),
        (("Notes: Version 4.0", PORT.format(80), None), ("Notes: Version 4.1", PORT.format(90), None)),
        (("Notes: Version 4.9", PORT.format(80), None), ("Notes: Version 4.10", PORT.format(90), None)),
        (("Queen", "The title of Queen went to Ann.", "2023"), ("Queen", "The title of Queen went to Eve.", "2024")),
    ],
)
def test_dates_years_and_versions_say_which_is_newer(
    older: tuple[str, str, str | None], newer: tuple[str, str, str | None]
) -> None:
    for pair in (((older, 0.9), (newer, 0.8)), ((newer, 0.8), (older, 0.9))):
        assert answer("What is it?", *pair).citations[0].quote == newer[1]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (OLD, ("Pool prices", "A reader's card costs £15 a year.", "2025-01-02")),
        (OLD, ("Library fees from 2025", "Late books are charged at 20p a day.", "2025-01-02")),
        (("Fees", "A card costs £3.", None), ("Fees", "A card costs £4.", None)),
        (("Pump 2", "A card costs £3.", None), ("Pump 3", "A card costs £4.", None)),
    ],
)
def test_other_articles_and_other_sentences_are_no_newer_edition(
    older: tuple[str, str, str | None], newer: tuple[str, str, str | None]
) -> None:
    assert answer("What does a reader's card cost?", (older, 0.91), (newer, 0.8)).citations[0].quote == older[1]


def test_an_edition_that_was_not_read_is_known_to_be_newer() -> None:
    old, new = (
        Article(f"{n}.txt", title, said, "0" * 64, date=date) for n, (title, said, date) in enumerate((OLD, NEW))
    )
    assert is_outdated(old, [new])
    assert not is_outdated(new, [old, new])
