"""Writing to a store in PostgreSQL; `search.py` reads it, `schema.py` has the tables.

Whoever writes holds the advisory lock on the same connection, so that to lose the one is to lose the other.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import LiteralString

import numpy as np
import psycopg

from index.article import Article, Chunk
from index.errors import StoreBusyError
from index.near_duplicates import alike, bands
from index.store.database import marks_of
from index.store.facts import FactWriter
from index.store.postgres.connection import Connection, connect, translated
from index.store.postgres.search import PostgresReader, as_halfvec
from index.store.postgres.verify import wrong_words
from index.store.postgres.words import storable
from index.store.tokenizer import Terms, tokenizer
from settings import StoreUrl

CHANGED = "changed"
"""The fact that says when the store last changed, in ISO 8601."""
_NOW: LiteralString = """
INSERT INTO facts
VALUES (%s, convert_to(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), 'UTF8'))
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
"""The time is the database's: the clocks of those who write may disagree."""
_CANDIDATES = 100
"""Any near copies lead to their group; it may have thousands."""


class PostgresDatabase(PostgresReader, FactWriter):
    """One connection that also writes: all that changes inside `writing()` is one transaction."""

    def __init__(self, sql: Connection, url: StoreUrl) -> None:
        """Take a connection that holds the lock."""
        super().__init__(sql, url, lambda _: None)
        self._begin()

    def _begin(self) -> None:
        self._added = Counter[str]()
        """What is added to the totals, by their names."""
        self._term_chunks = Counter[str]()
        """By term, how many more chunks hold it."""
        self._touched: set[str] = set()
        """The vectors that may not be used any more."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold a transaction: committed and on the disk at the end, or as if it had not been."""
        self._begin()
        with translated(self._url):
            self._sql.execute("BEGIN")
            try:
                yield
                self._write_totals()
                self._sql.execute(_NOW, (CHANGED,))
                revision = secrets.token_hex(8)  # two stores never have the same
                self.set_fact("revision", revision)
            except BaseException:
                self._roll_back()
                raise
            self._commit(revision)

    def _roll_back(self) -> None:
        """Undo the open transaction; what was interrupted in the middle of a command takes its connection with it."""
        try:
            if not self._sql.closed:
                self._sql.execute("ROLLBACK")
        except psycopg.Error:
            self._sql.close()

    def _commit(self, revision: str) -> None:
        """Commit. Where the connection is lost meanwhile, it may have been done or not: the revision tells."""
        try:
            self._sql.execute("COMMIT")
        except psycopg.OperationalError as error:
            if not self._sql.closed:
                raise
            with connect(self._url, writing=False) as other:
                row = other.execute("SELECT value FROM facts WHERE name = 'revision'").fetchone()
            done = row is not None and bytes(row[0]).decode() == revision
            raise StoreBusyError(
                f"the connection to the store {self._url} was lost; the last change is {'in' if done else 'not in'}",
                "do the same once more: what is in is not brought in twice",
            ) from error

    def _write_totals(self) -> None:
        changes = {term: count for term, count in self._term_chunks.items() if count}
        more = sorted(term for term, count in changes.items() if count > 0)
        fewer = sorted(term for term, count in changes.items() if count < 0)
        self._sql.execute(
            "INSERT INTO terms AS known SELECT * FROM unnest(%s::text[], %s::bigint[])"
            " ON CONFLICT (term) DO UPDATE SET chunks = known.chunks + excluded.chunks",
            (more, [changes[term] for term in more]),
        )
        self._sql.execute(
            "UPDATE terms SET chunks = terms.chunks + less.chunks"
            " FROM unnest(%s::text[], %s::bigint[]) AS less (term, chunks) WHERE terms.term = less.term",
            (fewer, [changes[term] for term in fewer]),
        )
        self._sql.execute("DELETE FROM terms WHERE term = ANY(%s) AND chunks <= 0", (fewer,))
        self._sql.execute(
            "UPDATE totals SET articles = articles + %(articles)s, chunks = chunks + %(chunks)s,"
            " vectors = vectors + %(vectors)s, tokens = tokens + %(tokens)s, last_chunk = last_chunk + %(last_chunk)s",
            {name: self._added[name] for name in ("articles", "chunks", "vectors", "tokens", "last_chunk")},
        )

    def set_fact(self, name: str, value: str | bytes) -> None:
        """Remember a fact."""
        data = value.encode() if isinstance(value, str) else value
        self._sql.execute(
            "INSERT INTO facts VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, data)
        )

    def put_article(self, article: Article, path: str, chunks: Sequence[Chunk]) -> None:
        """Bring an article in, or exchange it. The chunks' vectors must be there already."""
        self.drop_article(article.id)
        title = storable(article.title)
        values: tuple[str | int | None, ...] = (
            article.id, article.source, path, title, article.author, article.date, article.language, article.sha256,
            marks_of(article), article.text, len(article.text), article.link,
            json.dumps(article.tags, ensure_ascii=False), article.collection,
        )  # fmt: skip
        self._sql.execute(
            "INSERT INTO articles (id, source, path, title, author, date, language, sha256, marks, text, characters,"
            " link, tags, collection) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [storable(value) if isinstance(value, str) else value for value in values],
        )
        self._added["articles"] += 1
        self._put_chunks(article, title, chunks)

    def _put_chunks(self, article: Article, title: str, chunks: Sequence[Chunk]) -> None:
        found = tokenizer().terms([(title, storable(chunk.text)) for chunk in chunks])
        row = self._sql.execute("SELECT last_chunk FROM totals").fetchone()
        assert row is not None, "there is one row from the beginning"
        first = row[0] + self._added["last_chunk"] + 1
        ids = range(first, first + len(chunks))
        self._sql.execute(
            'INSERT INTO chunks (id, article_id, collection, start, "end", digest, tokens)'
            " SELECT id, %s, %s, start, stop, digest, tokens"
            " FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::text[], %s::int[])"
            " AS new (id, start, stop, digest, tokens)",
            (
                article.id, article.collection, list(ids),
                [chunk.start for chunk in chunks], [chunk.end for chunk in chunks],
                [chunk.digest for chunk in chunks], [terms.count for terms in found],
            ),
        )  # fmt: skip
        postings = [
            (term, number, frequency, terms.count)
            for number, terms in zip(ids, found, strict=True)
            for term, frequency in terms.frequencies().items()
        ]
        self._sql.execute(
            "INSERT INTO postings SELECT * FROM unnest(%s::text[], %s::bigint[], %s::real[], %s::int[])",
            [[posting[column] for posting in postings] for column in range(4)],
        )
        self._added["last_chunk"] += len(chunks)
        self._count_chunks(found, 1)

    def _count_chunks(self, found: Sequence[Terms], sign: int) -> None:
        """Count chunks with these terms as added (1) or removed (-1)."""
        self._added["chunks"] += sign * len(found)
        self._added["tokens"] += sign * sum(terms.count for terms in found)
        for terms in found:
            for term in terms.frequencies():
                self._term_chunks[term] += sign

    def drop_article(self, article_id: str) -> None:
        """Remove an article and its chunks; its vectors go with `drop_unused_vectors`."""
        article = self.article(article_id)
        if article is None:
            return
        query: LiteralString = 'SELECT id, start, "end", digest FROM chunks WHERE article_id = %s'
        rows = self._sql.execute(query, (article_id,)).fetchall()
        found = tokenizer().terms([(article.title, article.text[start:end]) for _, start, end, _ in rows])
        gone = [(term, row[0]) for row, terms in zip(rows, found, strict=True) for term in terms.frequencies()]
        self._sql.execute(
            "DELETE FROM postings USING unnest(%s::text[], %s::bigint[]) AS gone (term, chunk)"
            " WHERE postings.term = gone.term AND postings.chunk = gone.chunk",
            ([term for term, _ in gone], [chunk for _, chunk in gone]),
        )
        self._count_chunks(found, -1)
        self._touched |= {digest for _, _, _, digest in rows}
        # A group of near copies is named by one of them.
        self._sql.execute(
            "UPDATE articles SET near = (SELECT min(id) FROM articles WHERE near = %(id)s AND id != %(id)s)"
            " WHERE near = %(id)s",
            {"id": article_id},
        )
        self._sql.execute("DELETE FROM chunks WHERE article_id = %s", (article_id,))
        self._sql.execute("DELETE FROM bands WHERE article_id = %s", (article_id,))
        self._sql.execute("DELETE FROM articles WHERE id = %s", (article_id,))
        self._added["articles"] -= 1

    def drop_passages(self) -> None:
        """Remove all chunks, terms and vectors; the articles stay. An index of other vectors would not fit new ones."""
        self._sql.execute("DROP INDEX IF EXISTS vectors_by_nearness")
        for statement in ("DELETE FROM chunks", "DELETE FROM postings", "DELETE FROM terms", "DELETE FROM vectors"):
            self._sql.execute(statement)
        self._sql.execute("UPDATE totals SET chunks = 0, vectors = 0, tokens = 0")
        self._term_chunks.clear()
        self._touched.clear()
        for name in ("chunks", "vectors", "tokens"):
            del self._added[name]

    def put_sketch(self, article_id: str, sketch: bytes) -> None:
        """Remember an article's sketch, and put it into one group with its near copies."""
        keys = bands(sketch)
        candidates = self._sql.execute(
            "SELECT sketch, near FROM articles WHERE id IN"
            " (SELECT DISTINCT article_id FROM bands WHERE band = ANY(%s) LIMIT %s)",
            (keys, _CANDIDATES),
        ).fetchall()
        groups = {article_id}
        for other, group in candidates:
            if group not in groups and alike(sketch, bytes(other)):
                groups.add(group)
        name, *others = sorted(groups)
        self._sql.execute("UPDATE articles SET sketch = %s, near = %s WHERE id = %s", (sketch, name, article_id))
        self._sql.execute(
            "INSERT INTO bands SELECT DISTINCT band, %s FROM unnest(%s::bytea[]) AS key (band)", (article_id, keys)
        )
        if others:  # those of this name keep it untouched: they may be thousands
            self._sql.execute("UPDATE articles SET near = %s WHERE near = ANY(%s)", (name, others))

    def set_path(self, article_id: str, path: str) -> None:
        """Remember that an unchanged article lies somewhere else now."""
        self._sql.execute("UPDATE articles SET path = %s WHERE id = %s", (storable(path), article_id))

    def put_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """Bring vectors in: digest -> float32 bytes, little-endian."""
        self._added["vectors"] += len(vectors.keys() - self.known_vectors(vectors))
        self._touched |= vectors.keys()
        rows = [(digest, vector, as_halfvec(np.frombuffer(vector, "<f4"))) for digest, vector in vectors.items()]
        with self._sql.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO vectors VALUES (%s, %s, %s::halfvec)"
                " ON CONFLICT (digest) DO UPDATE SET vector = excluded.vector, near = excluded.near",
                rows,
            )

    def drop_unused_vectors(self) -> list[str]:
        """Remove the vectors that no chunk uses any more. Returns their digests."""
        rows = self._sql.execute(
            "DELETE FROM vectors WHERE digest = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM chunks WHERE chunks.digest = vectors.digest) RETURNING digest",
            (sorted(self._touched),),
        ).fetchall()
        self._added["vectors"] -= len(rows)
        return [digest for (digest,) in rows]

    def vector_count(self) -> int:
        """Return how many vectors there are, those of the open transaction counted."""
        return self.counts()[2] + self._added["vectors"]

    def check(self) -> str | None:
        """Return what is wrong with articles, passages and words, or None: each is where its text says."""
        return wrong_words(self)
