"""Word documents, by python-docx: paragraphs, headings, lists, tables and footnotes as they read now.

What was deleted with change tracking, comments, headers and footers are left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.package import parse_xml

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}notes"


def read_docx(data: bytes, source: str) -> Article:
    """The document's text with title, author and date of its properties."""
    import docx  # takes a while

    document = docx.Document(io.BytesIO(data))
    styles = {style.style_id: style.name or "" for style in document.styles}
    blocks = [*_blocks(document.element.body, styles), *_notes(document)]
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the document that has it")
    core = document.core_properties
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    date = core.modified or core.created
    properties = Properties(
        title=" ".join(core.title.split()) or first or PurePath(source).stem,
        author=" ".join(core.author.split()) or None,
        date=date.date().isoformat() if date else None,
        language=core.language or None,
        tags=tags_of(core.keywords),
    )
    return compose(source, properties, blocks)


def _blocks(element: _Element, styles: dict[str, str]) -> Iterator[Block]:
    for child in element:
        if child.tag == f"{_W}p":
            style = styles.get(_value(child, "pPr/pStyle"), "")
            is_heading = style == "Title" or style.startswith("Heading") or bool(_value(child, "pPr/outlineLvl"))
            is_item = child.find(f"{_W}pPr/{_W}numPr") is not None or style.startswith("List")
            text = _text(child)
            yield Block("- " + text if is_item and not is_heading and text.strip() else text, is_heading)
        elif child.tag == f"{_W}tbl":
            for row in child.iter(f"{_W}tr"):
                cells = (" ".join(_text(p) for p in cell.iter(f"{_W}p")) for cell in row.findall(f"{_W}tc"))
                yield Block(" | ".join(cells))
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
            yield from _blocks(child, styles)


def _value(paragraph: _Element, path: str) -> str:
    found = paragraph.find("/".join(_W + part for part in path.split("/")))
    return "" if found is None else found.get(f"{_W}val", "")


def _text(element: _Element) -> str:
    """The words of a paragraph; in a text box too, as lines of their own."""
    parts = []
    for child in element:
        match child.tag:
            case tag if tag == f"{_W}t":
                parts.append(child.text or "")
            case tag if tag in (f"{_W}br", f"{_W}cr"):
                parts.append("\n")
            case tag if tag == f"{_W}tab":
                parts.append(" ")
            case tag if tag == f"{_W}noBreakHyphen":
                parts.append("-")
            case tag if tag == f"{_W}p":
                parts.append(f"\n{_text(child)}\n")
            case tag if tag in (f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", _ALTERNATIVE):
                pass
            case _:
                parts.append(_text(child))
    return "".join(parts)


def _notes(document: Document) -> Iterator[Block]:
    """Footnotes and endnotes, after the text."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype in (_NOTES.format("foot"), _NOTES.format("end")):
            for note in parse_xml(relation.target_part.blob):
                if note.get(f"{_W}type") is None:  # else it is a separator line
                    yield Block(" ".join(_text(p) for p in note.iter(f"{_W}p")))
