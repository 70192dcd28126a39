"""The words of one of Word's paragraphs on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.readers.formulas import omml_text
from index.readers.notation import Piece, linear
from index.readers.ooxml import MC, A, M, W, is_on
from index.readers.symbol_fonts import shown, symbol

if TYPE_CHECKING:
    from lxml.etree import _Element

    from index.readers.word_styles import Styles

_LEFT_OUT = frozenset(
    [f"{W}{name}" for name in "del moveFrom pPr rPr delText instrText delInstrText rt txbxContent rubyPr".split()]
)
"""What is deleted, properties, a field's instruction, the reading of a ruby; text boxes are blocks of their own."""
_MARKS = {
    f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": " ", f"{W}ptab": " ", f"{W}noBreakHyphen": "-",
}  # fmt: skip
_TEXTS = (f"{W}t", f"{A}t", f"{W}sym")
_EMOJI = "symEx"


def linear_text(paragraph: _Element, styles: Styles) -> str:
    """Return the words of a paragraph, without those of its text boxes."""
    return linear(_pieces(paragraph, styles, "", ""))


def text_boxes(paragraph: _Element) -> Iterator[_Element]:
    """Return the contents of the text boxes and shapes that are anchored in a paragraph, each once."""
    for child in paragraph:
        if child.tag == f"{W}txbxContent":
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from text_boxes(chosen(child))
        elif child.tag not in (f"{W}del", f"{W}moveFrom"):
            yield from text_boxes(child)


def is_placeholder(element: _Element) -> bool:
    """Return whether an element is a content control that nobody has filled in: `Click here to enter text`."""
    return element.tag == f"{W}sdt" and is_on(element.find(f"{W}sdtPr"), "showingPlcHdr")


def chosen(alternatives: _Element) -> _Element:
    """Return the first of the alternatives that has text; the last one if none has any."""
    choices = list(alternatives)
    with_text = (each for each in choices if any(_is_text(inner) for inner in each.iter()))
    return next(with_text, choices[-1] if choices else alternatives)


def _is_text(element: _Element) -> bool:
    return element.tag in _TEXTS or (isinstance(element.tag, str) and element.tag.endswith(f"}}{_EMOJI}"))


def _pieces(element: _Element, styles: Styles, standing: str, font: str) -> Iterator[Piece]:
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _LEFT_OUT or is_placeholder(child):
            continue
        if tag == f"{W}t":
            yield shown(font, child.text or ""), standing
        elif tag in _MARKS:
            yield _MARKS[tag], standing
        elif tag == f"{W}sym":
            yield symbol(child.get(f"{W}font", ""), _code(child.get(f"{W}char"))), standing
        elif tag.endswith(f"}}{_EMOJI}"):
            said = (str(code) for name, code in child.attrib.items() if str(name).endswith("}char"))
            yield symbol("", _code(next(said, ""))), standing
        elif tag == f"{M}oMath":
            yield omml_text(child), standing
        elif tag == f"{MC}AlternateContent":
            yield from _pieces(chosen(child), styles, standing, font)
        elif tag == f"{W}r":
            yield from _run(child, styles)
        else:
            yield from _pieces(child, styles, standing, font)


def _run(run: _Element, styles: Styles) -> Iterator[Piece]:
    if styles.is_hidden(run) or run.find(f"{W}footnoteReference[@{W}customMarkFollows]") is not None:
        return
    fonts = run.find(f"{W}rPr/{W}rFonts")
    font = "" if fonts is None else fonts.get(f"{W}ascii", "")
    yield from _pieces(run, styles, styles.standing(run), font)


def _code(said: str | None) -> int:
    return int(said, 16) if said and re.fullmatch(r"[0-9A-Fa-f]{1,6}", said) else 0
