"""The one amount that a few words have, with its unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from rag.language.tokens import tokens_of
from rag.language.years import YEAR_ALONE


def amount_in(words: str) -> tuple[Decimal, str] | None:
    """Return the one number of a few words and its unit; years are none, nor is a month or a time of day."""
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
    try:
        return Decimal(tokens[at].number), unit
    except InvalidOperation:
        return None
