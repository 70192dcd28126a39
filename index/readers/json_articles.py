"""JSON files of articles: an array of objects, an object that holds one, or a JSON Feed (jsonfeed.org)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import Names
from index.readers.compose import Block, Properties, compose, tags_of, web_link
from index.readers.decode import decode
from index.readers.fields import field_text, named_fields, with_fields
from index.readers.front_matter import one_line
from index.readers.markup import markup_blocks
from index.readers.metadata import author_of
from index.readers.nesting import cut_short
from index.readers.tables import article_of_row, read_lines

_FEED = "jsonfeed.org/version/"
_NAME_CHARACTERS = 100
_MOST_LOOKED_AT = 10_000
"""Objects and lists in which articles may lie."""


def read_json(data: bytes, source: str, fields: Mapping[str, str]) -> Iterator[Article | Failure]:
    """Return each object of the array as an article, its keys as the columns of tables."""
    text = decode(data, source)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        if _is_lines(text):
            yield from read_lines(data, source, fields)
            return
        raise ArticleError(f"{source} is not JSON ({error})", "correct it") from error
    if isinstance(said, dict) and _FEED in str(said.get("version", "")):
        yield from _feed(said, source)
        return
    if not isinstance(said, dict) and not (isinstance(said, list) and any(isinstance(item, dict) for item in said)):
        raise ArticleError(f"{source} holds no articles: it is no array of objects", "give one object for each article")
    names, called = Names(source), named_fields(fields)
    items = _articles(said, called["text"])
    if not items:
        raise ArticleError(f"{source} has no key called {' or '.join(called['text'][:4])}", "name it with --text-field")
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            yield article_of_row(names, f"item {number}", with_fields(item, called["text"]) or item, called)
        else:
            yield Failure(f"{source}/item {number}", f"{source}, item {number} is no JSON object", "correct it")


def _is_lines(text: str) -> bool:
    """Whether there is an object on the first line, and more below."""
    first, _, rest = text.strip().partition("\n")
    try:
        return bool(rest.strip()) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _articles(said: object, names: Sequence[str]) -> list[object]:
    """Return the objects that have texts: an array, wherever it lies, those of an object by their keys, or the one."""
    waiting, at = [said], 0
    while at < min(len(waiting), _MOST_LOOKED_AT):
        holder = waiting[at]
        at += 1
        inner = list(holder.values()) if isinstance(holder, dict) else holder if isinstance(holder, list) else []
        if isinstance(holder, dict) and field_text(holder, names).strip():
            return [holder]
        objects = [item for item in inner if isinstance(item, dict)]
        is_array = isinstance(holder, list) or (len(objects) == len(inner) > 1)
        if is_array and any(with_fields(item, names) is not None for item in objects):
            return inner
        waiting += inner[:_MOST_LOOKED_AT]
    return []


def _feed(feed: dict[str, object], source: str) -> Iterator[Article | Failure]:
    items, names = feed.get("items"), Names(source)
    for number, item in enumerate(items if isinstance(items, list) else [], start=1):
        if not isinstance(item, dict):
            yield Failure(f"{source}/item {number}", f"{source}, item {number} is no JSON object", "correct it")
            continue
        title = one_line(item.get("title")) or ""
        name = names.of((title or f"item {number}")[:_NAME_CHARACTERS].replace("/", "-"))
        blocks = _blocks(item)
        if not any(block.tidied for block in blocks):
            yield Failure(name, f"{name} has no text in the feed", "save the page that it links to")
            continue
        yield compose(name, _properties(item, feed, title), blocks)
        yield from cut_short(str(item.get("content_html", "")), name)


def _blocks(item: dict[str, object]) -> list[Block]:
    page, text = item.get("content_html"), item.get("content_text") or item.get("summary")
    blocks = list(markup_blocks(page)) if isinstance(page, str) else []
    return blocks or ([Block(part) for part in text.split("\n\n")] if isinstance(text, str) else [])


def _properties(item: dict[str, object], feed: dict[str, object], title: str) -> Properties:
    return Properties(
        title=title,
        author=author_of(item.get("authors") or item.get("author") or feed.get("authors") or feed.get("author")),
        date=one_line(item.get("date_published") or item.get("date_modified")),
        language=one_line(item.get("language") or feed.get("language")),
        link=web_link(item.get("url") or item.get("external_url")),
        tags=tags_of(item.get("tags")),
    )
