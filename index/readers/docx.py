"""Word documents: paragraphs, headings, lists, tables, text boxes and notes as they read with all changes accepted.

The document's XML is walked with lxml. Deleted and hidden text, comments, headers, footers and pictures are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import ArticleError
from index.readers.charts import CHART, chart_blocks
from index.readers.compose import Block, Properties, compose, table_row, tags_of
from index.readers.metadata import last_change, name_of, title_of
from index.readers.ooxml import MC, A, M, Package, R, W, is_on
from index.readers.package import open_zip
from index.readers.rows import new_table
from index.readers.word_styles import Numbering, Styles
from index.readers.word_text import chosen, is_placeholder, linear_text, text_boxes

if TYPE_CHECKING:
    from lxml.etree import _Element

_WRAPPERS = frozenset(
    f"{W}{name}" for name in "sdt sdtContent ins moveTo customXml smartTag body txbxContent footnote endnote".split()
)
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"


def read_docx(data: bytes, source: str) -> Article:
    """Return the document's text with title, author and date of its properties; footnotes follow at the end."""
    with open_zip(data, source) as archive:
        package = Package(archive)
        said = package.properties()
        blocks = list(_Walk(package).document())
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the document that has it")
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    properties = Properties(
        title=title_of(said.get("title")) or first or name_of(source),
        author=said.get("creator"),
        date=last_change(said),
        language=said.get("language"),
        tags=tags_of(said.get("keywords")),
    )
    return compose(source, properties, blocks)


class _Walk:
    """The blocks of one document; numbers of lists count on from block to block."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles = Styles(package)
        self._numbering = Numbering(package)
        self._begun = ""
        """What stands at the beginning of the next paragraph: a drop cap, or a paragraph whose end is deleted."""

    def document(self) -> Iterator[Block]:
        """Return the blocks of the body, then those of the notes."""
        yield from self._blocks(self._package.root(self._package.main))
        if self._begun:
            yield Block(self._begun)
            self._begun = ""
        for kind in ("footnotes", "endnotes"):
            for root in self._package.parts(kind):
                for note in root:
                    if note.get(f"{W}type") is None:  # else it is a separator line
                        yield Block(" ".join(block.text for block in self._blocks(note)))

    def _blocks(self, element: _Element) -> Iterator[Block]:
        for child in element:
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl":
                yield from self._table(child)
            elif is_placeholder(child):
                continue
            elif child.tag in _WRAPPERS:
                yield from self._blocks(child)
            elif child.tag == f"{MC}AlternateContent":
                yield from self._blocks(chosen(child))
            elif child.tag in (f"{M}oMathPara", f"{M}oMath"):
                yield Block(linear_text(child, self._styles))

    def _paragraph(self, paragraph: _Element) -> Iterator[Block]:
        text = self._begun + linear_text(paragraph, self._styles)
        self._begun = ""
        is_drop_cap = paragraph.find(f"{W}pPr/{W}framePr[@{W}dropCap]") is not None
        if is_drop_cap or is_on(paragraph.find(f"{W}pPr/{W}rPr"), "del"):
            self._begun = text
        elif text.strip():
            is_heading = self._styles.is_heading(paragraph)
            marker = self._marker(paragraph, is_heading)
            yield Block(f"{marker} {text}" if marker else text, is_heading)
        for box in text_boxes(paragraph):
            yield from self._blocks(box)
        for chart in paragraph.iter(f"{CHART}chart"):
            root = self._package.part(chart.get(f"{R}id", ""))
            yield from chart_blocks(root) if root is not None else ()
        for diagram in paragraph.iter(_DIAGRAM):
            root = self._package.part(diagram.get(f"{R}dm", ""))
            for line in root.iter(f"{A}p") if root is not None else ():
                yield Block("".join(text.text or "" for text in line.iter(f"{A}t")))

    def _marker(self, paragraph: _Element, is_heading: bool) -> str:
        number, level = self._styles.numbering(paragraph)
        if number:
            marker = self._numbering.marker(number, level)
            return "" if is_heading and marker == "-" else marker
        return "-" if self._styles.is_list(paragraph) and not is_heading else ""

    def _table(self, table: _Element) -> Iterator[Block]:
        number = new_table()
        for row in _inside(table, f"{W}tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            cells = [cell for cell in _inside(row, f"{W}tc") if cell.find(f"{W}tcPr/{W}cellDel") is None]
            within = [list(self._blocks(cell)) for cell in cells]
            is_layout = any(True for cell in cells for _ in cell.iter(f"{W}tbl"))
            if is_layout or (len(cells) == 1 and len(within[0]) > 1):
                for blocks in within:
                    yield from blocks
            else:
                yield table_row(within, number, is_header=is_on(row.find(f"{W}trPr"), "tblHeader"))


def _inside(element: _Element, tag: str) -> Iterator[_Element]:
    """Return the rows of a table or the cells of a row, also those in content controls and insertions."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)
