"""A question and its answer as one claim, to be held against a quote. Training and answering share this file."""

from __future__ import annotations

import re

_AUXILIARY = frozenset(
    "is are was were be do does did has have had can could will would shall should may might must".split()
)
_SUBJECT_ASKED = re.compile(r"^(?:who|what|which(?: \w+)?|what \w+) (?P<verb>\w+) (?P<rest>[^?]+)\??$", re.IGNORECASE)


def statement(question: str, answer: str) -> str:
    """Return a sentence where the question asks for its subject, else the question with the answer after it."""
    match = _SUBJECT_ASKED.match(question.strip())
    if match is not None and match["verb"].lower() not in _AUXILIARY:
        return f"{answer[:1].upper()}{answer[1:]} {match['verb']} {match['rest']}."
    return f"{question.rstrip('? ')}? {answer}"
