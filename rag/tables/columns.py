"""The column of a table that a question asks for: by its name, a word like it, or the kind of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.terms import STOP_WORDS
from rag.answer_kind import is_of_kind
from rag.language.time import days_in
from rag.language.tokens import Token, tokens_of
from rag.language.years import YEAR_ALONE
from rag.reading.words import WordVectors, likeness
from rag.tables.rows import Cell

ALIKE = 0.3
"""From here on a word is as good as the other: "cost" and "price" have 0.5, "weight" and "height" 0.27."""
_AHEAD = 2.0
"""A column that is named by a word like it has to be so many times more alike than the next."""
_LITTLE = frozenset({"a", "an", "the", "to", "of", "in", "it", "is", "what", "you", "i"})
_IDLE = frozenset(
    """
    please exactly much many there get got now today currently present offer offers offered give gives provide
    provides include includes allow allows need needs should must ought would will shall
    """.split()
)
"""Words that say nothing of what is asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question names: its words that carry meaning, its years, the days of the week."""

    text: str
    tokens: tuple[Token, ...]
    years: frozenset[str]
    days: frozenset[int]

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(token.stem for token in self.tokens)


@lru_cache(64)
def asked_of(question: str) -> Asked:
    """Return what a question names."""
    tokens = tuple(token for token in tokens_of(question) if token.is_content and token.lower not in _IDLE)
    return Asked(question, tokens, frozenset(YEAR_ALONE.findall(question)), days_in(question))


def by_words(
    asked: Asked, columns: Sequence[str], fitting: Sequence[int], rest: Sequence[Token]
) -> tuple[int, bool] | None:
    """Return the column with the most words of the question in its name and the fewest others; unsure if several."""
    said = {token.stem for token in rest} | {word for word in asked.text.casefold().split() if word in STOP_WORDS}
    shared = {n: len((stems_in(columns[n]) - _LITTLE) & said) for n in fitting}
    most = max(shared.values(), default=0)
    best = [n for n in fitting if shared[n] == most] if most else []
    shortest = min((len(stems_in(columns[n])) for n in best), default=0)
    best = [n for n in best if len(stems_in(columns[n])) == shortest]
    return (_latest(columns, best), len(best) == 1) if best else None


def by_likeness(
    columns: Sequence[str], fitting: Sequence[int], rest: Sequence[Token], words: WordVectors | None
) -> tuple[int, bool] | None:
    """Return the column whose name is most like a word of the question; unsure where the next one is nearly so."""
    alike = sorted(((_alike(rest, columns[n], words), n) for n in fitting), reverse=True)
    if not alike or alike[0][0] < ALIKE:
        return None
    return alike[0][1], len(alike) == 1 or alike[0][0] >= _AHEAD * alike[1][0]


def has_year(asked: Asked, columns: Sequence[str], n: int) -> bool:
    """Whether a column is not of another year than the one that is asked for."""
    years = set(YEAR_ALONE.findall(columns[n]))
    return not years or not asked.years or bool(years & asked.years)


def _latest(columns: Sequence[str], best: Sequence[int]) -> int:
    """Return the column of the newest year, where they differ in that; else the first."""
    return max(best, key=lambda n: (max(YEAR_ALONE.findall(columns[n]), default=""), -n))


def column_is_of_kind(asked: Asked, name: str, cells: Sequence[Cell]) -> bool:
    """Return whether one of a column's cells is of the kind that is asked for."""
    return any(is_of_kind(asked.text, f"{name} {cell.text}") for cell in cells)


def _alike(tokens: Sequence[Token], name: str, words: WordVectors | None) -> float:
    return max((likeness_to(token.lower, name, words) for token in tokens), default=0.0)


def likeness_to(word: str, text: str, words: WordVectors | None) -> float:
    """Return how alike a word is to the word of a text that is most like it; numbers are like no others."""
    if words is None or not text or not word.isalpha():
        return 0.0
    return float(likeness(words.of(word), words.of(text)).max(initial=0.0))


@lru_cache(4_096)
def stems_in(text: str) -> frozenset[str]:
    """Return the stems of a cell's words; of all, where none carries meaning."""
    tokens = tokens_of(text)
    return frozenset(token.stem for token in tokens if token.is_content) or frozenset(token.stem for token in tokens)
