"""Running heads, feet and page numbers of printed pages, which are no text of the document."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.readers.reflow import TextLine

# Shares and distances in font sizes, set by hand; the zoo holds them in place.
_APART, _SHARE, _PAGES, _CHARACTERS, _LARGER = 2.0, 0.3, 3, 100, 1.15
_EDGE_LINES = 3
_SMALLER = 0.85
_FOOT = re.compile(r"(?:https?|file)://\S+\s+\d+/\d+")
_HEAD = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s\d{1,2}[:.]\d\d\b")
_NUMBER_PAGES = 2


def running_lines(pages: Sequence[Sequence[TextLine]], body: float) -> frozenset[TextLine]:
    """Return what stands by itself at the top or bottom of many pages, no larger than the text, whatever its number.

    A third of the pages is enough: left and right pages have different heads. Numbers that count the pages are
    known after two.
    """
    printed = [line for page in pages for line in _printed(page)]
    alike: dict[tuple[str, int], list[TextLine]] = defaultdict(list)
    for page in pages:
        for line in _edges(page, body):
            if line.size < _LARGER * body and len(line.text) <= _CHARACTERS:
                alike[_key(line)].append(line)
    needed = max(_PAGES, _SHARE * sum(bool(page) for page in pages))
    running = (lines for lines in alike.values() if len({line.page for line in lines}) >= needed or _count_pages(lines))
    return frozenset([*printed, *(line for lines in running for line in lines)])


def _printed(page: Sequence[TextLine]) -> Iterator[TextLine]:
    """Return what a browser prints below and above a page: its address with the number of the page, and the hour."""
    low, high = min(page, key=_height, default=None), max(page, key=_height, default=None)
    if low is not None and high is not None and _FOOT.fullmatch(low.text.strip()):
        yield low
        if _HEAD.match(high.text):
            yield high


def _height(line: TextLine) -> float:
    return line.bottom


def _edges(page: Sequence[TextLine], body: float) -> Iterator[TextLine]:
    """Return the lines above and below the text, which white parts from it; numbers and smaller ones also without."""
    high = sorted(page, key=lambda line: line.bottom)
    if len(high) < 2:
        return
    for ordered in (high, high[::-1]):
        for n, (line, further) in enumerate(pairwise(ordered[: 1 + _EDGE_LINES])):
            if abs(line.bottom - further.bottom) > _APART * body:
                yield from ordered[: n + 1]
                break
        else:
            if ordered[0].text.strip("-–— ").isdecimal() or ordered[0].size <= _SMALLER * body:
                yield ordered[0]


def _key(line: TextLine) -> tuple[str, int]:
    """Return the line's words without their numbers, and its height."""
    return re.sub(r"\d+", "#", line.text), round(line.bottom / 4)


def _count_pages(lines: Sequence[TextLine]) -> bool:
    """Whether a number in lines that are otherwise alike grows with the pages: `Page 1 of 2`, `Page 2 of 2`."""
    if len({line.page for line in lines}) < _NUMBER_PAGES:
        return False
    numbers = [[int(digits[:9]) for digits in re.findall(r"\d+", line.text)] for line in lines]
    return any(
        len({number - line.page for number, line in zip(column, lines, strict=True)}) == 1
        for column in zip(*numbers, strict=True)
    )
