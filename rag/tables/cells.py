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
from itertools import pairwise

from index.article import Article, Table
from rag.answer_kind import asks_for_kind, is_of_kind
from rag.language.comparisons import comparison_of
from rag.language.stem import stem
from rag.language.time import days_in
from rag.language.tokens import Token, tokens_of
from rag.reading.words import WordVectors
from rag.tables.columns import (
    ALIKE,
    Asked,
    asked_of,
    by_likeness,
    by_words,
    column_is_of_kind,
    has_year,
    likeness_to,
    stems_in,
)
from rag.tables.rows import Cell, Row, columns_of, rows_of, turned

_LEFT_OVER = 1 / 3
"""Share of a question's words that may be told nowhere, for a cell that is uncertain."""
MOST_CHARACTERS = 60_000
"""Of a longer table the rows that were found are looked at, and no others."""
_SAMPLE = 20
"""Rows that tell which kind of things a column has."""
_ABOVE = 400
_PREFIX = 3
_OF_KIND = frozenset("long old big large heavy tall high wide deep far fast often time take takes".split())
OF_PRICE = frozenset("cost costs price pay paid charge charged expensive cheap".split())
"""Words that ask for a kind of thing; a column of this kind tells them."""
_PRICE = "How much is it?"
_ASIDE = re.compile(r" ?\([^()]*\)")
"""What a name has in brackets and may go without: "Joss Winter (Harbour List)"."""
_CHOICE = re.compile(r"^\W*(?:which|who|what|whose)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundCell:
    """A cell that a question asks for, and whether that is certain."""

    article: Article
    cell: Cell
    certain: bool


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
    """Return the cell of a table that answers, None where the question names no row; `part` is what was found of it.

    Where things stand side by side, one a column, a column is named as a row is, and a row as a column.
    """
    asked = asked_of(question)
    columns = columns_of(article, table)
    start, end = part if table.end - table.rows > MOST_CHARACTERS else (table.rows, table.end)
    rows = list(rows_of(article, table, len(columns), start, end))
    told = (article.title, article.heading_at(table.rows) or "", above(article, table))
    found = [_found(asked, article, *view, told, words) for view in ((columns, rows), turned(article, table, rows))]
    cells = [cell for cell in found if cell is not None]
    return next((cell for cell in cells if cell.certain), cells[0] if cells else None)


def _found(
    asked: Asked,
    article: Article,
    columns: Sequence[str],
    rows: Sequence[Row],
    told: Sequence[str],
    words: WordVectors | None,
) -> FoundCell | None:
    """Return the cell that answers; `told` are title, heading and the text above the table."""
    named = _named_row(asked, columns, [row for row in rows if _may_name(asked, row)])
    chosen = _column(asked, columns, named, rows[:_SAMPLE], words) if named is not None else None
    if named is None or chosen is None:
        return None
    column, sure = chosen
    cell = named.row.cells[column]
    left = _left_over(asked, named, (*told, *columns, named.row.text), article.date or "", words)
    if left is None or not cell.text:
        return None
    count = sum(not _asks_for(asked.text, token, f"{columns[column]} {cell.text}") for token in left)
    if count > _LEFT_OVER * len(asked.tokens):
        return None
    return FoundCell(article, cell, sure and named.fully and not count)


def _asks_for(question: str, token: Token, told: str) -> bool:
    """Whether a word only asks for the kind of thing that the column has: money, or what else the question is for."""
    if token.lower in OF_PRICE:
        return is_of_kind(_PRICE, told)
    return token.lower in _OF_KIND and asks_for_kind(question) and is_of_kind(question, told)


def _may_name(asked: Asked, row: Row) -> bool:
    """Whether a row has the beginning of a word of the question: what has not names nothing."""
    low = row.text.casefold()
    return bool(asked.days) or any(token.lower[:_PREFIX] in low for token in asked.tokens)


def _named_row(asked: Asked, columns: Sequence[str], rows: Sequence[Row]) -> _Named | None:
    """Return the one row that is named: by its first cell, in full or by a word that others lack, or by another one."""
    first = [named for row in rows if (named := _by_cell(asked, row, 0)) is not None]
    if full := [named for named in first if named.fully]:
        return _only_one(full)
    if first:
        alone = _only_one(first)
        return replace(alone, fully=True) if alone is not None and _singles_out(alone) else None
    others = [named for n in range(1, len(columns)) for row in rows if (named := _by_cell(asked, row, n)) is not None]
    return _only_one([named for named in others if named.fully and _is_telling(named.row.cells[named.column])])


def _by_cell(asked: Asked, row: Row, column: int) -> _Named | None:
    text = row.cells[column].text
    days = asked.days & days_in(text) if asked.days else frozenset()
    if days and days == asked.days:
        return _Named(row, column, _stems_of_days(asked), fully=True)
    shared = stems_in(text) & asked.stems
    needed = stems_in(_ASIDE.sub("", text)) or stems_in(text)
    return _Named(row, column, shared, fully=needed <= shared) if shared else None


def _only_one(named: Sequence[_Named]) -> _Named | None:
    """Return the row named by the most words, if the words of all others are among them: "Larch 13 Pro", "Larch 13"."""
    best = max(named, key=lambda each: len(each.stems), default=None)
    others = [each for each in named if each is not best]
    return best if best is not None and all(each.stems < best.stems for each in others) else None


def _singles_out(named: _Named) -> bool:
    """Whether the part of a first cell that is named is a name or number and half of it: "Birchwood" of two words."""
    tokens = [token for token in tokens_of(named.row.cells[0].text) if token.stem in named.stems]
    own = any(token.is_name or token.sentence_initial or token.number for token in tokens)
    return own and 2 * len(named.stems) >= len(stems_in(named.row.cells[0].text))


def _is_telling(cell: Cell) -> bool:
    """Whether a cell that is not a row's first one may name it: it has a name or number, or several words."""
    tokens = tokens_of(cell.text)
    return len(stems_in(cell.text)) > 1 or any(token.is_name or not token.lower.isalpha() for token in tokens)


def _column(
    asked: Asked, columns: Sequence[str], named: _Named, sample: Sequence[Row], words: WordVectors | None
) -> tuple[int, bool] | None:
    """Return the column that is asked for and whether that is sure; None where nothing speaks for one."""
    rest = [token for token in asked.tokens if token.stem not in named.stems]
    others = [n for n in range(1, len(columns)) if n != named.column and has_year(asked, columns, n)]
    if named.column:
        return _of_middle(asked, columns, others, rest)
    fitting = [n for n in others if column_is_of_kind(asked, columns[n], [row.cells[n] for row in sample])]
    if len(fitting) == 1 and (len(others) == 1 or asks_for_kind(asked.text)):
        return fitting[0], True
    return by_words(asked, columns, fitting, rest) or by_likeness(columns, fitting, rest, words)


def _of_middle(
    asked: Asked, columns: Sequence[str], others: Sequence[int], rest: Sequence[Token]
) -> tuple[int, bool] | None:
    """Return the column where a row is not named by its first cell: a named one, or the first, if that may be meant."""
    if stems_in(columns[0]) & {token.stem for token in rest}:
        return 0, True
    return by_words(asked, columns, others, rest) or ((0, False) if _CHOICE.match(asked.text) else None)


def _left_over(
    asked: Asked, named: _Named, around: Collection[str], date: str, words: WordVectors | None
) -> list[Token] | None:
    """Return the words of a question that nothing around the cell tells; None where one is a name or number.

    "Backup" tells "back up".
    """
    told = _all_stems(around) | named.stems | {date[:4]}
    compound = {
        one for pair in pairwise(asked.tokens) if stem("".join(each.lower for each in pair)) in told for one in pair
    }
    left = [token for token in asked.tokens if token.stem not in told and token not in compound]
    if any(token.is_name or token.number for token in left):
        return None
    text = " ".join(around)
    return [token for token in left if likeness_to(token.lower, text, words) < ALIKE]


def above(article: Article, table: Table) -> str:
    """Return the paragraph above a table."""
    before = article.text[max(0, table.start - _ABOVE) : table.start].rstrip()
    return before[before.rfind("\n") + 1 :]


def _all_stems(texts: Collection[str]) -> set[str]:
    return {stem for text in texts for stem in stems_in(text)}


def _stems_of_days(asked: Asked) -> frozenset[str]:
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
