"""What note-taking programs put around a page when they export it: Notion in Markdown, Confluence in HTML."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from index.readers.compose import Properties
from index.readers.metadata import day_of, name_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_NOTION_NAME = re.compile(r"[ _-][0-9a-f]{32}(?:_all)?$")
_NOTION_HEAD = re.compile(
    r"\A\s*# (?P<title>[^\n]*\S)[ \t]*\n\n(?P<lines>(?:[^\s:#>*-][^\n:]{0,60}: [^\n]*\n?)+)(?=\n|\Z)"
)
_NOTION_NAMES = {
    **dict.fromkeys(("author", "authors", "created by", "written by", "writer"), "author"),
    **dict.fromkeys(("date", "published", "publish date", "created", "created time", "created at"), "date"),
    **dict.fromkeys(("tags", "tag", "keywords", "topics"), "tags"),
    **dict.fromkeys(("url", "link", "source"), "link"),
}
_SHORTCODE = re.compile(
    r"\[/?([a-z][\w-]{2,40})(?P<attributes>(?:\s+[\w-]{1,40}=(?:\"[^\"\]]{0,2000}\"|'[^'\]]{0,2000}'|[^\s\]\"']{1,200})){0,30})\s*/?\]"
)
_DAY = re.compile(r"\bon ([A-Z][^,]{2,12}\d{1,2}, \d{4}|\d{1,2}\W.{3,12}\d{4}|\d{4}-\d\d-\d\d)\b")
_MACROS = frozenset({"toc-macro", "plugin_pagetree", "children-show-hide"})
"""Confluence's lists of headings and of pages below a page."""


def is_notion(source: str) -> bool:
    """Whether a file is called as Notion exports call pages and databases: by the title and 32 hexadecimal digits."""
    return _NOTION_NAME.search(PurePath(source).stem) is not None


def notion_page(text: str) -> tuple[dict[str, str], str]:
    """Return what the lines below the title of a page say of it, and the text without those.

    Lines of other properties stay: a page of a database has much of what it says in them.
    """
    head = _NOTION_HEAD.match(text)
    if head is None:
        return {}, text
    said: dict[str, str] = {}
    others = []
    for line in head["lines"].splitlines():
        name, _, value = line.partition(": ")
        known = _NOTION_NAMES.get(name.strip().lower())
        if known and known not in said and (known != "date" or day_of(value.strip())):
            said[known] = value.strip()
        else:
            others.append(line)
    return said, f"# {head['title']}\n\n" + "".join(f"{line}\n" for line in others) + text[head.end() :]


def confluence_page(root: _Element, source: str) -> tuple[_Element | None, Properties] | None:
    """Return the content of a page of a space's export, and what stands above it; None for any other page.

    The content is None on the page that lists the space's pages.
    """
    heading, main = root.find(".//h1[@id='title-heading']"), root.find(".//div[@id='main-content']")
    crumbs = root.find(".//ol[@id='breadcrumbs']")
    if heading is None or root.find(".//div[@id='main-header']") is None:
        return None
    if main is None or crumbs is None:
        return None, Properties(name_of(source))
    space = _text(crumbs.find("li"))
    about = root.find(".//div[@class='page-metadata']")
    author = None if about is None else about.find(".//span[@class='author']")
    day = _DAY.search(_text(about))
    properties = Properties(
        title=_text(heading).removeprefix(f"{space} : ") or name_of(source),
        author=_text(author) or None,
        date=day[1] if day else None,
    )
    return main, properties


def is_confluence_macro(element: _Element) -> bool:
    """Whether an element lists headings or pages, as Confluence's macros do."""
    return not _MACROS.isdisjoint(element.get("class", "").split())


def without_shortcodes(page: str) -> str:
    """Return WordPress's HTML without marks for its plugins: `[caption id="a"]`, `[/caption]`, `[gallery ids="1"]`."""
    closed = {found[1] for found in _SHORTCODE.finditer(page) if found[0].startswith("[/")}
    return _SHORTCODE.sub(lambda found: "" if found["attributes"] or found[1] in closed else found[0], page)


def _text(element: _Element | None) -> str:
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())
