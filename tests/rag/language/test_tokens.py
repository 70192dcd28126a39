"""Texts become tokens with canonical numbers, dates and names."""

from __future__ import annotations

import pytest

from rag.language.numbers import Number, number_at
from rag.language.places import country_of, is_place
from rag.language.stem import stem
from rag.language.time import is_time, preposition_of, times_in, with_time
from rag.language.tokens import tokens_of
from rag.language.verbs import past, third_person


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("215,900 yuan", Number("215900", "¥")),
        ("$ 5 million", Number("5000000", "$", 2)),
        ("$ 5", Number("5", "$")),
        ("12 percent", Number("12", "%", 2)),
        ("1.5 billion", Number("1500000000", "", 2)),
        ("two hundred and five thousand", Number("205000", "", 5)),
        ("a hundred and", Number("100", "", 2)),
        ("twenty five", Number("25", "", 2)),
        ("3rd", Number("3", "th")),
        ("third", Number("3", "th")),
        ("1990s", Number("1990", "s")),
        ("half", Number("0.5")),
        ("April", Number("month 4")),
        ("March", None),
        ("March 2021", Number("month 3")),
        ("5 月", Number("month 5", "", 2)),
        ("3 万", Number("30000", "", 2)),
        ("1 . 2 . 3", Number("1")),
        ("one of", None),
        ("a horse", None),
        ("march on", None),
        ("II", None),
        ("1" * 40, Number("1" * 40)),
    ],
)
def test_numbers(text: str, number: Number | None) -> None:
    pieces = text.split()
    at = 1 if pieces[0] == "$" else 0
    assert number_at(pieces, at) == number


def test_a_range_of_years_a_king_and_a_month_that_may_be_a_verb() -> None:
    assert number_at(["1914", "–", "18"], 2) == Number("1918")
    assert number_at(["Louis", "XIV"], 1) == Number("14")
    assert number_at(["they", "May"], 1) is None
    assert number_at(["in", "May"], 1) == Number("month 5")


def test_tokens() -> None:
    tokens = {token.lower: token for token in tokens_of("Most farmers did not sell to Łódź on 2024-03-05, but Berlin.")}
    assert tokens["most"].sentence_initial
    assert tokens["sell"].negated
    assert tokens["lodz"].is_name
    assert tokens["march"].number == "month 3"
    assert not tokens["berlin"].negated
    assert not tokens["to"].is_content
    assert tokens["berlin"].clause > tokens["sell"].clause


@pytest.mark.parametrize(
    "words",
    [
        "sell sold sale selling", "invade invaded", "write wrote written", "Germany German Germans".lower(),
        "france french frenchman", "netherlands dutch", "spain spanish spaniards", "japan japanese",
        "tariff tariffs", "edition editions", "station stations", "tie ties", "age ages",
        "staff staffs staffed",
        "norway norwegian norwegians", "italy italian", "child children", "overtake overtook", "produce producer",
    ],
)  # fmt: skip
def test_the_same_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize(("word", "other"), [("poland", "pole"), ("france", "spain"), ("india", "tamil")])
def test_another_stem(word: str, other: str) -> None:
    assert stem(word) != stem(other)


def test_places() -> None:
    for name in (
        "Hungary",
        "South Korea",
        "Hong Kong",
        "Türkiye",
        "Turkey",
        "Saudi Arabia",
        "EU",
        "Shanghai",
        "New York",
    ):
        assert is_place(name), name
    for name in ("Xiaomi", "Lei Jun", "SU7", "GMT", "German", ""):
        assert not is_place(name), name
    assert country_of("men") == country_of("") == ""


def test_times() -> None:
    assert times_in("What did BYD earn in the first half of 2024 and in May 2023?") == [
        "in the first half of 2024",
        "in May 2023",
    ]
    assert is_time("in 2023")
    assert not is_time("in 2023.5 years")
    assert with_time("What did NIO lose in 2023", "in 2022") == "What did NIO lose in 2022"
    assert [preposition_of(date) for date in ("2021", "May 2021", "3 May 2021", "May 3, 2021")] == [
        "in",
        "in",
        "on",
        "on",
    ]


def test_verb_forms() -> None:
    assert [past(verb) for verb in ("buy", "announce", "ban", "carry", "play", "ship")] == [
        "bought", "announced", "banned", "carried", "played", "shipped",
    ]  # fmt: skip
    assert [third_person(verb) for verb in ("have", "be", "reach", "carry", "buy")] == [
        "has", "is", "reaches", "carries", "buys",
    ]  # fmt: skip
