"""Markdown, with front matter in YAML or TOML: what a reader of the rendered page sees, as plain text.

It is rendered as HTML, which is then read as books and mails are: HTML inside Markdown is kept like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of, web_link
from index.readers.decode import decode
from index.readers.exports import is_notion, notion_page
from index.readers.front_matter import one_line, split
from index.readers.markup import markup_blocks
from index.readers.metadata import author_of, day_of, name_of
from index.readers.obsidian import obsidian_plugin, without_comments

_LINKS = ("link", "url", "source", "canonical_url", "canonicalUrl")


def read_markdown(data: bytes, source: str) -> Article:
    """Return headings, paragraphs, lists, tables, code and notes as text; images as their description."""
    front, text = split(decode(data, source), source)
    if not front and is_notion(source):
        said, text = notion_page(text)
        front = dict(said)
    blocks = list(rendered_blocks(text))
    first_heading = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    day, post_title = _post_name(source)
    properties = Properties(
        title=one_line(front.get("title")) or first_heading or post_title or name_of(source),
        author=author_of(_first_of(front, "author", "authors")),
        date=one_line(_first_of(front, "date", "published", "pubDate")) or day,
        language=one_line(_first_of(front, "language", "lang")),
        link=next(filter(None, (web_link(front.get(name)) for name in _LINKS)), None),
        tags=tags_of(_first_of(front, "tags", "keywords")),
        collection=one_line(front.get("collection")),
    )
    if not blocks:
        raise ArticleError(f"{source} has no text of its own", "remove it or give it some text")
    return compose(source, properties, blocks)


def _first_of(front: Mapping[str, object], *names: str) -> object:
    return next((front[name] for name in names if front.get(name)), None)


def _post_name(source: str) -> tuple[str | None, str | None]:
    """Return the day and the title that the name of a post says, as Jekyll wants it: `2024-03-17-the-light.md`."""
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})-([^\W\d_][\w-]*)", name_of(source))
    if found is None or not day_of(found[1]):
        return None, None
    words = found[2].replace("-", " ").strip()
    return found[1], words[:1].upper() + words[1:]


def rendered_blocks(text: str) -> list[Block]:
    """Return the blocks of a piece of Markdown."""
    rendered = _renderer().render(without_comments(text))
    # A line end in the source stays one, which the walker makes of `<br>` alone.
    return list(markup_blocks(re.sub(r"<br ?/?>\n", "<br>", rendered))) if rendered.strip() else []


@cache
def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"])
    return markdown.use(footnote_plugin).use(obsidian_plugin)
