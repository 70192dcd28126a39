"""Whether a store in PostgreSQL is whole: each passage is found by its words and its vector, and nothing else is."""

from __future__ import annotations

from typing import LiteralString

import numpy as np

from index.store.postgres import vectors as nearness
from index.store.postgres.search import PostgresReader
from index.store.tokenizer import tokenizer

_LOOKED_UP = 100_000
"""All of so many passages are looked up; of more, about as many."""
_TOLERANCE = 1e-3
_COUNTS: LiteralString = (
    "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), (SELECT count(*) FROM vectors),"
    " (SELECT coalesce(sum(tokens), 0) FROM chunks)"
)
_PASSAGES: LiteralString = (
    'SELECT chunks.id, title, substr(text, start + 1, "end" - start) FROM chunks'
    " JOIN articles ON articles.id = article_id WHERE article_id = %s"
)
_FOUND: LiteralString = (
    "SELECT count(*) FROM unnest(%s::text[], %s::bigint[]) AS wanted (term, chunk) JOIN postings USING (term, chunk)"
)
_LEFT: tuple[LiteralString, ...] = (
    "SELECT EXISTS (SELECT FROM postings LEFT JOIN chunks ON chunks.id = chunk WHERE chunks.id IS NULL)",
    "SELECT EXISTS (SELECT FROM vectors LEFT JOIN chunks USING (digest) WHERE chunks.id IS NULL)",
)


def wrong_words(database: PostgresReader) -> str | None:
    """Return what is wrong with articles, passages and words, or None: each is where its text says."""
    sql = database.connection
    with database.reading():
        sql.execute("SET LOCAL enable_hashjoin = on")  # here all rows are looked at
        counted = sql.execute(_COUNTS).fetchone()
        totals = sql.execute("SELECT articles, chunks, vectors, tokens FROM totals").fetchone()
        if counted is None or totals is None or tuple(map(int, counted)) != totals:
            return "articles, passages or vectors are not as many as there should be"
        words = sql.execute(
            "SELECT (SELECT count(*) FROM postings) = (SELECT coalesce(sum(chunks), 0) FROM terms)"
        ).fetchone()
        if words != (True,):
            return "words are not as many as there should be"
        if any(sql.execute(query).fetchone() == (True,) for query in _LEFT):
            return "words or vectors of passages that are gone are left"
        if counted[0] and not counted[1]:
            return "passages or their vectors are missing"
        return _lost_words(database, counted[1])


def _lost_words(database: PostgresReader, passages: int) -> str | None:
    """Look the words of passages up, article by article."""
    sql = database.connection
    for info in database.articles()[:: 1 + passages // _LOOKED_UP]:
        rows = sql.execute(_PASSAGES, (info.id,)).fetchall()
        found = tokenizer().terms([(title, words) for _, title, words in rows])
        wanted = [(term, row[0]) for row, terms in zip(rows, found, strict=True) for term in terms.frequencies()]
        there = sql.execute(_FOUND, ([term for term, _ in wanted], [chunk for _, chunk in wanted])).fetchone()
        if there != (len(wanted),):
            return f"words of {info.source} are missing"
    return None


def lost_vectors(database: PostgresReader) -> str | None:
    """Return how many vectors do not find themselves, or None."""
    with database.reading():
        vectors = nearness.PostgresVectors(database, "")
        step = 1 + database.counts()[2] // _LOOKED_UP
        looked_up = lost = 0
        for n, (_, data) in enumerate(database.vectors()):
            if n % step:
                continue
            vector = np.frombuffer(data, dtype="<f4")
            hits = vectors.nearest(vector, 1, None)
            looked_up += 1
            lost += not hits or hits[0].score < float(vector @ vector) - _TOLERANCE
        approximate = database.counts()[2] > nearness.EXACT
    if lost > (10 + 0.05 * looked_up if approximate else 0):  # crowds of near copies lead a search in a graph astray
        return f"{lost} of {looked_up} vectors are not found; `REINDEX TABLE vectors` makes their index again"
    return None
