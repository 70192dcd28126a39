"""Words -> terms with FTS5's own tokenizer and stemmer, so that all stores find the same."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.store.schema import TOKENIZE
from index.terms import index_terms

TITLE_WEIGHT = 0.5
"""What a title's word counts beside one of the text."""
_MAX_BYTES = 200
"""A row of an index has room for 2,704 bytes, and no word is as long."""
_BY_TERM = "SELECT term, doc, col FROM found"
_IN_ORDER = f'{_BY_TERM} ORDER BY doc, "offset"'


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a chunk, as they stand in its title and its text, one after the other."""

    title: tuple[str, ...]
    body: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.title) + len(self.body)

    def frequencies(self) -> dict[str, float]:
        """Return how often each term occurs; the title's count half."""
        title, body = Counter(self.title), Counter(self.body)
        return {term: TITLE_WEIGHT * title[term] + body[term] for term in dict.fromkeys(self.title + self.body)}

    def phrase(self, terms: Sequence[str]) -> float:
        """Return how often these terms stand next to each other; the title counts half."""
        return TITLE_WEIGHT * _runs(self.title, terms) + _runs(self.body, terms)


class Tokenizer:
    """FTS5 in memory, which is asked for the terms that it makes. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sql = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._sql.execute(f"CREATE VIRTUAL TABLE words USING fts5 (title, body, content='', {TOKENIZE})")
        self._sql.execute("CREATE VIRTUAL TABLE found USING fts5vocab(words, instance)")

    def terms(self, texts: Sequence[tuple[str, str]]) -> list[Terms]:
        """Return the terms of each (title, text)."""
        found: list[tuple[list[str], list[str]]] = [([], []) for _ in texts]
        for term, n, column in self._instances(texts, _IN_ORDER):
            found[n][column == "body"].append(storable_term(term))
        return [Terms(tuple(title), tuple(body)) for title, body in found]

    def instances(self, texts: Sequence[tuple[str, str]]) -> list[tuple[str, int, str]]:
        """Return (FTS5's term, which text, "title" or "body") of each word of each (title, text), by term."""
        return self._instances(texts, _BY_TERM)

    def _instances(self, texts: Sequence[tuple[str, str]], query: str) -> list[tuple[str, int, str]]:
        rows = ((n, index_terms(title), index_terms(text)) for n, (title, text) in enumerate(texts))
        with self._lock:
            self._sql.execute("BEGIN")
            try:
                self._sql.executemany("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", rows)
                return self._sql.execute(query).fetchall()
            finally:
                self._sql.execute("ROLLBACK")


@cache
def tokenizer() -> Tokenizer:
    """Return the one of this process."""
    return Tokenizer()


def storable_term(term: str) -> str:
    """Return a term as it is stored; a long one is named by its beginning and a digest."""
    if len(term) <= _MAX_BYTES // 4:  # bytes of a character, at most
        return term
    data = term.encode()
    if len(data) <= _MAX_BYTES:
        return term
    return f"{data[: _MAX_BYTES // 2].decode(errors='replace')} {hashlib.sha256(data).hexdigest()}"


def _runs(words: Sequence[str], terms: Sequence[str]) -> int:
    size = len(terms)
    return sum(words[at : at + size] == tuple(terms) for at in range(len(words) - size + 1))
