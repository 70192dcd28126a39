"""CSV as people have it -> records: with commas, or as Excel saves it (semicolons, tabs, `sep=;`, UTF-16)."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from pathlib import Path

from evaluation.questions import decode, numbered_lines
from index.errors import UsageError

_DELIMITERS = (",", ";", "\t")
_MOST_BYTES = 256 * 2**20
"""A larger file in UTF-16, which is read as a whole, is refused."""

Cells = tuple[list[str], list[str]]
"""The header, in lower case, and the cells of a row."""


def csv_records(path: Path, *columns: str) -> Iterator[tuple[str, int, Cells]]:
    """Yield each row with its place and its line; the delimiter is the one that gives a header with one of `columns`.

    Raises UsageError for a file that is no CSV, or has none of them.
    """
    lines = _lines(path)
    skipped, first = 0, next(lines, "")
    if first[:4].lower() == "sep=" and len(first.rstrip("\r\n")) == 5:  # Excel's own line
        delimiter, skipped, first = first[4], 1, next(lines, "")
    else:
        delimiter = _delimiter(first, columns)
    reader = csv.reader(_with_first(first, lines), delimiter=delimiter, strict=True)
    header: list[str] = []
    end = skipped
    try:
        for cells in reader:
            start, end = end + 1, reader.line_num + skipped
            if not any(cells):
                continue
            if header:
                yield f"line {start}", start, (header, cells)
                continue
            header = [cell.strip().lower() for cell in cells]
            if not set(columns) & set(header):
                raise UsageError(f"{path}: no column is called `{columns[0]}`", "begin with the names of the columns")
    except csv.Error as error:
        raise UsageError(f"{path}, line {end + 1}: {error}", "save it as CSV") from error


def _delimiter(line: str, columns: Sequence[str]) -> str:
    """Return what parts the names in the first line; a comma where nothing gives one of the columns."""
    for delimiter in _DELIMITERS:
        names = line.rstrip("\r\n").split(delimiter)
        if set(columns) & {name.strip(' "').lower() for name in names}:
            return delimiter
    return _DELIMITERS[0]


def _with_first(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file in UTF-8, or in UTF-16 with a byte order mark (Excel's "Unicode text")."""
    try:
        with path.open("rb") as file:
            if file.read(2) not in (BOM_UTF16_LE, BOM_UTF16_BE):
                yield from (line for _, line in numbered_lines(path))
                return
            file.seek(0)
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "give a question set") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{path}: more than 256 MiB of UTF-16", "save it as UTF-8")
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-16 text ({error.reason})", "save it as UTF-8") from error
    yield from io.StringIO(decode(text.encode("utf-8", "surrogatepass"), str(path)), newline="")
