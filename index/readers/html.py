"""Web pages: the main content without navigation, scripts and other boilerplate, by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose
from index.readers.decode import decode

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,500}\blang\s*=\s*[\"']?([A-Za-z]{2,8})", re.IGNORECASE)


def read_html(data: bytes, source: str) -> Article:
    """The article of a page, with its title, author and date where the page tells them."""
    from trafilatura import bare_extraction  # takes a while to import

    charset = _CHARSET.search(data[:4096])
    page = decode(data, source, charset[1].decode("ascii") if charset else None)
    document = bare_extraction(page, include_comments=False, with_metadata=True)
    blocks = list(_blocks(document.body)) if document is not None and document.body is not None else []
    if not any(block.text.strip() for block in blocks):
        raise ArticleError(f"{source} has no text that looks like an article", "save the article's page itself")
    language = _LANGUAGE.search(page)
    properties = Properties(
        title=" ".join((document.title or "").split()) or PurePath(source).stem,
        author=document.author or None,
        date=document.date or None,
        language=language[1].lower() if language else None,
    )
    return compose(data, source, properties, blocks)


def _blocks(element: _Element) -> Iterator[Block]:
    """The blocks of trafilatura's tree: head, p, quote, list of item, table of row of cell, code."""
    for child in element:
        match child.tag:
            case "list" | "div" | "table":
                yield from _blocks(child)
            case "row":
                yield Block(" | ".join(_text(cell) for cell in child))
            case "item":
                yield Block("- " + _text(child))
            case _:
                yield Block(_text(child), is_heading=child.tag == "head")


def _text(element: _Element) -> str:
    parts = [element.text or ""]
    for child in element:
        parts += ["\n" if child.tag == "lb" else _text(child), child.tail or ""]
    return "".join(parts)
