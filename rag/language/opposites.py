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
        ("los(?:s|ses|es?|t|ing)", "profits?|surplus|earn(?:s|ed|ings?)?|gain(?:s|ed)?"),
    )
)
_CLAUSE_ENDS = re.compile(r";|, (?:while|whereas|but)\b")


def clause_around(text: str, start: int, end: int) -> str:
    """Return the part of a sentence that holds the words from `start` to `end`, up to a semicolon, "while" or "but"."""
    ends = [0, *(found.start() for found in _CLAUSE_ENDS.finditer(text)), len(text)]
    return text[max(at for at in ends if at <= start) : min(at for at in ends if at >= end)]


def says_opposite(question: str, text: str) -> bool:
    """Return whether a text has the opposite of a word of the question, and nothing of its side."""
    return any(
        own.search(question) and not other.search(question) and other.search(text) and not own.search(text)
        for pair in _PAIRS
        for own, other in (pair, pair[::-1])
    )
