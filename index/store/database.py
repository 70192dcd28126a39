"""The file that speaks SQL (`schema.py` has the tables). One SQLite file holds everything that cannot be made again.

Articles, their chunks, the chunks' vectors and terms, and which generation of Chroma's files is
current change together, in one transaction. Removed text is overwritten (secure_delete) and, since
the log is emptied after each commit, gone from the disk.
"""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.article import Article, ArticleFacts, ArticleInfo, Chunk, Heading, Hit
from index.errors import StoreError
from index.near_duplicates import alike, bands
from index.store.sqlite import connect, translated
from index.terms import index_terms

_PARAMETERS = 500
"""How many values go into one query."""
_CANDIDATES = 100
"""Any near copies lead to their group; it may have thousands."""
_POSTINGS = 100_000
"""So many passages are scored for the words of one question, in tenths of a second (docs/scale.md)."""
_AMONG = "chunks.article_id IN (SELECT value FROM json_each(?))"


class Database:
    """One connection. Reading is a snapshot inside `reading()`, writing one transaction inside `writing()`."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the store's file, or make it. Raises StoreError if it is not one of this version."""
        if not create and not path.is_file():
            raise StoreError(f"there is no store in {path.parent}", "run `python app.py ingest PATH` to make one")
        self._path = path
        self._terms_removed = False
        with translated(path):
            self._sql = connect(path, create=create)

    def close(self) -> None:
        """Let go of the file."""
        self._sql.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A snapshot: what is read inside belongs together, whatever is written meanwhile."""
        with translated(self._path):
            self._sql.execute("BEGIN")
            try:
                yield
            finally:
                self._sql.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: committed and on the disk at the end, or as if it had not been."""
        with translated(self._path), ExitStack() as stack:
            self._sql.execute("BEGIN IMMEDIATE")
            stack.callback(self._roll_back)
            self._terms_removed = False
            yield
            if self._terms_removed:  # a removed word stays in the index until its parts are merged
                self._sql.execute("INSERT INTO terms (terms) VALUES ('optimize')")
            self.set_fact("revision", secrets.token_hex(8))  # two stores never have the same
            self._sql.execute("COMMIT")
            stack.pop_all()
            self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _roll_back(self) -> None:
        if self._sql.in_transaction:  # a full disk has SQLite roll back by itself
            self._sql.execute("ROLLBACK")

    def fact(self, name: str) -> str | None:
        """A fact about the store: current generation, embedding model, where the articles came from."""
        value = self.blob(name)
        return None if value is None else value.decode()

    def blob(self, name: str) -> bytes | None:
        """A fact that is not text."""
        row = self._sql.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def set_fact(self, name: str, value: str | bytes) -> None:
        """Remember a fact."""
        data = value.encode() if isinstance(value, str) else value
        self._sql.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, data))

    def articles(self) -> list[ArticleInfo]:
        """All articles, by source."""
        rows = self._sql.execute(
            "SELECT id, source, title, author, date, language, length(text), sha256, path,"
            " iif(near IN (SELECT near FROM articles GROUP BY near HAVING count(*) > 1), near, NULL), tags"
            " FROM articles ORDER BY source"
        )
        return [ArticleInfo(*(*row, _tags(tags))) for *row, tags in rows]

    def article_facts(self) -> list[ArticleFacts]:
        """What filters look at; no text is read."""
        rows = self._sql.execute("SELECT id, source, author, date, tags FROM articles")
        return [ArticleFacts(*(*row, _tags(tags))) for *row, tags in rows]

    def article(self, article_id: str) -> Article | None:
        """One article with its text."""
        row = self._sql.execute(
            "SELECT source, title, text, sha256, author, date, language, headings, link, tags"
            " FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            return None
        source, title, text, sha256, author, date, language, headings, link, tags = row
        old = isinstance(loaded := json.loads(headings), list)  # from before there were pages
        marks, pages = (loaded, ()) if old else (loaded["headings"], tuple(loaded["pages"]))
        marks = tuple(Heading(**each) for each in marks)
        return Article(source, title, text, sha256, author, date, language, marks, article_id, pages, link, _tags(tags))

    def put_article(self, article: Article, path: str, chunks: Sequence[Chunk]) -> None:
        """Bring an article in, or exchange it. The chunks' vectors must be there already."""
        self.drop_article(article.id)
        marks = json.dumps({"headings": [*map(asdict, article.headings)], "pages": article.pages}, ensure_ascii=False)
        self._sql.execute(
            "INSERT INTO articles (id, source, path, title, author, date, language, sha256, headings, text, link, tags)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id, article.source, path, article.title, article.author, article.date, article.language,
                article.sha256, marks, article.text, article.link,
                json.dumps(article.tags, ensure_ascii=False),
            ),
        )  # fmt: skip
        for chunk in chunks:
            row = (article.id, chunk.start, chunk.end, chunk.digest)
            cursor = self._sql.execute("INSERT INTO chunks (article_id, start, end, digest) VALUES (?, ?, ?, ?)", row)
            terms = (index_terms(article.title), index_terms(chunk.text))
            self._sql.execute("INSERT INTO terms (rowid, title, body) VALUES (?, ?, ?)", (cursor.lastrowid, *terms))

    def drop_article(self, article_id: str) -> None:
        """Remove an article and its chunks; its vectors go with `drop_unused_vectors`."""
        article = self.article(article_id)
        if article is None:
            return
        for row, start, end in self._sql.execute(
            "SELECT id, start, end FROM chunks WHERE article_id = ?", (article_id,)
        ).fetchall():
            # A table without content has to be told which words to forget.
            self._terms_removed = True
            terms = (index_terms(article.title), index_terms(article.text[start:end]))
            self._sql.execute("INSERT INTO terms (terms, rowid, title, body) VALUES ('delete', ?, ?, ?)", (row, *terms))
        # A group of near copies is named by one of them.
        heir = "(SELECT min(id) FROM articles WHERE near = :id AND id != :id)"
        self._sql.execute(f"UPDATE articles SET near = {heir} WHERE near = :id", {"id": article_id})
        for table, key in (("chunks", "article_id"), ("bands", "article_id"), ("articles", "id")):
            self._sql.execute(f"DELETE FROM {table} WHERE {key} = ?", (article_id,))

    def drop_passages(self) -> None:
        """Remove all chunks, terms and vectors; the articles stay."""
        self._sql.execute("DELETE FROM chunks")
        self._sql.execute("DELETE FROM vectors")
        self._sql.execute("INSERT INTO terms (terms) VALUES ('delete-all')")

    def without_sketch(self) -> list[str]:
        """The ids of articles whose near copies have not been looked for."""
        return [article_id for (article_id,) in self._sql.execute("SELECT id FROM articles WHERE sketch IS NULL")]

    def put_sketch(self, article_id: str, sketch: bytes) -> None:
        """Remember an article's sketch, and put it into one group with its near copies."""
        keys = bands(sketch)
        candidates = self._sql.execute(
            "SELECT sketch, near FROM articles WHERE id IN"
            f" (SELECT DISTINCT article_id FROM bands WHERE band IN ({','.join('?' * len(keys))}) LIMIT {_CANDIDATES})",
            keys,
        ).fetchall()
        groups = {article_id} | {group for other, group in candidates if alike(sketch, other)}
        self._sql.execute("UPDATE articles SET sketch = ?, near = id WHERE id = ?", (sketch, article_id))
        self._sql.executemany("INSERT INTO bands VALUES (?, ?)", ((key, article_id) for key in keys))
        if len(groups) > 1:
            among = "near IN (SELECT value FROM json_each(?))"
            self._sql.execute(f"UPDATE articles SET near = ? WHERE {among}", (min(groups), json.dumps([*groups])))

    def set_path(self, article_id: str, path: str) -> None:
        """An unchanged article lies somewhere else now."""
        self._sql.execute("UPDATE articles SET path = ? WHERE id = ?", (path, article_id))

    def chunk_spans(self, article_id: str) -> list[tuple[int, int]]:
        """(start, end) of an article's chunks, in order."""
        rows = self._sql.execute("SELECT start, end FROM chunks WHERE article_id = ? ORDER BY start", (article_id,))
        return rows.fetchall()

    def put_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """Digest -> float32 bytes, little-endian."""
        self._sql.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors.items())

    def known_vectors(self, digests: Iterable[str]) -> set[str]:
        """Which of these digests have a vector."""
        return {digest for digest, _ in self._in_parts("SELECT digest, 1 FROM vectors WHERE digest IN", digests)}

    def vectors(self) -> Iterator[tuple[str, bytes]]:
        """All vectors by digest."""
        return iter(self._sql.execute("SELECT digest, vector FROM vectors ORDER BY digest"))

    def drop_unused_vectors(self) -> list[str]:
        """Remove the vectors that no chunk uses any more; their digests."""
        unused = self._sql.execute("SELECT digest FROM vectors WHERE digest NOT IN (SELECT digest FROM chunks)")
        rows = unused.fetchall()
        self._sql.executemany("DELETE FROM vectors WHERE digest = ?", rows)
        return [digest for (digest,) in rows]

    def counts(self) -> tuple[int, int, int]:
        """How many articles, chunks and vectors."""
        query = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), (SELECT count(*) FROM vectors)"
        articles, chunks, vectors = self._sql.execute(query).fetchone()
        return articles, chunks, vectors

    def chunk_count(self, articles: Collection[str]) -> int:
        """How many chunks these articles have."""
        query = f"SELECT count(*) FROM chunks WHERE {_AMONG}"
        return int(self._sql.execute(query, (json.dumps(list(articles)),)).fetchone()[0])

    def chunk_vectors(self, articles: Collection[str]) -> Iterator[tuple[str, int, int, str, bytes]]:
        """(article id, start, end, digest, vector) of each chunk of these articles."""
        query = f"SELECT article_id, start, end, digest, vector FROM chunks JOIN vectors USING (digest) WHERE {_AMONG}"
        return iter(self._sql.execute(query, (json.dumps(list(articles)),)))

    def search_terms(self, terms: Sequence[str], limit: int, articles: Collection[str] | None = None) -> list[Hit]:
        """The chunks (of `articles`) that hold any of `terms`, best first by BM25 (title words count half).

        Of many terms in a large store, the common ones are left out.
        """
        match = " OR ".join(map(_quoted, self._telling(terms)))
        if not match:
            return []
        # Only the best are looked up, unless that says which may be among them. The plus keeps SQLite from starting at
        # the articles and looking for the terms chunk by chunk.
        within = "" if articles is None else f"JOIN chunks ON chunks.id = terms.rowid WHERE +{_AMONG} AND"
        best = (
            f"SELECT terms.rowid AS id, -bm25(terms, 0.5, 1.0) AS score FROM terms {within or 'WHERE'} terms MATCH ?"
            " ORDER BY score DESC, id LIMIT ?"
        )
        rows = self._sql.execute(
            f"SELECT article_id, start, end, digest, score FROM ({best}) JOIN chunks USING (id)"
            " ORDER BY score DESC, id",
            (match, limit) if articles is None else (json.dumps(list(articles)), match, limit),
        )
        return [Hit(*row) for row in rows]

    def _telling(self, terms: Sequence[str]) -> list[str]:
        """Of the terms that there are, the rarest: as many as can be scored, and where all are common, one."""
        bound = _POSTINGS
        while True:
            counts = {term: held for term in terms if (held := self._holding(term, bound + 1))}
            rarest = sorted(counts, key=lambda term: counts[term])
            totals = itertools.accumulate(counts[term] for term in rarest)
            affordable = [term for term, total in zip(rarest, totals, strict=True) if total <= bound]
            if affordable or not counts:
                return affordable if bound == _POSTINGS else affordable[:1]
            bound *= 4

    def _holding(self, term: str, most: int) -> int:
        """How many chunks hold a term; no more than `most` are counted."""
        query = "SELECT count(*) FROM (SELECT 1 FROM terms WHERE terms MATCH ? LIMIT ?)"
        return int(self._sql.execute(query, (_quoted(term), most)).fetchone()[0])

    def chunks_of_vectors(self, scores: Mapping[str, float]) -> list[Hit]:
        """The chunks behind vectors, with the vectors' scores, best first."""
        rows = self._in_parts("SELECT article_id, start, end, digest FROM chunks WHERE digest IN", scores)
        hits = [Hit(article_id, start, end, digest, scores[digest]) for article_id, start, end, digest in rows]
        return sorted(hits, key=lambda hit: (-hit.score, hit.article_id, hit.start))

    def check(self) -> str | None:
        """What is wrong with the file, or None."""
        with translated(self._path):
            problem = str(self._sql.execute("PRAGMA quick_check").fetchone()[0])
            if problem == "ok":
                self._sql.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
                lacking = "(SELECT 1 FROM chunks WHERE digest NOT IN (SELECT digest FROM vectors))"
                unread = "(SELECT 1 FROM articles) AND NOT EXISTS (SELECT 1 FROM chunks)"
                if not self._sql.execute(f"SELECT EXISTS {lacking} OR EXISTS {unread}").fetchone()[0]:
                    return None
                problem = "passages or their vectors are missing"
            return problem

    def _in_parts(self, query: str, values: Iterable[str]) -> Iterator[Any]:
        rest = list(values)
        for at in range(0, len(rest), _PARAMETERS):
            part = rest[at : at + _PARAMETERS]
            yield from self._sql.execute(f"{query} ({','.join('?' * len(part))})", part)


def _quoted(term: str) -> str:
    """A term as FTS5 takes it; terms hold word characters only."""
    return f'"{term}"'


def _tags(stored: str | None) -> tuple[str, ...]:
    return tuple(json.loads(stored or "[]"))
