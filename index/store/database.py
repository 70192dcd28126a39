"""Writing to the store's SQLite file; `search.py` reads it, `schema.py` has the tables.

The file holds everything that cannot be made again. Articles, their chunks, the chunks' vectors and terms, and which
generation of Chroma's files is current change together, in one transaction. Removed text is overwritten
(secure_delete) and, since the log is emptied after each commit, gone from the disk.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, astuple
from pathlib import Path

from index.article import Article, Chunk
from index.near_duplicates import alike, bands
from index.store.facts import FactWriter
from index.store.search import SqliteReader
from index.store.sqlite import empty_log, translated
from index.store.word_writer import WordWriter, wrong_words

_CANDIDATES = 100
"""Any near copies lead to their group; it may have thousands."""


class SqliteDatabase(SqliteReader, FactWriter):
    """One connection that also writes: all that changes inside `writing()` is one transaction."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the store's file, or make it. Raises StoreError if it is not one of this version."""
        self._open(path, create=create)
        self._words = WordWriter(self._sql)
        self._doubtful: set[str] = set()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold a transaction: committed and on the disk at the end, or as if it had not been."""
        with translated(self._path), ExitStack() as stack:
            self._sql.execute("BEGIN IMMEDIATE")
            stack.callback(self._roll_back)
            self._words.forget()
            self._doubtful.clear()
            yield
            self._words.flush()
            self.set_fact("revision", secrets.token_hex(8))  # two stores never have the same
            self._sql.execute("COMMIT")
            stack.pop_all()
            empty_log(self._sql)

    def _roll_back(self) -> None:
        if self._sql.in_transaction:  # a full disk has SQLite roll back by itself
            self._sql.execute("ROLLBACK")

    def set_fact(self, name: str, value: str | bytes) -> None:
        """Remember a fact."""
        data = value.encode() if isinstance(value, str) else value
        self._sql.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, data))

    def put_article(self, article: Article, path: str, chunks: Sequence[Chunk]) -> None:
        """Bring an article in, or exchange it. The chunks' vectors must be there already."""
        self.drop_article(article.id)
        self._sql.execute(
            "INSERT INTO articles (id, source, path, title, author, date, language, sha256, headings, text, link, tags,"
            " collection) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id, article.source, path, article.title, article.author, article.date, article.language,
                article.sha256, marks_of(article), article.text, article.link,
                json.dumps(article.tags, ensure_ascii=False), article.collection,
            ),
        )  # fmt: skip
        for chunk in chunks:
            row = (article.id, chunk.start, chunk.end, chunk.digest)
            cursor = self._sql.execute("INSERT INTO chunks (article_id, start, end, digest) VALUES (?, ?, ?, ?)", row)
            assert cursor.lastrowid is not None, "it has just been inserted"
            self._words.add(cursor.lastrowid, article.title, chunk.text)

    def drop_article(self, article_id: str) -> None:
        """Remove an article and its chunks; its vectors go with `drop_unused_vectors`."""
        article = self.article(article_id)
        if article is None:
            return
        for row, start, end, digest in self._sql.execute(
            "SELECT id, start, end, digest FROM chunks WHERE article_id = ?", (article_id,)
        ).fetchall():
            self._doubtful.add(digest)
            self._words.remove(row, article.title, article.text[start:end])
        # A group of near copies is named by one of them.
        heir = "(SELECT min(id) FROM articles WHERE near = :id AND id != :id)"
        self._sql.execute(f"UPDATE articles SET near = {heir} WHERE near = :id", {"id": article_id})
        for table, key in (("chunks", "article_id"), ("bands", "article_id"), ("articles", "id")):
            self._sql.execute(f"DELETE FROM {table} WHERE {key} = ?", (article_id,))

    def drop_passages(self) -> None:
        """Remove all chunks, terms and vectors; the articles stay."""
        self._sql.execute("DELETE FROM chunks")
        self._sql.execute("DELETE FROM vectors")
        self._words.clear()

    def put_sketch(self, article_id: str, sketch: bytes) -> None:
        """Remember an article's sketch, and put it into one group with its near copies."""
        keys = bands(sketch)
        candidates = self._sql.execute(
            "SELECT sketch, near FROM articles WHERE id IN"
            f" (SELECT DISTINCT article_id FROM bands WHERE band IN ({','.join('?' * len(keys))}) LIMIT {_CANDIDATES})",
            keys,
        )
        groups = {article_id}
        for other, group in candidates:
            if other == sketch:  # it is in one group with all near copies of this
                groups = {article_id, group}
                break
            if group not in groups and alike(sketch, other):
                groups.add(group)
        name, *others = sorted(groups)
        self._sql.execute("UPDATE articles SET sketch = ?, near = ? WHERE id = ?", (sketch, name, article_id))
        self._sql.executemany("INSERT INTO bands VALUES (?, ?)", ((key, article_id) for key in keys))
        # Those of this name keep it untouched: they may be thousands.
        self._sql.executemany("UPDATE articles SET near = ? WHERE near = ?", ((name, group) for group in others))

    def set_path(self, article_id: str, path: str) -> None:
        """Remember that an unchanged article lies somewhere else now."""
        self._sql.execute("UPDATE articles SET path = ? WHERE id = ?", (path, article_id))

    def put_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """Bring vectors in: digest -> float32 bytes, little-endian."""
        self._sql.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors.items())
        self._doubtful |= vectors.keys()

    def drop_unused_vectors(self) -> list[str]:
        """Remove the vectors that no chunk uses any more. Returns their digests.

        Only what this transaction has brought in or let go can be unused: to look at all takes long in a large store.
        """
        used = {digest for (digest,) in self._in_parts("SELECT digest FROM chunks WHERE digest IN", self._doubtful)}
        unused = sorted(self.known_vectors(self._doubtful - used))
        self._sql.executemany("DELETE FROM vectors WHERE digest = ?", ((digest,) for digest in unused))
        return unused

    def check(self) -> str | None:
        """Return what is wrong with the file, or None."""
        with translated(self._path):
            problem = str(self._sql.execute("PRAGMA quick_check").fetchone()[0])
            if problem == "ok":
                lacking = "(SELECT 1 FROM chunks WHERE digest NOT IN (SELECT digest FROM vectors))"
                unread = "(SELECT 1 FROM articles) AND NOT EXISTS (SELECT 1 FROM chunks)"
                if self._sql.execute(f"SELECT EXISTS {lacking} OR EXISTS {unread}").fetchone()[0]:
                    return "passages or their vectors are missing"
                return "words of passages are missing" if wrong_words(self._sql) else None
            return problem


def marks_of(article: Article) -> str:
    """Return an article's headings, pages and tables as JSON, as they are stored."""
    tables = [astuple(table) for table in article.tables]
    marks = {"headings": [*map(asdict, article.headings)], "pages": article.pages, "tables": tables}
    return json.dumps(marks, ensure_ascii=False)
