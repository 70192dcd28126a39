"""Words -> terms with FTS5's own tokenizer and stemmer, so that both stores find the same."""

from __future__ import annotations

import hashlib
import re
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
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


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
        rows = ((n, index_terms(title), index_terms(text)) for n, (title, text) in enumerate(texts))
        with self._lock:
            self._sql.execute("BEGIN")
            self._sql.executemany("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", rows)
            for term, n, column in self._sql.execute('SELECT term, doc, col FROM found ORDER BY doc, "offset"'):
                found[n][column == "body"].append(_key(term))
            self._sql.execute("ROLLBACK")
        return [Terms(tuple(title), tuple(body)) for title, body in found]


@cache
def tokenizer() -> Tokenizer:
    """Return the one of this process."""
    return Tokenizer()


def storable(text: str) -> str:
    """Return `text` as PostgreSQL can hold it: in place of each NUL and lone surrogate, one replacement character."""
    return _UNSTORABLE.sub("\ufffd", text)


def _key(term: str) -> str:
    """Return a term as it is stored; a long one is named by its beginning and a digest."""
    data = term.encode()
    if len(data) <= _MAX_BYTES:
        return term
    return f"{data[: _MAX_BYTES // 2].decode(errors='replace')} {hashlib.sha256(data).hexdigest()}"


def _runs(words: Sequence[str], terms: Sequence[str]) -> int:
    size = len(terms)
    return sum(words[at : at + size] == tuple(terms) for at in range(len(words) - size + 1))
