"""Two things of one table side by side: "Compare Solo and Team" has what each column says of both rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.article import Article
from rag.answer import Sentence, Span
from rag.extract import cite
from rag.forms.findings import FIRST_LINE, Findings
from rag.generate import AnswerBody
from rag.language.comparisons import Comparison
from rag.tables.columns import stems_in
from rag.tables.reader import SURE
from rag.tables.rows import Row, columns_of, rows_of, turned

_ROWS = 6
"""Rows that are quoted; those of a table whose things stand side by side are many."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two rows that are compared, as the article or the table read the other way round has them."""

    article: Article
    columns: Sequence[str]
    rows: tuple[Row, Row]


def side_by_side(findings: Findings, comparison: Comparison) -> AnswerBody | None:
    """Return what one table says of both sides; None where something in particular is compared, or no table has both.

    Of several tables the one that is found first counts.
    """
    if not comparison.at_large:
        return None
    articles = {passage.article.id: passage.article for passage in findings.passages if passage.article.tables}
    pair = next((pair for article in articles.values() for pair in _pairs(article, comparison.sides)), None)
    return _body(pair, findings.limits.context) if pair else None


def _pairs(article: Article, sides: tuple[str, str]) -> Iterator[Pair]:
    for table in article.tables:
        columns = columns_of(article, table)
        rows = list(rows_of(article, table, len(columns)))
        for names, view in ((columns, rows), turned(article, table, rows)):
            first, second = ([row for row in view if _is_named(side, row, names)] for side in sides)
            if len(first) == len(second) == 1 and first != second:
                yield Pair(article, names, (first[0], second[0]))


def _is_named(side: str, row: Row, columns: Sequence[str]) -> bool:
    """Whether a side is a row's first cell; it may have the column's name with it: "the Solo plan"."""
    name, asked = stems_in(row.cells[0].text), stems_in(side)
    return bool(name) and name <= asked <= name | stems_in(columns[0])


def _body(pair: Pair, context: int) -> AnswerBody | None:
    said = _first_line(pair)
    places = _places(pair)
    if said is None or len(places) > _ROWS:
        return None
    citations = tuple(cite(n, pair.article, place, (), context) for n, place in enumerate(places, start=1))
    quotes = [Sentence(citation.quote, "quote", (citation.n,), SURE) for citation in citations]
    first = Sentence(said, "computed", tuple(citation.n for citation in citations), SURE)
    return AnswerBody((first, *quotes), citations, certainty="high", intent="compare")


def _places(pair: Pair) -> list[Span]:
    """Return where the rows of all cells stand in the article, each once."""
    cells = [cell for row in pair.rows for cell in row.cells[1:] if cell.text]
    rows = (pair.article.row_at(cell.start) for cell in cells)
    return sorted({row for row in rows if row is not None})


def _first_line(pair: Pair) -> str | None:
    """Return the names and what both have, as many columns as fit: "Solo and Team: Price 6 against 18; ..."."""
    first, second = pair.rows
    told = [
        f"{column} {one.text or '-'} against {other.text or '-'}"
        for column, one, other in zip(pair.columns[1:], first.cells[1:], second.cells[1:], strict=True)
        if one.text or other.text
    ]
    for count in range(len(told), 0, -1):
        left = [f"{len(told) - count} more"] if count < len(told) else []
        said = f"{first.cells[0].text} and {second.cells[0].text}: {'; '.join([*told[:count], *left])}."
        if len(said) <= FIRST_LINE:
            return said
    return None
