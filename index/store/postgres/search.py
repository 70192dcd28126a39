"""What is asked of a store in PostgreSQL: its articles and facts, and the passages that words and vectors lead to."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from index.article import Article, ArticleFacts, ArticleInfo, Hit, StoredArticle
from index.store.facts import FactReader
from index.store.postgres.connection import Connection, require_version, translated
from index.store.postgres.schema import FORMAT
from index.store.postgres.words import storable
from index.store.postings import affordable
from index.store.search import article_of, tags_of
from index.store.tokenizer import tokenizer
from settings import StoreUrl

_ROWS = 1_000
_PHRASES = 2_000
"""Chunks with all the terms of a phrase that are looked at for whether these stand side by side."""
_BEST: LiteralString = """
SELECT article_id, start, "end", digest, score FROM (
    SELECT chunk, sum(weight) AS score FROM (
        SELECT chunk, wanted.idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * tokens / %(mean)s)) AS weight
        FROM unnest(%(terms)s::text[], %(idfs)s::float8[]) AS wanted (term, idf)
        CROSS JOIN LATERAL (SELECT * FROM postings WHERE postings.term = wanted.term OFFSET 0) AS posting
        UNION ALL
        SELECT chunk, idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * tokens / %(mean)s))
        FROM unnest(%(p_chunks)s::bigint[], %(p_idfs)s::float8[], %(p_frequencies)s::float8[], %(p_tokens)s::int[])
            AS phrase (chunk, idf, frequency, tokens)
    ) AS weights
    WHERE %(every)s OR chunk IN (SELECT id FROM chunks WHERE article_id = ANY(%(kept)s))
    GROUP BY chunk ORDER BY sum(weight)::real DESC, chunk LIMIT %(limit)s
) AS best JOIN chunks ON chunks.id = best.chunk ORDER BY score::real DESC, chunks.id
"""
"""BM25 as FTS5 counts it (k1 1.2, b 0.75). As real, equal passages are equal, whatever the order of their sums."""

_HOLDING: LiteralString = """
SELECT chunks.id, title, substr(text, start + 1, "end" - start)
FROM chunks JOIN articles ON articles.id = article_id WHERE chunks.id IN (
    SELECT chunk FROM postings AS rarest WHERE term = %s AND NOT EXISTS (
        SELECT FROM unnest(%s::text[]) AS other (term) WHERE NOT EXISTS (
            SELECT FROM postings WHERE postings.term = other.term AND postings.chunk = rarest.chunk
        )
    ) ORDER BY chunk LIMIT %s
) ORDER BY chunks.id
"""
"""The first chunks that hold all these terms: the rarest, and the others."""


class PostgresReader(FactReader):
    """One connection that only reads. `reading()` makes a snapshot. See `index.store.base.DatabaseReader`."""

    sees_everything = True

    def __init__(self, sql: Connection, url: StoreUrl, done: Callable[[Connection], None]) -> None:
        """Take a connection; `done` gets it back. Raises StoreError if there is no store of this version."""
        self._sql = sql
        self._url = url
        self._done = done
        try:
            with translated(url):
                require_version(self.fact(FORMAT), url)
        except BaseException:
            done(sql)
            raise

    @property
    def connection(self) -> Connection:
        """The connection, for others of the same snapshot."""
        return self._sql

    def close(self) -> None:
        """Give the connection back."""
        self._done(self._sql)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold a snapshot: what is read inside belongs together, whatever is written meanwhile."""
        with translated(self._url):
            self._sql.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                if not self._sql.closed:
                    self._sql.execute("ROLLBACK")

    def blob(self, name: str) -> bytes | None:
        """Return a fact that is not text."""
        row = self._sql.execute("SELECT value FROM facts WHERE name = %s", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def articles(self) -> list[ArticleInfo]:
        """Return what a list shows of all articles, by source."""
        rows = self._sql.execute(
            "SELECT id, source, title, author, date, language, characters, sha256, path,"
            " CASE WHEN near IN (SELECT near FROM articles GROUP BY near HAVING count(*) > 1) THEN near END, tags,"
            " collection FROM articles ORDER BY source"
        )
        return [ArticleInfo(*(*row, tags_of(tags), collection)) for *row, tags, collection in rows]

    def places(self) -> list[tuple[str, str]]:
        """Return the id and the path of every article."""
        return self._sql.execute("SELECT id, path FROM articles").fetchall()

    def stored_articles(self) -> list[StoredArticle]:
        """Return what an ingest compares files with, of all articles; no text is read."""
        rows = self._sql.execute("SELECT id, source, path, sha256, tags, collection FROM articles")
        return [StoredArticle(*(*known, tags_of(tags), collection)) for *known, tags, collection in rows]

    def article_facts(self) -> list[ArticleFacts]:
        """Return what filters look at; no text is read."""
        rows = self._sql.execute("SELECT id, source, author, date, tags, collection FROM articles")
        return [ArticleFacts(*(*row, tags_of(tags), collection)) for *row, tags, collection in rows]

    def article(self, article_id: str) -> Article | None:
        """Return one article with its text."""
        row = self._sql.execute(
            "SELECT source, title, text, sha256, author, date, language, marks, link, tags, collection"
            " FROM articles WHERE id = %s",
            (storable(article_id),),
        ).fetchone()
        return None if row is None else article_of(article_id, row)

    def articles_without_sketch(self) -> list[str]:
        """Return the ids of articles whose near copies have not been looked for."""
        return [article_id for (article_id,) in self._sql.execute("SELECT id FROM articles WHERE sketch IS NULL")]

    def chunk_spans(self, article_id: str) -> list[tuple[int, int]]:
        """Return (start, end) of an article's chunks, in order."""
        query: LiteralString = 'SELECT start, "end" FROM chunks WHERE article_id = %s ORDER BY start'
        return [(start, end) for start, end in self._sql.execute(query, (article_id,))]

    def known_vectors(self, digests: Iterable[str]) -> set[str]:
        """Return those of the digests that have a vector."""
        rows = self._sql.execute("SELECT digest FROM vectors WHERE digest = ANY(%s)", (list(digests),))
        return {digest for (digest,) in rows}

    def vectors(self) -> Iterator[tuple[str, bytes]]:
        """Iterate over all vectors, by digest."""
        last = ""
        while rows := self._sql.execute(
            "SELECT digest, vector FROM vectors WHERE digest > %s ORDER BY digest LIMIT %s", (last, _ROWS)
        ).fetchall():
            yield from ((digest, bytes(vector)) for digest, vector in rows)
            last = rows[-1][0]

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, chunks and vectors."""
        articles, chunks, vectors, _ = self._totals()
        return articles, chunks, vectors

    def article_count(self) -> int:
        """Return the number of articles."""
        return self._totals()[0]

    def _totals(self) -> tuple[int, int, int, int]:
        row = self._sql.execute("SELECT articles, chunks, vectors, tokens FROM totals").fetchone()
        assert row is not None, "there is one row from the beginning"
        return row[0], row[1], row[2], row[3]

    def chunk_count(self, article_ids: Collection[str]) -> int:
        """Return how many chunks the articles with these ids have."""
        query: LiteralString = "SELECT count(*) FROM chunks WHERE article_id = ANY(%s)"
        row = self._sql.execute(query, (list(article_ids),)).fetchone()
        return int(row[0]) if row else 0

    def chunk_vectors(self, article_ids: Collection[str]) -> Iterator[tuple[str, int, int, str, bytes]]:
        """Iterate over (article id, start, end, digest, vector) of the chunks of the articles with these ids."""
        query: LiteralString = (
            'SELECT article_id, start, "end", digest, vector FROM chunks JOIN vectors USING (digest)'
            " WHERE article_id = ANY(%s) ORDER BY chunks.id"
        )
        for *place, vector in self._sql.execute(query, (list(article_ids),)):
            article_id, start, end, digest = place
            yield article_id, start, end, digest, bytes(vector)

    def chunks_of_vectors(self, scores: Mapping[str, float]) -> list[Hit]:
        """Return the chunks behind vectors, with the vectors' scores, best first."""
        query: LiteralString = 'SELECT article_id, start, "end", digest FROM chunks WHERE digest = ANY(%s)'
        rows = self._sql.execute(query, (list(scores),))
        hits = [Hit(article_id, start, end, digest, scores[digest]) for article_id, start, end, digest in rows]
        return sorted(hits, key=lambda hit: (-hit.score, hit.article_id, hit.start))

    def search_terms(self, terms: Sequence[str], limit: int, article_ids: Collection[str] | None = None) -> list[Hit]:
        """Return the chunks (of these articles) that hold any of `terms`, best first by BM25; title words count half.

        Of many terms in a large store, the common ones are left out.
        """
        words = Words(self._sql, terms)
        chosen = affordable(terms, words.count)
        if not chosen:
            return []
        _, chunks, _, tokens = self._totals()
        parameters = words.weights(chosen, chunks) | {
            "mean": tokens / chunks,
            "every": article_ids is None,
            "kept": list(article_ids or ()),
            "limit": limit,
        }
        return [Hit(*row) for row in self._sql.execute(_BEST, parameters)]

    def has_term(self, term: str) -> bool:
        """Return whether any chunk holds a term, in whatever form of the word."""
        return Words(self._sql, [term]).count(term) > 0

    def stems(self, prefix: str, limit: int) -> list[str]:
        """Return the stems that begin with `prefix` and that some chunk holds, at most `limit`."""
        rows = self._sql.execute(
            "SELECT term FROM terms WHERE term >= %s AND term < %s ORDER BY term LIMIT %s",
            (storable(prefix), f"{storable(prefix)}\U0010ffff", limit),
        )
        return [stem for (stem,) in rows]

    def texts_with_stem(self, stem: str, limit: int) -> list[str]:
        """Return the titles and words of the first chunks that hold a stem."""
        query: LiteralString = (
            'SELECT title || chr(10) || substr(text, start + 1, "end" - start) FROM'
            " (SELECT chunk FROM postings WHERE term = %s ORDER BY chunk LIMIT %s) AS holding"
            " JOIN chunks ON chunks.id = chunk JOIN articles ON articles.id = article_id ORDER BY chunk"
        )
        return [text for (text,) in self._sql.execute(query, (storable(stem), limit))]


class Words:
    """The words of one question: their stems, and how many chunks hold each. More than one stem make a phrase."""

    def __init__(self, sql: Connection, words: Sequence[str]) -> None:
        self._sql = sql
        found = tokenizer().terms([("", storable(word)) for word in words])
        self.stems = {word: terms.body for word, terms in zip(words, found, strict=True)}
        stems = sorted({stem for terms in self.stems.values() for stem in terms})
        rows = sql.execute("SELECT term, chunks FROM terms WHERE term = ANY(%s)", (stems,))
        self.counts: dict[str, int] = dict(rows.fetchall())
        self._phrases: dict[str, list[tuple[int, float, int]]] = {}

    def count(self, word: str, limit: int | None = None) -> int:
        """Count the chunks that hold a word, up to `limit`."""
        match self.stems[word]:
            case ():
                count = 0
            case (stem,):
                count = self.counts.get(stem, 0)
            case _:
                count = len(self.phrase(word))
        return count if limit is None else min(count, limit)

    def weights(self, chosen: Sequence[str], chunks: int) -> dict[str, object]:
        """Return the parameters of `_BEST` for the chosen words, in a store of so many chunks."""
        idfs = {word: _idf(chunks, self.count(word)) for word in chosen}
        single = [word for word in chosen if len(self.stems[word]) == 1]
        phrases = [(idfs[word], *row) for word in chosen if word not in single for row in self.phrase(word)]
        return {
            "terms": [self.stems[word][0] for word in single],  # words of one stem count as often as they are asked
            "idfs": [idfs[word] for word in single],
            "p_idfs": [idf for idf, _, _, _ in phrases],
            "p_chunks": [chunk for _, chunk, _, _ in phrases],
            "p_frequencies": [frequency for _, _, frequency, _ in phrases],
            "p_tokens": [count for _, _, _, count in phrases],
        }

    def phrase(self, word: str) -> list[tuple[int, float, int]]:
        """Return (chunk, how often, number of terms) of the chunks in which a word's stems stand side by side."""
        if word not in self._phrases:
            self._phrases[word] = [] if self.stems[word][0] not in self.counts else self._with_phrase(word)
        return self._phrases[word]

    def _with_phrase(self, word: str) -> list[tuple[int, float, int]]:
        stems = sorted(set(self.stems[word]), key=lambda stem: self.counts.get(stem, 0))
        rows = self._sql.execute(_HOLDING, (stems[0], stems[1:], _PHRASES)).fetchall()
        found = tokenizer().terms([(title, words) for _, title, words in rows])
        counted = [
            (chunk, terms.phrase(self.stems[word]), terms.count)
            for (chunk, _, _), terms in zip(rows, found, strict=True)
        ]
        return [row for row in counted if row[1]]


def _idf(chunks: int, holding: int) -> float:
    """Return what a term counts that so many chunks hold, as FTS5 counts it."""
    idf = math.log((chunks - holding + 0.5) / (holding + 0.5))
    return idf if idf > 0 else 1e-6


def as_halfvec(vector: NDArray[np.float32]) -> str:
    """Return a vector as pgvector reads it."""
    return f"[{','.join(format(value, '.6g') for value in vector.tolist())}]"
