"""E-books: the chapters in reading order, as one article with headings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.article import Article, LeftOut
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.decode import decode
from index.readers.markup import element_blocks, parsed
from index.readers.metadata import name_of, title_of
from index.readers.nesting import cut_short
from index.readers.package import open_zip, parse_xml
from index.readers.style_sheets import mark_standing

if TYPE_CHECKING:
    from zipfile import ZipFile

    from lxml.etree import _Element

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_EVENTS = {"publication": 0, "original-publication": 1, "": 2, "issued": 3, "creation": 4}
_NO_DAY = "0101-01-01"
"""Calibre's for a day that it does not know."""
_PROGRAM = re.compile(r"(?i)calibre \(|sigil\b")
_RIGHTS = "META-INF/rights.xml"


def read_epub(data: bytes, source: str) -> Iterator[Article | LeftOut]:
    """Return the book, and the chapters that it has lost; its table of contents is left out.

    Raises ArticleError for one with copy protection.
    """
    with open_zip(data, source) as book:
        if _RIGHTS in book.namelist():
            raise ArticleError(f"{source} is copy-protected", "give a book without protection")
        path = _package_path(book, source)
        package = parse_xml(book.read(path))
        names, present = list(dict.fromkeys(_chapters(package, path))), set(book.namelist())
        sheets = [book.read(name).decode("utf-8", "replace") for name in sorted(present) if name.endswith(".css")]
        pages = {name: decode(book.read(name), f"{source}/{name}") for name in names if name in present}
        blocks = [block for page in pages.values() for block in _blocks(page, sheets)]
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the book that has it")
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), name_of(source))
    yield compose(source, _properties(package, first), blocks)
    for name in names:
        yield from _lost(pages.get(name), f"{source}/{name}")


def _lost(page: str | None, name: str) -> Iterator[LeftOut]:
    if page is None:
        yield LeftOut(name, "the book names this chapter and has it not")
    else:
        yield from cut_short(page, name)


def _blocks(page: str, sheets: list[str]) -> Iterator[Block]:
    root = parsed(page)
    if root is not None:
        mark_standing(root, [*sheets, *(style.text or "" for style in root.iter("style"))])
        yield from element_blocks(root)


def _package_path(book: ZipFile, source: str) -> str:
    root = parse_xml(book.read("META-INF/container.xml")).find(f".//{_CONTAINER}rootfile")
    if root is None:
        raise ArticleError(f"{source} does not say where its text is", "open it and save it anew")
    return root.get("full-path", "")


def _properties(package: _Element, heading: str) -> Properties:
    return Properties(
        title=title_of(_said(package, "title")) or heading,
        author="; ".join(_authors(package)) or None,
        date=_day(package),
        language=_said(package, "language"),
        tags=tags_of([each.text or "" for each in package.iter(f"{_DC}subject")]),
    )


def _chapters(package: _Element, path: str) -> Iterator[str]:
    """Return the names of the chapters in reading order."""
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in item.get("properties", "").split():
            continue
        if "html" in item.get("media-type", ""):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(item.get("href", ""))))


def _authors(package: _Element) -> Iterator[str]:
    """Return the names of those who are authors: others have a role, as an attribute or, later, in a `meta`."""
    roles = {
        meta.get("refines", "").removeprefix("#"): (meta.text or "").strip()
        for meta in package.iter(f"{_OPF}meta")
        if meta.get("property") == "role"
    }
    creators = list(package.iter(f"{_DC}creator"))
    written = [
        each for each in creators if (each.get(f"{_OPF}role") or roles.get(each.get("id", "")) or "aut") == "aut"
    ]
    for creator in written or creators:
        if (name := " ".join((creator.text or "").split())) and not _PROGRAM.match(name):
            yield name


def _day(package: _Element) -> str | None:
    """Return the day of publication, which old books have among those of other events."""
    dates = [each for each in package.iter(f"{_DC}date") if (each.text or "").strip()]
    dates.sort(key=lambda each: _EVENTS.get(each.get(f"{_OPF}event", ""), len(_EVENTS)))
    said = (dates[0].text or "").strip() if dates else ""
    return None if said.startswith(_NO_DAY) else said or None


def _said(package: _Element, name: str) -> str | None:
    lines = (" ".join((each.text or "").split()) for each in package.iter(_DC + name))
    return next(filter(None, lines), None)
