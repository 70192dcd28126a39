"""The one amount that a few words have, with its unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from rag.language.tokens import tokens_of
from rag.language.years import YEAR_ALONE

_MEASURES = {
    "minute": {"second": "0.0166667", "hour": "60", "day": "1440", "week": "10080", "month": "43830", "year": "525960"},
    "mb": {"kb": "0.001", "gb": "1000", "tb": "1000000"},
    "metre": {"mm": "0.001", "cm": "0.01", "m": "1", "km": "1000"},
    "kg": {"g": "0.001", "gram": "0.001", "ton": "1000"},
}
"""Of each measure its other units, and how many of its own each is."""
_BASES = {unit: (base, Decimal(size)) for base, sizes in _MEASURES.items() for unit, size in sizes.items()}


def amount_in(words: str) -> tuple[Decimal, str] | None:
    """Return the one number of a few words and its unit; years are none, nor is a month or a time of day.

    Durations are in minutes, lengths in metres, weights in kilograms, data in megabytes: a year is more than 30 days.
    """
    tokens = tokens_of(words)
    numbers = [
        i
        for i, token in enumerate(tokens)
        if token.number and not (YEAR_ALONE.fullmatch(token.lower) and not token.unit)
    ]
    if len(numbers) != 1:
        return None
    at = numbers[0]
    unit = tokens[at].unit or "".join(token.stem for token in tokens[at + 1 : at + 2] if token.is_content)
    base, size = _BASES.get(unit, (unit, Decimal(1)))
    try:
        return Decimal(tokens[at].number) * size, base
    except InvalidOperation:
        return None
