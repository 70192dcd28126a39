"""What Word's styles and numbering definitions make of a paragraph: a heading, hidden, numbered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.readers.notation import LOWERED, RAISED
from index.readers.numbering import in_format
from index.readers.ooxml import Package, W, is_on, value

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADING = re.compile(r"(?i)title$|heading ?\d|überschrift ?\d")
_STANDING = {"superscript": RAISED, "subscript": LOWERED}
_MOST_BASES = 20
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: `text` has %1 to %9 in place of numbers."""

    style: str = "decimal"
    text: str = ""
    start: int = 1
    digits_only: bool = False


class Styles:
    """The styles by their ids, each with what it is based on."""

    def __init__(self, package: Package) -> None:
        self._styles = {
            style.get(f"{W}styleId", ""): style for root in package.parts("styles") for style in root.iter(f"{W}style")
        }

    def is_heading(self, paragraph: _Element) -> bool:
        """Whether a paragraph is a heading or a title by its style or its outline level."""
        levels = [value(paragraph, "pPr/outlineLvl")]
        style = value(paragraph, "pPr/pStyle")
        if style and style not in self._styles:
            return _HEADING.match(style) is not None
        for each in self._bases(style):
            if _HEADING.match(value(each, "name")):
                return True
            levels.append(value(each, "pPr/outlineLvl"))
        return next((level for level in levels if level), "9") in tuple("012345678")

    def is_list(self, paragraph: _Element) -> bool:
        """Whether a paragraph's style is one for items of lists."""
        return any(value(each, "name").startswith("List ") for each in self._bases(value(paragraph, "pPr/pStyle")))

    def is_hidden(self, run: _Element) -> bool:
        """Whether the characters of a run are not shown."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            return False
        if properties.find(f"{W}vanish") is not None:
            return is_on(properties, "vanish")
        return any(is_on(each.find(f"{W}rPr"), "vanish") for each in self._bases(value(properties, "rStyle")))

    def standing(self, run: _Element) -> str:
        """Return whether the characters of a run are raised or lowered: as such, by their style, or by their place."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            return ""
        described = [properties, *(each.find(f"{W}rPr") for each in self._bases(value(properties, "rStyle")))]
        for each in described:
            if each is not None and (said := value(each, "vertAlign")):
                return _STANDING.get(said, "")
            if each is not None and (place := re.fullmatch(r"(-?)[1-9]\d*", value(each, "position"))):
                return LOWERED if place[1] else RAISED
        return ""

    def numbering(self, paragraph: _Element) -> tuple[str, int]:
        """Return the id of the list that a paragraph is in, and the level; "" if it is in none."""
        number, level = value(paragraph, "pPr/numPr/numId"), value(paragraph, "pPr/numPr/ilvl")
        for each in self._bases(value(paragraph, "pPr/pStyle")):
            number = number or value(each, "pPr/numPr/numId")
            level = level or value(each, "pPr/numPr/ilvl")
        in_range = level.isdecimal() and int(level) < _LEVELS
        return ("" if number == "0" else number), int(level) if in_range else 0

    def _bases(self, style: str) -> Iterator[_Element]:
        for _ in range(_MOST_BASES):
            if (found := self._styles.get(style)) is None:
                return
            yield found
            style = value(found, "basedOn")


class Numbering:
    """The lists of a document, which count on as its paragraphs are asked for in their order."""

    def __init__(self, package: Package) -> None:
        self._lists: dict[str, str] = {}
        self._levels: dict[str, dict[int, Level]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._changed: dict[str, dict[int, Level]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[str] = set()
        for root in package.parts("numbering"):
            linked = {value(each, "styleLink"): each for each in root.iter(f"{W}abstractNum")}
            for each in root.iter(f"{W}abstractNum"):
                meant = linked.get(value(each, "numStyleLink"), each) if value(each, "numStyleLink") else each
                self._levels[each.get(f"{W}abstractNumId", "")] = _levels(meant)
            for each in root.iter(f"{W}num"):
                number = each.get(f"{W}numId", "")
                self._lists[number] = value(each, "abstractNumId")
                self._changed[number] = {
                    at: level for change in each.iter(f"{W}lvlOverride") for at, level in _levels(change).items()
                }
                self._restarts[number] = {
                    _number(change.get(f"{W}ilvl", ""), 0): _number(start, 1)
                    for change in each.iter(f"{W}lvlOverride")
                    if (start := value(change, "startOverride"))
                }

    def marker(self, number: str, level: int) -> str:
        """Return what stands before the next paragraph of a list; "" where nothing does."""
        of = self._lists.get(number)
        levels = {**self._levels.get(of or "", {}), **self._changed.get(number, {})}
        if of is None or level not in levels:
            return "-"
        self._count(of, number, level, levels)
        shown = levels[level]
        if shown.style == "bullet":
            return "-"
        if shown.style == "none":
            return ""

        def count(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = levels.get(at, Level())
            style = "decimal" if shown.digits_only and at != level else other.style
            return in_format(self._counts[of].get(at, other.start), style)

        return " ".join(re.sub(r"%([1-9])", count, shown.text).split())

    def _count(self, of: str, number: str, level: int, levels: dict[int, Level]) -> None:
        counts = self._counts[of]
        if number not in self._begun:
            self._begun.add(number)
            for at, start in self._restarts[number].items():
                counts[at] = start - 1
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]


def _levels(root: _Element) -> dict[int, Level]:
    return {
        _number(each.get(f"{W}ilvl", ""), 0): Level(
            value(each, "numFmt") or "decimal",
            value(each, "lvlText"),
            _number(value(each, "start"), 1),
            is_on(each, "isLgl"),
        )
        for each in root.iter(f"{W}lvl")
    }


def _number(said: str, default: int) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else default
