"""Lists that are set as such: lines that begin with a dot, a dash or a number, one below the other."""

from __future__ import annotations

import re

from rag.language.enumerations import Span

_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"[ \t]*(?:[-•*–·]|[0-9]{1,3}[.)])[ \t]+(?=\S)")
_EDGES = " \t.;,"


def bullets_around(text: str, quote: Span) -> list[Span]:
    """Return the items of the list that a quote is a line of, or leads to by a colon; none where it does neither."""
    start, end = quote
    lines = [match.span() for match in _LINE.finditer(text) if match[0].strip()]
    own = [n for n, line in enumerate(lines) if line[0] < end and start < line[1]]
    if not own:
        return []
    first = own[-1]
    if text[: lines[first][1]].rstrip().endswith(":"):
        first += 1
    if first == len(lines) or not _item(text, lines[first]):
        return []
    last = first
    while first and _item(text, lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and _item(text, lines[last + 1]):
        last += 1
    return [item for line in lines[first : last + 1] if (item := _item(text, line))]


def _item(text: str, line: Span) -> Span | None:
    """Return where the words of an item stand in its line; None where the line is none."""
    bullet = _BULLET.match(text, *line)
    if bullet is None:
        return None
    words = text[bullet.end() : line[1]].rstrip(_EDGES)
    return (bullet.end(), bullet.end() + len(words)) if words else None
