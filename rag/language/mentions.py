"""Where a text has a word: found in its small letters, since to compile a pattern for each name takes longer."""

from __future__ import annotations

import re
from collections.abc import Iterator


def mentions(word: str, text: str, low: str | None = None) -> Iterator[int]:
    """Yield where whole words of a text are `word`, in capitals or not; `low` is the text in small letters."""
    low = text.lower() if low is None else low
    if len(low) != len(text):  # a letter that is two in small ones moves all that follow
        pattern = rf"(?<!\w){re.escape(word)}(?!\w)"
        yield from (match.start() for match in re.finditer(pattern, text, re.IGNORECASE))
        return
    word, size = word.lower(), len(word)
    at = low.find(word) if word else -1
    while at >= 0:
        whole = not (at and _is_of_word(low[at - 1])) and not _is_of_word(low[at + size : at + size + 1])
        if whole:
            yield at
        at = low.find(word, at + (size if whole else 1))


def has_word(word: str, text: str) -> bool:
    """Whether whole words of a text are `word`, in capitals or not."""
    return next(mentions(word, text), None) is not None


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"
