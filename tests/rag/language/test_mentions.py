"""Whole words are found as a pattern finds them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.language.mentions import has_word, mentions

TEXT = st.text(st.sampled_from("aAbB _-’.é 1中İ"))


@given(st.text(st.sampled_from("aBé-1"), min_size=1, max_size=3), TEXT)
@example("a", "a_a a a-a aA A")
@example("ab", "İ ab")
def test_a_word_is_found_where_a_pattern_finds_it(word: str, text: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    assert list(mentions(word, text)) == [match.start() for match in pattern.finditer(text)]


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("byd", "BYD's cars", True),
        ("byd", "BYDs", False),
        ("european union", "the European Union", True),
        ("", "a", False),
    ],
)
def test_a_word_is_whole(word: str, text: str, found: bool) -> None:
    assert has_word(word, text) is found
