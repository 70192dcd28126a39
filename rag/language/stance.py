"""Whether a text is for something or against it, by its words: who voted against a thing is not who welcomed it."""

from __future__ import annotations

import re
from typing import Literal

Stance = Literal["for", "against", "neither"]

_AGAINST = re.compile(
    r"\b(?:against|oppos(?:e|es|ed|ing)|opponents?|reject(?:s|ed|ing)?|critici[sz]\w+|critics?|object(?:s|ed|ing)? to"
    r"|resist(?:s|ed|ing)?|protest\w*)\b",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"\b(?:in favou?r|support(?:s|ed|ers?|ing)?|back(?:s|ed|ing|ers?)|welcom(?:e|es|ed|ing)|approv(?:e|es|ed|ing)"
    r"|prais(?:e|es|ed|ing)|(?:vot(?:e|es|ed|ing)|are|is|was|were) for)\b",
    re.IGNORECASE,
)
_WORDS: dict[Stance, re.Pattern[str]] = {
    "for": _FOR,
    "against": _AGAINST,
    "neither": re.compile(r"\babst(?:ain\w*|entions?)\b", re.IGNORECASE),
}
_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[0-9]+)"
_COUNTED = re.compile(rf"\b(?:the|these|those) (?P<number>{_NUMBER})\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:.!?]\s| (?:and|but|while) ")
_WHO = re.compile(r"^\W*(?:who|whom|whose|which)\b", re.IGNORECASE)


def stance_of(text: str) -> Stance | None:
    """Return what a text is; None where it has words of none, or of several."""
    found = [stance for stance, words in _WORDS.items() if words.search(text)]
    return found[0] if len(found) == 1 else None


def stance_after(before: str, text: str) -> Stance | None:
    """Return what a text is after what was said before it.

    "Malta was among the five." is against after "Ten were for it, five against".
    """
    stance, counted = stance_of(text), _COUNTED.search(text)
    if stance or counted is None:
        return stance
    clauses = [
        clause for clause in _CLAUSE.split(before) if re.search(rf"\b{counted['number']}\b", clause, re.IGNORECASE)
    ]
    return stance_of(clauses[-1]) if clauses else None


def stance_asked(question: str) -> Stance | None:
    """Return the stance of those that a question asks for: "Who opposes the plan?"."""
    return stance_of(question) if _WHO.search(question) else None
