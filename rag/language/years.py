"""Which year a sentence is about, and which of its figures is that of a year."""

from __future__ import annotations

import re

from rag.language.enumerations import Span
from rag.language.numbers import SCALES

YEAR_ALONE = re.compile(r"(?<![\w.,])(?:19|20)[0-9]{2}(?![\w]|[.,][0-9])")
"""A year that is no part of another number."""
_AMOUNT = rf"[$€£¥]?[0-9](?:[0-9.,]*[0-9])?(?: (?:{'|'.join(SCALES)})\b)?"
_COMPARED = re.compile(
    rf"\b(?:than|against|compared (?:to|with)|(?:up|down|after|from) {_AMOUNT}(?: [a-z]+){{0,2}} in)\b[^.;\n]{{0,25}}?"
    rf"(?P<year>{YEAR_ALONE.pattern})"
)
"""A year that a sentence compares another one with: "more than in 2023", "after 92,300 in 2022"."""
_NO_COUNT = r"(?!(?:than|more|less|fewer|after|from|per|percent|and|or)\b)"


def years_spoken_of(text: str) -> list[str]:
    """Return the years of a text but for those that it compares others with, unless there are no others."""
    compared = {found.start("year") for found in _COMPARED.finditer(text)}
    years = list(YEAR_ALONE.finditer(text))
    return [year[0] for year in years if year.start() not in compared] or [year[0] for year in years]


def figure_of_year(text: str, year: str) -> Span | None:
    """Return where a text has its figure of a year: "58,000 in 2023", "in 2023 (105,700)", "In 2024 it had 118,400"."""
    figure = rf"(?<![\w.,])(?P<figure>(?!(?:19|20)[0-9]{{2}}\b(?![.,][0-9])){_AMOUNT})(?!\w)"
    if before := re.search(rf"{figure}(?: {_NO_COUNT}[a-z-]+){{0,3}} (?:in|for|during|of) {year}\b(?![.,][0-9])", text):
        return before.span("figure")
    if beside := re.search(rf"\b{year} \({figure}\)", text):
        return beside.span("figure")
    after = re.search(
        rf"\b{year}\b(?:(?! (?:than|after|from|against)\b|(?<!\w)(?:19|20)[0-9]{{2}}\b)[^0-9;])*?{figure}", text
    )
    return after.span("figure") if after else None
