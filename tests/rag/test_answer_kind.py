"""A "when" is answered by a time, a "how many" by a number."""

from __future__ import annotations

import pytest

from rag.answer_kind import is_of_kind


@pytest.mark.parametrize(
    ("question", "words", "fits"),
    [
        ("When did it open?", "in July 2024", True),
        ("When did it open?", "last spring", True),
        ("When did it open?", "near the harbour", False),
        ("In what year was it founded?", "1995", True),
        ("How many cars were sold?", "141,601", True),
        ("How many cars were sold?", "a dozen", True),
        ("How many cars were sold?", "the Model Y", False),
        ("How long is it?", "five metres", True),
        ("Who sold it?", "the city council", True),
    ],
)
def test_the_kind(question: str, words: str, fits: bool) -> None:
    assert is_of_kind(question, words) is fits
