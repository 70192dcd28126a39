"""The words of a folder's chunks, in SQLite: of each stem the chunks that hold it and how often; BM25 over them.

Chunks are taken in parts of 32,768. A row has a stem's chunks of one part, so that a change rewrites the rows of its
own words and no others, and a removed word leaves the disk with its row. A question reads the rows of its words and
adds up with numpy. The scores are FTS5's, and so are the stems.
"""

from __future__ import annotations

import json
import math
import sqlite3
import struct
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.store.postings import affordable
from index.store.tokenizer import tokenizer

PART = 2**15
"""Chunks of a part; their places in it are numbers of 16 bits."""
MAX_SCORED = 3_000_000
"""Chunks that are scored for the words of one question, in some hundredths of a second."""

Postings = dict[int, tuple[NDArray[np.uint16], NDArray[np.uint8]]]
"""By part: the places of chunks, ascending, and how often each has a stem, in halves: the title's count half."""

_K1, _B = 1.2, 0.75
_LEAST_WEIGHT = 1e-6
"""Of a word that most chunks have; as FTS5 has it."""
_PHRASES = 2_000
"""Chunks with all the stems of a phrase that are looked at for whether these stand side by side."""
_MOST_TIMES = 255


class WordReader:
    """The words as a question asks for them. A word of more than one stem is a phrase: its stems, side by side."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        self._phrases: dict[tuple[str, ...], Postings] = {}

    def best(self, words: Sequence[str], limit: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Return (chunk, score) of the chunks (`among` these) that have any of `words`, best first by BM25.

        Words of one stem count as often as they are asked; of many words in a large store, the common ones are left.
        """
        stems = stems_of(words)
        chosen = affordable(words, lambda word, _: self._count(stems[word]), MAX_SCORED)
        postings = {word: self._postings(stems[word]) for word in chosen}
        chunks, tokens = self._sql.execute("SELECT total(chunks), total(tokens) FROM word_parts").fetchone()
        weighted = [(_weight(chunks, postings[word]), postings[word]) for word in words if word in postings]
        kept = None if among is None else by_part(dict.fromkeys(among, 0))
        best: list[tuple[int, float]] = []
        for part in sorted({part for _, found in weighted for part in found}):
            if kept is None or part in kept:
                norms = _K1 * (1 - _B + _B * chunks / tokens * self._lengths(part))
                scores = _scored([(weight, found[part]) for weight, found in weighted if part in found], norms)
                best = _best(best, scores if kept is None else _only(scores, kept[part]), part, limit)
        return best

    def holding(self, words: Sequence[str]) -> list[int]:
        """Return the chunks that have all of `words`, ascending."""
        found = [self._postings(stems) for stems in stems_of(words).values()]
        chunks: list[int] = []
        for part in sorted(set.intersection(*(set(postings) for postings in found)) if found else ()):
            common = found[0][part][0]
            for postings in found[1:]:
                common = np.intersect1d(common, postings[part][0], assume_unique=True)
            chunks += (common.astype(int) + part * PART).tolist()
        return chunks

    def count(self, word: str) -> int:
        """Return how many chunks have a word."""
        return self._count(stems_of([word])[word])

    def stems(self, prefix: str) -> Iterator[str]:
        """Iterate over the stems that begin with `prefix`, in order."""
        until = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        rows = self._sql.execute(
            "SELECT DISTINCT stem FROM words WHERE stem >= ? AND stem < ? ORDER BY stem", (prefix, until)
        )
        return (stem for (stem,) in rows)

    def chunks_with(self, stem: str) -> Iterator[dict[int, float]]:
        """Iterate over the chunks of a stem with how often they have it, part by part, ascending."""
        query = "SELECT part, postings FROM words WHERE stem = ? ORDER BY part"
        for part, blob in self._sql.execute(query, (stem,)):
            places, halves = unpacked(blob)
            yield dict(zip((places.astype(int) + part * PART).tolist(), (0.5 * halves).tolist(), strict=True))

    def _count(self, stems: tuple[str, ...]) -> int:
        if len(stems) > 1:
            return sum(len(places) for places, _ in self._postings(stems).values())
        query = "SELECT total(length(postings)) / 3 FROM words WHERE stem = ?"
        return int(self._sql.execute(query, stems).fetchone()[0]) if stems else 0

    def _postings(self, stems: tuple[str, ...]) -> Postings:
        if len(stems) > 1:
            if stems not in self._phrases:
                self._phrases[stems] = self._side_by_side(stems)
            return self._phrases[stems]
        rows = self._sql.execute("SELECT part, postings FROM words WHERE stem = ?", stems) if stems else ()
        return {part: unpacked(blob) for part, blob in rows}

    def _side_by_side(self, stems: tuple[str, ...]) -> Postings:
        candidates = self.holding([*stems])[:_PHRASES]
        rows = self._sql.execute(
            "SELECT chunks.id, title, substr(text, start + 1, end - start)"
            " FROM chunks JOIN articles ON articles.id = article_id"
            " WHERE chunks.id IN (SELECT value FROM json_each(?)) ORDER BY chunks.id",
            (json.dumps(candidates),),
        ).fetchall()
        found = tokenizer().terms([(title, text) for _, title, text in rows])
        times = {chunk: int(2 * terms.phrase(stems)) for (chunk, _, _), terms in zip(rows, found, strict=True)}
        parts = by_part({chunk: halves for chunk, halves in times.items() if halves})
        return {part: unpacked(packed(places)) for part, places in parts.items()}

    def _lengths(self, part: int) -> NDArray[np.uint16]:
        [stored] = self._sql.execute("SELECT lengths FROM word_parts WHERE part = ?", (part,)).fetchone()
        return np.frombuffer(stored, "<u2")


def stems_of(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the stems of each word: one, or for a phrase more, or none."""
    return {word: terms.body for word, terms in zip(words, tokenizer().terms([("", w) for w in words]), strict=True)}


def packed(places: Mapping[int, int]) -> bytes:
    """Return places with halves as a row has them: all places, then all halves."""
    halves = bytes(min(times, _MOST_TIMES) for times in places.values())
    return struct.pack(f"<{len(places)}H", *places) + halves


def unpacked(blob: bytes) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Return the postings of a row: places, and halves."""
    count = len(blob) // 3
    return np.frombuffer(blob, "<u2", count), np.frombuffer(blob, np.uint8, count, 2 * count)


def by_part(values: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """Return the values of chunks by part and place."""
    parts: dict[int, dict[int, int]] = {}
    for chunk, value in values.items():
        parts.setdefault(chunk // PART, {})[chunk % PART] = value
    return parts


def _weight(chunks: float, postings: Postings) -> float:
    """Return what a word counts that stands in these of so many chunks."""
    holding = sum(len(places) for places, _ in postings.values())
    return max(_LEAST_WEIGHT, math.log((chunks - holding + 0.5) / (holding + 0.5)))


def _scored(
    words: Sequence[tuple[float, tuple[NDArray[np.uint16], NDArray[np.uint8]]]], norms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the scores of a part's chunks for words with weights and postings."""
    scores = np.zeros(len(norms))
    for weight, (places, halves) in words:
        times = 0.5 * halves
        scores[places] += weight * (_K1 + 1) * times / (times + norms[places])
    return scores


def _only(scores: NDArray[np.float64], places: Mapping[int, int]) -> NDArray[np.float64]:
    """Return the scores of these places, and zero for all others."""
    wanted = np.fromiter(places, np.intp)
    kept = np.zeros(len(scores))
    kept[wanted] = scores[wanted]
    return kept


def _best(
    before: Sequence[tuple[int, float]], scores: NDArray[np.float64], part: int, limit: int
) -> list[tuple[int, float]]:
    """Return (chunk, score) of the best of those before, which are in order, and of a part."""
    least = before[-1][1] if before and len(before) == limit else 0.0
    places = np.flatnonzero(scores > least)  # numpy's partition takes long over many zeros
    if limit < len(places):
        found = scores[places]
        places = places[found >= np.partition(found, -limit)[-limit]]
    chunks = (
        (part * PART + place, score) for place, score in zip(places.tolist(), scores[places].tolist(), strict=True)
    )
    return sorted([*before, *chunks], key=lambda scored: (-scored[1], scored[0]))[:limit]
