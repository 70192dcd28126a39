"""The row of a table with the most or the least of what one of its columns gives.

All that the question says has to stand in the title, the heading, above the table or in the names of its columns, and
every cell of the column has to be an amount of one unit: else nothing is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from index.article import Article, Table
from index.terms import query_terms
from rag.language.amounts import amount_in
from rag.language.stem import stem
from rag.language.superlatives import PRICE, Superlative, superlatives_in
from rag.language.tokens import tokens_of
from rag.tables.cells import MOST_CHARACTERS, OF_PRICE, above
from rag.tables.columns import asked_of, by_words, column_is_of_kind, has_year, stems_in
from rag.tables.rows import Cell, Row, columns_of, rows_of, turned

_LEAST = 2
_NO_VALUE = re.compile(r"(?:[-–—]|n/?a|unknown)?", re.IGNORECASE)
_FREE = re.compile(r"(?:free(?: of charge)?)", re.IGNORECASE)
_SUMS = re.compile(
    r"(?:(?:sub|grand )?totals?|sum|overall|altogether|average|mean|median|others?|the rest|miscellaneous)\b.*",
    re.IGNORECASE,
)
"""Rows that are about all others, or no one thing."""
_ALL = re.compile(r"all\b.*", re.IGNORECASE)
"""A row that is about all others if it has their sum: "All-inclusive" may be one of them."""
_OPENING = re.compile(
    r"(?P<from>[0-2]?[0-9])(?:[:.](?P<past>[0-5][0-9]))? ?(?:[-–—]|to|until) ?"
    r"(?P<until>[0-2]?[0-9])(?:[:.](?P<over>[0-5][0-9]))?",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"closed", re.IGNORECASE)
_PRICES = re.compile(r"\b(?:prices?|costs?|fees?|fares?|rates?|charges?|rents?|tariffs?)\b", re.IGNORECASE)
"""Names of columns that say what something costs, and not what else is paid."""
_EXTENT = re.compile(
    r"(?:\b|\d)(?:seconds?|minutes?|min|hours?|h|days?|weeks?|months?|years?|mm|cm|m|km|(?:kilo|centi|milli)?met(?:re|er)s?"
    r"|miles?|feet|ft|inch(?:es)?|yards?)\b",
    re.IGNORECASE,
)
"""A unit of lengths or durations."""
_PEOPLE = re.compile(r"\b(?:\w+(?:er|or|ist|ant)s?|name|company|firm|team|club|party|person)\b", re.IGNORECASE)
"""Names of columns that have people or companies."""
_LIGHT = frozenset(
    map(stem, "offer give get gain have reach make take show record ask want need go run come among".split())
)
"""Words that say nothing of what is compared."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row gives: its name and its amount, and where they stand."""

    name: Cell
    value: Cell
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Extreme:
    """The rows with the most or least, those that come next, how many there are, and the name of the column.

    `is_of_noun` is whether a column is named as the question calls what it asks for.
    """

    article: Article
    best: tuple[Entry, ...]
    next: tuple[Entry, ...]
    count: int
    column: str
    is_of_noun: bool


def extremes_in(asked: Superlative, article: Article, parts: Sequence[tuple[int, int]]) -> Iterator[Extreme]:
    """Yield what each table of an article says that one of these parts of it overlaps."""
    for table in article.tables:
        if any(part[0] < table.end and table.start < part[1] for part in parts):
            yield from _of_table(asked, article, table)


def _of_table(asked: Superlative, article: Article, table: Table) -> Iterator[Extreme]:
    if table.end - table.rows > MOST_CHARACTERS:
        return
    columns = columns_of(article, table)
    rows = list(rows_of(article, table, len(columns)))
    told = " ".join((article.title, article.heading_at(table.rows) or "", above(article, table)))
    for names, view in ((columns, rows), turned(article, table, rows)):
        own = [row for row in view if not _SUMS.fullmatch(row.cells[0].text)]
        if own and (extreme := _extreme(asked, article, names, own, told)):
            yield extreme
            return


def _extreme(
    asked: Superlative, article: Article, columns: Sequence[str], rows: Sequence[Row], told: str
) -> Extreme | None:
    measured = _measured(asked, columns, rows)
    if measured is None:
        return None
    named = _named_by(asked, columns, rows, measured)
    entries = (
        _entries(asked, rows, named, measured) if named is not None and _is_told(asked, columns, measured, told) else []
    )
    if len(entries) < _LEAST:
        return None
    ranked = sorted({entry.amount for entry in entries}, reverse=asked.larger)
    best, following = (tuple(entry for entry in entries if [entry.amount] == ranked[n : n + 1]) for n in (0, 1))
    return Extreme(article, best, following, len(entries), columns[measured], _is_of_noun(asked, columns))


def _measured(asked: Superlative, columns: Sequence[str], rows: Sequence[Row]) -> int | None:
    """Return the column of what is compared: the one named, or the only one of its kind."""
    words = asked_of(asked.rest)
    fitting = [
        n
        for n in range(1, len(columns))
        if has_year(words, columns, n) and _may_measure(asked, columns[n], [row.cells[n] for row in rows])
    ]
    if asked.measure and len(fitting) == 1 and (asked.measure != PRICE or _PRICES.search(columns[fitting[0]])):
        return fitting[0]
    tokens = [token for token in words.tokens if token.stem != _head(asked)] if asked.measure else words.tokens
    found = by_words(words, columns, fitting, tokens)
    return found[0] if found and found[1] else None


def _head(asked: Superlative) -> str:
    """Return the stem of what one of is asked for: a ticket, so that "Week ticket" is not the price that is meant."""
    return stem(next(iter(query_terms(asked.noun or "")[::-1]), ""))


def _may_measure(asked: Superlative, name: str, cells: Sequence[Cell]) -> bool:
    """Return whether a column has amounts, of the kind that is asked for, and is not itself of the other end."""
    if superlatives_in(name) - {asked.word}:
        return False
    if asked.measure and not column_is_of_kind(asked_of(asked.measure), name, cells):
        return False
    if asked.extent and not any(_hours(cell.text) or _EXTENT.search(f"{name} {cell.text}") for cell in cells):
        return False
    return any(_amount(asked, cell.text) for cell in cells)


def _named_by(asked: Superlative, columns: Sequence[str], rows: Sequence[Row], measured: int) -> int | None:
    """Return the column whose cells are what one is asked for; None where it is a person and none has people."""
    others = [n for n in range(len(columns)) if n != measured and not amount_in(rows[0].cells[n].text)]
    if asked.noun == "who":
        return next((n for n in others if _PEOPLE.search(columns[n])), None)
    return next((n for n in others if _nouns(asked) & stems_in(columns[n])), 0)


def _nouns(asked: Superlative) -> set[str]:
    return {stem(word) for word in (asked.noun or "").lower().split()}


def _is_of_noun(asked: Superlative, columns: Sequence[str]) -> bool:
    return asked.noun == "who" or any(_nouns(asked) & stems_in(column) for column in columns)


def _is_told(asked: Superlative, columns: Sequence[str], measured: int, told: str) -> bool:
    """Return whether everything that is asked stands around the table, and something at all is asked."""
    known = {token.stem for token in tokens_of(" ".join((told, *columns)))} | _LIGHT
    tokens = [token for token in asked_of(asked.rest).tokens if token.lower != "who"]
    price = asked.measure == PRICE
    left = [token for token in tokens if token.stem not in known and not (token.lower in OF_PRICE and price)]
    return bool(tokens) and not left


def _entries(asked: Superlative, rows: Sequence[Row], named: int, measured: int) -> list[Entry]:
    """Return what the rows give; nothing where a cell is no amount, of another unit, or two rows have one name."""
    entries: list[Entry] = []
    units: set[str] = set()
    for row in rows:
        name, value = row.cells[named], row.cells[measured]
        if _NO_VALUE.fullmatch(value.text):
            continue
        amount = _amount(asked, value.text)
        if amount is None or not name.text:
            return []
        units |= {amount[1]} if amount[1] is not None else set()
        entries.append(Entry(name, value, amount[0]))
    total = sum(entry.amount for entry in entries)
    entries = [entry for entry in entries if not (_ALL.fullmatch(entry.name.text) and 2 * entry.amount == total)]
    names = {entry.name.text.casefold() for entry in entries}
    return entries if len(units) == 1 and len(names) == len(entries) else []


def _amount(asked: Superlative, text: str) -> tuple[Decimal, str | None] | None:
    """Return the amount of a cell and its unit, None for what is free or closed; of opening hours how long they are."""
    if _FREE.fullmatch(text) or (asked.extent and _CLOSED.fullmatch(text)):
        return Decimal(0), None
    return (asked.extent and _hours(text)) or amount_in(text)


def _hours(text: str) -> tuple[Decimal, str] | None:
    """Return how long opening hours are, in minutes."""
    found = _OPENING.fullmatch(text)
    if found is None:
        return None
    minutes = [
        60 * int(found[hour]) + int(found[minute] or 0) for hour, minute in (("from", "past"), ("until", "over"))
    ]
    return (Decimal(minutes[1] - minutes[0]), "open") if minutes[0] < minutes[1] else None
