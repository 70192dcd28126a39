"""HTML that is all content (a book's chapter, a feed's entry, a mail): every block of it, in order.

Web pages go through trafilatura instead, which tells content from boilerplate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html
from lxml.etree import ParserError, _Element

from index.readers.compose import Block

_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_BLOCKS = _HEADINGS | frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure"
    " footer form header hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_LEFT_OUT = frozenset("head script style template noscript nav iframe object svg math".split())
_BREAK = "\0"  # which no text holds


def markup_blocks(page: str) -> Iterator[Block]:
    """The blocks of a page or of a piece of one."""
    try:
        root = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", page))
    except (ParserError, ValueError):  # no element at all
        return
    yield from _blocks(root)


def _blocks(element: _Element) -> Iterator[Block]:
    """Text that is not inside a further block, cut at those blocks."""
    marker = "- " if element.tag == "li" else ""
    is_heading = element.tag in _HEADINGS
    if element.tag == "tr":
        cells = (" ".join("".join(_words(cell)).split()) for cell in element)
        yield Block(" | ".join(cells))
        return
    pending: list[str] = []
    for piece in _pieces(element):
        if isinstance(piece, str):
            pending.append(piece)
            continue
        if text := _joined(pending, element):
            yield Block(marker + text, is_heading)
            marker = ""
        pending = []
        yield from _blocks(piece)
    if text := _joined(pending, element):
        yield Block(marker + text, is_heading)


def _joined(pieces: list[str], element: _Element) -> str:
    text = "".join(pieces)
    if element.tag != "pre":
        text = re.sub(r"\s+", " ", text.replace("\n", " "))
    return re.sub(rf" ?{_BREAK} ?", "\n", text).strip()


def _pieces(element: _Element) -> Iterator[str | _Element]:
    """The words of an element that is no block further down, and the blocks in it."""
    yield element.text or ""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _LEFT_OUT or "hidden" in child.attrib:
            pass
        elif child.tag == "br":
            yield _BREAK
        elif child.tag == "img":
            yield child.get("alt") or ""
        elif child.tag in _BLOCKS:
            yield child
        else:
            yield from _pieces(child)
        yield child.tail or ""


def _words(element: _Element) -> Iterator[str]:
    """All words in an element, blocks too."""
    for piece in _pieces(element):
        if isinstance(piece, str):
            yield piece.replace(_BREAK, " ")
        else:
            yield " "
            yield from _words(piece)
