"""From a document's title, properties and blocks to the one text that is shown and quoted."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.article import Article, Heading


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row or heading."""

    text: str
    is_heading: bool = False

    @property
    def tidied(self) -> str:
        """Without blanks around its lines and without empty lines, which would end a paragraph."""
        lines = (re.sub(r"[ \t]+", " ", line).strip() for line in self.text.split("\n"))
        return (" " if self.is_heading else "\n").join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says of itself."""

    title: str
    author: str | None = None
    date: str | None = None
    language: str | None = None


def compose(data: bytes, source: str, properties: Properties, blocks: Iterable[Block]) -> Article:
    """The title, the byline and the blocks, a blank line between them.

    The byline is part of the text so that "who wrote this?" can be answered with a quote.
    """
    parts = [Block(properties.title), *([Block(line)] if (line := _byline(properties)) else [])]
    body = [Block(block.tidied, block.is_heading) for block in blocks]
    body = [block for block in body if block.text]
    if body and body[0].text == properties.title:
        body = body[1:]
    parts += body
    headings, at = [], 0
    for block in parts:
        if block.is_heading:
            headings.append(Heading(at, block.text))
        at += len(block.text) + 2
    return Article(
        source=source,
        title=properties.title,
        text="\n\n".join(block.text for block in parts),
        sha256=hashlib.sha256(data).hexdigest(),
        author=properties.author,
        date=properties.date,
        language=properties.language,
        headings=tuple(headings),
    )


def _byline(properties: Properties) -> str:
    author = f"By {properties.author}" if properties.author else ""
    return ", ".join(part for part in (author, _in_words(properties.date)) if part)


def _in_words(date: str | None) -> str:
    """2024-04-02 -> 2 April 2024; what is no such date stays as it is."""
    try:
        day = dt.date.fromisoformat(date or "")
    except ValueError:
        return date or ""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"
