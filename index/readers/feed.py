"""RSS and Atom files, by feedparser: each entry is an article."""

from __future__ import annotations

import calendar
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from index.article import Article, Failure, LeftOut
from index.errors import ArticleError
from index.readers.archive import Names
from index.readers.compose import Properties, compose, tags_of, web_link
from index.readers.exports import without_shortcodes
from index.readers.markup import markup_blocks
from index.readers.nesting import cut_short

_NAME_CHARACTERS = 100
_TEXTS_OF_SITES = (None, "post", "page")
"""What WordPress exports, beside its pictures and menus."""


def read_feed(data: bytes, source: str) -> Iterator[Article | Failure]:
    """Return the entries with what the file holds of them, in full or in brief; nothing is fetched."""
    import feedparser  # type: ignore[import-untyped]

    # As a stream: bytes themselves it would take for an address or a file name first.
    feed = feedparser.parse(io.BytesIO(data), response_headers={"content-type": "application/xml"})
    if isinstance(error := feed.get("bozo_exception"), UnicodeError | feedparser.CharacterEncodingOverride):
        raise ArticleError(f"{source} is not in the encoding that it declares ({error})", "save it as UTF-8")
    if not feed.get("version") or not feed.entries:
        raise ArticleError(f"{source} has no entries of an RSS or Atom feed", "save the feed itself")
    names = Names(source)
    for number, entry in enumerate(feed.entries, start=1):
        title = _line(entry.get("title", ""))
        name = names.of((title or f"entry {number}")[:_NAME_CHARACTERS].replace("/", "-"))
        page = max((each.get("value", "") for each in entry.get("content", ())), key=len, default="")
        shown = without_shortcodes(page or entry.get("summary", ""))
        blocks = list(markup_blocks(shown))
        if not blocks and entry.get("wp_post_type") not in _TEXTS_OF_SITES:
            yield LeftOut(name, f"it is no text but a site's {entry['wp_post_type']}")
            continue
        if not blocks:
            yield Failure(name, f"{name} has no text in the feed", "save the page that it links to")
            continue
        properties = Properties(
            title=title,
            author=_line(entry.get("author", "")) or None,
            date=_date(entry),
            language=feed.feed.get("language") or None,
            link=web_link(entry.get("link")),
            tags=tags_of([each.get("term") or "" for each in entry.get("tags", ())]),
        )
        yield compose(name, properties, blocks)
        yield from cut_short(shown, name)


def _line(markup: str) -> str:
    return " ".join(" ".join(block.tidied for block in markup_blocks(markup)).split())


def _date(entry: Any) -> str | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    if parsed is None:
        return None
    return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC).date().isoformat()
