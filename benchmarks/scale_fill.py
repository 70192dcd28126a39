"""A store in PostgreSQL that has a million passages soon: rows go in by binary COPY, and indexes are made at the end.

What is in it is what an ingest would have brought in, but that passages are cut by length, vectors are synthesised and
no article has near copies. Rows are made by several processes and never seen as Python objects.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from benchmarks.corpus import PASSAGE_CHARACTERS, articles
from index.store.place import open_store
from index.store.postgres.connection import Connection, connect
from index.store.postgres.database import PostgresDatabase
from index.store.postgres.vectors import make_index
from index.store.tokenizer import tokenizer
from settings import StoreUrl

TABLES = ("vectors", "articles", "chunks", "postings", "bands")
"""In the order in which they refer to each other."""
_COLUMNS = {
    "vectors": ("digest", "vector", "near"),
    "articles": (
        "id", "source", "path", "title", "sha256", "marks", "text", "characters", "tags", "near", "sketch", "place",
    ),
    "chunks": ("id", "article_id", "start", "end", "digest", "tokens"),
    "postings": ("term", "chunk", "frequency", "tokens"),
    "bands": ("band", "article_id"),
}  # fmt: skip
_ONCE = 400
_SECOND, _NOISE = 0.7, 0.4
_BANDS, _SKETCH = 21, 504
_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_EMPTY: LiteralString = "TRUNCATE postings, terms, bands, chunks, articles, vectors"
_WATCH_SECONDS = 5.0
_DROPPED: LiteralString = """
SELECT kind, owner, name, definition FROM (
    SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END AS kind, conrelid::regclass::text AS owner, conname::text AS name,
        pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype IN ('f', 'p', 'u')
    UNION ALL
    SELECT 2, indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%(tables)s::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
) AS dropped ORDER BY kind DESC, name
"""
"""What is maintained while rows come in: foreign keys, indexes, primary keys."""


@dataclass(slots=True)
class Filled:
    """How long each step of the filling took, in seconds, and how far the index of vectors was when."""

    rows: float = 0.0
    indexes: float = 0.0
    nearest: float = 0.0
    vacuum: float = 0.0
    progress: list[tuple[int, float, float]] = field(default_factory=list)
    """(vectors in it, seconds since it was begun, seconds of a processor)."""

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.rows + self.indexes + self.nearest + self.vacuum

    def reached(self, vectors: float) -> tuple[int, float, float] | None:
        """Return the first note of so many vectors."""
        return next((mark for mark in self.progress if mark[0] >= vectors), None)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of some articles, as COPY takes them, and what they add to the totals."""

    rows: dict[str, bytes]
    articles: int
    chunks: int
    tokens: int
    terms: Counter[str]


def fill(
    place: StoreUrl,
    data: Path,
    passages: int,
    vectors: NDArray[np.float32],
    processor: Callable[[], float] = lambda: 0.0,
    processes: int = 2,
) -> Filled:
    """Fill an empty store up to so many passages; `vectors` are real ones, of which all others are made.

    `processor` returns the seconds of a processor that the server has taken so far.
    """
    filled = Filled()
    with open_store(place).writing() as publication:
        database = publication.database
        assert isinstance(database, PostgresDatabase)
        connection = database.connection
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET maintenance_work_mem = '3GB'")
        with database.writing():
            begun = time.monotonic()
            connection.execute(_EMPTY)  # what is made in this transaction needs no log, where wal_level is minimal
            dropped = _drop_indexes(connection)
            _copy(connection, _parts(data, passages, vectors, processes))
            filled.rows, begun = time.monotonic() - begun, time.monotonic()
            _make_indexes(connection, dropped)
            filled.indexes, begun = time.monotonic() - begun, time.monotonic()
            with _watched(place, filled, processor):
                make_index(connection)
            filled.nearest = time.monotonic() - begun
        begun = time.monotonic()
        connection.execute("VACUUM ANALYZE")
        filled.vacuum = time.monotonic() - begun
    return filled


@contextmanager
def _watched(place: StoreUrl, filled: Filled, processor: Callable[[], float]) -> Iterator[None]:
    """Note how far the index that is made meanwhile is."""
    stop, begun, before = threading.Event(), time.monotonic(), processor()

    def watch() -> None:
        with closing(connect(place, writing=False)) as connection:
            while not stop.wait(_WATCH_SECONDS):
                row = connection.execute("SELECT tuples_done FROM pg_stat_progress_create_index").fetchone()
                if row is not None:
                    filled.progress.append((row[0], time.monotonic() - begun, processor() - before))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _drop_indexes(connection: Connection) -> list[tuple[Any, ...]]:
    rows = connection.execute(_DROPPED, {"tables": list(TABLES)}).fetchall()
    for kind, owner, name, _ in rows:
        statement = "DROP INDEX {name}" if kind == 2 else "ALTER TABLE {owner} DROP CONSTRAINT {name}"
        connection.execute(sql.SQL(statement).format(owner=sql.Identifier(owner), name=sql.Identifier(name)))
    return rows


def _make_indexes(connection: Connection, dropped: Sequence[tuple[Any, ...]]) -> None:
    for kind, owner, name, definition in reversed(dropped):
        if kind == 2:
            connection.execute(definition)
        else:
            statement = sql.SQL("ALTER TABLE {owner} ADD CONSTRAINT {name} ").format(
                owner=sql.Identifier(owner), name=sql.Identifier(name)
            )
            connection.execute(statement + sql.SQL(definition))


def _copy(connection: Connection, parts: Iterator[_Part]) -> None:
    """Bring the rows in, and the totals and terms that follow."""
    terms, totals = Counter[str](), Counter[str]()
    for part in parts:
        for table in TABLES:
            columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS[table]))
            statement = sql.SQL("COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)").format(
                table=sql.Identifier(table), columns=columns
            )
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write(_HEAD)
                copy.write(part.rows[table])
                copy.write(_TAIL)
        terms.update(part.terms)
        totals.update({"articles": part.articles, "chunks": part.chunks, "tokens": part.tokens})
    with connection.cursor() as cursor, cursor.copy("COPY terms FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_HEAD)
        copy.write(b"".join(_row(_text(term), struct.pack(">iq", 8, count)) for term, count in sorted(terms.items())))
        copy.write(_TAIL)
    connection.execute(
        "UPDATE totals SET articles = %(articles)s, chunks = %(chunks)s, vectors = %(chunks)s, tokens = %(tokens)s,"
        " last_chunk = %(chunks)s",
        totals,
    )
    connection.execute("SELECT setval(pg_get_serial_sequence('articles', 'place'), %(articles)s)", totals)


def _parts(data: Path, passages: int, vectors: NDArray[np.float32], processes: int) -> Iterator[_Part]:
    """Yield the rows, made by so many processes, in the order of their passages."""
    with ProcessPoolExecutor(processes) as pool:
        waiting: deque[Future[_Part]] = deque()
        for first_article, first_chunk, batch in _batches(data, passages):
            waiting.append(pool.submit(_made, batch, first_article, first_chunk, vectors))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _batches(data: Path, passages: int) -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
    """Yield articles with the number of the first of them and of its first passage, until there are so many."""
    whole, article, chunk = articles(data), 1, 1
    while chunk <= passages:
        batch: list[tuple[str, str]] = []
        at = chunk
        for title, text in islice(whole, _ONCE):
            left = passages + 1 - at
            kept = text[: left * PASSAGE_CHARACTERS] or title
            batch.append((title, kept))
            at += len(range(0, len(kept), PASSAGE_CHARACTERS))
            if at > passages:
                break
        yield article, chunk, batch
        article, chunk = article + len(batch), at


def _made(
    batch: Sequence[tuple[str, str]], first_article: int, first_chunk: int, vectors: NDArray[np.float32]
) -> _Part:
    """Make the rows of some articles."""
    chance = np.random.default_rng(first_chunk)
    rows: dict[str, list[bytes]] = {table: [] for table in TABLES}
    number, tokens, terms, heads = first_chunk, 0, Counter[str](), dict[str, bytes]()
    for article, (title, text) in enumerate(batch, start=first_article):
        name = os.urandom(8).hex()
        rows["articles"].append(_article_row(article, name, title, text))
        rows["bands"] += (_row(_bytes(os.urandom(8)), _text(name)) for _ in range(_BANDS))
        starts = range(0, len(text), PASSAGE_CHARACTERS)
        spans = [(start, min(start + PASSAGE_CHARACTERS, len(text))) for start in starts]
        for (start, end), found in zip(spans, tokenizer().terms([(title, text[s:e]) for s, e in spans]), strict=True):
            digest = os.urandom(16).hex()
            span = struct.pack(">iiii", 4, start, 4, end)
            rows["chunks"].append(
                b"\0\6" + struct.pack(">iq", 8, number) + _text(name) + span + _text(digest)
                + struct.pack(">ii", 4, found.count)
            )  # fmt: skip
            rows["vectors"].append(_text(digest))
            frequencies = found.frequencies()
            tails = {
                value: struct.pack(">iqifii", 8, number, 4, value, 4, found.count) for value in {*frequencies.values()}
            }
            for term, value in frequencies.items():
                if term not in heads:
                    heads[term] = b"\0\4" + _text(term)
                rows["postings"] += (heads[term], tails[value])
            terms.update(frequencies.keys())
            tokens += found.count
            number += 1
    rows["vectors"] = _vector_rows(rows["vectors"], vectors, chance)
    joined = {table: b"".join(parts) for table, parts in rows.items()}
    return _Part(joined, len(batch), number - first_chunk, tokens, terms)


def _article_row(article: int, name: str, title: str, text: str) -> bytes:
    source = f"many/{article}.txt"
    marks = '{"headings": [], "pages": [], "tables": []}'
    texts = (name, source, f"/{source}", title, os.urandom(32).hex(), marks, text)
    return _row(
        *map(_text, texts), struct.pack(">ii", 4, len(text)), _text("[]"), _text(name), _bytes(os.urandom(_SKETCH)),
        struct.pack(">iq", 8, article),
    )  # fmt: skip


def _vector_rows(digests: Sequence[bytes], vectors: NDArray[np.float32], chance: np.random.Generator) -> list[bytes]:
    """Return rows of vectors: each is one real vector with 0.7 of another's and noise of length 0.4."""
    count, size = len(digests), vectors.shape[1]
    one, other = vectors[chance.integers(len(vectors), size=(2, count))]
    made = one + _SECOND * other
    made += chance.standard_normal((count, size), dtype=np.float32) * np.float32(_NOISE / size**0.5)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    whole, halves = made.astype("<f4"), made.astype(">f2")
    head = struct.pack(">hh", size, 0)
    return [
        b"\0\3" + digest + _bytes(vector.tobytes()) + _bytes(head + half.tobytes())
        for digest, vector, half in zip(digests, whole, halves, strict=True)
    ]


def _row(*fields: bytes) -> bytes:
    return struct.pack(">h", len(fields)) + b"".join(fields)


def _text(text: str) -> bytes:
    return _bytes(text.encode())


def _bytes(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data
