"""Lines of printed pages -> paragraphs: whole sentences again, also where a column or a page ends."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.readers.compose import Block
from index.readers.decode import clean
from index.readers.running_heads import running_lines

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
_SENTENCE_END = re.compile(r"[.!?:;。！？…][\"'”’»)\]]*$")
_ITEM = re.compile(r"[•▪◦‣·–*-] |\(?\d{1,3}[.)] ")
_NO_BLANK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")

# Shares of the font size, the usual line pitch or the column's width, set by hand; the zoo holds them in place.
_SIZE_CHANGE, HEADING_SIZE, _WIDE_PITCH, _SHORT, _INDENT = 0.15, 1.15, 1.35, 0.15, 0.8
_HEADING_CHARACTERS = 200
_NEIGHBOURS = 8
_ENOUGH_STEPS, _LOOSE_PITCH = 10, 1.5


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line on page `page` (from 0). Places are in points from the bottom left; `broken` if its last word is."""

    text: str
    page: int
    left: float
    right: float
    bottom: float
    size: float
    broken: bool = False

    def with_broken_word(self) -> TextLine:
        """Return the same, with its last word going on in the next line."""
        return replace(self, broken=True)

    def up_to(self, last: TextLine, text: str) -> TextLine:
        """Return the line from here to the end of another one beside it."""
        return replace(self, text=text, right=last.right, broken=last.broken)


def paragraphs(pages: Sequence[Sequence[TextLine]]) -> Iterator[Block]:
    """Return the paragraphs and headings, with the places where pages start."""
    body = body_size(line for page in pages for line in page)
    running = running_lines(pages, body)
    tidied = [replace(line, text=_tidy(line.text)) for page in pages for line in page if line not in running]
    # A line of nothing but symbols that no font names has no text.
    lines = [line for line in tidied if line.text]
    if not lines:
        return
    pitch = _pitch(lines, body)
    hyphened = frozenset(re.findall(r"\w+-\w+", " ".join(line.text for line in lines)))
    page = -1
    part: list[TextLine] = []
    for n, line in enumerate(lines):
        if part and _starts(lines, n, pitch * max(1.0, line.size / body)):
            yield _block(part, page, body, hyphened)
            page, part = part[-1].page, []
        part.append(line)
    yield _block(part, page, body, hyphened)


def _block(lines: Sequence[TextLine], page: int, body: float, hyphened: frozenset[str]) -> Block:
    """Return the lines as one text; `page` is the page that was on before."""
    text, starts = "", []
    for n, line in enumerate(lines):
        if n and lines[n - 1].broken:
            left, right = re.search(r"\w*$", text), re.match(r"\w*", line.text)
            if left and right and f"{left[0]}-{right[0]}" in hyphened:
                text += "-"
        elif n and not (_NO_BLANK.match(text[-1]) and _NO_BLANK.match(line.text)):
            text += " "
        starts += [len(text)] * (line.page - page)
        page = line.page
        text += line.text
    is_heading = (
        lines[0].size >= HEADING_SIZE * body and len(text) <= _HEADING_CHARACTERS and not text.endswith((".", ","))
    )
    return Block(text, is_heading, tuple(starts))


def _starts(lines: Sequence[TextLine], n: int, pitch: float) -> bool:
    """Whether a paragraph starts with line n."""
    before, line = lines[n - 1], lines[n]
    if before.broken:
        return False
    if abs(before.size - line.size) > _SIZE_CHANGE * max(before.size, line.size) or _ITEM.match(line.text):
        return True
    step = before.bottom - line.bottom
    if before.page == line.page and step > _WIDE_PITCH * (pitch or line.size * 1.2):
        return True
    is_indented = before.page == line.page and step >= 0 and line.left - before.left > _INDENT * line.size
    ended = _SENTENCE_END.search(before.text) is not None
    return ended and (is_indented or _is_short(lines, n))


def _is_short(lines: Sequence[TextLine], n: int) -> bool:
    """Whether the line before line n ends well before the others around it do."""
    before, size = lines[n - 1], lines[n].size
    near = [
        other
        for other in lines[max(0, n - 1 - _NEIGHBOURS) : n + _NEIGHBOURS]
        if other.page == before.page and abs(other.left - before.left) < 2 * size
    ]
    edge, start = max(other.right for other in near), min(other.left for other in near)
    return before.right < edge - _SHORT * (edge - start)


def body_size(lines: Iterable[TextLine]) -> float:
    """Return the font size of most characters, in points."""
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=sizes.__getitem__, default=0.0)


def _pitch(lines: Sequence[TextLine], body: float) -> float:
    """Return the usual distance between lines, in points; 0 if there is none."""
    steps = [a.bottom - b.bottom for a, b in pairwise(lines) if a.page == b.page]
    steps = [step for step in steps if step > 1]
    usual = median(steps) if steps else 0.0
    return usual if len(steps) >= _ENOUGH_STEPS else min(usual, _LOOSE_PITCH * body)


def _tidy(text: str) -> str:
    return " ".join(clean(text.translate(_LIGATURES).translate(_CONTROLS)).split())
