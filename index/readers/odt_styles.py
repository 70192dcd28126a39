"""What OpenDocument's styles make of text: raised, lowered, hidden; and the numbers of its lists and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.readers.notation import LOWERED, RAISED
from index.readers.numbering import in_format

if TYPE_CHECKING:
    from lxml.etree import _Element

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_NUMBERED = f"{TEXT}list-level-style-number"
_OUTLINE = f"{TEXT}outline-level-style"
_MOST_BASES = 20
_HEADING = re.compile(r"Heading(?:_20_\d+)?|Title")


class Styles:
    """The styles of a document by their names."""

    def __init__(self, roots: Sequence[_Element]) -> None:
        self._styles: dict[str, _Element] = {}
        self.lists: dict[str, dict[int, _Element]] = {}
        self.outline: dict[int, _Element] = {}
        for root in roots:
            for style in root.iter(f"{_STYLE}style"):
                self._styles[style.get(f"{_STYLE}name", "")] = style
            for style in root.iter(f"{TEXT}list-style"):
                self.lists[style.get(f"{_STYLE}name", "")] = {_level(each): each for each in style}
            for style in root.iter(f"{TEXT}outline-style"):
                self.outline = {_level(each): each for each in style.iter(_OUTLINE)}

    def standing(self, element: _Element) -> str:
        """Return whether an element's text is raised or lowered."""
        position = self._said(element, f"{_STYLE}text-position").split(" ")[0]
        if position == "super" or (position.endswith("%") and not position.startswith(("-", "0%"))):
            return RAISED
        return LOWERED if position == "sub" or position.startswith("-") else ""

    def is_hidden(self, element: _Element) -> bool:
        """Whether an element's text is not shown."""
        return self._said(element, f"{TEXT}display") == "none"

    def is_heading(self, paragraph: _Element) -> bool:
        """Whether a paragraph is a heading or a title, as such or by its style."""
        named = (style.get(f"{_STYLE}name", "") for style in self._bases(paragraph))
        return paragraph.tag == f"{TEXT}h" or any(_HEADING.fullmatch(name) for name in named)

    def _said(self, element: _Element, attribute: str) -> str:
        for style in self._bases(element):
            properties = style.find(f"{_STYLE}text-properties")
            if properties is not None and properties.get(attribute):
                return str(properties.get(attribute))
        return ""

    def _bases(self, element: _Element) -> Iterator[_Element]:
        name = element.get(f"{TEXT}style-name", "")
        for _ in range(_MOST_BASES):
            if (style := self._styles.get(name)) is None:
                return
            yield style
            name = style.get(f"{_STYLE}parent-style-name", "")


@dataclass(slots=True)
class _Open:
    """A list that is open, with the numbers that it and the lists around it are at."""

    style: str
    counts: dict[int, int]


@dataclass(slots=True)
class Lists:
    """The markers of items and headings, in the order in which they are asked for."""

    styles: Styles
    _open: list[_Open] = field(default_factory=list)
    _ended: dict[str, dict[int, int]] = field(default_factory=dict)
    _headings: dict[int, int] = field(default_factory=dict)
    _marker: str = ""

    @contextmanager
    def opened(self, element: _Element) -> Iterator[None]:
        """Open a list, within the one that is open."""
        name = element.get(f"{TEXT}style-name", "") or (self._open[-1].style if self._open else "")
        if self._open:
            counts = {level: count for level, count in self._open[-1].counts.items() if level <= len(self._open)}
        elif element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list"):
            counts = dict(self._ended.get(name, {}))
        else:
            counts = {}
        self._open.append(_Open(name, counts))
        if element.tag == f"{TEXT}numbered-paragraph":
            self.item(element)
        yield
        self._marker = ""
        if len(self._open) == 1:
            self._ended[name] = self._open[-1].counts
        self._open.pop()

    def item(self, element: _Element) -> None:
        """Begin an item: its marker belongs to the next paragraph."""
        if not self._open or element.tag == f"{TEXT}list-header":
            self._marker = ""
            return
        level, opened = len(self._open), self._open[-1]
        style = self.styles.lists.get(opened.style, {}).get(level)
        start = (
            element.get(f"{TEXT}start-value") or (style.get(f"{TEXT}start-value") if style is not None else "") or ""
        )
        if level not in opened.counts or element.get(f"{TEXT}start-value"):
            opened.counts[level] = int(start) if start.isdecimal() else 1
        else:
            opened.counts[level] += 1
        is_numbered = style is not None and style.tag == _NUMBERED
        levels = self.styles.lists.get(opened.style, {})
        self._marker = _shown(levels, level, opened.counts) if is_numbered else "-"

    def taken(self) -> str:
        """Return the marker of the item that has begun, once."""
        marker, self._marker = self._marker, ""
        return marker

    def heading(self, heading: _Element) -> str:
        """Return the number of a heading; "" where headings have none."""
        said = heading.get(f"{TEXT}outline-level", "1")
        level = int(said) if said.isdecimal() else 1
        if (marker := self.taken()) not in ("", "-"):
            return marker
        if level not in self.styles.outline or heading.get(f"{TEXT}is-list-header") == "true":
            return ""
        self._headings = {at: count for at, count in self._headings.items() if at <= level}
        self._headings[level] = self._headings.get(level, 0) + 1
        return _shown(self.styles.outline, level, self._headings)


def _shown(levels: dict[int, _Element], level: int, counts: dict[int, int]) -> str:
    """Return the number as its style shows it: 2.1, (a), Article 3."""
    style = levels[level]
    said = style.get(f"{TEXT}display-levels", "1")
    first = max(1, level - (int(said) if said.isdecimal() else 1) + 1)
    numbers = [
        in_format(counts.get(at, 1), _FORMATS[form])
        for at in range(first, level + 1)
        if at in levels and (form := levels[at].get(f"{_STYLE}num-format", "")) in _FORMATS
    ]
    if not numbers or style.get(f"{_STYLE}num-format", "") not in _FORMATS:
        return ""
    return f"{style.get(f'{_STYLE}num-prefix', '')}{'.'.join(numbers)}{style.get(f'{_STYLE}num-suffix', '')}".strip()


def _level(style: _Element) -> int:
    said = style.get(f"{TEXT}level", "")
    return int(said) if said.isdecimal() else 0
