"""What frames a letter or a mail: the salutation that it begins with, the closing and the signature at its end."""

from __future__ import annotations

import re

from rag.language.enumerations import Span

_SALUTATION = re.compile(
    r"(?:dear\b[^.!?\n]{0,80}|(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings)\b[^.!?\n]{0,60}"
    r"|(?:sir|madam|sirs|sir or madam|to whom it may concern|to the editor))[,:!]?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:yours|your)\b(?: \w+){0,3}"
    r"|(?:(?:with|kind|best|warm|many) )*(?:regards|wishes|greetings|thanks)\b(?: \w+){0,3}"
    r"|sincerely(?: yours)?|respectfully(?: yours)?|cheers|thank you|love)[,.!]?",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_FIRST = 6
"""A salutation is one of so many lines: title, byline and date stand before it."""
_LINES = 8
"""Lines of a letter's end that a closing and what follows it have at most."""
_SIGNED = 60
"""Characters of a line of a signature at most."""
_ENDS = '.!?:;"”)'
"""What a sentence ends with, and no line of a signature."""


def frame_of(text: str) -> list[Span]:
    """Return where salutation and signature of a letter stand; nothing of a text that has no salutation."""
    lines = [match.span() for match in _LINE.finditer(text)]
    salutation = next((line for line in lines[:_FIRST] if _SALUTATION.fullmatch(text[slice(*line)].strip())), None)
    if salutation is None:
        return []
    signature = _signature(text, lines[lines.index(salutation) + 1 :])
    return [salutation, signature] if signature else [salutation]


def _signature(text: str, lines: list[Span]) -> Span | None:
    """Return where the closing and what follows it stand; without a closing, lines at the end that are no sentence."""
    closing = next((span for span in lines[-_LINES:] if _CLOSING.fullmatch(text[slice(*span)].strip())), None)
    if closing is not None:
        return closing[0], len(text)
    signed = len(text)
    for start, end in reversed(lines[-_LINES:]):
        line = text[start:end].strip()
        if len(line) > _SIGNED or line[-1] in _ENDS or not line[0].isupper():
            break
        signed = start
    return (signed, len(text)) if signed < len(text) else None
