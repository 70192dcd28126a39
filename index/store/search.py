"""What is asked of a store's SQLite file: its articles and facts, and the passages that words and vectors lead to."""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.article import Article, ArticleFacts, ArticleInfo, Heading, Hit, StoredArticle, Table
from index.errors import StoreError
from index.store.facts import FactReader
from index.store.sqlite import connect, translated
from index.store.words import WordReader

_VALUES_PER_QUERY = 500
AMONG = "chunks.article_id IN (SELECT value FROM json_each(?))"


class SqliteReader(FactReader):
    """One connection that only reads: SQLite itself refuses to write on it. `reading()` makes a snapshot."""

    def __init__(self, path: Path) -> None:
        """Open the store's file. Raises StoreError if it is not there, or not of this version."""
        self._open(path, create=False)
        self._sql.execute("PRAGMA query_only = ON")

    def _open(self, path: Path, *, create: bool) -> None:
        if not create and not path.is_file():
            raise StoreError(f"there is no store in {path.parent}", "run `python app.py ingest PATH` to make one")
        self._path = path
        with translated(path):
            self._sql = connect(path, create=create)

    def close(self) -> None:
        """Let go of the file."""
        self._sql.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold a snapshot: what is read inside belongs together, whatever is written meanwhile."""
        with translated(self._path):
            self._sql.execute("BEGIN")
            try:
                yield
            finally:
                self._sql.execute("ROLLBACK")

    def blob(self, name: str) -> bytes | None:
        """Return a fact that is not text."""
        row = self._sql.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def articles(self) -> list[ArticleInfo]:
        """Return what a list shows of all articles, by source."""
        rows = self._sql.execute(
            "SELECT id, source, title, author, date, language, length(text), sha256, path,"
            " iif(near IN (SELECT near FROM articles GROUP BY near HAVING count(*) > 1), near, NULL), tags,"
            " collection FROM articles ORDER BY source"
        )
        return [ArticleInfo(*(*row, tags_of(tags), collection)) for *row, tags, collection in rows]

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
            "SELECT source, title, text, sha256, author, date, language, headings, link, tags,"
            " collection FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        return None if row is None else article_of(article_id, row)

    def articles_without_sketch(self) -> list[str]:
        """Return the ids of articles whose near copies have not been looked for."""
        return [article_id for (article_id,) in self._sql.execute("SELECT id FROM articles WHERE sketch IS NULL")]

    def chunk_spans(self, article_id: str) -> list[tuple[int, int]]:
        """Return (start, end) of an article's chunks, in order."""
        rows = self._sql.execute("SELECT start, end FROM chunks WHERE article_id = ? ORDER BY start", (article_id,))
        return rows.fetchall()

    def known_vectors(self, digests: Iterable[str]) -> set[str]:
        """Return those of the digests that have a vector."""
        return {digest for digest, _ in self._in_parts("SELECT digest, 1 FROM vectors WHERE digest IN", digests)}

    def vectors(self, digests: Iterable[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Iterate over all vectors, by digest, or over those of `digests`."""
        if digests is not None:
            return self._in_parts("SELECT digest, vector FROM vectors WHERE digest IN", digests)
        return iter(self._sql.execute("SELECT digest, vector FROM vectors ORDER BY digest"))

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, chunks and vectors."""
        query = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), (SELECT count(*) FROM vectors)"
        articles, chunks, vectors = self._sql.execute(query).fetchone()
        return articles, chunks, vectors

    def article_count(self) -> int:
        """Return the number of articles."""
        return int(self._sql.execute("SELECT count(*) FROM articles").fetchone()[0])

    def places(self) -> list[tuple[str, str]]:
        """Return the id and the path of every article."""
        return self._sql.execute("SELECT id, path FROM articles").fetchall()

    def article_ids(self) -> frozenset[str]:
        """Return the ids of all articles."""
        return frozenset(article_id for (article_id,) in self._sql.execute("SELECT id FROM articles"))

    def chunk_count(self, article_ids: Collection[str] | None = None) -> int:
        """Return how many chunks the articles with these ids have, or all."""
        query = "SELECT count(*) FROM chunks" + ("" if article_ids is None else f" WHERE {AMONG}")
        return int(self._sql.execute(query, _ids(article_ids)).fetchone()[0])

    def indexed_chunks(self) -> int:
        """Return how many chunks the vectors belong to that can be searched, whoever may see them."""
        return int(self._sql.execute("SELECT count(*) FROM main.chunks").fetchone()[0])

    def chunk_vectors(self, article_ids: Collection[str] | None) -> Iterator[tuple[str, int, int, str, bytes]]:
        """Iterate over (article id, start, end, digest, vector) of the chunks of articles with these ids, or of all."""
        query = "SELECT article_id, start, end, digest, vector FROM chunks JOIN vectors USING (digest)"
        return iter(self._sql.execute(query + ("" if article_ids is None else f" WHERE {AMONG}"), _ids(article_ids)))

    def search_terms(self, terms: Sequence[str], limit: int, article_ids: Collection[str] | None = None) -> list[Hit]:
        """Return the chunks (of these articles) that hold any of `terms`, best first by BM25; title words count half.

        Of many terms in a large store, the common ones are left out.
        """
        among = None
        if article_ids is not None:
            among = [chunk for (chunk,) in self._sql.execute(f"SELECT id FROM chunks WHERE {AMONG}", _ids(article_ids))]
        return self._hits(WordReader(self._sql).best(terms, limit, among))

    def _hits(self, scored: Sequence[tuple[int, float]]) -> list[Hit]:
        """Return chunks by their numbers, with their scores, in the same order."""
        rows = self._sql.execute(
            "SELECT id, article_id, start, end, digest FROM chunks WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([chunk for chunk, _ in scored]),),
        )
        places = {chunk: place for chunk, *place in rows}
        return [Hit(*(*places[chunk], score)) for chunk, score in scored]

    def has_term(self, term: str) -> bool:
        """Return whether any chunk holds a term, in whatever form of the word."""
        return WordReader(self._sql).count(term) > 0

    def stems(self, prefix: str, limit: int) -> list[str]:
        """Return the stems that begin with `prefix` and that some chunk holds, at most `limit`."""
        return list(itertools.islice(WordReader(self._sql).stems(prefix), limit))

    def texts_with_stem(self, stem: str, limit: int) -> list[str]:
        """Return the titles and words of the first chunks that hold a stem."""
        texts: list[str] = []
        for times in WordReader(self._sql).chunks_with(stem):
            rows = self._sql.execute(
                "SELECT title || char(10) || substr(text, start + 1, end - start)"
                " FROM chunks JOIN articles ON articles.id = article_id"
                " WHERE chunks.id IN (SELECT value FROM json_each(?)) ORDER BY chunks.id LIMIT ?",
                (json.dumps([*times]), limit - len(texts)),
            )
            texts += (text for (text,) in rows)
            if len(texts) == limit:
                break
        return texts

    def chunks_of_vectors(self, scores: Mapping[str, float]) -> list[Hit]:
        """Return the chunks behind vectors, with the vectors' scores, best first."""
        rows = self._in_parts("SELECT article_id, start, end, digest FROM chunks WHERE digest IN", scores)
        hits = [Hit(article_id, start, end, digest, scores[digest]) for article_id, start, end, digest in rows]
        return sorted(hits, key=lambda hit: (-hit.score, hit.article_id, hit.start))

    def _in_parts(self, query: str, values: Iterable[str]) -> Iterator[Any]:
        """Iterate over the rows of a query that ends with IN, for any number of values."""
        remaining = iter(values)
        while part := list(itertools.islice(remaining, _VALUES_PER_QUERY)):
            yield from self._sql.execute(f"{query} ({','.join('?' * len(part))})", part)


def _ids(article_ids: Collection[str] | None) -> tuple[str, ...]:
    """Return the value of the one place that AMONG has, where it is used."""
    return () if article_ids is None else (json.dumps(list(article_ids)),)


def article_of(article_id: str, row: Sequence[Any]) -> Article:
    """Return an article from the columns that `SqliteReader.article` reads, in its order."""
    source, title, text, sha256, author, date, language, headings, link, tags, collection = row
    loaded = json.loads(headings)
    if isinstance(loaded, list):  # from before there were pages
        loaded = {"headings": loaded, "pages": ()}
    return Article(
        source, title, text, sha256, author, date, language, link=link, id=article_id, tags=tags_of(tags),
        headings=tuple(Heading(**fields) for fields in loaded["headings"]),
        pages=tuple(loaded["pages"]),
        tables=tuple(Table(*table) for table in loaded.get("tables", ())),
        collection=collection,
    )  # fmt: skip


def tags_of(stored: str | None) -> tuple[str, ...]:
    """Return tags from JSON as stored."""
    return tuple(json.loads(stored)) if stored else ()
