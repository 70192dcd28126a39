"""Tables among the blocks of a document, and which of their rows name the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count, groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.readers.compose import Block

new_table = count(1).__next__
"""Return a number that no other table has."""
_LOOKED_AT = 20
_MOST_HEADERS = 3
_MOST_CHARACTERS = 500
_FEWEST_VALUES = 2
_YEAR = re.compile(r"\D{0,3}(?:19|20)\d\d\D{0,3}")
_FIGURE = re.compile(r"\W*(?:[A-Z]{3} ?)?\d[\d.,' ]*\D{0,12}")


def tables_of(blocks: Sequence[Block]) -> Iterator[tuple[int, int, int]]:
    """Return of each table whose columns are named its first block, the first one below the names, and the next."""
    for table, group in groupby(range(len(blocks)), key=lambda n: blocks[n].table):
        numbers = list(group)
        parts = _parts(blocks, numbers) if table else []
        for part in parts:
            if names := _header_rows([blocks[n] for n in part[:_LOOKED_AT]]):
                yield part[0], part[names], part[-1] + 1


def _parts(blocks: Sequence[Block], numbers: Sequence[int]) -> Iterator[list[int]]:
    """Return the parts of a table, each of which has names of columns of its own."""
    part: list[int] = []
    for n in numbers:
        if part and blocks[n].is_header and not blocks[n - 1].is_header:
            yield part
            part = []
        part.append(n)
    yield part


def _header_rows(rows: Sequence[Block]) -> int:
    """Return how many rows name the columns: those that are marked so, else the first one if it looks so."""
    names = next((n for n, row in enumerate(rows) if not row.is_header), 0)
    if not names:
        names = int(_names_columns([[cell.strip() for cell in row.text.split("|")] for row in rows]))
    is_short = names <= _MOST_HEADERS and sum(len(row.text) for row in rows[:names]) <= _MOST_CHARACTERS
    return names if is_short else 0


def _names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is of words and years, and figures stand below one of them in every row."""
    names, values = rows[0], rows[1:]
    if len(names) < 2 or not all(map(_is_name, names[1:])) or len(set(names)) < len(names):
        return False
    columns = [[row[n] for row in values if n < len(row) and row[n]] for n in range(1, len(names))]
    if len(names) == 2 and _YEAR.fullmatch(names[1]) and not _are_alike(columns[0]):
        return False  # it may be the first of several properties: `Built | 1931`, `Tons | 40`
    return any(len(column) >= _FEWEST_VALUES and all(map(_FIGURE.fullmatch, column)) for column in columns)


def _is_name(cell: str) -> bool:
    return bool(cell) and (_YEAR.fullmatch(cell) is not None or not _FIGURE.fullmatch(cell))


def _are_alike(values: Sequence[str]) -> bool:
    """Whether figures are large, or have a sign, and all the same one."""
    signs = {re.sub(r"[\d.,' ]+", "", value) for value in values}
    return len(signs) == 1 and (signs != {""} or any(re.search(r"\d{3}", value) for value in values))
