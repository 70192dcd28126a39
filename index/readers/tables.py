"""CSV and JSON Lines: a row or line is an article, its fields are the columns or keys of these names."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import Names
from index.readers.compose import Block, Properties, compose, tags_of, web_link
from index.readers.decode import decode
from index.readers.exports import is_notion
from index.readers.fields import (
    NamedFields,
    field_author,
    field_blocks,
    field_date,
    field_text,
    is_called,
    named_fields,
)
from index.readers.metadata import name_of

_NAME_CHARACTERS = 100
_PROSE_WORDS = 20
"""In the mean cell of a column of texts."""
_FIELD_CHARACTERS = 1 << 30
_SEPARATOR = re.compile(r"(?i)\Asep=(.)\r?\n")
_NAMES_SAID = 4
_RULE = re.compile(r"[-+=:| ]*-{3,}[-+=:| ]*")
"""As databases print it below the names of columns."""


def read_table(data: bytes, source: str, fields: Mapping[str, str]) -> Iterator[Article | Failure]:
    """Return the rows of a CSV file as articles, or all of them as one if no column has texts.

    Its first line names the columns; they are parted by commas, semicolons, tabs or bars, or as Excel's `sep=` above it
    says.
    """
    text = decode(data, source)
    said = _SEPARATOR.match(text)
    text = text[said.end() :] if said else text
    first = text.split("\n", 1)[0]
    delimiter = said[1] if said else max(",;\t|", key=first.count)
    usual = csv.field_size_limit(_FIELD_CHARACTERS)  # of this whole process
    try:
        columns, *rows = _rows(text, delimiter, source) or [[]]
    finally:
        csv.field_size_limit(usual)
    called = named_fields(fields)
    if not any(is_called(column, called["text"]) for column in columns):
        if fields.get("text") or (_has_prose([columns, *rows]) and not is_notion(source)):
            raise ArticleError(f"{source} has no column called {_listed(called)}", "name it with --text-field")
        yield _data_table([columns, *rows], source)
        return
    names = Names(source)
    for number, row in enumerate(filter(None, rows), start=1):
        yield article_of_row(
            names, f"row {number}", dict(zip_longest(columns, row[: len(columns)], fillvalue="")), called
        )


def _rows(text: str, delimiter: str, source: str) -> list[list[str]]:
    """Return the cells of each line; where quotation marks are none (`12" oak`), as many as the names of columns."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE)
        rows = list(lines)
        if len({len(row) for row in rows if row}) != 1:
            raise ArticleError(f"{source}, line {reader.line_num}: {error}", "correct the line") from error
        return rows


def _has_prose(rows: list[list[str]]) -> bool:
    """Whether a column has texts, whatever it is called: then its rows are articles."""
    words = [[len(cell.split()) for cell in row] for row in rows[1:]]
    columns = zip_longest(*words, fillvalue=0)
    return any(sum(counts) >= _PROSE_WORDS * len(words) for counts in columns)


def _data_table(rows: list[list[str]], source: str) -> Article:
    """Return a table that has no texts as one article, its rows as documents show them."""
    lines = [" | ".join(" ".join(cell.split()) for cell in row) for row in rows if any(row)]
    lines = [line for line in lines if not _RULE.fullmatch(line)]
    blocks = [Block(line, table=1, is_header=n == 0) for n, line in enumerate(lines)]
    return compose(source, Properties(name_of(source)), blocks)


def read_lines(data: bytes, source: str, fields: Mapping[str, str]) -> Iterator[Article | Failure]:
    """Return the JSON objects of a file, one on each line, as articles."""
    names, called = Names(source), named_fields(fields)
    for number, line in enumerate(decode(data, source).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Failure(f"{source}/line {number}", f"{source}, line {number} is not JSON ({error})", "correct it")
            continue
        if not isinstance(row, dict):
            yield Failure(f"{source}/line {number}", f"{source}, line {number} is no JSON object", "correct it")
            continue
        yield article_of_row(names, f"line {number}", row, called)


def article_of_row(names: Names, place: str, row: Mapping[str, object], called: NamedFields) -> Article | Failure:
    """Return a row's article, called by its id, else its title, else its place: it keeps its name among others."""
    title, given = (" ".join(field_text(row, called[name]).split()) for name in ("title", "id"))
    given = given or title
    name = names.of(given[:_NAME_CHARACTERS].replace("/", "-") if given.strip(". ") else place)
    blocks = field_blocks(row, called["text"])
    if not any(block.tidied for block in blocks):
        return Failure(name, f"{name} has no {_listed(called)}", "give it a text or remove it")
    properties = Properties(
        title=title or name.rsplit("/", 1)[-1],
        author=field_author(row, called["author"]),
        date=field_date(row, called["date"]),
        language=field_text(row, called["language"]).strip() or None,
        link=web_link(field_text(row, called["link"])),
        tags=tags_of(field_text(row, called["tags"])),
    )
    return compose(name, properties, blocks)


def _listed(called: NamedFields) -> str:
    return " or ".join(f"`{each}`" for each in called["text"][:_NAMES_SAID])
