"""Whether words are of the kind that a question asks for: a time, a number."""

from __future__ import annotations

import re

from rag.language.time import MONTH

_WHEN = re.compile(
    r"^when\b|\b(?:what|which) (?:year|month|day|date|quarter|century|decade|season|time)\b", re.IGNORECASE
)
_HOW_MANY = re.compile(
    r"\bhow (?:many|much|old|long|far|fast|high|tall|large|big|wide|deep|heavy|often)\b"
    r"|\bwhat (?:share|percentage|percent|proportion|number|price|sum|amount)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"\d|\b(?:{MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"spring|summer|autumn|fall|winter|morning|noon|evening|night|midnight|today|yesterday"
    r"|tomorrow|ago|now|year|years|month|months|week|weeks|day|days|decade|century|since|until|before|after|during"
    r"|when|while|once|as soon as|never)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:no|none|nothing|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|third|quarter|all|every|daily|weekly|monthly"
    r"|yearly|once|twice|single|couple|several|many|most|few|nearly|almost|free|double|triple)\b",
    re.IGNORECASE,
)


def is_of_kind(question: str, words: str) -> bool:
    """Return whether `words` can answer the question: a "when" by a time, a "how many" by a number."""
    if _WHEN.search(question):
        return bool(_TIME.search(words))
    if _HOW_MANY.search(question):
        return bool(_NUMBER.search(words))
    return True
