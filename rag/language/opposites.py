"""Opposites: "12 percent faster" does not say how much slower something is."""

from __future__ import annotations

import re

_PAIRS = tuple(
    tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in pair)
    for pair in (
        ("faster|quicker", "slower"),
        ("higher|rises?|rose|risen|increas(?:es?|ed|ing)", "lower|falls?|fell|fallen|decreas(?:es?|ed|ing)"),
        ("cheaper", "dearer|more expensive"),
        ("longer", "shorter"),
        ("earlier", "later"),
        ("heavier", "lighter"),
    )
)


def says_opposite(question: str, text: str) -> bool:
    """Return whether a text has the opposite of a word of the question, and nothing of its side."""
    return any(
        own.search(question) and not other.search(question) and other.search(text) and not own.search(text)
        for pair in _PAIRS
        for own, other in (pair, pair[::-1])
    )
