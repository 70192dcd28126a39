"""The owner's list of articles in PostgreSQL: what `index/store/catalogue.py` has for a folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import LiteralString

from index.store import catalogue
from index.store.catalogue import ArticleFilter, CatalogueEntry, TextHit, entry_of
from index.store.postgres.search import PostgresReader, Words
from index.store.postgres.words import storable
from index.terms import query_terms

_COLUMNS: LiteralString = "place, articles.id, title, source, author, date, language, near, tags"
_MATCHING: LiteralString = """
SELECT chunk FROM postings AS rarest WHERE term = %(rarest)s AND NOT EXISTS (
    SELECT FROM unnest(%(others)s::text[]) AS other (term) WHERE NOT EXISTS (
        SELECT FROM postings WHERE postings.term = other.term AND postings.chunk = rarest.chunk
    )
) AND (%(phrases)s::bigint[] IS NULL OR chunk = ANY(%(phrases)s))
"""
"""The chunks that hold all terms; those of several stems are phrases, whose chunks are known."""
_SCORE: LiteralString = """
(SELECT sum(idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * tokens / %(mean)s)))
FROM unnest(%(terms)s::text[], %(idfs)s::float8[]) AS wanted (term, idf)
JOIN postings ON postings.term = wanted.term AND postings.chunk = matching.chunk)
"""


class PostgresCatalogue(PostgresReader):
    """Connection that reads the list. See ArticleCatalogue."""

    def page(self, wanted: ArticleFilter, limit: int, before: int | None = None) -> list[CatalogueEntry]:
        """See ArticleCatalogue."""
        conditions, values = _conditions(wanted)
        if wanted.is_empty:
            conditions.append("(near IS NULL OR near = articles.id)")
        if before is not None:
            conditions.append("place < %(before)s")
        query: LiteralString = (
            f"SELECT {_COLUMNS} FROM articles {_where(conditions)} ORDER BY place DESC LIMIT %(limit)s"
        )
        rows = self._sql.execute(query, {**values, "before": before, "limit": limit})
        return [entry_of(row) for row in rows]

    def entries(self, article_ids: Collection[str]) -> list[CatalogueEntry]:
        """See ArticleCatalogue."""
        query: LiteralString = f"SELECT {_COLUMNS} FROM articles WHERE id = ANY(%s) ORDER BY source"
        return [entry_of(row) for row in self._sql.execute(query, ([storable(name) for name in article_ids],))]

    def near_counts(self, groups: Collection[str]) -> Mapping[str, int]:
        """See ArticleCatalogue."""
        query: LiteralString = "SELECT near, count(*) FROM articles WHERE near = ANY(%s) GROUP BY near"
        return dict(self._sql.execute(query, ([storable(group) for group in groups],)).fetchall())

    def count(self) -> int:
        """See ArticleCatalogue."""
        return self.counts()[0]

    def search(self, words: str, wanted: ArticleFilter, limit: int) -> list[TextHit]:
        """See ArticleCatalogue."""
        terms = query_terms(words)
        found = Words(self._sql, terms)
        if not terms or not all(found.count(term) for term in terms):
            return []
        match = self._match(terms, found)
        bounded: LiteralString = f"SELECT count(*) FROM ({_MATCHING} LIMIT %(most)s) AS matching"
        [matching] = self._sql.execute(bounded, match | {"most": catalogue.RANKED + 1}).fetchone() or (0,)
        score: LiteralString = _SCORE if matching <= catalogue.RANKED else "matching.chunk"
        conditions, values = _conditions(wanted)
        rows = self._sql.execute(
            f"""
            SELECT {_COLUMNS}, start, "end", substr(text, start + 1, "end" - start) FROM (
                SELECT chunk, {score} AS score FROM ({_MATCHING}) AS matching
                JOIN chunks ON chunks.id = chunk JOIN articles ON articles.id = chunks.article_id {_where(conditions)}
                ORDER BY score DESC, chunk LIMIT %(limit)s
            ) AS best JOIN chunks ON chunks.id = chunk JOIN articles ON articles.id = chunks.article_id
            ORDER BY score DESC, chunk
            """,
            {**values, **match, "limit": limit},
        )
        return [TextHit(entry_of(row[:-3]), *row[-3:]) for row in rows]

    def _match(self, terms: Sequence[str], found: Words) -> dict[str, object]:
        """Return the parameters of the chunks that hold all terms, and of what each term counts."""
        _, chunks, _, tokens = self._totals()
        weights = found.weights(terms, chunks)
        stems = sorted({stem for term in terms for stem in found.stems[term]}, key=found.counts.__getitem__)
        phrases = [{chunk for chunk, _, _ in found.phrase(term)} for term in terms if len(found.stems[term]) > 1]
        return {
            "rarest": stems[0],
            "others": stems[1:],
            "phrases": sorted(set.intersection(*phrases)) if phrases else None,
            "mean": tokens / chunks,
            "terms": weights["terms"],
            "idfs": weights["idfs"],
        }

    def collections(self) -> list[str]:
        """See ArticleCatalogue."""
        rows = self._sql.execute("SELECT DISTINCT collection FROM articles WHERE collection IS NOT NULL ORDER BY 1")
        return [collection for (collection,) in rows]


def _conditions(wanted: ArticleFilter) -> tuple[list[LiteralString], dict[str, object]]:
    """Return the SQL conditions of a filter, and their values."""
    conditions: list[LiteralString] = []
    if wanted.source:
        conditions.append("source >= %(source)s AND source < %(source_end)s")
    if wanted.tag:
        # With its quotation marks, which stand in no tag as they are: no list has to be parsed.
        conditions.append("strpos(lower(tags), lower(%(tag)s)) > 0")
    if wanted.since:
        conditions.append("date ~ '^[0-9]' AND date >= %(since)s")
    if wanted.until:
        conditions.append("date ~ '^[0-9]' AND date < %(until)s")
    if wanted.near:
        conditions.append("near = %(near)s")
    if wanted.collection:
        conditions.append("articles.collection = %(collection)s")
    if wanted.brought_by:
        conditions.append("path = ANY(%(paths)s)")
    values: dict[str, object] = {
        "source": storable(wanted.source),
        "source_end": f"{storable(wanted.source)}\U0010ffff",
        "tag": storable(json.dumps(wanted.tag, ensure_ascii=False)),
        "since": wanted.since,
        "until": f"{wanted.until}~",  # a day is followed by nothing, or by a time
        "near": storable(wanted.near),
        "collection": storable(wanted.collection),
        "paths": [storable(path) for path in wanted.paths],
    }
    return conditions, values


def _where(conditions: Sequence[LiteralString]) -> LiteralString:
    joined: LiteralString = " AND ".join(conditions)
    return f"WHERE {joined}" if conditions else ""
