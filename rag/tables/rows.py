"""The cells of a table, each with its place in the article, and the column that each stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.article import Article, Table

SEPARATOR = "|"
_MEASURED = re.compile(r"(?:features?|propert(?:y|ies)|specifications?|attributes?|criteri(?:on|a))?", re.IGNORECASE)
"""What stands above the names of what a table measures."""
_LINE = re.compile(r"[^\n]*\S[^\n]*")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of a row, without the blanks around it; `article.text[start:end] == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, a cell for each column."""

    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The cells, to be searched for words."""
        return " | ".join(cell.text for cell in self.cells)


def columns_of(article: Article, table: Table) -> tuple[str, ...]:
    """Return the names of the columns; where several rows name them, each column's names one after the other."""
    lines = [_cells(article.text, *line.span()) for line in _LINE.finditer(article.text, table.start, table.rows)]
    width = max((len(cells) for cells in lines), default=0)
    full = [cells for cells in lines if len(cells) == width]
    return tuple(" ".join(filter(None, (cells[n].text for cells in full))) for n in range(width))


def rows_of(article: Article, table: Table, width: int, start: int = 0, end: int | None = None) -> Iterator[Row]:
    """Yield the rows that have a cell for each column, of a part of the article where that is given."""
    last = table.end if end is None else min(end, table.end)
    for line in _LINE.finditer(article.text, max(start, table.rows), last):
        cells = _cells(article.text, *line.span())
        if len(cells) == width:
            yield Row(cells)


def turned(article: Article, table: Table, rows: Sequence[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """Return the columns and rows of a table that has what it measures down its side, read the other way round.

    Nothing of a table whose first column has another name than "Feature" or the like, or whose names take several rows.
    """
    lines = [_cells(article.text, *line.span()) for line in _LINE.finditer(article.text, table.start, table.rows)]
    if len(lines) != 1 or not rows or not _MEASURED.fullmatch(lines[0][0].text):
        return (), []
    header = lines[0]
    sides = [Row((header[n], *(row.cells[n] for row in rows))) for n in range(1, len(header))]
    return (header[0].text, *(row.cells[0].text for row in rows)), sides


def column_at(article: Article, span: tuple[int, int]) -> str | None:
    """Return the name of the column whose cell a run of the article is exactly; None where it is none."""
    table, row = article.table_at(span[0]), article.row_at(span[0])
    if table is None or row is None:
        return None
    columns, cells = columns_of(article, table), _cells(article.text, *row)
    places = [(cell.start, cell.end) for cell in cells]
    return columns[places.index(span)] if len(cells) == len(columns) and span in places else None


def _cells(text: str, start: int, end: int) -> tuple[Cell, ...]:
    return tuple(_without_blanks(text, *span) for span in _parts(text, start, end))


def _parts(text: str, start: int, end: int) -> Sequence[tuple[int, int]]:
    cuts = [start - 1, *(n for n in range(start, end) if text[n] == SEPARATOR), end]
    return [(before + 1, after) for before, after in pairwise(cuts)]


def _without_blanks(text: str, start: int, end: int) -> Cell:
    said = text[start:end]
    first = start + len(said) - len(said.lstrip())
    return Cell(said.strip(), first, first + len(said.strip()))
