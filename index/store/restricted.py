"""What one audience sees of a store: to it the articles of other collections do not exist."""

from __future__ import annotations

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from index.article import Audience, Hit
from index.store.postings import MAX_POSTINGS
from index.store.search import AMONG, SqliteReader
from index.store.words import WordReader, stems_of

_VIEWS = """
CREATE TEMP VIEW articles AS SELECT
    id, source, '' AS path, title, author, date, language, sha256, headings, text, link, NULL AS near, NULL AS sketch,
    tags, collection
    FROM main.articles WHERE collection IN (SELECT collection FROM temp.audience);
CREATE TEMP VIEW chunks AS SELECT * FROM main.chunks WHERE EXISTS (
    SELECT 1 FROM main.articles INDEXED BY articles_by_collection
    WHERE id = article_id AND collection IN (SELECT collection FROM temp.audience)
);
"""
"""SQLite looks into `temp` first, so whatever reads `articles` and `chunks` on this connection reads these.

CROSS JOIN, below, has SQLite take the words first and then their passages, not each passage and then all words.
"""
_K1, _B = 1.2, 0.75
_STATES_KEPT = 64
_LEAST_WEIGHT = 1e-6
"""Of a word that most passages have; as FTS5 has it."""


Totals = dict[str, tuple[int, int]]
"""How many chunks an audience sees and how many characters they have, by the revision."""


def open_reader(path: Path, audience: Audience, totals: Totals) -> SqliteReader:
    """Open the store's file for reading, as far as this audience may see it. Raises StoreError."""
    return SqliteReader(path) if audience is None else RestrictedReader(path, audience, totals)


class RestrictedReader(SqliteReader):
    """Connection on which only the articles of some collections are there.

    FTS5's own ranking counts the words of all passages, so passages are ranked here, by BM25 over those that are seen.
    """

    def __init__(self, path: Path, audience: frozenset[str], totals: Totals | None = None) -> None:
        """Open the store's file; `totals` are kept over connections. Raises StoreError."""
        super().__init__(path)
        self._audience = audience
        self._totals = {} if totals is None else totals
        self._sql.execute("PRAGMA query_only = OFF")
        self._sql.execute("CREATE TEMP TABLE audience (collection TEXT PRIMARY KEY)")
        self._sql.executemany("INSERT INTO temp.audience VALUES (?)", ((name,) for name in audience))
        self._sql.executescript(_VIEWS)
        self._sql.execute("PRAGMA query_only = ON")

    def revision(self) -> str | None:
        """Return the name of exactly these articles."""
        revision = super().revision()
        return None if revision is None else " ".join((revision, *sorted(self._audience)))

    def incomplete_files(self) -> frozenset[str]:
        """Return nothing: whose files they are is not known."""
        return frozenset()

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles and chunks that are seen, and of all vectors."""
        articles, vectors = self._sql.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM vectors)"
        ).fetchone()
        return articles, self._total()[0], vectors

    def chunk_count(self, article_ids: Collection[str] | None = None) -> int:
        """Return how many chunks the articles with these ids have, or all."""
        return self._total()[0] if article_ids is None else super().chunk_count(article_ids)

    def search_terms(self, terms: Sequence[str], limit: int, article_ids: Collection[str] | None = None) -> list[Hit]:
        """Return the chunks (of these articles) that hold any of `terms`, best first by BM25 over what is seen."""
        count, characters = self._total()
        kept = None
        if article_ids is not None:
            among = self._sql.execute(f"SELECT id FROM chunks WHERE {AMONG}", (json.dumps(list(article_ids)),))
            kept = {chunk for (chunk,) in among}
        scores: dict[int, float] = defaultdict(float)
        for postings in self._affordable_postings(terms):
            weight = max(_LEAST_WEIGHT, math.log((count - len(postings) + 0.5) / (len(postings) + 0.5)))
            for chunk, times, length in postings:
                if kept is None or chunk in kept:
                    scores[chunk] += weight * _saturated(times, length * count / characters)
        best = sorted(scores, key=lambda chunk: (-scores[chunk], chunk))[:limit]
        return self._hits([(chunk, scores[chunk]) for chunk in best])

    def _affordable_postings(self, terms: Sequence[str]) -> Iterator[list[tuple[int, float, int]]]:
        """Yield of each of the rarest terms (chunk, times, length) of all that hold it; of common ones one term's."""
        found = [self._postings(stem) for stem in _stems(terms)]
        total = 0
        for postings in sorted(filter(None, found), key=len):
            if total and total + len(postings) > MAX_POSTINGS:
                return
            total += len(postings)
            yield postings

    def _postings(self, stem: str) -> list[tuple[int, float, int]]:
        return [
            (chunk, times[chunk], length)
            for times in WordReader(self._sql).chunks_with(stem)
            for chunk, length in self._seen(times)
        ]

    def _seen(self, chunks: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Iterate over (chunk, characters) of those of the chunks that are seen."""
        query = "SELECT chunks.id, end - start FROM json_each(?) CROSS JOIN chunks ON chunks.id = value"
        return self._sql.execute(query, (json.dumps([*chunks]),))

    def _total(self) -> tuple[int, int]:
        """Return how many chunks are seen and how many characters they have; counted once for each state."""
        revision = self.revision() or ""
        total = self._totals.get(revision)
        if total is None:
            if len(self._totals) >= _STATES_KEPT:
                self._totals.clear()
            query = "SELECT count(*), coalesce(sum(end - start), 0) FROM chunks"
            total = self._totals[revision] = self._sql.execute(query).fetchone()
        return total

    def stems(self, prefix: str, limit: int) -> list[str]:
        """Return the stems that begin with `prefix` and that some chunk holds that is seen, at most `limit`."""
        stems = [*WordReader(self._sql).stems(prefix)]
        return list(itertools.islice((stem for stem in stems if self._is_seen(stem)), limit))

    def has_term(self, term: str) -> bool:
        """Return whether any chunk that is seen holds a term, in whatever form of the word."""
        return any(self._is_seen(stem) for stem in _stems([term])[:1])

    def _is_seen(self, stem: str) -> bool:
        return any(next(self._seen(times), None) for times in WordReader(self._sql).chunks_with(stem))


def _saturated(times: float, length: float) -> float:
    """Return what a word counts that stands so often in a passage of this length, which on average is 1."""
    return times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))


def _stems(terms: Sequence[str]) -> list[str]:
    """Return the stems of the terms, each once."""
    return list(dict.fromkeys(stem for stems in stems_of(terms).values() for stem in stems))
