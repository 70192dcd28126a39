"""Whether a text is for something or against it, by its words: who voted against a thing is not who welcomed it."""

from __future__ import annotations

import re
from typing import Literal

Stance = Literal["for", "against"]

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
_WHO = re.compile(r"^\W*(?:who|whom|whose|which)\b", re.IGNORECASE)


def stance_of(text: str) -> Stance | None:
    """Return what a text is; None where it has words of neither, or of both."""
    is_against, is_for = bool(_AGAINST.search(text)), bool(_FOR.search(text))
    if is_against == is_for:
        return None
    return "against" if is_against else "for"


def stance_asked(question: str) -> Stance | None:
    """Return the stance of those that a question asks for: "Who opposes the plan?"."""
    return stance_of(question) if _WHO.search(question) else None
