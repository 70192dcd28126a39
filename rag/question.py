"""What may be asked: the one check, for the chain and the faces, and the first of several questions at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.errors import EmptyQuestionError, QuestionError, QuestionTooLongError

_QUESTION = re.compile(r"[^?？]*[?？]+(?=\s|$)|[^?？]*？")
_STATEMENT_END = re.compile(r"(?<=[.!:;。！；])\s+|\n+|(?<=[。！；])")
_UNSEEN = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Control characters, blanks of no width, and what turns the direction of words; joiners are part of words."""
_LONG = 200
"""Characters from which on what is said before a question is no part of it."""


@dataclass(frozen=True, slots=True)
class First:
    """The first question of a text, what is said before it, and how many more there are."""

    question: str
    before: str = ""
    others: int = 0


def first_question(text: str) -> First:
    """Return the first of several questions, or the one that a long text leads to; else the text as it is."""
    found = [match[0].strip() for match in _QUESTION.finditer(text) if match[0].strip(" ?？\n")]
    if not found or (len(found) == 1 and len(text) < _LONG):
        return First(text)
    *before, question = filter(None, _STATEMENT_END.split(found[0]))
    return First(question, " ".join(before), len(found) - 1)


def check_question(question: str, limit: int) -> str:
    """Return the question without blanks around it and signs that nobody sees.

    Raises QuestionError for one that cannot be asked.
    """
    question = _UNSEEN.sub("", question).strip()
    if not question:
        raise EmptyQuestionError("the question is empty", "ask something")
    if not question.isprintable() and any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question is not UTF-8 text", "type it again")
    if len(question) > limit:
        raise QuestionTooLongError(f"the question has {len(question):,} characters", f"ask in at most {limit:,}")
    return question
