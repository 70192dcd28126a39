"""CSV and JSON Lines: a row or line is an article, its fields are the columns or keys of these names."""

from __future__ import annotations

import csv
import html
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
from index.readers.markup import markup_blocks
from index.readers.metadata import author_of, name_of

FIELDS = {
    "text": ("text", "body", "content", "article"),
    "title": ("title", "headline"),
    "author": ("author", "authors", "byline"),
    "date": ("date", "published"),
    "language": ("language", "lang"),
    "id": ("id", "_id"),
    "link": ("url", "link"),
    "tags": ("tags", "keywords"),
}
"""What a field may be called, in any case; the first that is there counts."""

NamedFields = dict[str, tuple[str, ...]]
_NAME_CHARACTERS = 100
_PROSE_WORDS = 20
"""In the mean cell of a column of texts."""
_FIELD_CHARACTERS = 1 << 30
_SEPARATOR = re.compile(r"(?i)\Asep=(.)\r?\n")
_MARKUP = re.compile(
    r"(?is)\A\s*<(p|div|h[1-6]|ul|ol|table|article|section|blockquote|figure)\b[^>]*>.*</[a-z][a-z0-9]*>"
)
_RENDERED = "rendered"
"""What WordPress calls the HTML of a field."""


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
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    usual = csv.field_size_limit(_FIELD_CHARACTERS)  # of this whole process
    try:
        called = named_fields(fields)
        if not any(column.strip().lower() in called["text"] for column in rows.fieldnames or ()):
            data_rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
            if fields.get("text") or (_has_prose(data_rows) and not is_notion(source)):
                raise ArticleError(f"{source} has no column called {_listed(called)}", "name it with --text-field")
            yield _data_table(data_rows, source)
            return
        names = Names(source)
        for number, row in enumerate(rows, start=1):
            yield article_of_row(names, f"row {number}", row, called)
    except csv.Error as error:
        raise ArticleError(f"{source}, line {rows.line_num}: {error}", "correct the line") from error
    finally:
        csv.field_size_limit(usual)


def _has_prose(rows: list[list[str]]) -> bool:
    """Whether a column has texts, whatever it is called: then its rows are articles."""
    words = [[len(cell.split()) for cell in row] for row in rows[1:]]
    columns = zip_longest(*words, fillvalue=0)
    return any(sum(counts) >= _PROSE_WORDS * len(words) for counts in columns)


def _data_table(rows: list[list[str]], source: str) -> Article:
    """Return a table that has no texts as one article, its rows as documents show them."""
    lines = [" | ".join(" ".join(cell.split()) for cell in row) for row in rows if any(row)]
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
    fields = {name: _field(row, names) for name, names in called.items()}
    given = " ".join((fields["id"] or fields["title"]).split())
    name = names.of(given[:_NAME_CHARACTERS].replace("/", "-") if given.strip(". ") else place)
    if not fields["text"].strip():
        return Failure(name, f"{name} has no {_listed(called)}", "give it a text or remove it")
    properties = Properties(
        title=" ".join(fields["title"].split()) or name.rsplit("/", 1)[-1],
        author=author_of(_value(row, called["author"])),
        date=fields["date"],
        language=fields["language"].strip() or None,
        link=web_link(fields["link"]),
        tags=tags_of(fields["tags"]),
    )
    return compose(name, properties, _text_blocks(fields["text"]))


def _text_blocks(text: str) -> list[Block]:
    """Return the paragraphs of a text, which may be the HTML of a web site's database."""
    blocks = list(markup_blocks(text)) if _MARKUP.match(text) else []
    return blocks or [Block(part) for part in text.split("\n\n")]


def has_text(row: Mapping[str, object], called: NamedFields) -> bool:
    """Whether a row has words in its text's field."""
    return bool(_field(row, called["text"]).strip())


def _value(row: Mapping[str, object], names: tuple[str, ...]) -> object:
    values = {str(key).strip().lower(): value for key, value in row.items()}
    return next((values[name] for name in names if values.get(name)), "")


def _field(row: Mapping[str, object], names: tuple[str, ...]) -> str:
    value = _value(row, names)
    if isinstance(value, dict):
        shown = str(value.get(_RENDERED, ""))
        return shown if _MARKUP.match(shown) else html.unescape(shown)
    if isinstance(value, list):
        return "; ".join(str(item) for item in value if isinstance(item, str | int | float))
    return str(value) if isinstance(value, str | int | float) else ""


def named_fields(fields: Mapping[str, str]) -> NamedFields:
    """Return what each field may be called here: only as the user says, where the user does."""
    return {name: (fields[name].strip().lower(),) if fields.get(name) else usual for name, usual in FIELDS.items()}


def _listed(called: NamedFields) -> str:
    return " or ".join(f"`{each}`" for each in called["text"])
