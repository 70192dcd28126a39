"""Web pages: the main content without navigation, scripts and other boilerplate, which trafilatura finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree, html

from index.article import Article, LeftOut
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of, web_link
from index.readers.decode import decode
from index.readers.exports import confluence_page, is_confluence_macro
from index.readers.linked_data import linked_article
from index.readers.main_content import main_blocks
from index.readers.markup import element_blocks
from index.readers.metadata import author_of, day_of, name_of
from index.readers.nesting import cut_short, unnested
from index.readers.page_date import page_day
from index.readers.style_sheets import mark_standing

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement
    from trafilatura.settings import Document

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,500}\blang\s*=\s*[\"']?([A-Za-z]{2,8})", re.IGNORECASE)

_HIDING = re.compile(r"(?i)(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_LEFT_OUT = frozenset("template noscript iframe frameset object svg dialog".split())
_SHORT = 250
"""Characters; as trafilatura's MIN_EXTRACTED_SIZE. Of shorter pages nearly all is kept."""
_WHOLE = frozenset("html body main article".split())
"""These are hidden only until a script has run."""
_FIRST_BLOCKS = 5


def read_html(data: bytes, source: str) -> Iterator[Article | LeftOut]:
    """Return the article of a page, with title, author and date where the page tells them, and whether it is cut."""
    from trafilatura import bare_extraction, load_html  # takes a while to import

    charset = _CHARSET.search(data[:4096])
    page = decode(data, source, charset[1].decode("ascii") if charset else None)
    page = unnested(page)
    tree = load_html(page)
    if tree is not None and (exported := confluence_page(tree, source)) is not None:
        yield _exported(*exported, source)
        yield from cut_short(page, source)
        return
    seen = _seen(tree)
    quick = {"extensive_search": False}  # its date is not used
    document = (
        bare_extraction(seen, include_comments=False, with_metadata=True, date_extraction_params=quick)
        if seen
        else None
    )
    extracted = "\n".join(map(str, document.body.itertext())) if document and document.body is not None else ""
    if document is None or not extracted.strip():
        raise ArticleError(f"{source} has no text that looks like an article", "save the article's page itself")
    blocks = _blocks(seen, extracted)
    properties = _properties(document, tree, page, source)
    named = next((block.tidied for block in blocks[:1] if block.tidied in _titles(tree)), properties.title)
    yield compose(source, replace(properties, title=named), _titled(blocks, named))
    yield from cut_short(page, source)


def _properties(document: Document, tree: HtmlElement | None, page: str, source: str) -> Properties:
    """Return what a page says of itself: in JSON-LD, else as trafilatura finds it, and htmldate."""
    linked = {} if tree is None else linked_article(tree)
    day = None if tree is None else page_day(tree)
    language = _LANGUAGE.search(page)
    return Properties(
        title=_first_title(tree) or " ".join((document.title or "").split()).rstrip("¶ ") or name_of(source),
        author=author_of(linked.get("author")) or _cited(tree) or _author(document.author or "", page),
        date=day_of(str(linked.get("datePublished", ""))) or day,
        language=language[1].lower() if language else None,
        link=web_link(document.url),
        tags=tags_of(document.tags),
    )


def _titles(tree: HtmlElement | None) -> list[str]:
    """Return what the page's head calls it, which may be what its text begins with."""
    return [] if tree is None else [" ".join("".join(map(str, part.itertext())).split()) for part in tree.iter("title")]


def _cited(tree: HtmlElement | None) -> str | None:
    """Return the authors as papers name them for those who cite them, one in each `meta`: `Holm, Pia`."""
    metas = () if tree is None else tree.iter("meta")
    return author_of([meta.get("content", "") for meta in metas if meta.get("name") == "citation_author"])


def _first_title(tree: HtmlElement | None) -> str:
    """Return the paragraph that is called title, where a page has no title otherwise, as Google's documents have it."""
    if tree is None or any("".join(map(str, part.itertext())).strip() for part in tree.iter("title", "h1")):
        return ""
    called = (part for part in tree.iter("p") if "title" in part.get("class", "").lower().split())
    return next((title for part in called if (title := " ".join("".join(map(str, part.itertext())).split()))), "")


def _exported(content: _Element | None, properties: Properties, source: str) -> Article | LeftOut:
    """Return a page of a Confluence export without what is around its content."""
    if content is None:
        return LeftOut(source, "it only lists the pages of a Confluence export")
    blocks = list(element_blocks(content, is_confluence_macro))
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text of its own", "remove it or give it some text")
    return compose(source, properties, blocks)


def _author(said: str, page: str) -> str:
    """Return the author; trafilatura leaves the month of `Ann Lee May 3, 2024` with the name."""
    names = said.split()
    dated = len(names) > 1 and re.search(rf"{re.escape(said)}\.?,?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b", page)
    return " ".join(names[:-1]) if dated and day_of(f"{names[-1]} 1, 2024") else said


def _seen(tree: HtmlElement | None) -> str:
    """Return the page without what a browser does not show, or shows in place of something else."""
    if tree is None:
        return ""
    mark_standing(tree, [style.text or "" for style in tree.iter("style")])
    for element in list(tree.iter(etree.Element)):
        hidden = "hidden" in element.attrib or _HIDING.search(element.get("style", ""))
        if hidden and element.tag == "span" and element.find(".//math") is not None:
            continue  # a formula, beside its picture
        if element.tag in _LEFT_OUT or (hidden and element.tag not in _WHOLE and element.getparent() is not None):
            element.drop_tree()
    return str(html.tostring(tree, encoding="unicode"))


def _blocks(page: str, extracted: str) -> list[Block]:
    root = html.document_fromstring(page)
    if len(extracted.strip()) >= _SHORT and (blocks := main_blocks(root, extracted)):
        return blocks
    return list(element_blocks(_short_part(root)))


def _short_part(root: _Element) -> _Element:
    """Return the part of a short page that has its text."""
    etree.strip_elements(root, "footer", "aside", "form", with_tail=False)
    return next((part for name in ("article", "main", "body") if (part := root.find(f".//{name}")) is not None), root)


def _titled(blocks: list[Block], title: str) -> list[Block]:
    """Return the blocks with the heading that is the title first, where little stands before it."""
    for n, block in enumerate(blocks[:_FIRST_BLOCKS]):
        if block.is_heading and block.tidied == title:
            return [block, *blocks[:n], *blocks[n + 1 :]]
    return blocks
