"""Markdown, with front matter in YAML or TOML: what a reader of the rendered page sees, as plain text.

It is rendered as HTML, which is then read as books and mails are: HTML inside Markdown is kept like any other.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of, web_link
from index.readers.decode import decode
from index.readers.exports import is_notion, notion_page
from index.readers.front_matter import first_of, one_line, split
from index.readers.markdown_marks import marks_plugin
from index.readers.markup import markup_blocks
from index.readers.metadata import CREATED_NAMES, DATE_NAMES, author_of, day_of, name_of
from index.readers.obsidian import obsidian_plugin, outside_code, without_comments

_LINKS = ("link", "url", "source", "canonicalurl", "canonical")
_BOX = re.compile(
    r"(?m)^( {0,3}<(?:aside|blockquote|center|details|div|section)\b[^<>\n]*>)[ \t]*\n"
    r"(?= {0,3}(?:[^\s<]|<(?:a|b|code|em|i|img|span|strong)\b))"
)
"""Tags on lines of their own: what they enclose is Markdown, too, as Notion means it."""


def read_markdown(data: bytes, source: str) -> Article:
    """Return headings, paragraphs, lists, tables, code and notes as text; images as their description."""
    front, text = split(decode(data, source), source)
    if not front and is_notion(source):
        said, text = notion_page(text)
        front = dict(said)
    blocks = list(rendered_blocks(text))
    first_heading = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    day, post_title = _post_name(source)
    link = next(filter(None, (web_link(first_of(front, name)) for name in _LINKS)), None)
    properties = Properties(
        title=one_line(front.get("title")) or first_heading or post_title or name_of(source),
        author=author_of(first_of(front, "author", "authors", "byline", "creator", "writer")),
        date=_date(front, bool(link)) or day,
        language=one_line(first_of(front, "language", "lang")),
        link=link,
        tags=tags_of(first_of(front, "tags", "keywords")),
        collection=one_line(front.get("collection")),
    )
    if not blocks:
        raise ArticleError(f"{source} has no text of its own", "remove it or give it some text")
    return compose(source, properties, blocks)


def _date(front: dict[str, Any], is_copy: bool) -> str | None:
    """Return the day of publication; when a note was made counts unless it is a copy of a page."""
    said = first_of(front, *DATE_NAMES, *(() if is_copy else CREATED_NAMES))
    if isinstance(said, dict):
        return _date(said, is_copy)
    return day_of(one_line(said))


def _post_name(source: str) -> tuple[str | None, str | None]:
    """Return the day and the title that the name of a post says, as Jekyll wants it: `2024-03-17-the-light.md`.

    The post may be a folder, too: `2024-03-17-the-light/index.md`.
    """
    path = PurePath(source)
    name = path.parent.name if path.stem in ("index", "_index") else name_of(source)
    found = re.fullmatch(r"(\d{4}-\d{1,2}-\d{1,2})-([^\W\d_][\w-]*)", name)
    if found is None or not (day := day_of(found[1])):
        return None, None
    words = found[2].replace("-", " ").strip()
    return day, words[:1].upper() + words[1:]


def rendered_blocks(text: str) -> list[Block]:
    """Return the blocks of a piece of Markdown."""
    text = outside_code(without_comments(text), lambda part: _BOX.sub(r"\1\n\n", part))
    rendered = _renderer().render(text)
    # A line end in the source stays one, which the walker makes of `<br>` alone.
    return list(markup_blocks(re.sub(r"<br ?/?>\n", "<br>", rendered))) if rendered.strip() else []


@cache
def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"])
    return markdown.use(footnote_plugin).use(marks_plugin).use(obsidian_plugin)
