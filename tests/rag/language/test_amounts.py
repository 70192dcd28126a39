"""The one amount of a few words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rag.language.amounts import amount_in


@pytest.mark.parametrize(
    ("words", "value", "unit"),
    [
        ("41.2 million euros", 41_200_000, "€"),
        ("1,870", 1870, ""),
        ("2,050", 2050, ""),
        ("39.5 %", Decimal("39.5"), "%"),
        ("in 2023, 80 cars", 80, "car"),
        ("30 days", 43_200, "minute"),
        ("1 year", 525_960, "minute"),
        ("500 GB", 500_000, "mb"),
        ("3 TB", 3_000_000, "mb"),
        ("410 g", Decimal("0.41"), "kg"),
        ("1.2 km", 1200, "metre"),
    ],
)
def test_an_amount_has_a_number_and_a_unit(words: str, value: int | Decimal, unit: str) -> None:
    assert amount_in(words) == (Decimal(value), unit)


@pytest.mark.parametrize("words", ["closed", "2023", "9:00-20:00", "14 January 2025", "between 3 and 4", ""])
def test_years_times_and_several_numbers_are_no_amount(words: str) -> None:
    assert amount_in(words) is None
