"""OpenDocument texts: their XML is walked with lxml, as no library for them is kept up.

Element names: https://docs.oasis-open.org/office/OpenDocument/v1.3/part3-schema
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.package import open_zip, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEFT_OUT = frozenset(
    {f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}note", f"{_OFFICE}forms", f"{_TEXT}sequence-decls"}
)
_SPACES = 100
"""More blanks in a row than this are no text."""


def read_odt(data: bytes, source: str) -> Article:
    """The text with title, author and date of the document's properties; footnotes follow their paragraph."""
    with open_zip(data, source) as package:
        names = package.namelist()
        if b"encryption-data" in (package.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""):
            raise ArticleError(f"{source} is encrypted", "save it without a password")
        body = parse_xml(package.read("content.xml")).find(f"{_OFFICE}body/{_OFFICE}text")
        meta = parse_xml(package.read("meta.xml")) if "meta.xml" in names else None
    blocks = [] if body is None else list(_blocks(body))
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the document that has it")
    said = {child.tag: " ".join((child.text or "").split()) for child in (meta.iter() if meta is not None else ())}
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    date = said.get(f"{_DC}date") or said.get(f"{_META}creation-date")
    properties = Properties(
        title=said.get(f"{_DC}title") or first or PurePath(source).stem,
        author=said.get(f"{_META}initial-creator") or said.get(f"{_DC}creator") or None,
        date=date[:10] if date else None,
        language=said.get(f"{_DC}language") or None,
        tags=tags_of([each.text or "" for each in meta.iter(f"{_META}keyword")] if meta is not None else None),
    )
    return compose(source, properties, blocks)


def _blocks(element: _Element, marker: str = "") -> Iterator[Block]:
    for child in element:
        if child.tag in (f"{_TEXT}h", f"{_TEXT}p"):
            text = _text(child)
            yield Block(marker + text if text.strip() else "", child.tag == f"{_TEXT}h")
            marker = ""
            for note in child.iter(f"{_TEXT}note-body"):
                yield from _blocks(note)
        elif child.tag == f"{_TEXT}list-item":
            yield from _blocks(child, "- ")
        elif child.tag == f"{_TABLE}table-row":
            cells = (" ".join(_text(p) for p in cell.iter(f"{_TEXT}p")) for cell in child)
            yield Block(" | ".join(cells))
        elif child.tag not in _LEFT_OUT:
            yield from _blocks(child, marker)


def _text(element: _Element) -> str:
    parts = [element.text or ""]
    for child in element:
        match child.tag:
            case tag if tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c", "1")
                parts.append(" " * min(_SPACES, int(count) if count.isdecimal() else 1))
            case tag if tag == f"{_TEXT}tab":
                parts.append(" ")
            case tag if tag == f"{_TEXT}line-break":
                parts.append("\n")
            case str() as tag if tag not in _LEFT_OUT:  # no comment, no entity
                parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)
