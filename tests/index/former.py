"""A store as earlier versions made it: the same rows in the tables of format 1 to 4."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from index.store.schema import TOKENIZE
from index.terms import index_terms

TABLES_1 = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, source TEXT NOT NULL UNIQUE, path TEXT NOT NULL, title TEXT NOT NULL, author TEXT,
    date TEXT, language TEXT, sha256 TEXT NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE vectors (digest TEXT PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, digest TEXT NOT NULL REFERENCES vectors (digest)
);
CREATE INDEX chunks_of_article ON chunks (article_id, start);
CREATE INDEX chunks_of_vector ON chunks (digest);
"""
_FTS5 = f"CREATE VIRTUAL TABLE terms USING fts5 (title, body, content='', {TOKENIZE})"


def make_former(path: Path, version: int = 1) -> None:
    """Put the SQLite file at `path` back into this format."""
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        sql.execute("DROP TABLE words")
        sql.execute("DROP TABLE word_parts")
        _put_terms(sql)
        sql.execute(f"PRAGMA user_version = {version}")
        if version == 4:
            return
        sql.execute("DROP INDEX articles_by_collection")
        sql.execute("ALTER TABLE articles DROP COLUMN collection")
        if version < 3:
            sql.execute("ALTER TABLE articles DROP COLUMN tags")
        sql.execute(f"PRAGMA user_version = {max(version, 2)}")
    if version > 1:
        return
    new = path.with_suffix(".new")
    path.rename(new)
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        sql.execute("PRAGMA journal_mode = WAL")
        sql.executescript(TABLES_1)
        sql.execute("ATTACH ? AS new", (str(new),))
        for table in ("facts", "articles", "vectors", "chunks"):
            columns = ", ".join(row[1] for row in sql.execute(f"PRAGMA main.table_info({table})"))
            sql.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        _put_terms(sql)
        sql.execute("PRAGMA user_version = 1")
    new.unlink()


def _put_terms(sql: sqlite3.Connection) -> None:
    sql.execute(_FTS5)
    rows = sql.execute(
        "SELECT chunks.id, title, substr(text, start + 1, end - start)"
        " FROM main.chunks JOIN main.articles ON articles.id = article_id"
    ).fetchall()
    terms = ((chunk, index_terms(title), index_terms(text)) for chunk, title, text in rows)
    sql.executemany("INSERT INTO terms (rowid, title, body) VALUES (?, ?, ?)", terms)
