"""The owner's list of articles: a page at a time, filtered, and searched by the words of the text.

No list of all articles is made: a page is read backwards from the article that came in last, so that the first one
takes as long over many articles as over few.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from index.store.search import SqliteReader
from index.store.words import WordReader
from index.terms import query_terms

RANKED = 20_000
"""Of more passages with the words of a search, the newest are shown in place of the best."""
_LOOKED_AT = 20_000
"""Passages that a filter is asked about at once."""
_COLUMNS = "articles.rowid, articles.id, title, source, author, date, language, near, tags"


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles are listed; an empty value is no condition.

    `source` is what their source begins with, `since` and `until` are days in ISO 8601, `near` is a group of near
    copies. `brought_by` names a source that is kept in step, and `paths` are the places that it has brought.
    """

    source: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    near: str = ""
    collection: str = ""
    brought_by: str = ""
    paths: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether all articles are listed."""
        return self == ArticleFilter()


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """An article in the list. `place` grows with each article that comes in; `near` names its group of near copies."""

    place: int
    id: str
    title: str
    source: str
    author: str | None
    date: str | None
    language: str | None
    near: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextHit:
    """A passage with the words of a search."""

    entry: CatalogueEntry
    start: int
    end: int
    text: str


class ArticleCatalogue(Protocol):
    """The list of a store, wherever it is. To be closed."""

    def close(self) -> None:
        """Let go of the store."""

    def reading(self) -> AbstractContextManager[None]:
        """Hold a snapshot: what is read inside belongs together."""

    def revision(self) -> str | None:
        """Return the name of exactly these articles."""

    def page(self, wanted: ArticleFilter, limit: int, before: int | None = None) -> list[CatalogueEntry]:
        """Return the articles that came in last, or those that came in before the place `before`.

        Without a filter only one of each group of near copies is among them.
        """

    def entries(self, article_ids: Collection[str]) -> list[CatalogueEntry]:
        """Return the articles with these ids, those that there are."""

    def near_counts(self, groups: Collection[str]) -> Mapping[str, int]:
        """Return how many articles each of these groups of near copies has."""

    def count(self) -> int:
        """Return how many articles there are."""

    def search(self, words: str, wanted: ArticleFilter, limit: int) -> list[TextHit]:
        """Return the passages that have all of `words`, in any of their forms: the best first, or the newest."""

    def collections(self) -> list[str]:
        """Return the collections that there are, in the order of their names."""


class Catalogue(SqliteReader):
    """Connection that reads the list of a store in a folder. See ArticleCatalogue."""

    def page(self, wanted: ArticleFilter, limit: int, before: int | None = None) -> list[CatalogueEntry]:
        """See ArticleCatalogue."""
        conditions, values = _conditions(wanted)
        if wanted.is_empty:
            conditions.append("(near IS NULL OR near = articles.id)")
        if before is not None:
            conditions.append("articles.rowid < :before")
        query = f"SELECT {_COLUMNS} FROM articles {_where(conditions)} ORDER BY articles.rowid DESC LIMIT :limit"
        rows = self._sql.execute(query, {**values, "before": before, "limit": limit})
        return [entry_of(row) for row in rows]

    def entries(self, article_ids: Collection[str]) -> list[CatalogueEntry]:
        """See ArticleCatalogue."""
        query = f"SELECT {_COLUMNS} FROM articles WHERE id IN (SELECT value FROM json_each(?)) ORDER BY source"
        return [entry_of(row) for row in self._sql.execute(query, (json.dumps([*article_ids]),))]

    def near_counts(self, groups: Collection[str]) -> Mapping[str, int]:
        """See ArticleCatalogue."""
        query = "SELECT near, count(*) FROM articles WHERE near IN (SELECT value FROM json_each(?)) GROUP BY near"
        return dict(self._sql.execute(query, (json.dumps([*groups]),)).fetchall())

    def count(self) -> int:
        """See ArticleCatalogue."""
        return int(self._sql.execute("SELECT count(*) FROM articles").fetchone()[0])

    def search(self, words: str, wanted: ArticleFilter, limit: int) -> list[TextHit]:
        """See ArticleCatalogue."""
        terms = query_terms(words)
        if not terms:
            return []
        reader = WordReader(self._sql)
        chunks = reader.holding(terms)
        if len(chunks) <= RANKED:
            chunks = [chunk for chunk, _ in reader.best(terms, len(chunks), chunks)]
        else:
            chunks.reverse()
        return self._hits_of(self._fitting(chunks, wanted, limit))

    def _fitting(self, chunks: Sequence[int], wanted: ArticleFilter, limit: int) -> list[int]:
        """Return the first of the chunks whose articles fit the filter, in the same order."""
        conditions, values = _conditions(wanted)
        if not conditions:
            return [*chunks[:limit]]
        # CROSS keeps SQLite from starting at the articles. The index has what filters look at: in the table itself,
        # what stands behind an article's text is reached by way of that.
        query = (
            "SELECT chunk FROM (SELECT value AS chunk FROM json_each(:chunks)) CROSS JOIN chunks ON chunks.id = chunk"
            " CROSS JOIN articles INDEXED BY articles_by_collection ON articles.id = article_id"
            f" {_where(conditions)} LIMIT :limit"
        )
        found: list[int] = []
        for at in range(0, len(chunks), _LOOKED_AT):
            part = json.dumps(chunks[at : at + _LOOKED_AT])
            rows = self._sql.execute(query, {**values, "chunks": part, "limit": limit - len(found)})
            found += (chunk for (chunk,) in rows)
            if len(found) == limit:
                break
        return found

    def _hits_of(self, chunks: Sequence[int]) -> list[TextHit]:
        """Return chunks by their numbers, in the same order."""
        rows = self._sql.execute(
            f"SELECT {_COLUMNS}, start, end, substr(text, start + 1, end - start), chunks.id FROM chunks"
            " JOIN articles ON articles.id = article_id WHERE chunks.id IN (SELECT value FROM json_each(?))",
            (json.dumps(chunks),),
        )
        hits = {row[-1]: TextHit(entry_of(row[:-4]), *row[-4:-1]) for row in rows}
        return [hits[chunk] for chunk in chunks]

    def digests_at(self, paths: Collection[str]) -> set[tuple[str, str, str]]:
        """Return (path, id, sha256 of the file's bytes) of each article that came from one of these paths."""
        query = "SELECT path, id, sha256 FROM articles WHERE path IN (SELECT value FROM json_each(?))"
        return set(self._sql.execute(query, (json.dumps([*paths]),)).fetchall())

    def collections(self) -> list[str]:
        """See ArticleCatalogue."""
        rows = self._sql.execute("SELECT DISTINCT collection FROM articles WHERE collection IS NOT NULL ORDER BY 1")
        return [collection for (collection,) in rows]

    def place_of(self, article_id: str) -> str | None:
        """Return where an article came from; None where there is no such article."""
        row = self._sql.execute("SELECT path FROM articles WHERE id = ?", (article_id,)).fetchone()
        return None if row is None else str(row[0])

    def paths(self) -> set[str]:
        """Return where the articles came from."""
        return {path for (path,) in self._sql.execute("SELECT DISTINCT path FROM articles")}


def _conditions(wanted: ArticleFilter) -> tuple[list[str], dict[str, Any]]:
    """Return the SQL conditions of a filter, and their values."""
    conditions: list[str] = []
    if wanted.source:
        conditions.append("source >= :source AND source < :source_end")
    if wanted.tag:
        # With its quotation marks, which stand in no tag as they are: no list has to be parsed.
        conditions.append("instr(lower(tags), lower(:tag))")
    if wanted.since:
        conditions.append("date GLOB '[0-9]*' AND date >= :since")
    if wanted.until:
        conditions.append("date GLOB '[0-9]*' AND date < :until")
    if wanted.near:
        conditions.append("near = :near")
    if wanted.collection:
        conditions.append("collection = :collection")
    if wanted.brought_by:
        conditions.append("path IN (SELECT value FROM json_each(:paths))")
    values = {
        "source": wanted.source,
        "source_end": f"{wanted.source}\U0010ffff",
        "tag": json.dumps(wanted.tag, ensure_ascii=False),
        "collection": wanted.collection,
        "paths": json.dumps(sorted(wanted.paths)),
        "since": wanted.since,
        "until": f"{wanted.until}~",  # a day is followed by nothing, or by a time
        "near": wanted.near,
    }
    return conditions, values


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def entry_of(row: Sequence[Any]) -> CatalogueEntry:
    """Return an entry from its columns, of which the last are the tags as JSON."""
    *known, tags = row
    return CatalogueEntry(*(*known, tuple(json.loads(tags or "[]"))))
