"""Letters of a PDF in the order and on the line they are read in, where PDFium goes by where they stand.

Each function returns a text of the same length: PDFium's places of characters still fit it.
"""

from __future__ import annotations

import ctypes
import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage  # type: ignore[import-untyped]

NOTHING = "\ufeff"
"""Stands for a character that is none, and is taken out at the end."""
_LEFTWARD = re.compile(r"(?:(?!\d)[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]){2,}")
"""Words of scripts that run from right to left; their numbers do not."""
_LAM_ALEF = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
_LINE_END = "\r\n"
_WITH_FIGURES = re.compile(rf"[^\s{NOTHING}][\d+\u2212{NOTHING}-]*\d")
"""Figures and what they stand at."""
_RAISED = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_SMALLER, _HIGHER = 0.85, 0.1
"""Raised figures have at most so much of the size, and stand so much of a letter's height above the line."""
_BESIDE = 0.5
"""What stands on one line has at most this gap, in heights of a letter; columns have more."""
_BLANK = 0.12


def as_read(page: PdfTextPage, text: str) -> str:
    """Return the text of a page with words in order, raised figures on their line and shown as raised."""
    text = _LEFTWARD.sub(lambda word: _as_spoken(page, word), text)
    return _raised(page, _on_one_line(page, text))


def _as_spoken(page: PdfTextPage, word: re.Match[str]) -> str:
    """Return a word that runs leftward from its first letter to its last.

    PDFium turns some of them round. In others it turns only lam and alef round, where both are one glyph.
    """
    last = page.count_chars() - 1
    starts, ends = page.get_charbox(min(word.start(), last)), page.get_charbox(min(word.end() - 1, last))
    if starts[0] < ends[0]:
        return word[0][::-1]

    def turned(pair: re.Match[str]) -> str:
        at = min(word.start() + pair.start(), last - 1)
        return pair[0][::-1] if page.get_charbox(at) == page.get_charbox(at + 1) else pair[0]

    return _LAM_ALEF.sub(turned, word[0])


def _on_one_line(page: PdfTextPage, text: str) -> str:
    """Return the text without ends of lines that are none: before and after a raised figure PDFium puts one."""
    parts = text.split(_LINE_END)
    joined, at = parts[0], len(parts[0])
    for before, part in pairwise(parts):
        gap = _gap(page, at - 1, at + len(_LINE_END)) if before and part else None
        if gap is None or not -_BESIDE < gap < _BESIDE:
            joined += _LINE_END + part
        else:
            joined += (" " if gap > _BLANK else NOTHING) + NOTHING + part
        at += len(_LINE_END) + len(part)
    return joined


def _gap(page: PdfTextPage, before: int, after: int) -> float | None:
    """Return how far a character stands after another of another size, in heights; None if not on one line."""
    if after >= page.count_chars() or _size(page, before) == _size(page, after):
        return None
    _, bottom, right, top = page.get_charbox(before, loose=True)
    left, low, _, high = page.get_charbox(after, loose=True)
    height = max(top - bottom, high - low)
    if height <= 0 or min(top, high) - max(bottom, low) < min(top - bottom, high - low) / 3:
        return None
    return float((left - right) / height)


def _raised(page: PdfTextPage, text: str) -> str:
    """Return the text with figures that are set small and high as such: 10⁶, and not 106."""
    last = page.count_chars() - 1

    def shown(found: re.Match[str]) -> str:
        first = found.start()
        size = _size(page, first)
        if found.end() - 1 > last or _size(page, found.end() - 1) > _SMALLER * size:
            return found[0]
        line, high = _baseline(page, first), _HIGHER * _height(page, first)
        return "".join(
            letter.translate(_RAISED)
            if n and _size(page, first + n) <= _SMALLER * size and _baseline(page, first + n) - line > high
            else letter
            for n, letter in enumerate(found[0])
        )

    return _WITH_FIGURES.sub(shown, text)


def _size(page: PdfTextPage, at: int) -> float:
    import pypdfium2.raw  # type: ignore[import-untyped]

    return float(pypdfium2.raw.FPDFText_GetFontSize(page, at))


def _height(page: PdfTextPage, at: int) -> float:
    _, bottom, _, top = page.get_charbox(at, loose=True)
    return float(top - bottom)


def _baseline(page: PdfTextPage, at: int) -> float:
    import pypdfium2.raw

    x, y = ctypes.c_double(), ctypes.c_double()
    pypdfium2.raw.FPDFText_GetCharOrigin(page, at, x, y)
    return y.value
