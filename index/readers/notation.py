"""Raised and lowered characters, fractions and roots as linear text: 10 and a raised 6 become 10⁶, never 106."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

RAISED, LOWERED = "raised", "lowered"
Piece = tuple[str, str]
"""Characters, and where they stand: "", RAISED or LOWERED."""

_RAISED = str.maketrans("0123456789+-−=()nxikmyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿˣⁱᵏᵐʸᶻ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_LETTERS_RAISED = re.compile(r"[nxikmyz]")
"""Variables; other single letters are raised in ordinals (3e, 1a), which read well on the line."""
_SIMPLE = re.compile(r"[-+−=()\d, ]*[\d)][-+−=()\d, ]*|[-+−]?\d*[nxikmyz](?:[-+−]\d+)?")
_SUM = re.compile(r"[-−]?\w{1,3}(?:[+−·*]\w{1,3})+")
_BARE = re.compile(r"[\w.]+")


def linear(pieces: Iterable[Piece]) -> str:
    """Return the pieces as one line of text; neighbours of one kind count as one piece."""
    merged = [(kind, "".join(text for text, _ in group)) for kind, group in groupby(pieces, key=lambda piece: piece[1])]
    merged = list(_with_fractions(merged))
    parts: list[str] = []
    for n, (kind, text) in enumerate(merged):
        before = parts[-1][-1:] if parts else ""
        after = merged[n + 1][1][:1] if n + 1 < len(merged) else ""
        if kind == RAISED:
            parts.append(raised(text))
        elif kind == LOWERED and (before.isdigit() or after.isdigit()):
            parts.append(lowered(text))
        else:
            parts.append(text)
        if not parts[-1]:
            parts.pop()
    return "".join(parts)


def _with_fractions(merged: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Return the pieces with a raised number, a stroke and a lowered number as a fraction on the line: 3 1/2."""
    at = 0
    while at < len(merged):
        above, stroke, below = ([*merged[at : at + 3], ("", ""), ("", "")])[:3]
        is_fraction = (above[0], below[0]) == (RAISED, LOWERED) and stroke[1].strip() in ("/", "⁄")
        if is_fraction and above[1].strip().isdecimal() and below[1].strip().isdecimal():
            before = merged[at - 1][1][-1:] if at else ""
            yield "", f"{' ' if before.isdigit() else ''}{above[1].strip()}/{below[1].strip()}"
            at += 3
        else:
            yield merged[at]
            at += 1


def raised(text: str) -> str:
    """Return an exponent or a note's number in raised characters, or after `^`; words (1st, Mme) as they are."""
    core = text.strip()
    if _LETTERS_RAISED.fullmatch(core) or (any(map(str.isdigit, core)) and _SIMPLE.fullmatch(core)):
        return text.translate(_RAISED)
    if (re.search(r"\w/\w|\d[.:]\d", core) and "[" not in core) or _SUM.fullmatch(core):
        return f"^{grouped(core)}"
    return text


def lowered(text: str) -> str:
    """Return an index in lowered characters where there are such."""
    core = text.strip()
    return text.translate(_LOWERED) if _SIMPLE.fullmatch(core) and core.isascii() else text


def power(base: str, exponent: str) -> str:
    """Return base and exponent of a formula."""
    up = raised(exponent)
    return base + (up if up != exponent or not exponent.strip() else f"^{grouped(exponent.strip())}")


def index(base: str, below: str) -> str:
    """Return base and index of a formula."""
    below = below.strip()
    down = below.translate(_LOWERED)
    return base + (
        down if down != below and not re.search(r"[a-zA-Z]", below) else f"_{grouped(below)}" if below else ""
    )


def fraction(above: str, below: str) -> str:
    """Return a fraction on one line."""
    return f"{grouped(above.strip())}/{grouped(below.strip())}"


def root(radicand: str, degree: str = "") -> str:
    """Return a square root, or one of another degree."""
    return f"{raised(degree.strip())}√{grouped(radicand.strip())}"


def grouped(text: str) -> str:
    """Return the text, in brackets unless it is one number or name."""
    return text if _BARE.fullmatch(text) or (text[:1] == "(" and text[-1:] == ")") else f"({text})"
