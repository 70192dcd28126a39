"""Writing the words of a folder's chunks; `words.py` says how they are kept, and reads them."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from index.store.tokenizer import storable_term, tokenizer
from index.store.words import PART, by_part, packed, unpacked

_PENDING = 4_000
"""Chunks whose words are written at once."""
_MOST_TOKENS = 65_535


class WordWriter:
    """What changes in the words during a transaction. Numbers of chunks only grow. `flush` writes the rest."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        self._added: dict[int, tuple[str, str]] = {}
        self._removed: dict[int, tuple[str, str]] = {}

    def add(self, chunk: int, title: str, text: str) -> None:
        """Bring a chunk's words in."""
        self._added[chunk] = title, text
        if len(self._added) >= _PENDING:
            self.flush()

    def remove(self, chunk: int, title: str, text: str) -> None:
        """Take a chunk's words out."""
        self._removed[chunk] = title, text
        if len(self._removed) >= _PENDING:
            self.flush()

    def forget(self) -> None:
        """Leave what is not written yet."""
        self._added.clear()
        self._removed.clear()

    def clear(self) -> None:
        """Take all words out."""
        self.forget()
        self._sql.execute("DELETE FROM words")
        self._sql.execute("DELETE FROM word_parts")

    def flush(self) -> None:
        """Write what has changed."""
        for changed, sign in ((self._added, 1), (self._removed, -1)):
            if changed:
                rows, tokens = _counted(changed)
                for part in {part for _, part in rows}:
                    self._exchange(part, {stem: places for (stem, own), places in rows.items() if own == part}, sign)
                postings: Counter[int] = Counter()
                for (_, part), places in rows.items():
                    postings[part] += len(places)
                count_chunks(self._sql, tokens, postings, sign)
        self.forget()

    def _exchange(self, part: int, rows: Mapping[str, Mapping[int, int]], sign: int) -> None:
        """Write the chunks of a part that hold these stems with these ones, or without them."""
        known = "SELECT stem, postings FROM words WHERE part = ? AND stem IN (SELECT value FROM json_each(?))"
        former = dict(self._sql.execute(known, (part, json.dumps([*rows]))))
        change = _with if sign > 0 else _without
        blobs = {stem: change(former.get(stem, b""), places) for stem, places in rows.items()}
        self._sql.executemany(
            "INSERT OR REPLACE INTO words VALUES (?, ?, ?)",
            ((stem, part, blob) for stem, blob in sorted(blobs.items()) if blob),
        )
        self._sql.executemany(
            "DELETE FROM words WHERE stem = ? AND part = ?", ((stem, part) for stem, blob in blobs.items() if not blob)
        )


def put_stem(sql: sqlite3.Connection, stem: str, times: Mapping[int, int]) -> None:
    """Write all chunks of a stem, by their numbers with how often they have it, in halves, where there is none yet."""
    for part, places in by_part(times).items():
        sql.execute("INSERT INTO words VALUES (?, ?, ?)", (stem, part, packed(places)))


def count_chunks(sql: sqlite3.Connection, tokens: Mapping[int, int], postings: Counter[int], sign: int) -> None:
    """Count chunks with so many tokens, and the postings of each part, as added (1) or as removed (-1)."""
    for part, places in by_part(tokens).items():
        row = sql.execute("SELECT chunks, tokens, postings, lengths FROM word_parts WHERE part = ?", (part,)).fetchone()
        count, total, held, stored = row or (0, 0, 0, b"")
        before = np.frombuffer(stored, "<u2")
        lengths = np.zeros(max(len(before), max(places) + 1), "<u2")
        lengths[: len(before)] = before
        for place, length in places.items():
            lengths[place] = min(length, _MOST_TOKENS) if sign > 0 else 0
        values = (count + sign * len(places), total + sign * sum(places.values()), held + sign * postings[part])
        if values[0]:
            sql.execute("INSERT OR REPLACE INTO word_parts VALUES (?, ?, ?, ?, ?)", (part, *values, lengths.tobytes()))
        else:
            sql.execute("DELETE FROM word_parts WHERE part = ?", (part,))


def wrong_words(sql: sqlite3.Connection) -> bool:
    """Return whether the words are not those of the chunks: as many chunks in each part, and as many postings."""
    counted = sql.execute("SELECT id / ?, count(*) FROM chunks GROUP BY 1 ORDER BY 1", (PART,)).fetchall()
    if counted != sql.execute("SELECT part, chunks FROM word_parts ORDER BY part").fetchall():
        return True
    held = "SELECT part, sum(length(postings)) / 3.0 FROM words GROUP BY part ORDER BY part"
    said = "SELECT part, postings FROM word_parts WHERE postings > 0 ORDER BY part"
    if sql.execute(held).fetchall() != sql.execute(said).fetchall():
        return True
    rows = sql.execute("SELECT words.postings, length(lengths) / 2 FROM words JOIN word_parts USING (part)")
    return any(_is_wrong(*unpacked(blob), known) for blob, known in rows)


def _is_wrong(places: NDArray[np.uint16], halves: NDArray[np.uint8], known: int) -> bool:
    """Return whether places are out of order or beyond the last chunk, or a chunk has a stem not once."""
    return bool((places[1:] <= places[:-1]).any() or places[-1] >= known or not halves.all())


def _with(blob: bytes, places: Mapping[int, int]) -> bytes:
    """Return the postings of a row with more chunks behind them."""
    end, more, end_of_more = len(blob) // 3 * 2, packed(places), 2 * len(places)
    return blob[:end] + more[:end_of_more] + blob[end:] + more[end_of_more:]


def _without(blob: bytes, places: Mapping[int, int]) -> bytes:
    """Return the postings of a row without some chunks."""
    before, halves = unpacked(blob)
    kept = ~np.isin(before, np.fromiter(places, np.uint16))
    return before[kept].tobytes() + halves[kept].tobytes()


def _counted(
    texts: Mapping[int, tuple[str, str]],
) -> tuple[dict[tuple[str, int], dict[int, int]], dict[int, int]]:
    """Return by stem and part how often each place has it, in halves, and the number of each chunk's tokens."""
    chunks = sorted(texts)
    places = [divmod(chunk, PART) for chunk in chunks]
    tokens = [0] * len(chunks)
    rows: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    every = tokenizer().instances([texts[chunk] for chunk in chunks])
    for term, instances in itertools.groupby(every, key=itemgetter(0)):
        stem = storable_term(term)
        for _, n, column in instances:
            part, place = places[n]
            tokens[n] += 1
            row = rows[stem, part]
            row[place] = row.get(place, 0) + (1 if column == "title" else 2)
    return rows, dict(zip(chunks, tokens, strict=True))
