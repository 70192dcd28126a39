"""Text that a font's wrong table of letters makes of words: `lBQ4W J5BCs^'P` for KETCH SPERLING."""

from __future__ import annotations

import re

from index.terms import STOP_WORDS

_MOST_ODD, _ODD_ALONE, _FEWEST = 0.5, 0.3, 5
"""Of words among which there are common ones, and of others: formulas and lists of parts are odd, too."""
_COMMON_LETTERS = 3
_ADDRESS = re.compile(r"(?:https?:|www\.|mailto:)\S+|\S+@\S+|[\w.-]*[/\\_]\S*")
_CODE = re.compile(r"[A-Z0-9]+|[0-9]+[a-z]{0,3}")
_ENDS_FIRST = re.compile(r"[,;:!?)\]}]+\w|.*[^\W\d][,;!?][^\W_]")
_UNNAMED = re.compile("[\ue000-\uf8ff\ufffd\0-\x08\x0e-\x1f]")


def is_garbled(text: str, *, is_page: bool = False) -> bool:
    """Whether many words are none: with capitals, signs or digits amid them, or characters that no font names.

    A single page with common words in it is not given up, whatever else is there.
    """
    words = [word for word in text.split() if _UNNAMED.search(word) or any(map(str.isalnum, word))]
    odd = sum(not _is_plausible(word) for word in words)
    is_known = any(len(word) >= _COMMON_LETTERS and word.lower() in STOP_WORDS for word in words)
    if len(words) < _FEWEST or (is_page and is_known):
        return False
    return odd > (_MOST_ODD if is_known else _ODD_ALONE) * len(words)


def _is_plausible(word: str) -> bool:
    if _UNNAMED.search(word) or _ENDS_FIRST.match(word):
        return False
    core = re.sub(r"^\W+|\W+$", "", word)
    if _ADDRESS.fullmatch(core):
        return True
    return all(_is_word(part) for part in re.split(r"[^\w&^$~`{}|;\"]+", core) if part)


def _is_word(part: str) -> bool:
    """Whether the letters are of one case but for the first, or of a script without cases; or it is a code."""
    return part in (part.lower(), part.upper(), part.capitalize(), part.title()) and (
        part.isalpha() or _CODE.fullmatch(part) is not None or not part.isascii()
    )
