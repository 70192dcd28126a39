"""What a row of a question set says about a right answer -> values of Row. All functions raise ValueError."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

INTENTS = (
    "fact",
    "list",
    "compare",
    "why",
    "yes_no",
    "summary",
    "overview",
    "collection",
    "small_talk",
    "language",
)
"""What a question can ask for. `language` is a question in a language that the articles do not have."""

Wordings = tuple[str, ...]
"""Any of them will do."""


def texts(data: Mapping[str, Any], name: str) -> list[str]:
    """Return a list of texts, empty if the key is not there."""
    values = data.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{name}` is no list of texts")
    return values


def wordings(data: Mapping[str, Any], name: str) -> Iterator[Wordings]:
    """Return the accepted wordings of each of several things."""
    values = data.get(name, [])
    if not isinstance(values, list) or not all(map(_is_wordings, values)):
        raise ValueError(f"`{name}` is no list of lists of wordings")
    return map(tuple, values)


def sides(data: Mapping[str, Any]) -> list[Wordings]:
    """Return the accepted wordings of the two sides of a comparison, or nothing."""
    values = list(wordings(data, "sides"))
    if len(values) not in (0, 2):
        raise ValueError("`sides` are not two")
    return values


def intent(data: Mapping[str, Any]) -> str | None:
    """One of INTENTS, or nothing."""
    value = data.get("intent")
    if value is not None and value not in INTENTS:
        raise ValueError(f"`intent` is none of {', '.join(INTENTS)}")
    return value


def rejected(data: Mapping[str, Any]) -> list[str]:
    """Return the wordings under `not`."""
    values = texts(data, "not")
    if not all(map(str.strip, values)):
        raise ValueError("`not` has an empty text, which every line contains")
    return values


def need(data: Mapping[str, Any], pieces: int) -> int | None:
    """How many of the `pieces` of evidence have to be quoted, or nothing."""
    value = data.get("need")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("`need` is no whole number from 1")
    if value > pieces:
        raise ValueError(f"`need` is {value}, but there is evidence in {pieces} pieces")
    return value


def standalone(data: Mapping[str, Any]) -> str | None:
    """Return the question as one would ask it without its history, or nothing."""
    value = data.get("standalone")
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ValueError("`standalone` is no text")
    return value


def _is_wordings(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) and text.strip() for text in value)
