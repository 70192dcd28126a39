"""Articles, chunks, and what is listed and found of them. Offsets are Unicode code points into `Article.text`."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

Audience = frozenset[str] | None
"""The collections that somebody may see; None is everything, articles without a collection too."""
_COLLECTION_CHARACTERS = 60
_BYLINES_KEPT = 512


def collection_name(said: str) -> str:
    """Return the name of a collection as it is kept: `Help Center!` is help-center; empty where nothing is left."""
    words = unicodedata.normalize("NFKC", said).casefold()
    return re.sub(r"[^\w.]+", "-", words).strip("-")[:_COLLECTION_CHARACTERS].strip("-")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an article; it governs the text from `start` to the next heading's start."""

    start: int
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns are named: by the text from `start` to `rows`, for the rows from there to `end`."""

    start: int
    rows: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One document as it is shown, searched and quoted.

    `source` is how the article is named to people (a path below the folder that was ingested);
    `id` follows from it, 16 hexadecimal digits, so it stays while the source stays and is the same
    on every machine. `sha256` is of the original file's bytes. `pages` says where each page starts, the
    first one first; it is empty where there are no pages. `link` is the article's address on the web, if known.
    `tags` are words that it is filed under, in its own order, `collection` what it belongs to (`collection_name`);
    `tables` are those whose columns are named.
    """

    source: str
    title: str
    text: str
    sha256: str
    author: str | None = None
    date: str | None = None
    language: str | None = None
    headings: tuple[Heading, ...] = ()
    id: str = ""
    pages: tuple[int, ...] = ()
    link: str | None = None
    tags: tuple[str, ...] = ()
    collection: str | None = None
    tables: tuple[Table, ...] = ()

    def __post_init__(self) -> None:
        if not self.id:
            digest = hashlib.sha256(self.source.encode("utf-8", "surrogateescape")).hexdigest()
            object.__setattr__(self, "id", digest[:16])

    @property
    def byline(self) -> tuple[int, int] | None:
        """(start, end) of the line under the title that names author and date, if there is one."""
        start, line = len(self.title) + 2, byline_of(self.author, self.date)
        return (start, start + len(line)) if line and self.text.startswith(line, start) else None

    def heading_at(self, offset: int) -> str | None:
        """Return the title of the last heading that starts at or before `offset`."""
        titles = [heading.title for heading in self.headings if heading.start <= offset]
        return titles[-1] if titles else None

    def columns_at(self, offset: int) -> str | None:
        """Return the names of the columns above the row of a table that is at `offset`, a line a row."""
        found = self.table_at(offset)
        return self.text[found.start : found.rows].strip().replace("\n\n", "\n") if found else None

    def names_columns(self, offset: int) -> bool:
        """Return whether what is at `offset` names the columns of a table: of itself it says nothing."""
        return any(table.start <= offset < table.rows for table in self.tables)

    def table_at(self, offset: int) -> Table | None:
        """Return the table one of whose rows is at `offset`, below the names of its columns."""
        return next((table for table in self.tables if table.rows <= offset < table.end), None)

    def row_at(self, offset: int) -> tuple[int, int] | None:
        """Return (start, end) of the row of a table with named columns that is at `offset`: a line."""
        if (table := self.table_at(offset)) is None:
            return None
        start, end = self.text.rfind("\n", table.rows, offset) + 1, self.text.find("\n", offset, table.end)
        return max(start, table.rows), end if end >= 0 else table.end

    def page_at(self, offset: int) -> int | None:
        """Return the number of the page that `offset` is on, counted from 1."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None


@lru_cache(_BYLINES_KEPT)
def byline_of(author: str | None, date: str | None) -> str:
    """Return who wrote an article and when, as its text says it; empty where neither is known."""
    return ", ".join(part for part in (f"By {author}" if author else "", in_words(date)) if part)


def in_words(date: str | None) -> str:
    """Return 2024-04-02 as 2 April 2024; any other text stays as it is."""
    try:
        day = dt.date.fromisoformat(date or "")
    except ValueError:
        return date or ""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


@dataclass(frozen=True, slots=True)
class Failure:
    """An article that could not be read."""

    source: str
    error: str
    hint: str


@dataclass(frozen=True, slots=True)
class LeftOut(Failure):
    """A file, or a part of one, that is not read and is not meant to be; `error` says why."""

    hint: str = "nothing is to be done"


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What filters choose an article by."""

    id: str
    source: str
    author: str | None
    date: str | None
    tags: tuple[str, ...] = ()
    collection: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one article: `article.text[start:end] == text`.

    `digest` names the vector: it covers everything that the embedding model reads, so chunks
    with equal digests share one vector, within an article and across articles.
    """

    article_id: str
    start: int
    end: int
    text: str
    digest: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or self.end - self.start != len(self.text):
            raise ValueError(f"chunk {self.start}-{self.end} does not fit its {len(self.text)} characters")


@dataclass(frozen=True, slots=True)
class ArticleInfo:
    """What a list of articles shows. `path` is where it came from, for the owner's eyes only.

    Near copies of each other have the same `near`.
    """

    id: str
    source: str
    title: str
    author: str | None
    date: str | None
    language: str | None
    characters: int
    sha256: str
    path: str
    near: str | None = None
    tags: tuple[str, ...] = ()
    collection: str | None = None


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What an ingest compares files with. `path` is where the article came from."""

    id: str
    source: str
    path: str
    sha256: str
    tags: tuple[str, ...]
    collection: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found. A higher score is better; its scale depends on the search."""

    article_id: str
    start: int
    end: int
    digest: str
    score: float
