"""A claim as questions: what is asked of its sides, what is exchanged, and that any claim is taken."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.reading.cloze import parts_of


@pytest.mark.parametrize(
    ("claim", "asked"),
    [
        ("BYD overtook Tesla in 2024.", {"What overtook Tesla in 2024?": "BYD", "BYD overtook what in 2024?": "Tesla"}),
        (
            "Tesla will be overtaken by BYD in 2025.",
            {"What will be overtaken by BYD in 2025?": "Tesla", "Tesla will be overtaken by what in 2025?": "BYD"},
        ),
        (
            "The council did not later sell the old ferry, to Ida Lund.",
            {
                "What did not later sell the old ferry to Ida Lund?": "The council",
                "The council did not later sell what to Ida Lund?": "the old ferry",
            },
        ),
        ("Prices rose after the war.", {"What rose after the war?": "Prices"}),
    ],
)
def test_each_side_is_asked_for(claim: str, asked: dict[str, str]) -> None:
    parts = parts_of(claim)
    assert parts is not None
    assert {blank.question: blank.words for blank in parts.sides()} == asked


@pytest.mark.parametrize(
    ("claim", "exchanged"),
    [
        ("BYD overtook Tesla in 2024.", "Tesla overtook BYD in 2024"),
        ("The council sold the ferry to Ida Lund.", "the ferry sold the council to Ida Lund"),
        ("Scotland was invaded by William of Orange.", "William of Orange was invaded by Scotland"),
        ("BYD's supplier Foxconn sued Tesla, which makes cars.", "Tesla sued BYD's supplier Foxconn which makes cars"),
    ],
)
def test_the_sides_are_exchanged(claim: str, exchanged: str) -> None:
    parts = parts_of(claim)
    assert parts is not None
    assert parts.exchangeable
    other = parts.exchanged()
    assert " ".join((*other.subject, *other.verb, *other.other, *other.rest)) == exchanged


@pytest.mark.parametrize(
    "claim",
    [
        "Prices rose after the war.",
        "Anna is the mother of Bert.",
        "The mill has never been a school.",
        "The ferry was sold in 1932.",
    ],
    ids=["no other side", "is", "has been", "nobody named"],
)
def test_of_what_merely_is_nothing_is_exchanged(claim: str) -> None:
    parts = parts_of(claim)
    assert parts is not None
    assert not parts.exchangeable


@given(st.text(max_size=200))
@example("")
@example("was")
@example("a was , b")
@example("did not")
@example("x was was was by by by")
def test_any_claim_is_taken(claim: str) -> None:
    parts = parts_of(claim)
    if parts is not None:
        assert all(blank.question.endswith("?") and blank.words for blank in parts.sides())
        if parts.exchangeable:
            assert parts.exchanged().other
