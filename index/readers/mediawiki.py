"""MediaWiki's XML dumps: each page is an article, its wikitext parsed by mwparserfromhell.

Left out: redirects, talk pages, templates' and users' pages and the like; in a page the templates but for a few that
hold words, pictures but for their captions. Footnotes come at the end of the article.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from lxml import etree

from index.article import Article, Failure, LeftOut
from index.errors import ArticleError
from index.readers.archive import Names
from index.readers.compose import Properties, compose, web_link
from index.readers.wikitext import wikitext_blocks

if TYPE_CHECKING:
    from lxml.etree import _Element

_OWN_PAGES = frozenset({2, 6, 8, 10, 14, 486, 710, 828, 2300, 2600})
"""Namespaces of users, files, messages, templates, categories, data and modules; those with odd numbers are talk."""
_NAME_CHARACTERS = 100
_REDIRECT = re.compile(r"(?i)\s*#(?:redirect|weiterleitung|redirección|redirection|重定向|перенаправление)\b")


def read_mediawiki(data: bytes, source: str) -> Iterator[Article | Failure]:
    """Return the articles of a dump, of each page the last version."""
    names, found, passed_over = Names(source), 0, 0
    language, base = None, ""
    reader = etree.iterparse(io.BytesIO(data), events=("start", "end"), resolve_entities=False, no_network=True)
    try:
        for event, element in reader:
            name = etree.QName(element).localname
            if event == "start":
                language = (
                    element.get("{http://www.w3.org/XML/1998/namespace}lang") if name == "mediawiki" else language
                )
            elif name == "base":
                base = (element.text or "").rpartition("/")[0]
            elif name == "page":
                if _is_article(element):
                    found += 1
                    yield _page(element, names, base, language)
                else:
                    passed_over += 1
                _let_go(element)
    except etree.XMLSyntaxError as error:
        if not found:
            raise ArticleError(f"{source} is a damaged dump of a wiki ({error.msg})", "export it again") from error
        yield Failure(f"{source}/the rest", f"{source} breaks off ({error.msg})", "export it again")
    kinds = f"{passed_over} redirects, talk pages and the like" if passed_over else "no pages"
    if found and passed_over:
        yield LeftOut(f"{source}/other pages", f"{kinds} are no articles")
    if not found:
        raise ArticleError(f"{source} has no articles, only {kinds}", "export the articles")


def _said(element: _Element, path: str) -> str:
    return element.findtext("/".join(f"{{*}}{part}" for part in path.split("/"))) or ""


def _is_article(page: _Element) -> bool:
    number = _said(page, "ns").strip() or "0"
    namespace = int(number) if number.isdecimal() else -1
    if namespace < 0 or namespace % 2 or namespace in _OWN_PAGES or page.find("{*}redirect") is not None:
        return False
    return not _REDIRECT.match(_last(page))


def _last(page: _Element) -> str:
    texts = page.findall("{*}revision/{*}text")
    return (texts[-1].text or "") if texts else ""


def _page(page: _Element, names: Names, base: str, language: str | None) -> Article | Failure:
    title = " ".join(_said(page, "title").split())
    name = names.of(title[:_NAME_CHARACTERS].replace("/", "-") or "page")
    blocks, categories = wikitext_blocks(_last(page))
    if not any(block.tidied for block in blocks):
        return Failure(name, f"{name} has no text besides templates", "leave it out of the export")
    revisions = page.findall("{*}revision")
    properties = Properties(
        title=title or name.rsplit("/", 1)[-1],
        date=_said(revisions[-1], "timestamp")[:10] or None,
        language=language,
        link=web_link(f"{base}/{quote(title.replace(' ', '_'), safe=':/(),')}") if base and title else None,
        tags=categories,
    )
    return compose(name, properties, blocks)


def _let_go(page: _Element) -> None:
    """Free what has been read."""
    page.clear()
    parent = page.getparent()
    while parent is not None and page.getprevious() is not None:
        del parent[0]
