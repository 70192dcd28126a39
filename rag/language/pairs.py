"""Questions that ask the same of two: "How much did Prosser and Tollemache each lose?", a question for each."""

from __future__ import annotations

import re

from rag.language.comparisons import Comparison
from rag.language.parts import is_plural, subject_in

_SIDE = re.compile(r"(?:(?:the|an?|its|his|her|their) |(?=[A-Z0-9]))[^\s,]+(?: (?!and\b)[^\s,]+){0,3}")
_NAME = r"[A-Z0-9][\w.&'’-]*(?: [A-Z0-9][\w.&'’-]*){0,3}"
_LAST = re.compile(
    rf"(?<!\w)(?:the )?(?P<a>{_NAME}) and (?:(?:for|of|to|in|from|with|at|by) )?(?:the )?(?P<b>{_NAME})$"
)
_NO_PAIR = re.compile(
    r"\b(?:between|both|together|merge[sd]?|meet|met|agree[sd]?|join(?:ed)?|marr(?:y|ied))\b", re.IGNORECASE
)
"""Words by which two do one thing."""
_SINGULAR = {"do": "does", "have": "has", "are": "is", "were": "was"}
_AUX = re.compile(rf"\b(?:{'|'.join(_SINGULAR)})(?= $)", re.IGNORECASE)
_EACH = re.compile(r"(?<= and )([^,]+?) each (?=[a-z])")
_WITHIN = re.compile(rf"(?P<whole>.+ (?:in|of|at|for|from) )(?:the )?{_NAME}")
"""What stands for both: "the museums in" of "the museums in Bremen and Nordhafen"."""
_DIFFER = re.compile(r"^how (?:do|does|did) $", re.IGNORECASE)
_DIFFERS = re.compile(r"^ (?:differ|disagree)(?: (?:on|over|about|in|as to) (?P<on>.+))?$", re.IGNORECASE)


def pair_in(question: str) -> Comparison | None:
    """Return the two that a question asks the same of, with a question about each; None where there are no two."""
    text = " ".join(question.split()).strip(" ?.!")
    if _NO_PAIR.search(text):
        return None
    text = _EACH.sub(r"\1 ", text)
    if (subject := subject_in(text)) and (sides := _sides(subject.text)):
        before, after = text[: subject.start], text[subject.end :]
        return Comparison(sides, (_of(sides[0], before, after), _of(sides[1], before, after)))
    if last := _LAST.search(text):
        before = text[: last.start()]
        return Comparison((last["a"], last["b"]), (f"{before}{last['a']}?", f"{before}{last['b']}?"))
    return None


def _sides(subject: str) -> tuple[str, str] | None:
    first, _, second = subject.partition(" and ")
    if not (_SIDE.fullmatch(first) and _SIDE.fullmatch(second)):
        return None
    within = _WITHIN.fullmatch(first) if re.fullmatch(_NAME, second) else None
    return first, f"{within['whole'] if within else ''}{second}"


def _of(side: str, before: str, after: str) -> str:
    if _DIFFER.match(before) and (differs := _DIFFERS.match(after)):
        return f"What does {side} say about {differs['on']}?" if differs["on"] else f"What does {side} say?"
    if not is_plural(side.rsplit(maxsplit=1)[-1]):
        before = _AUX.sub(lambda aux: _SINGULAR[aux[0].lower()], before)
    return f"{before}{side}{after}?"
