"""Whether a text says the opposite of what is asked."""

from __future__ import annotations

import pytest

from rag.language.opposites import says_opposite


@pytest.mark.parametrize(
    ("question", "text", "opposite"),
    [
        ("How much slower is unloading?", "It has made unloading 12 percent faster.", True),
        ("How far did sales rise?", "Sales fell by a tenth.", True),
        ("How far did sales fall?", "Sales fell by a tenth, after they rose in May.", False),
        ("Did prices rise or fall?", "Prices fell.", False),
        ("What is new?", "Prices fell.", False),
    ],
)
def test_a_text_with_the_other_word_alone_is_the_opposite(question: str, text: str, opposite: bool) -> None:
    assert says_opposite(question, text) is opposite
