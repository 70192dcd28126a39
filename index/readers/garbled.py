"""Text that a font's wrong table of letters makes of words: `lBQ4W J5BCs^'P` for KETCH SPERLING."""

from __future__ import annotations

import re

_MOST_ODD, _FEWEST = 0.5, 5
_ADDRESS = re.compile(r"(?:https?:|www\.|mailto:)\S+|\S+@\S+|[\w.-]*[/\\_]\S*")
_CODE = re.compile(r"[A-Z0-9]+|[0-9]+[a-z]{0,3}")
_ENDS_FIRST = re.compile(r"[,;:!?)\]}]+\w|.*[^\W\d][,;!?][^\W_]")
_UNNAMED = re.compile("[\ue000-\uf8ff\ufffd\0-\x08\x0e-\x1f]")


def is_garbled(text: str) -> bool:
    """Whether most words are none: with capitals, signs or digits amid them, or characters that no font names."""
    words = [word for word in text.split() if _UNNAMED.search(word) or any(map(str.isalnum, word))]
    odd = sum(not _is_plausible(word) for word in words)
    return len(words) >= _FEWEST and odd > _MOST_ODD * len(words)


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
