"""The year that a sentence is about, and the figure that it gives of one."""

from __future__ import annotations

import pytest

from rag.language.years import figure_of_year, years_spoken_of


@pytest.mark.parametrize(
    ("text", "spoken_of", "figures"),
    [
        ("In 2023 it had 105,700 visitors, after 92,300 in 2022.", ["2023"], {"2023": "105,700", "2022": "92,300"}),
        ("In 2024 it had 118 visitors, 12 per cent more than in 2023 (105).", ["2024"], {"2024": "118", "2023": "105"}),
        ("It had 96,000 visits in 2019, 58,000 in 2023 and 61,500 in 2024.", ["2019", "2023", "2024"],
         {"2019": "96,000", "2023": "58,000", "2024": "61,500"}),
        ("The fair of 2023 drew 27,000 people, 9,000 fewer than in 2022.", ["2023"], {"2023": "27,000", "2022": None}),
        ("From 9 March to 28 July 2024.", ["2024"], {"2024": None}),
        ("A budget of £48.2 million for 2024, after five hours.", ["2024"], {"2024": "£48.2 million", "2025": None}),
        ("More than in 2021.", ["2021"], {"2021": None}),
    ],
)  # fmt: skip
def test_years_and_their_figures(text: str, spoken_of: list[str], figures: dict[str, str | None]) -> None:
    assert years_spoken_of(text) == spoken_of
    spans = {year: figure_of_year(text, year) for year in figures}
    assert {year: text[span[0] : span[1]] if span else None for year, span in spans.items()} == figures
