"""How a fragment is spelt inside a question: a capital where it is a name, none where it only begins a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.condense.subjects import Past
from rag.language.followups import PREPOSITION
from rag.language.names import names_in
from rag.language.places import is_place
from rag.language.time import MONTH_NUMBERS, WEEKDAY

_SHORT_NAME = 3
"""Letters of a name that is written in capitals: "uk", "byd"."""


def spelt(part: str, past: Sequence[Past]) -> str:
    """Return a fragment in small letters with the capitals of a place, or of a name that was spoken of."""
    lead = PREPOSITION.match(part)
    rest = part[lead.end() :].strip() if lead else part
    if not rest or rest != rest.lower():
        return part
    texts = (f"{turn.question} {turn.answer}" for turn in reversed(past))
    said = (re.sub(r" [\d.,]+$", "", name.text) for text in texts for name in names_in(text))
    name = next((text for text in said if text.lower() == rest), None)
    return f"{part[: len(part) - len(rest)]}{name or _with_capitals(rest)}"


def _with_capitals(words: str) -> str:
    """Return the name of a month, a day of the week or a place with its capitals; other words as they are."""
    if words in MONTH_NUMBERS or WEEKDAY.fullmatch(words.capitalize()):
        return words.capitalize()
    if not is_place(words):
        return words
    return as_name(words) if words.isalpha() else words.title()


def as_name(part: str) -> str:
    """Return a word in small letters as a name, where it takes the place of one: "Orvo", "BYD"."""
    if not part.isalpha() or part != part.lower():
        return part
    return part.upper() if len(part) <= _SHORT_NAME else part.title()


def uncapitalised(part: str, past: Sequence[Past]) -> str:
    """Return a fragment as it is spelt inside a sentence: its first capital alone makes no name of it."""
    if past[-1].was_fragment:
        return part  # one name after another
    first = part.split(maxsplit=1)[0] if part.split() else ""
    known = any(name.text.startswith(first) for turn in past for name in names_in(f"{turn.question} {turn.answer}"))
    named = known or first[1:] != first[1:].lower() or any(name.kind == "place" for name in names_in(f"- {first}"))
    return part if named else part[:1].lower() + part[1:]
