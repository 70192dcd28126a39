"""Lists that are set as such, in the text of an article."""

from __future__ import annotations

import pytest

from rag.language.bullets import bullets_around

TEXT = "Bring this:\n\n- a spoon;\n\n- a cup, if you have one.\n\n-5 degrees\n\n1. Come.\n\n2) Sit\n\nGo: now."


def items(text: str, quote: str) -> list[str]:
    start = text.index(quote)
    return [text[slice(*span)] for span in bullets_around(text, (start, start + len(quote)))]


@pytest.mark.parametrize("quote", ["Bring this:", "- a spoon;", "a cup"])
def test_the_items_of_a_list_are_found_from_each_line_and_from_what_leads_to_it(quote: str) -> None:
    assert items(TEXT, quote) == ["a spoon", "a cup, if you have one"]


def test_numbers_are_dots_too() -> None:
    assert items(TEXT, "Sit") == ["Come", "Sit"]


@pytest.mark.parametrize("quote", ["-5 degrees", "Go: now."])
def test_other_lines_are_no_list(quote: str) -> None:
    assert items(TEXT, quote) == []


def test_a_quote_that_is_nowhere_has_no_list() -> None:
    assert bullets_around("- a\n- b", (7, 9)) == []
    assert bullets_around("", (0, 0)) == []
