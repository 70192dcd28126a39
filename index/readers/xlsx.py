"""Excel workbooks, by openpyxl: the name of each sheet as a heading, and its rows, with a bar between the cells.

Left out: hidden sheets, formulas (their last results are kept), comments, charts and drawings.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import Names
from index.readers.compose import Block, compose
from index.readers.fields import NamedFields, is_called, named_fields
from index.readers.office_packages import core_properties, mended
from index.readers.rows import new_table
from index.readers.tables import article_of_row

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.')
"""In a number format: quoted words, one character as it is, a currency, a colour, blanks as wide as a character."""
_NUMBER = re.compile(
    r"(?P<before>[^#0?%]*)(?P<whole>[#0?,]+)(?P<decimals>\.[0#?]+)?(?P<percent> ?%)?(?P<after>[^#0?%]*)"
)
_GENERAL = frozenset({"general", "@", ""})
_TEXT_WORDS = 5
"""In the mean cell of a column of texts: `Article` and `Content` are also names of other things."""
_DIGITS = 15
"""As many as Excel keeps of a number."""


def read_xlsx(data: bytes, source: str, fields: Mapping[str, str]) -> Iterator[Article | Failure]:
    """Return the workbook, each row a paragraph, as Excel shows it; of a sheet with a column of texts, the articles."""
    from openpyxl import load_workbook  # takes a while

    fit = mended(data, source)
    book = load_workbook(io.BytesIO(fit), read_only=True, data_only=True, keep_links=False)
    names, called = Names(source), named_fields(fields)
    blocks: list[Block] = []
    is_empty = True
    for sheet in book.worksheets:
        rows = list(_rows(sheet)) if sheet.sheet_state == "visible" else []
        if articles := _articles(rows, called, is_named=bool(fields.get("text"))):
            is_empty = False
            for n, row in enumerate(articles, start=1):
                yield article_of_row(names, f"{sheet.title} {n}", row, called)
        elif any(rows):
            blocks += [Block(sheet.title, is_heading=True), *_blocks(rows)]
    if blocks:
        yield compose(source, core_properties(fit, source), blocks)
    elif is_empty:
        raise ArticleError(f"{source} has no text", "give the workbook that has it")


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[list[str]]:
    """Return the cells of each row. What a sheet says of its size is not believed: it may be anything."""
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        cells = ["" if cell.value is None else shown(cell.value, cell.number_format) for cell in row]
        yield cells if any(cells) else []


def _articles(rows: list[list[str]], called: NamedFields, *, is_named: bool) -> list[dict[str, str]]:
    """Return the rows by the names in the first one, where one of the columns has texts and not only a word each."""
    first = next((n for n, row in enumerate(rows) if row), len(rows))
    column = next((n for n, name in enumerate([*rows, []][first]) if is_called(name, called["text"])), None)
    filled = [row for row in rows[first + 1 :] if row]
    if column is None or not filled:
        return []
    words = sum(len(row[column].split()) for row in filled if column < len(row))
    if not is_named and words < _TEXT_WORDS * len(filled):
        return []
    return [dict(zip(rows[first], row, strict=False)) for row in filled]


def _blocks(rows: list[list[str]]) -> Iterator[Block]:
    """Return the rows that have text; an empty one ends a table."""
    table, is_open = new_table(), False
    for cells in rows:
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:
            yield Block(filled[0], table=table if is_open else 0)
        elif filled:
            yield Block(" | ".join(cells).rstrip("| "), table=table)
        is_open = len(filled) > 1 or (is_open and bool(filled))
        table = table if filled else new_table()


def shown(value: Any, pattern: str) -> str:
    """Return a cell's value as its number format shows it, days as 2024-04-02."""
    match value:
        case bool():
            return str(value).upper()
        case int() | float():
            return _number(value, pattern)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", _precision(value))
        case dt.time():
            return value.isoformat(_precision(value))
        case _:
            return " ".join(str(value).split())


def _precision(value: dt.datetime | dt.time) -> str:
    return "seconds" if value.second else "minutes"


def _number(value: float, pattern: str) -> str:
    """Return a number in formats such as `#,##0.00 "€"`, `[$£-809]0` and `0%`; in others all its digits."""
    positive = pattern.split(";", maxsplit=1)[0]
    literal = _LITERAL.sub(lambda found: found[1] or found[2] or found[3] or "", positive)
    found = None if positive.lower() in _GENERAL else _NUMBER.fullmatch(literal)
    if found is None or found["whole"].endswith(","):  # which shows thousands
        return _plain(value)
    number = abs(value) * 100 if found["percent"] else abs(value)
    most = len(found["decimals"] or ".") - 1
    least = (found["decimals"] or "").count("0")
    digits = f"{number:{',' if ',' in found['whole'] else ''}.{most}f}"
    if most > least:
        kept = digits.rstrip("0")
        digits = digits[: max(len(kept), len(digits) - most + least)].rstrip(".")
    sign = "-" if value < 0 and re.search("[1-9]", digits) else ""
    return f"{sign}{found['before']}{digits}{found['percent'] or ''}{found['after']}".strip()


def _plain(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.{_DIGITS}g}"
