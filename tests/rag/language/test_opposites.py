"""Whether a text says the opposite of what is asked."""

from __future__ import annotations

import pytest

from rag.language.opposites import clause_around, says_opposite


@pytest.mark.parametrize(
    ("question", "text", "opposite"),
    [
        ("How much slower is unloading?", "It has made unloading 12 percent faster.", True),
        ("How far did sales rise?", "Sales fell by a tenth.", True),
        ("How far did sales fall?", "Sales fell by a tenth, after they rose in May.", False),
        ("Did prices rise or fall?", "Prices fell.", False),
        ("What is new?", "Prices fell.", False),
        ("How much did it lose?", "It made a profit of 2 million euros.", True),
        ("What was the profit?", "Its loss was 2 million euros.", True),
    ],
)
def test_a_text_with_the_other_word_alone_is_the_opposite(question: str, text: str, opposite: bool) -> None:
    assert says_opposite(question, text) is opposite


def test_a_clause_ends_at_a_semicolon_or_a_while() -> None:
    text = "Sales rose to 5; costs fell to 3, while rents rose."
    assert clause_around(text, text.index("5"), text.index("5") + 1) == "Sales rose to 5"
    assert clause_around(text, text.index("3"), text.index("3") + 1) == "; costs fell to 3"
    assert clause_around(text, 0, len(text)) == text
