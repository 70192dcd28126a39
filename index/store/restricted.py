"""What one audience sees of a store: to it the articles of other collections do not exist."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from index.article import Audience, Hit
from index.store.postings import affordable
from index.store.search import AMONG, SqliteReader
from index.store.sqlite import in_memory

_VIEWS = """
CREATE TEMP VIEW articles AS SELECT
    id, source, '' AS path, title, author, date, language, sha256, headings, text, link, NULL AS near, NULL AS sketch,
    tags, collection
    FROM main.articles WHERE collection IN (SELECT collection FROM temp.audience);
CREATE TEMP VIEW chunks AS SELECT * FROM main.chunks WHERE EXISTS (
    SELECT 1 FROM main.articles WHERE id = article_id AND collection IN (SELECT collection FROM temp.audience)
);
"""
"""SQLite looks into `temp` first, so whatever reads `articles` and `chunks` on this connection reads these."""
_TITLE_WEIGHT = 0.5
_K1, _B = 1.2, 0.75
_LEAST_WEIGHT = 1e-6
"""Of a word that most passages have; as FTS5 has it."""


def open_reader(path: Path, audience: Audience) -> SqliteReader:
    """Open the store's file for reading, as far as this audience may see it. Raises StoreError."""
    return SqliteReader(path) if audience is None else RestrictedReader(path, audience)


class RestrictedReader(SqliteReader):
    """Connection on which only the articles of some collections are there.

    FTS5's own ranking counts the words of all passages, so passages are ranked here, by BM25 over those that are seen.
    """

    def __init__(self, path: Path, audience: frozenset[str]) -> None:
        """Open the store's file. Raises StoreError if it is not there, or not of this version."""
        super().__init__(path)
        self._audience = audience
        self._sql.execute("PRAGMA query_only = OFF")
        self._sql.execute("CREATE TEMP TABLE audience (collection TEXT PRIMARY KEY)")
        self._sql.executemany("INSERT INTO temp.audience VALUES (?)", ((name,) for name in audience))
        self._sql.executescript(_VIEWS)
        self._open_vocabulary()
        self._sql.execute("PRAGMA query_only = ON")

    def revision(self) -> str | None:
        """Return the name of exactly these articles."""
        revision = super().revision()
        return None if revision is None else " ".join((revision, *sorted(self._audience)))

    def incomplete_files(self) -> frozenset[str]:
        """Return nothing: whose files they are is not known."""
        return frozenset()

    def search_terms(self, terms: Sequence[str], limit: int, article_ids: Collection[str] | None = None) -> list[Hit]:
        """Return the chunks (of these articles) that hold any of `terms`, best first by BM25 over what is seen."""
        count, characters = self._sql.execute("SELECT count(*), total(end - start) FROM chunks").fetchone()
        kept = None
        if article_ids is not None:
            among = self._sql.execute(f"SELECT id FROM chunks WHERE {AMONG}", (json.dumps(list(article_ids)),))
            kept = {chunk for (chunk,) in among}
        scores: dict[int, float] = defaultdict(float)
        for stem in _stems_of(affordable(terms, self._chunks_with)):
            rows = self._sql.execute(
                f"SELECT doc, sum(iif(col = 'title', {_TITLE_WEIGHT}, 1.0)), end - start"
                " FROM temp.stems JOIN chunks ON chunks.id = doc WHERE term = ? GROUP BY doc",
                (stem,),
            ).fetchall()
            weight = max(_LEAST_WEIGHT, math.log((count - len(rows) + 0.5) / (len(rows) + 0.5)))
            for chunk, times, length in rows:
                if kept is None or chunk in kept:
                    scores[chunk] += weight * _saturated(times, length * count / characters)
        best = sorted(scores, key=lambda chunk: (-scores[chunk], chunk))[:limit]
        found: list[Any] = self._sql.execute(
            "SELECT id, article_id, start, end, digest FROM chunks WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(best),),
        ).fetchall()
        hits = {chunk: Hit(article, start, end, digest, scores[chunk]) for chunk, article, start, end, digest in found}
        return [hits[chunk] for chunk in best]

    def stems(self, prefix: str, limit: int) -> list[str]:
        """Return the stems that begin with `prefix` and that some chunk holds that is seen, at most `limit`."""
        rows = self._sql.execute(
            "SELECT DISTINCT term FROM temp.stems JOIN chunks ON chunks.id = doc WHERE term >= ? AND term < ? LIMIT ?",
            (prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1), limit),
        )
        return [stem for (stem,) in rows]

    def _chunks_with(self, term: str, limit: int) -> int:
        [stem] = _stems_of([term])[:1] or [""]
        query = (
            "SELECT count(*) FROM (SELECT DISTINCT doc FROM temp.stems JOIN chunks ON chunks.id = doc"
            " WHERE term = ? LIMIT ?)"
        )
        return int(self._sql.execute(query, (stem, limit)).fetchone()[0])


def _saturated(times: float, length: float) -> float:
    """Return what a word counts that stands so often in a passage of this length, which on average is 1."""
    return times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))


def _stems_of(terms: Sequence[str]) -> list[str]:
    """Return the terms as FTS5 keeps them, each once."""
    with in_memory() as sql:
        sql.executescript(
            "CREATE VIRTUAL TABLE words USING fts5 (word, tokenize='porter unicode61 remove_diacritics 2');"
            "CREATE VIRTUAL TABLE tokens USING fts5vocab (words, instance);"
        )
        sql.executemany("INSERT INTO words (word) VALUES (?)", ((term,) for term in terms))
        return list(dict.fromkeys(stem for (stem,) in sql.execute("SELECT term FROM tokens ORDER BY doc, offset")))
