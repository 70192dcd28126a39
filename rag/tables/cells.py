"""The cell of a table that a question asks for: the question names its row and its column.

A row is named by its first cell, or by a cell that no other row has; a column by its name, in its word forms or by a
word like it (`rag.reading.words`), or by being the only one of the kind that is asked for. Every other word of the
question has to stand in the table, above it or in its article's title: a name, number or year that does not is about
something else. Where the column is a guess, or a word is left over, the cell is uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.article import Article, Table
from index.terms import STOP_WORDS
from rag.answer_kind import asks_for_kind, is_of_kind
from rag.language.comparisons import comparison_of
from rag.language.time import days_in
from rag.language.tokens import Token, tokens_of
from rag.language.years import YEAR_ALONE
from rag.reading.words import WordVectors, likeness
from rag.tables.rows import Cell, Row, columns_of, rows_of

_ALIKE = 0.3
"""From here on a word is as good as the other: "cost" and "price" have 0.5, "weight" and "height" 0.27."""
_AHEAD = 2.0
"""A column that is named by a word like it has to be so many times more alike than the next."""
_LEFT_OVER = 1 / 3
"""Share of a question's words that may be told nowhere, for a cell that is uncertain."""
_MOST_CHARACTERS = 60_000
"""Of a longer table the rows that were found are looked at, and no others."""
_SAMPLE = 20
"""Rows that tell which kind of things a column has."""
_ABOVE = 400
_PREFIX = 3
_IDLE = frozenset({"please", "exactly", "much", "many", "there", "get", "got", "now", "today", "currently", "present"})
"""Words that say nothing of what is asked for."""
_OF_KIND = frozenset("long old big large heavy tall high wide deep far fast often time take takes".split())
_OF_PRICE = frozenset("cost costs price pay paid charge charged expensive cheap".split())
"""Words that ask for a kind of thing; a column of this kind tells them."""
_LITTLE = frozenset({"a", "an", "the", "to", "of", "in", "it", "is", "what", "you", "i"})
_PRICE = "How much is it?"
_CHOICE = re.compile(r"^\W*(?:which|who|what|whose)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundCell:
    """A cell that a question asks for, and whether that is certain."""

    article: Article
    row: Row
    cell: Cell
    certain: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question names: its words that carry meaning, its years, the days of the week."""

    text: str
    tokens: tuple[Token, ...]
    years: frozenset[str]
    days: frozenset[int]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(token.stem for token in self.tokens)


@dataclass(frozen=True, slots=True)
class _Named:
    """A row that a question names, by which column, and with which of its words; `fully` by all words of that cell."""

    row: Row
    column: int
    stems: frozenset[str]
    fully: bool


def find_cell(
    question: str, article: Article, table: Table, part: tuple[int, int], words: WordVectors | None
) -> FoundCell | None:
    """Return the cell of a table that answers, None where the question names no row; `part` is what was found of it."""
    asked = _asked(question)
    columns = columns_of(article, table)
    start, end = part if table.end - table.rows > _MOST_CHARACTERS else (table.rows, table.end)
    rows = list(rows_of(article, table, len(columns), start, end))
    named = _named_row(asked, columns, [row for row in rows if _may_name(asked, row)])
    chosen = _column(asked, columns, named, rows[:_SAMPLE], words) if named is not None else None
    if named is None or chosen is None:
        return None
    column, sure = chosen
    cell = named.row.cells[column]
    around = (article.title, article.heading_at(table.rows) or "", _above(article, table), *columns, named.row.text)
    left = _left_over(asked, named, around, article.date or "", words)
    if left is None or not cell.text:
        return None
    count = sum(not _asks_for(question, token, f"{columns[column]} {cell.text}") for token in left)
    if count > _LEFT_OVER * len(asked.tokens):
        return None
    return FoundCell(article, named.row, cell, sure and named.fully and not count)


def _asks_for(question: str, token: Token, told: str) -> bool:
    """Whether a word only asks for the kind of thing that the column has: money, or what else the question is for."""
    if token.lower in _OF_PRICE:
        return is_of_kind(_PRICE, told)
    return token.lower in _OF_KIND and asks_for_kind(question) and is_of_kind(question, told)


@lru_cache(64)
def _asked(question: str) -> _Asked:
    tokens = tuple(token for token in tokens_of(question) if token.is_content and token.lower not in _IDLE)
    return _Asked(question, tokens, frozenset(YEAR_ALONE.findall(question)), days_in(question))


def _may_name(asked: _Asked, row: Row) -> bool:
    """Whether a row has the beginning of a word of the question: what has not names nothing."""
    low = row.text.casefold()
    return bool(asked.days) or any(token.lower[:_PREFIX] in low for token in asked.tokens)


def _named_row(asked: _Asked, columns: Sequence[str], rows: Sequence[Row]) -> _Named | None:
    """Return the one row that is named: by its first cell, in full or by a word that others lack, or by another one."""
    first = [named for row in rows if (named := _by_cell(asked, row, 0)) is not None]
    if full := [named for named in first if named.fully]:
        return _only_one(full)
    if first:
        alone = _only_one(first)
        return replace(alone, fully=True) if alone is not None and _singles_out(alone) else None
    others = [named for n in range(1, len(columns)) for row in rows if (named := _by_cell(asked, row, n)) is not None]
    return _only_one([named for named in others if named.fully and _is_telling(named.row.cells[named.column])])


def _by_cell(asked: _Asked, row: Row, column: int) -> _Named | None:
    text = row.cells[column].text
    days = asked.days & days_in(text) if asked.days else frozenset()
    if days and days == asked.days:
        return _Named(row, column, _stems_of_days(asked), fully=True)
    stems = _stems(text)
    shared = stems & asked.stems
    return _Named(row, column, shared, fully=shared == stems) if shared else None


def _only_one(named: Sequence[_Named]) -> _Named | None:
    """Return the row named by the most words, if the words of all others are among them: "Larch 13 Pro", "Larch 13"."""
    best = max(named, key=lambda each: len(each.stems), default=None)
    others = [each for each in named if each is not best]
    return best if best is not None and all(each.stems < best.stems for each in others) else None


def _singles_out(named: _Named) -> bool:
    """Whether the part of a first cell that is named is a name or number and half of it: "Birchwood" of two words."""
    tokens = [token for token in tokens_of(named.row.cells[0].text) if token.stem in named.stems]
    own = any(token.is_name or token.sentence_initial or token.number for token in tokens)
    return own and 2 * len(named.stems) >= len(_stems(named.row.cells[0].text))


def _is_telling(cell: Cell) -> bool:
    """Whether a cell that is not a row's first one may name it: it has a name or number, or several words."""
    tokens = tokens_of(cell.text)
    return len(_stems(cell.text)) > 1 or any(token.is_name or not token.lower.isalpha() for token in tokens)


def _column(
    asked: _Asked, columns: Sequence[str], named: _Named, sample: Sequence[Row], words: WordVectors | None
) -> tuple[int, bool] | None:
    """Return the column that is asked for and whether that is sure; None where nothing speaks for one."""
    rest = [token for token in asked.tokens if token.stem not in named.stems]
    if named.column:
        return _first_column(asked, columns, rest)
    others = [n for n in range(1, len(columns)) if _has_year(asked, columns, n)]
    fitting = [n for n in others if _is_of_kind(asked, columns[n], [row.cells[n] for row in sample])]
    if len(fitting) == 1 and (len(others) == 1 or asks_for_kind(asked.text)):
        return fitting[0], True
    return _by_words(asked, columns, fitting, rest) or _by_likeness(columns, fitting, rest, words)


def _first_column(asked: _Asked, columns: Sequence[str], rest: Sequence[Token]) -> tuple[int, bool] | None:
    """Return the first column, which says what has the value by which a row is known, if that is asked for."""
    named = bool(_stems(columns[0]) & {token.stem for token in rest})
    return (0, named) if named or _CHOICE.match(asked.text) else None


def _by_words(
    asked: _Asked, columns: Sequence[str], fitting: Sequence[int], rest: Sequence[Token]
) -> tuple[int, bool] | None:
    """Return the column with the most words of the question in its name and the fewest others; unsure if several."""
    said = {token.stem for token in rest} | {word for word in asked.text.casefold().split() if word in STOP_WORDS}
    shared = {n: len((_stems(columns[n]) - _LITTLE) & said) for n in fitting}
    most = max(shared.values(), default=0)
    best = [n for n in fitting if shared[n] == most] if most else []
    shortest = min((len(_stems(columns[n])) for n in best), default=0)
    best = [n for n in best if len(_stems(columns[n])) == shortest]
    return (_latest(columns, best), len(best) == 1) if best else None


def _by_likeness(
    columns: Sequence[str], fitting: Sequence[int], rest: Sequence[Token], words: WordVectors | None
) -> tuple[int, bool] | None:
    """Return the column whose name is most like a word of the question; unsure where the next one is nearly so."""
    alike = sorted(((_alike(rest, columns[n], words), n) for n in fitting), reverse=True)
    if not alike or alike[0][0] < _ALIKE:
        return None
    return alike[0][1], len(alike) == 1 or alike[0][0] >= _AHEAD * alike[1][0]


def _has_year(asked: _Asked, columns: Sequence[str], n: int) -> bool:
    """Whether a column is not of another year than the one that is asked for."""
    years = set(YEAR_ALONE.findall(columns[n]))
    return not years or not asked.years or bool(years & asked.years)


def _latest(columns: Sequence[str], best: Sequence[int]) -> int:
    """Return the column of the newest year, where they differ in that; else the first."""
    return max(best, key=lambda n: (max(YEAR_ALONE.findall(columns[n]), default=""), -n))


def _is_of_kind(asked: _Asked, name: str, cells: Sequence[Cell]) -> bool:
    return any(is_of_kind(asked.text, f"{name} {cell.text}") for cell in cells)


def _alike(tokens: Sequence[Token], name: str, words: WordVectors | None) -> float:
    return max((_likeness(token.lower, name, words) for token in tokens), default=0.0)


def _likeness(word: str, text: str, words: WordVectors | None) -> float:
    """Return how alike a word is to the word of a text that is most like it; numbers are like no others."""
    if words is None or not text or not word.isalpha():
        return 0.0
    return float(likeness(words.of(word), words.of(text)).max(initial=0.0))


def _left_over(
    asked: _Asked, named: _Named, around: Collection[str], date: str, words: WordVectors | None
) -> list[Token] | None:
    """Return the words of a question that nothing around the cell tells; None where one is a name or number."""
    told = _all_stems(around) | named.stems | {date[:4]}
    left = [token for token in asked.tokens if token.stem not in told]
    if any(token.is_name or token.number for token in left):
        return None
    text = " ".join(around)
    return [token for token in left if _likeness(token.lower, text, words) < _ALIKE]


def _above(article: Article, table: Table) -> str:
    """Return the paragraph above a table."""
    before = article.text[max(0, table.start - _ABOVE) : table.start].rstrip()
    return before[before.rfind("\n") + 1 :]


@lru_cache(4_096)
def _stems(text: str) -> frozenset[str]:
    """Return the stems of a cell's words; of all, where none carries meaning."""
    tokens = tokens_of(text)
    return frozenset(token.stem for token in tokens if token.is_content) or frozenset(token.stem for token in tokens)


def _all_stems(texts: Collection[str]) -> set[str]:
    return {stem for text in texts for stem in _stems(text)}


def _stems_of_days(asked: _Asked) -> frozenset[str]:
    return frozenset(token.stem for token in asked.tokens if days_in(token.lower.capitalize()))


def cells_in(
    question: str, article: Article, parts: Sequence[tuple[int, int]], words: WordVectors | None
) -> Iterator[FoundCell]:
    """Yield the cell that answers of each table of an article that one of these parts of it overlaps."""
    if comparison_of(question) is not None:  # which of two rows or columns is asked
        return
    for table in article.tables:
        touched = [part for part in parts if part[0] < table.end and table.start < part[1]]
        found = find_cell(question, article, table, touched[0], words) if touched else None
        if found is not None:
            yield found
