"""Markdown, with YAML front matter: what a reader of the rendered page sees, as plain text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.decode import clean, decode

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)


def read_markdown(data: bytes, source: str) -> Article:
    """Headings, paragraphs, lists, tables and code as text; images as their description; HTML left out."""
    text = decode(data, source)
    front: dict[str, Any] = {}
    if match := _FRONT_MATTER.match(text):
        front = _front_matter(match[1] or "", source)
        text = text[match.end() :]
    blocks = list(_blocks(MarkdownIt("commonmark").enable("table").parse(text)))
    first_heading = next((block.tidied for block in blocks if block.is_heading), None)
    properties = Properties(
        title=_line(front.get("title")) or first_heading or PurePath(source).stem,
        author=_line(front.get("author") or front.get("authors")),
        date=_line(front.get("date")),
        language=_line(front.get("language") or front.get("lang")),
        tags=tags_of(front.get("tags") or front.get("keywords")),
    )
    if not blocks:
        raise ArticleError(f"{source} has no text of its own", "remove it or give it some text")
    return compose(source, properties, blocks)


def _front_matter(text: str, source: str) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError for 2024-13-45
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 2}" if where else ""
        raise ArticleError(f"{source}: its front matter is not YAML{line}", "correct it or remove it") from error
    if not isinstance(loaded, dict):
        raise ArticleError(f"{source}: its front matter has no `name: value` lines", "correct it or remove it")
    return {str(name): value for name, value in loaded.items()}


def _line(value: object) -> str | None:
    """A property as one line; None for what is not text, a number, a date or a list of these."""
    if isinstance(value, list):
        return "; ".join(line for item in value if not isinstance(item, list) and (line := _line(item))) or None
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    if isinstance(value, str | int | float):
        return " ".join(clean(str(value)).split()) or None
    return None


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    marker, inside = "", ""
    cells: list[str] = []
    for token in tokens:
        match token.type:
            case "heading_open" | "paragraph_open" | "th_open" | "td_open":
                inside = token.type
            case "list_item_open":
                marker = f"{token.info}. " if token.info else "- "
            case "list_item_close":
                marker = ""
            case "inline" if inside in ("th_open", "td_open"):
                cells.append(_inline(token))
            case "inline":
                yield Block(marker + _inline(token), is_heading=inside == "heading_open")
                marker = ""
            case "tr_close":
                yield Block(" | ".join(cells))
                cells = []
            case "fence" | "code_block":
                yield Block(token.content)


def _inline(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts)
