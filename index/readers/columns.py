"""Columns of a printed page whose lines were written alternately, one from each: put one after the other again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.readers.reflow import TextLine

Gutter = tuple[float, float]
"""From where to where it is white, in points from the left."""

GAP = 1.2
"""Of the font size: what is further apart on a line is no blank between words."""
_ROWS = 4
_PROSE_CHARACTERS = 20
"""In the middle line of each column; the cells of tables have fewer, and belong to their rows."""
_LETTERS = 0.6


def in_columns(rows: Sequence[Sequence[TextLine]]) -> list[TextLine]:
    """Return the lines of a page in reading order; a row has the pieces of a line that are far apart."""
    ordered: list[TextLine] = []
    run: list[Sequence[TextLine]] = []
    gutters: list[Gutter] = []
    for row in rows:
        narrowed = _narrowed(gutters, row) if run else [(a.right, b.left) for a, b in pairwise(row)]
        if narrowed:
            run.append(row)
            gutters = narrowed
            continue
        ordered += _ordered(run, gutters)
        gutters = [(a.right, b.left) for a, b in pairwise(row)]
        run = [row] if gutters else []
        ordered += [] if gutters else row
    return ordered + _ordered(run, gutters)


def _narrowed(gutters: list[Gutter], row: Sequence[TextLine]) -> list[Gutter]:
    """Return what of the gutters is white in this row, too; nothing where the row is written over one."""
    if len(row) > len(gutters) + 1:
        return []
    white = []
    for left, right in gutters:
        before = [line for line in row if line.left < (left + right) / 2]
        after = [line for line in row if line.left >= (left + right) / 2]
        edges = max([left, *(line.right for line in before)]), min([right, *(line.left for line in after)])
        if edges[0] >= edges[1]:
            return []
        white.append(edges)
    return white


def _ordered(run: Sequence[Sequence[TextLine]], gutters: Sequence[Gutter]) -> list[TextLine]:
    """Return the columns one after the other if they are prose, else row by row, each row as one line again."""
    columns = list(_columns(run, gutters))
    full = [row for row in run if len(row) == len(gutters) + 1]
    if len(full) >= _ROWS and all(_is_prose(column) for column in columns):
        return [line for column in columns for line in column]
    return [joined for row in run for joined in _joined(row)]


def _columns(run: Sequence[Sequence[TextLine]], gutters: Sequence[Gutter]) -> Iterator[list[TextLine]]:
    edges = [float("-inf"), *(sum(gutter) / 2 for gutter in gutters), float("inf")]
    for left, right in pairwise(edges):
        yield [line for row in run for line in row if left <= line.left < right]


def _is_prose(column: Sequence[TextLine]) -> bool:
    text = "".join(line.text for line in column)
    letters = sum(character.isalpha() for character in text)
    return median(len(line.text) for line in column) >= _PROSE_CHARACTERS and letters >= _LETTERS * len(
        text.replace(" ", "")
    )


def _joined(row: Sequence[TextLine]) -> Iterator[TextLine]:
    first = row[0]
    yield first.up_to(row[-1], " ".join(line.text for line in row)) if len(row) > 1 else first
