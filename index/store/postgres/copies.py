"""A store in PostgreSQL as an SQLite file, and back: so that stores move both ways."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from index.article import Article, Chunk
from index.near_duplicates import sketch
from index.store.base import Database
from index.store.database import SqliteDatabase
from index.store.postgres.database import PostgresDatabase
from index.store.postgres.search import PostgresReader

_FACTS = ("origin", "embedding_model", "generation")
_BLOBS = ("embedding_probe", "incomplete_files")


def save(database: PostgresReader, target: Path) -> None:
    """Write all of the store into a new SQLite file."""
    with closing(SqliteDatabase(target, create=True)) as copy, database.reading(), copy.writing():
        _copy(database, copy)


def take_over(database: PostgresDatabase, source: Path) -> None:
    """Replace all of the store, in its open transaction, by what the SQLite file holds."""
    with closing(SqliteDatabase(source)) as other, other.reading():
        database.drop_passages()
        for info in database.articles():
            database.drop_article(info.id)
        _copy(other, database)


def _copy(source: PostgresReader | SqliteDatabase, target: Database) -> None:
    """Copy facts, articles, chunks and vectors; near copies are looked for again."""
    for name in _FACTS:
        if (text := source.fact(name)) is not None:
            target.set_fact(name, text)
    for name in _BLOBS:
        if (blob := source.blob(name)) is not None:
            target.set_fact(name, blob)
    for info in source.articles():
        article = source.article(info.id)
        assert article is not None, "both are of one snapshot"
        rows = list(source.chunk_vectors([info.id]))
        target.put_vectors({digest: vector for _, _, _, digest, vector in rows})
        target.put_article(article, info.path, list(_chunks(article, rows)))
        target.put_sketch(article.id, sketch(article.text))


def _chunks(article: Article, rows: Iterable[tuple[str, int, int, str, bytes]]) -> Iterable[Chunk]:
    for _, start, end, digest, _ in rows:
        yield Chunk(article.id, start, end, article.text[start:end], digest)
