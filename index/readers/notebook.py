"""Jupyter notebooks: their Markdown as rendered, their code and what it printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.decode import decode
from index.readers.front_matter import one_line
from index.readers.markdown import rendered_blocks
from index.readers.metadata import author_of, name_of


def read_notebook(data: bytes, source: str) -> Article:
    """Return the cells in order; pictures, HTML and errors among the outputs are left out."""
    text = decode(data, source)
    try:
        book = json.loads(text)
        cells = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]  # the latter before version 4
    except (ValueError, RecursionError, KeyError, IndexError, TypeError) as error:
        raise ArticleError(f"{source} is no Jupyter notebook ({type(error).__name__})", "save it anew") from error
    blocks = [block for cell in cells if isinstance(cell, dict) for block in _blocks(cell)]
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the notebook that has it")
    said = book.get("metadata")
    return compose(source, _properties(said if isinstance(said, dict) else {}, blocks, source), blocks)


def _properties(said: dict[str, Any], blocks: list[Block], source: str) -> Properties:
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    return Properties(
        title=one_line(said.get("title")) or first or name_of(source),
        author=author_of(said.get("authors") or said.get("author")),
        date=one_line(said.get("date")),
        tags=tags_of(said.get("tags") or said.get("keywords")),
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
            data = output.get("data")
            plain = data.get("text/plain") if isinstance(data, dict) else None
            yield Block(_joined(output.get("text") or plain))


def _joined(said: object) -> str:
    """Return a text, which may be kept as a list of lines."""
    if isinstance(said, list):
        return "".join(line for line in said if isinstance(line, str))
    return said if isinstance(said, str) else ""
