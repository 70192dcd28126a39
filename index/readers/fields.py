"""Fields of rows and objects that are articles: what they may be called, and their values as text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from index.readers.compose import Block
from index.readers.exports import without_shortcodes
from index.readers.markdown import rendered_blocks
from index.readers.markup import markup_blocks
from index.readers.metadata import CREATED_NAMES, DATE_NAMES, author_of

FIELDS = {
    "text": (
        "text body content article fulltext articletext postcontent contenthtml bodyhtml html bodymarkdown markdown"
        " plaintext transcript"
    ),
    "title": "title headline posttitle articletitle subject",
    "author": "author authors byline authorname postauthor creator writer user",
    "date": " ".join((*DATE_NAMES, "pubdate", *CREATED_NAMES)),
    "language": "language lang",
    "id": "id _id",
    "link": "url link permalink canonicalurl weburl articleurl",
    "tags": "tags keywords taglist",
}
"""What a field may be called, without capitals, blanks, hyphens and underscores; the first that is there counts."""

NamedFields = dict[str, tuple[str, ...]]
_MARKUP = re.compile(
    r"(?is)\A\s*<(p|div|h[1-6]|ul|ol|table|article|section|blockquote|figure)\b[^>]*>.*</[a-z][a-z0-9]*>"
)
_SHOWN = ("rendered", "main", "value", "text", "name")
"""What holds the words of a field that is an object: WordPress has `rendered`."""
_DATES = ("$date", "date", "iso", "value")
_SECONDS = range(10**8, 4 * 10**9)
"""Since 1970; a thousand times as many are milliseconds."""


def named_fields(fields: Mapping[str, str]) -> NamedFields:
    """Return what each field may be called here: only as the user says, where the user does."""
    return {
        name: (_bare(fields[name]),) if fields.get(name) else tuple(usual.split()) for name, usual in FIELDS.items()
    }


def is_called(name: str | None, names: Sequence[str]) -> bool:
    """Return whether a column's name is one of these, however it is written."""
    return _bare(name or "") in names


def field_value(row: Mapping[str, object], names: Sequence[str]) -> object:
    """Return the value of the first of these fields that has one."""
    return next((row[key] for _, key in _present(row, names)), "")


def field_text(row: Mapping[str, object], names: Sequence[str]) -> str:
    """Return a field as text: items of a list after semicolons, and what an object shows."""
    value = field_value(row, names)
    if isinstance(value, list):
        return "; ".join(_shown(item) for item in value if isinstance(item, str | int | float | dict))
    return _shown(value)


def field_date(row: Mapping[str, object], names: Sequence[str]) -> str:
    """Return a field that is a date as text; a number of JSON is one of seconds."""
    value = field_value(row, names)
    if isinstance(value, dict):
        value = next((value[name] for name in _DATES if name in value), "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        import datetime as dt

        seconds = next((number for number in (int(value), int(value) // 1000) if number in _SECONDS), None)
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat() if seconds else str(value)
    return value if isinstance(value, str) else ""


def field_author(row: Mapping[str, object], names: Sequence[str]) -> str | None:
    """Return who wrote it; a mere number is the key of somebody who is named elsewhere, or not at all."""
    said = (row[key] for _, key in _present(row, names))
    named = (author_of(value) for value in said if not isinstance(value, int | float))
    embedded = row.get("_embedded")
    inner = embedded.get("author") if isinstance(embedded, dict) else None
    return next((name for name in named if name), None) or author_of(inner)


def field_blocks(row: Mapping[str, object], names: Sequence[str]) -> list[Block]:
    """Return the paragraphs of a text, which may be Markdown, or the HTML of a web site's database."""
    name = next((bare for bare, _ in _present(row, names)), "")
    value = field_value(row, names)
    parts = [_shown(item) for item in value] if isinstance(value, list) else [_shown(value)]
    text = "\n\n".join(part for part in parts if part.strip())
    if name.endswith("markdown"):
        return rendered_blocks(text)
    blocks = list(markup_blocks(without_shortcodes(text))) if _MARKUP.match(text) else []
    return blocks or [Block(part) for part in text.split("\n\n")]


def with_fields(item: Mapping[str, object], names: Sequence[str]) -> Mapping[str, object] | None:
    """Return an object that has a text, itself or in an object within it; None for any other."""
    if field_text(item, names).strip():
        return item
    inner = (value for value in item.values() if isinstance(value, dict))
    return next(({**item, **each} for each in inner if field_text(each, names).strip()), None)


def _present(row: Mapping[str, object], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the fields of these names that have a value, in the order of the names: called so, and written so."""
    keys = {_bare(str(key)): key for key in reversed(list(row)) if row[key]}
    return ((name, keys[name]) for name in names if name in keys)


def _bare(name: str) -> str:
    return re.sub(r"(?<=\w)[\s_-]+(?=\w)", "", name.strip().lower())


def _shown(value: object) -> str:
    if isinstance(value, dict):
        shown = str(next((value[name] for name in _SHOWN if isinstance(value.get(name), str)), ""))
        return shown if _MARKUP.match(shown) else html.unescape(shown)
    return str(value) if isinstance(value, str | int | float) else ""
