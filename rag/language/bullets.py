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
    items = [_item(text, line) for line in lines]
    own = [n for n, line in enumerate(lines) if line[0] < end and start < line[1]]
    if not own:
        return []
    at = own[-1] + text[slice(*lines[own[-1]])].rstrip().endswith(":")
    first = last = at
    while first and items[first - 1]:
        first -= 1
    while last < len(items) and items[last]:
        last += 1
    return [item for item in items[first:last] if item] if first <= at < last else []


def _item(text: str, line: Span) -> Span | None:
    """Return where the words of an item stand in its line; None where the line is none."""
    bullet = _BULLET.match(text, *line)
    if bullet is None:
        return None
    words = text[bullet.end() : line[1]].rstrip(_EDGES)
    return (bullet.end(), bullet.end() + len(words)) if words else None
