"""HTML as blocks: every text node of a tree in reading order, but for what is named here as left out.

Books, feeds, mails and Markdown are all content; of a web page `index.readers.main_content` chooses the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import unquote

from lxml import html
from lxml.etree import ParserError, _Element

from index.readers.compose import Block
from index.readers.formulas import mathml_text
from index.readers.metadata import is_named
from index.readers.nesting import DECLARATION, unnested
from index.readers.notation import LOWERED, RAISED, Piece, linear
from index.readers.numbering import in_format
from index.readers.page_marks import is_mark
from index.readers.rows import new_table

HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
BLOCKS = HEADINGS | frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure"
    " footer form header hgroup hr html legend li main menu ol optgroup option p pre search section summary table tbody"
    " td tfoot th thead tr ul".split()
)
LEFT_OUT = frozenset(
    # what is no text
    "head script style template svg canvas audio video object iframe frameset"
    # shown in place of something else, or to get about
    " noscript nav"
    # the reading of a ruby, beside its base
    " rp rt rtc"
    # choices in a form, which nobody wrote as text
    " select datalist".split()
)
_BREAK = "\0"  # which no text holds
_LISTS = frozenset("ol ul menu".split())
_STANDING = {"sup": RAISED, "sub": LOWERED}
_LIST_FORMATS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LIST_FORMATS |= {"loweralpha": "lowerLetter", "upperalpha": "upperLetter"}  # docutils and Asciidoctor call them so
_LIST_FORMATS |= {"lowerroman": "lowerRoman", "upperroman": "upperRoman"}
_LAYOUT = frozenset("table h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre".split())
"""With one of these in a long cell a row is there for the layout."""
_LONG_CELL = 300

_WIDTH = re.compile(r" ?\| ?\d+(?:x\d+)?$")
"""Of a picture, as Obsidian writes it: `The light|300`."""
_FILE_NAME = 300
_PICTURE_NAME = re.compile(r"(?i)\S+\.(?:png|jpe?g|gif|svg|webp|tiff?|bmp)")

Skip = Callable[[_Element], bool]


def markup_blocks(page: str) -> Iterator[Block]:
    """Return the blocks of a page or of a piece of one."""
    root = parsed(page)
    return iter(()) if root is None else element_blocks(root)


def parsed(page: str) -> _Element | None:
    """Return the root of a page, or of a piece of one; None if there is no element at all."""
    try:
        return html.document_fromstring(unnested(DECLARATION.sub("", page)))
    except (ParserError, ValueError):
        return None


def element_blocks(element: _Element, skip: Skip | None = None) -> Iterator[Block]:
    """Return the blocks of an element, without those parts that `skip` names."""
    for _, block in placed_blocks(element, skip):
        yield block


def placed_blocks(element: _Element, skip: Skip | None = None) -> Iterator[tuple[_Element, Block]]:
    """Return each block with the innermost block element that it stands in."""
    yield from _Walk(skip or _nothing).blocks(element)


def _nothing(_: _Element) -> bool:
    return False


@dataclass(slots=True)
class _Walk:
    skip: Skip
    marker: str = ""
    table: int = 0
    """The number of the table that is open."""
    numbers: list[Iterator[str] | None] = field(default_factory=list)
    """The markers of the lists that are open; None in a list without numbers."""

    def blocks(self, element: _Element, is_heading: bool = False) -> Iterator[tuple[_Element, Block]]:
        """Return the text that is not inside a further block, cut at those blocks."""
        is_heading = is_heading or element.tag in HEADINGS
        if element.tag == "tr" and _is_data(element):
            cells = [" ".join(self._flat(cell).split()) for cell in element if self._is_shown(cell)]
            if any(cells):
                yield element, Block(" | ".join(cells), table=self.table, is_header=_is_header(element))
            return
        with self._opened(element):
            pending: list[Piece] = []
            for piece in self._pieces(element):
                if isinstance(piece, tuple):
                    pending.append(piece)
                    continue
                yield from self._block(pending, element, is_heading)
                pending = []
                yield from self.blocks(piece, is_heading)
            yield from self._block(pending, element, is_heading)

    @contextmanager
    def _opened(self, element: _Element) -> Iterator[None]:
        """Open a table, a list, or an item: its marker belongs to the next block."""
        outer = self.table
        if element.tag == "table":
            self.table = new_table()
        elif element.tag in _LISTS:
            self.numbers.append(_markers(element) if element.tag == "ol" else None)
        elif element.tag == "li":
            numbered = self.numbers[-1] if self.numbers else None
            self.marker = f"{next(numbered)} " if numbered else "- "
        yield
        self.table = outer
        if element.tag in _LISTS:
            self.numbers.pop()
        elif element.tag == "li":
            self.marker = ""

    def _block(self, pieces: list[Piece], element: _Element, is_heading: bool) -> Iterator[tuple[_Element, Block]]:
        text = linear(pieces)
        if not any(ancestor.tag == "pre" for ancestor in _upwards(element)):
            text = re.sub(r"\s+", " ", text)
        if text := re.sub(rf"[^\S\n]?{_BREAK}[^\S\n]?", "\n", text).strip():
            yield element, Block(self.marker + text, is_heading)
            self.marker = ""

    def _pieces(self, element: _Element, standing: str = "") -> Iterator[Piece | _Element]:
        """Return the words of an element that is no block further down, and the blocks in it."""
        yield element.text or "", standing
        for child in element:
            if self._is_shown(child):
                yield from self._shown(child, standing)
            yield child.tail or "", standing

    def _shown(self, child: _Element, standing: str) -> Iterator[Piece | _Element]:
        match child.tag:
            case "br":
                yield _BREAK, standing
            case "img":
                yield _described(child), standing
            case "math":
                yield mathml_text(child), standing
            case tag if tag in BLOCKS:
                yield child
            case tag:
                yield from self._pieces(child, _STANDING.get(tag, standing))

    def _is_shown(self, element: _Element) -> bool:
        if not isinstance(element.tag, str) or element.tag in LEFT_OUT or "hidden" in element.attrib:
            return False
        return not is_mark(element) and not self.skip(element)

    def _flat(self, element: _Element) -> str:
        """Return all words in an element, those of blocks apart."""
        pieces = self._pieces(element)
        flat = (piece if isinstance(piece, tuple) else (f" {self._flat(piece)} ", "") for piece in pieces)
        return linear(flat).replace(_BREAK, " ")


def _described(picture: _Element) -> str:
    """Return a picture's description, unless its caption says the same, or it is only the name of its file."""
    said = _WIDTH.sub("", " ".join((picture.get("alt") or "").split()))
    file = PurePath(unquote(picture.get("src") or "")[-_FILE_NAME:])
    if _PICTURE_NAME.fullmatch(said) or (said == file.stem and not is_named(said)):
        return ""
    figure = next(picture.iterancestors("figure"), None)
    caption = None if figure is None else figure.find(".//figcaption")
    return "" if caption is not None and " ".join("".join(map(str, caption.itertext())).split()) == said else said


def _is_data(row: _Element) -> bool:
    """Whether the cells of a row are its values, and not the boxes of a layout."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2:
        return not any(True for _ in row.iter(*_LAYOUT, "p"))
    return not any(
        cell.find(".//table") is not None or (_is_long(cell) and any(True for _ in cell.iter(*_LAYOUT)))
        for cell in cells
    )


def _is_header(row: _Element) -> bool:
    """Whether a row names the columns: it is in the head, or all its cells are called so, one alone if it is first."""
    parent = row.getparent()
    if parent is not None and parent.tag == "thead":
        return True
    cells = [
        cell for cell in row if cell.tag == "th" or (cell.tag == "td" and "".join(map(str, cell.itertext())).strip())
    ]
    return all(cell.tag == "th" for cell in cells) and (len(cells) > 1 or row.getprevious() is None)


def _is_long(cell: _Element) -> bool:
    return len("".join(map(str, cell.itertext()))) > _LONG_CELL


def _markers(element: _Element) -> Iterator[str]:
    """Return the numbers of an ordered list's items, as browsers count them."""
    items = [child for child in element if child.tag == "li"]
    step = -1 if "reversed" in element.attrib else 1
    number = _number(element.get("start"), len(items) if step < 0 else 1)
    called = (_LIST_FORMATS.get(name) for name in (element.get("type", ""), *element.get("class", "").split()))
    style = next(filter(None, called), "decimal")
    for item in items:
        number = _number(item.get("value"), number)
        yield f"{in_format(number, style)}."
        number += step
    while True:  # what a damaged tree has besides
        yield "-"


def _number(said: str | None, default: int) -> int:
    return int(said) if said and re.fullmatch(r"-?\d{1,9}", said) else default


def _upwards(element: _Element | None) -> Iterator[_Element]:
    while element is not None:
        yield element
        element = element.getparent()
