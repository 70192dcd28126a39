"""The days of the week that a text names."""

from __future__ import annotations

import pytest

from rag.language.time import days_in


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Monday", {0}),
        ("on sundays", {6}),
        ("Tuesday to Thursday", {1, 2, 3}),
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("Saturday – Monday", {5, 6, 0}),
        ("Tuesdays and Fridays", {1, 4}),
        ("weekdays", {0, 1, 2, 3, 4}),
        ("at the weekend", {5, 6}),
        ("daily", set(range(7))),
        ("the sun sat on the wed", set()),
        ("Sunderland", set()),
    ],
)
def test_days(text: str, days: set[int]) -> None:
    assert days_in(text) == days
