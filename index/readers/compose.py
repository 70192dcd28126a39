"""From a document's title, properties and blocks to the one text that is shown and quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from index.article import Article, Heading, Table, byline_of, collection_name
from index.readers.decode import clean
from index.readers.metadata import author_of, day_of, is_named, name_of
from index.readers.rows import tables_of
from index.readers.text import first_sentence

_TAGS, _TAG_CHARACTERS = 50, 100
"""An article's most; keywords may have been filled with anything."""
_WEB = re.compile(r"(?i)https?://[^\s\0-\x20\x7f\"'<>\\`{}|^]{1,2000}")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row or heading; `pages` are the offsets in it at which pages start.

    Rows of one table have the same number, `table`, which the rows of the next one have not; `is_header` says that the
    document itself has a row name the columns.
    """

    text: str
    is_heading: bool = False
    pages: tuple[int, ...] = ()
    table: int = 0
    is_header: bool = False

    @property
    def tidied(self) -> str:
        """Without blanks around its lines and without empty lines, which would end a paragraph."""
        lines = (re.sub(r"[ \t]+", " ", line).strip() for line in clean(self.text).split("\n"))
        return (" " if self.is_heading else "\n").join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says of itself."""

    title: str
    author: str | None = None
    date: str | None = None
    language: str | None = None
    link: str | None = None
    tags: tuple[str, ...] = ()
    collection: str | None = None


def compose(source: str, properties: Properties, blocks: Iterable[Block]) -> Article:
    """Return the article of the title, the byline and the blocks, a blank line between them.

    An author or a date that is none is left out. The byline is part of the text so that "who wrote this?" can be
    answered with a quote. The hash of the file's bytes is left out: there may be many articles in one file. Where the
    title is none, or the file's name and says nothing, the first sentence is the title, and stands in the text once.
    """
    properties = replace(
        properties,
        title=clean(properties.title),
        author=clean(author_of(properties.author) or "") or None,
        date=day_of(properties.date),
    )
    title, byline = Block(properties.title), byline_of(properties.author, properties.date)
    body = [replace(block, text=block.tidied) for block in blocks]
    body = [block for block in body if block.text]
    heading = [title]
    if body and body[0].text == title.text:
        heading, body = [replace(title, pages=body[0].pages)], body[1:]
    elif body and _says_nothing(title.text, source):
        properties, heading = replace(properties, title=first_sentence(_opening(body))), []
    parts = [*heading, *([Block(byline)] if byline else []), *body]
    headings, pages, tables = _marks(parts)
    return Article(
        source=source,
        title=properties.title,
        text="\n\n".join(block.text for block in parts),
        sha256="",
        author=properties.author,
        date=properties.date,
        language=properties.language,
        headings=headings,
        pages=pages,
        link=properties.link,
        tags=properties.tags,
        collection=collection_name(properties.collection or "") or None,
        tables=tables,
    )


def _says_nothing(title: str, source: str) -> bool:
    return not title or (title == name_of(source) and not is_named(source))


def _opening(body: Sequence[Block]) -> str:
    """Return the first words that are no heading: a transcript begins with a time."""
    return next((block.text for block in body if not block.is_heading), body[0].text)


def _marks(parts: Sequence[Block]) -> tuple[tuple[Heading, ...], tuple[int, ...], tuple[Table, ...]]:
    """Return where headings, pages and tables are in the text of the parts, a blank line between them."""
    starts = [0, *accumulate(len(block.text) + 2 for block in parts)]
    placed = list(zip(starts, parts, strict=False))
    return (
        tuple(Heading(at, block.text) for at, block in placed if block.is_heading),
        tuple(at + offset for at, block in placed for offset in block.pages),
        tuple(Table(starts[first], starts[rows], starts[next_] - 2) for first, rows, next_ in tables_of(parts)),
    )


def table_row(cells: Iterable[Iterable[Block]], table: int, *, is_header: bool = False) -> Block:
    """Return a row of a table: its cells on one line, parted by bars."""
    text = " | ".join(" ".join(word for block in cell for word in block.text.split()) for cell in cells)
    return Block(text, table=table, is_header=is_header)


def tags_of(said: object) -> tuple[str, ...]:
    """Tags or keywords, from a list or from text with commas or semicolons between them; each once."""
    if isinstance(said, list):
        return _each_once(tag for item in said if isinstance(item, str | int | float) for tag in tags_of(str(item)))
    return _each_once(re.split("[,;，；、\n]", clean(said))) if isinstance(said, str) else ()


def _each_once(tags: Iterable[str]) -> tuple[str, ...]:
    """In capitals or not, a tag is the same."""
    kept: dict[str, str] = {}
    for tag in (" ".join(tag.split()).removeprefix("#")[:_TAG_CHARACTERS] for tag in tags):
        kept.setdefault(tag.casefold(), tag)
    return tuple(filter(None, kept.values()))[:_TAGS]


def web_link(address: object) -> str | None:
    """Return an address on the web as it may be shown as a link; None for anything else."""
    found = _WEB.fullmatch(address.strip()) if isinstance(address, str) else None
    return found[0] if found else None
