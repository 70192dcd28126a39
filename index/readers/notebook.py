"""Jupyter notebooks: their Markdown as rendered, their code and what it printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.decode import decode
from index.readers.front_matter import first_of, one_line, split
from index.readers.markdown import rendered_blocks
from index.readers.metadata import DATE_NAMES, author_of, name_of

_COLOURS = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
"""What terminals take for colours."""
_OBJECT = re.compile(r"<[\w.]+[^<>\n]{0,200}>")


def read_notebook(data: bytes, source: str) -> Article:
    """Return the cells in order; pictures, HTML and errors among the outputs are left out."""
    text = decode(data, source)
    try:
        book = json.loads(text)
        cells = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]  # the latter before version 4
    except (ValueError, RecursionError, KeyError, IndexError, TypeError) as error:
        raise ArticleError(f"{source} is no Jupyter notebook ({type(error).__name__})", "save it anew") from error
    cells = [cell for cell in cells if isinstance(cell, dict)]
    front, cells = _front(cells, source)
    blocks = [block for cell in cells for block in _blocks(cell)]
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the notebook that has it")
    said = book.get("metadata")
    return compose(source, _properties({**(said if isinstance(said, dict) else {}), **front}, blocks, source), blocks)


def _front(cells: list[dict[str, Any]], source: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the properties that the first cell begins with, as Quarto has them, and the cells without these."""
    text = _joined(cells[0].get("source")) if cells and cells[0].get("cell_type") in ("raw", "markdown") else ""
    front, rest = split(text, source)
    return front, [{**cells[0], "source": rest}, *cells[1:]] if front else cells


def _properties(said: dict[str, Any], blocks: list[Block], source: str) -> Properties:
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    return Properties(
        title=one_line(said.get("title")) or first or name_of(source),
        author=author_of(first_of(said, "authors", "author")),
        date=one_line(first_of(said, *DATE_NAMES)),
        tags=tags_of(first_of(said, "tags", "keywords")),
    )


def _blocks(cell: dict[str, Any]) -> Iterator[Block]:
    text = _joined(cell.get("source", cell.get("input")))
    match cell.get("cell_type"):
        case "markdown":
            yield from rendered_blocks(text)
        case "heading":
            yield Block(text, is_heading=True)
        case _:
            yield Block(text)
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            yield from _shown(output)


def _shown(output: dict[str, Any]) -> Iterator[Block]:
    """Return what a cell printed; Markdown as such, and nothing of the name of an object in place of a picture."""
    data = output.get("data")
    data = data if isinstance(data, dict) else {}
    if "text/markdown" in data:
        yield from rendered_blocks(_joined(data["text/markdown"]))
        return
    text = _COLOURS.sub("", _joined(output.get("text") or data.get("text/plain")))
    if not (_OBJECT.fullmatch(text.strip()) and len(data) > 1):
        yield Block(text)


def _joined(said: object) -> str:
    """Return a text, which may be kept as a list of lines."""
    if isinstance(said, list):
        return "".join(line for line in said if isinstance(line, str))
    return said if isinstance(said, str) else ""
