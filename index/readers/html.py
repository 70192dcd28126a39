"""Web pages: the main content without navigation, scripts and other boilerplate, by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from lxml import etree, html

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of, web_link
from index.readers.decode import decode
from index.readers.markup import markup_blocks

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,500}\blang\s*=\s*[\"']?([A-Za-z]{2,8})", re.IGNORECASE)

_HIDING = re.compile(r"(?i)(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_LEFT_OUT = frozenset("template noscript iframe frameset object svg math dialog".split())
_SHORT = 250
"""Characters; as trafilatura's MIN_EXTRACTED_SIZE."""
_WHOLE = frozenset("html body main article".split())
"""These are hidden only until a script has run."""


def read_html(data: bytes, source: str) -> Article:
    """The article of a page, with its title, author and date where the page tells them."""
    from trafilatura import bare_extraction, load_html  # takes a while to import

    charset = _CHARSET.search(data[:4096])
    page = decode(data, source, charset[1].decode("ascii") if charset else None)
    seen = _seen(load_html(page))
    document = bare_extraction(seen, include_comments=False, with_metadata=True) if seen else None
    blocks = list(_blocks(document.body)) if document is not None and document.body is not None else []
    if document is None or not any(block.text.strip() for block in blocks):
        raise ArticleError(f"{source} has no text that looks like an article", "save the article's page itself")
    if sum(len(block.text) for block in blocks) < _SHORT:
        blocks = list(_short_blocks(seen))
    language = _LANGUAGE.search(page)
    properties = Properties(
        title=" ".join((document.title or "").split()) or PurePath(source).stem,
        author=document.author or None,
        date=document.date or None,
        language=language[1].lower() if language else None,
        link=web_link(document.url),
        tags=tags_of(document.tags),
    )
    return compose(source, properties, blocks)


def _seen(tree: HtmlElement | None) -> str:
    """The page without what a browser does not show, or shows in place of something else."""
    if tree is None:
        return ""
    for element in list(tree.iter(etree.Element)):
        hidden = "hidden" in element.attrib or _HIDING.search(element.get("style", ""))
        if element.tag in _LEFT_OUT or (hidden and element.tag not in _WHOLE and element.getparent() is not None):
            element.drop_tree()
    return str(html.tostring(tree, encoding="unicode"))


def _short_blocks(page: str) -> Iterator[Block]:
    """Of short pages trafilatura keeps the words, but not the paragraphs."""
    tree = html.document_fromstring(page)
    etree.strip_elements(tree, "footer", "aside", "form", with_tail=False)
    part = next((found for name in ("article", "main", "body") if (found := tree.find(f".//{name}")) is not None), tree)
    return markup_blocks(html.tostring(part, encoding="unicode"))


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
