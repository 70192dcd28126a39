"""Superlatives in English questions: what is asked for, and whether the largest or the smallest number answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.comparisons import LESS, SIZES

_SIZES = {f"{word[:-2]}est": (size, word in LESS) for word, size in SIZES.items()}
_WORD = (
    r"\b(?:the )?(?:(?P<price>cheapest|dearest|(?P<by>most|least) expensive)|(?P<count>most|fewest|least)"
    rf"|(?P<size>{'|'.join(_SIZES)}))\b"
)
_SUPERLATIVE = re.compile(_WORD, re.IGNORECASE)
_NO_SUPERLATIVE = re.compile(
    r"\bat (?:the )?(?:most|least)\b|\bmost of\b|n['’]t\b|\b(?:not|never|or|than)\b", re.IGNORECASE
)
_CHOICE = re.compile(
    r"^(?:(?:in|on|at|for|of|from|by|with) )?(?:which|what|whose)"
    r"(?: (?P<noun>(?!is\b|was\b|has\b)[a-z-]+(?: [a-z-]+)?))?\b",
    re.IGNORECASE,
)
_COSTS = re.compile(r"\bcosts?$", re.IGNORECASE)
PRICE = "How much does it cost?"
_WHO = re.compile(r"^who\b", re.IGNORECASE)
_OF_KIND = ("heavy", "tall", "wide")
"""Sizes that have units of their own, so that a column tells by its cells that it is meant."""
_OF_NUMBERS = ("high", "low", "big", "large", "great")
"""Sizes that any number may have: of the others ("the youngest visitors") no column is sure to tell."""
_LONG = "long"


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question asks the most or least of.

    `rest` is the question without the superlative, `measure` asks for what is compared, "" where only the name of it
    tells; `noun` has the kind of thing of which one is asked for, "who" of a person, None where it is the amount.
    `word` is the superlative; `extent`: whether the amount is a length or a duration.
    """

    word: str
    rest: str
    measure: str
    larger: bool
    noun: str | None
    extent: bool = False


def superlative_of(question: str) -> Superlative | None:
    """Return what a question asks the most or least of; None where it asks for no such thing, or several."""
    text = " ".join(question.split()).strip(" \t?.!")
    found = list(_SUPERLATIVE.finditer(text))
    choice = _CHOICE.match(text)
    if len(found) != 1 or _NO_SUPERLATIVE.search(text) or not (choice or _WHO.match(text)):
        return None
    word, said = found[0], _said(found[0])
    rest = f"{text[: word.start()]}{text[word.end() :]}".strip()
    noun = (choice["noun"] if choice else "who") or None
    if word["size"]:
        return _of_size(said, rest, noun)
    larger = (word["by"] or word["price"] or word["count"]).lower() in ("most", "dearest")
    priced = word["price"] or _COSTS.search(rest)
    return Superlative(said, rest, PRICE if priced else "", larger, noun)


def _of_size(word: str, rest: str, noun: str | None) -> Superlative | None:
    size, less = _SIZES[word]
    if size in _OF_KIND:
        return Superlative(word, rest, f"How {size} is it?", not less, noun)
    return Superlative(word, rest, "", not less, noun, size == _LONG) if size in (*_OF_NUMBERS, _LONG) else None


def superlatives_in(text: str) -> set[str]:
    """Return the superlatives of a text, in small letters: "highest" of "Highest point"."""
    return {_said(found) for found in _SUPERLATIVE.finditer(text)}


def _said(found: re.Match[str]) -> str:
    return str(found["price"] or found["count"] or found["size"]).lower()
