"""OpenDocument texts: their XML is walked with lxml, as no library for them is kept up.

Element names: https://docs.oasis-open.org/office/OpenDocument/v1.3/part3-schema
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml.etree import XMLSyntaxError

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, table_row, tags_of
from index.readers.formulas import mathml_text
from index.readers.metadata import name_of, title_of
from index.readers.notation import Piece, linear
from index.readers.odt_styles import DRAW, OFFICE, TABLE, TEXT, XLINK, Lists, Styles
from index.readers.package import open_zip, parse_xml
from index.readers.rows import new_table

if TYPE_CHECKING:
    from zipfile import ZipFile

    from lxml.etree import _Element

_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_MATH = "{http://www.w3.org/1998/Math/MathML}math"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEFT_OUT = frozenset(
    # comments, deleted text, what forms and fields are made of
    {
        f"{OFFICE}annotation",
        f"{TEXT}tracked-changes",
        f"{OFFICE}forms",
        f"{TEXT}sequence-decls",
        f"{TEXT}variable-decls",
    }
    # descriptions of pictures, the reading of a ruby, marks of notes
    | {f"{_SVG}title", f"{_SVG}desc", f"{TEXT}ruby-text", f"{TEXT}note-citation", f"{TEXT}hidden-text"}
)
_PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
_SPACES = 100
"""More blanks in a row than this are no text."""


def read_odt(data: bytes, source: str) -> Article:
    """Return the text with title, author and date of the document's properties; footnotes follow their paragraph."""
    with open_zip(data, source) as package:
        names = package.namelist()
        if b"encryption-data" in (package.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""):
            raise ArticleError(f"{source} is encrypted", "save it without a password")
        content = parse_xml(package.read("content.xml"))
        meta = parse_xml(package.read("meta.xml")) if "meta.xml" in names else None
        styles = _optional(package, "styles.xml")
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        walk = _Walk(package, Styles([root for root in (styles, content) if root is not None]))
        blocks = [] if body is None else list(walk.blocks(body))
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the document that has it")
    return compose(source, _properties(meta, blocks, source), blocks)


def _properties(meta: _Element | None, blocks: list[Block], source: str) -> Properties:
    elements = [] if meta is None else list(meta.iter())
    said = {element.tag: " ".join((element.text or "").split()) for element in elements}
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    return Properties(
        title=title_of(said.get(f"{_DC}title")) or first or name_of(source),
        author=said.get(f"{_META}initial-creator") or said.get(f"{_DC}creator"),
        date=said.get(f"{_DC}date") or said.get(f"{_META}creation-date"),
        language=said.get(f"{_DC}language") or None,
        tags=tags_of([element.text or "" for element in elements if element.tag == f"{_META}keyword"]),
    )


def _optional(package: ZipFile, path: str) -> _Element | None:
    try:
        return parse_xml(package.read(path))
    except (KeyError, XMLSyntaxError):
        return None


class _Walk:
    """The blocks of one document; its lists count on from block to block."""

    def __init__(self, package: ZipFile, styles: Styles) -> None:
        self._package = package
        self._styles = styles
        self._lists = Lists(styles)

    def blocks(self, element: _Element, table: int = 0) -> Iterator[Block]:
        """Return the paragraphs and rows below an element; `table` is the number of the table that is open."""
        for child in element:
            if child.tag in _PARAGRAPHS:
                yield from self._paragraph(child)
            elif child.tag in (f"{TEXT}list", f"{TEXT}numbered-paragraph"):
                with self._lists.opened(child):
                    yield from self.blocks(child)
            elif child.tag in (f"{TEXT}list-item", f"{TEXT}list-header"):
                self._lists.item(child)
                yield from self.blocks(child)
            elif child.tag == f"{TABLE}table-row":
                yield from self._row(child, table)
            elif child.tag == f"{TABLE}table":
                yield from self.blocks(child, new_table())
            elif child.tag not in _LEFT_OUT and child.get(f"{TEXT}display") != "none":
                yield from self.blocks(child, table)

    def _paragraph(self, paragraph: _Element) -> Iterator[Block]:
        boxes: list[_Element] = []
        text = linear(self._pieces(paragraph, "", boxes))
        if text.strip():
            marker = self._lists.heading(paragraph) if paragraph.tag == f"{TEXT}h" else self._lists.taken()
            yield Block(f"{marker} {text}" if marker else text, self._styles.is_heading(paragraph))
        for box in boxes:
            yield from self.blocks(box)

    def _row(self, row: _Element, table: int) -> Iterator[Block]:
        cells = [list(self.blocks(cell)) for cell in row if cell.tag == f"{TABLE}table-cell"]
        has_table = next(row.iter(f"{TABLE}table"), None) is not None
        if has_table or (len(cells) == 1 and len(cells[0]) > 1):
            for blocks in cells:
                yield from blocks
        else:
            parent = row.getparent()
            is_header = parent is not None and parent.tag == f"{TABLE}table-header-rows"
            yield table_row(cells, table, is_header=is_header)

    def _pieces(self, element: _Element, standing: str, boxes: list[_Element]) -> Iterator[Piece]:
        """Return the words of a paragraph; notes and text boxes in it are put into `boxes`."""
        yield element.text or "", standing
        for child in element:
            tag = child.tag
            if tag == f"{TEXT}s":
                count = child.get(f"{TEXT}c", "1")
                yield " " * min(_SPACES, int(count) if count.isdecimal() else 1), standing
            elif tag == f"{TEXT}tab":
                yield " ", standing
            elif tag == f"{TEXT}line-break":
                yield "\n", standing
            elif tag in (f"{TEXT}note", f"{DRAW}text-box", f"{TEXT}list", f"{TABLE}table", *_PARAGRAPHS):
                boxes.append(_wrapped(child))
            elif tag in (f"{DRAW}object", f"{DRAW}object-ole"):
                yield self._formula(child), standing
            elif isinstance(tag, str) and tag not in _LEFT_OUT and not self._styles.is_hidden(child):
                yield from self._pieces(child, self._styles.standing(child) or standing, boxes)
            yield child.tail or "", standing

    def _formula(self, drawn: _Element) -> str:
        """Return the words of a formula, which lies in the document or in a file of its own."""
        inside = drawn.find(_MATH)
        if inside is None:
            path = drawn.get(f"{XLINK}href", "").removeprefix("./").rstrip("/")
            inside = _optional(self._package, f"{path}/content.xml") if path else None
        is_formula = inside is not None and inside.tag == _MATH
        return mathml_text(inside) if inside is not None and is_formula else ""


def _wrapped(element: _Element) -> _Element:
    """Return an element whose children are to be walked: a paragraph itself in the place of its words."""
    if element.tag not in (*_PARAGRAPHS, f"{TEXT}list", f"{TABLE}table"):
        return element
    wrapper = element.makeelement("box", {})
    copied = deepcopy(element)
    copied.tail = None
    wrapper.append(copied)
    return wrapper
