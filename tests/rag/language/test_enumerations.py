"""Items of an enumeration: found around the words that a reader claims, never made up."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.enumerations import items_around

PLANTS = "BYD builds cars in Thailand, Hungary, Brazil and Turkey, it said."
VOTES = "Hungary, Germany and Malta voted no, Spain and Finland abstained."


def items(sentence: str, claimed: str) -> list[str]:
    start = sentence.index(claimed)
    return [sentence[slice(*span)] for span in items_around(sentence, (start, start + len(claimed)))]


@pytest.mark.parametrize(
    ("sentence", "claimed", "expected"),
    [
        (PLANTS, "Hungary", ["Thailand", "Hungary", "Brazil", "Turkey"]),
        (PLANTS, "Thailand", ["Thailand", "Hungary", "Brazil", "Turkey"]),
        (PLANTS, "Turkey", ["Thailand", "Hungary", "Brazil", "Turkey"]),
        (VOTES, "Germany", ["Hungary", "Germany", "Malta"]),
        ("Debian 12, Ubuntu 22.04 and 24.04, and Rocky Linux 9 will do.", "Debian 12",
         ["Debian 12", "Ubuntu 22.04 and 24.04", "Rocky Linux 9"]),
        ("The kit has a saw, nuts and bolts, and a hammer.", "a hammer", ["a saw", "nuts and bolts", "a hammer"]),
        ("Ann, Bob and Cy came in 2020, and Dee left.", "Ann", ["Ann", "Bob", "Cy"]),
        ("In Germany, France and Italy it is lower.", "Germany", ["Germany", "France", "Italy"]),
        ("Barbados and Trinidad, says the bank, gain.", "Barbados and Trinidad", ["Barbados", "Trinidad"]),
        ("Let it have the manuals, the menus and the minutes of meetings.", "the menus",
         ["the manuals", "the menus", "the minutes of meetings"]),
        ("It was sold to Spain and Malta in 2020.", "Spain", ["Spain", "Malta"]),
        ("Cooks, nurses and musicians may work there.", "nurses", ["Cooks", "nurses", "musicians"]),
        ("They sell tea, coffee, and cocoa to Spain.", "coffee", ["tea", "coffee", "cocoa"]),
        ("Banking, tourism and the environment.", "tourism", ["Banking", "tourism", "the environment"]),
        ('Three habits: the "copycat culture", the "shortcut model" and the "follower mentality".', "copycat culture",
         ['"copycat culture"', 'the "shortcut model"', 'the "follower mentality"']),
        ("It lost a lorry and a boat.", "a lorry and a boat", ["a lorry", "a boat"]),
        ("It sells images of vineyards and olive groves.", "vineyards and olive groves", ["vineyards", "olive groves"]),
    ],
)  # fmt: skip
def test_the_items_are_those_of_the_list(sentence: str, claimed: str, expected: list[str]) -> None:
    assert items(sentence, claimed) == expected


@pytest.mark.parametrize(
    ("sentence", "claimed"),
    [
        ("It paid for research and development.", "research and development"),
        ("She asks what happens if frost or rust hits a valley and the chain depends on it.",
         "frost or rust hits a valley and the chain depends on it"),
        ("They stood before the Golden Swan, and a businessman had promised beer.", "the Golden Swan"),
        ("She met Merkel, and Macron left.", "Merkel"),
        ("Spain, which abstained, and Germany voted no.", "Spain"),
        ('He called it "fast, cheap and ugly" twice.', '"fast, cheap'),
        ("It costs 1,340 yuan.", "1,340 yuan"),
    ],
)  # fmt: skip
def test_what_is_no_list_stays_as_it_was_claimed(sentence: str, claimed: str) -> None:
    assert items(sentence, claimed) == [claimed]


@given(st.text(alphabet='Aab ,.;"()and or1', max_size=60), st.integers(0, 60), st.integers(1, 20))
def test_items_are_inside_the_sentence_and_in_order(sentence: str, start: int, length: int) -> None:
    start = min(start, max(0, len(sentence) - 1))
    end = min(len(sentence), start + length)
    spans = items_around(sentence, (start, end))
    assert spans and spans == sorted(spans)
    assert all(0 <= a <= b <= len(sentence) for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
