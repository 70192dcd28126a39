"""Bytes -> Article: one function per format, and the table that maps file names to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from index.article import Article
from index.errors import ArticleError
from index.readers.html import read_html
from index.readers.markdown import read_markdown
from index.readers.text import read_text

Reader = Callable[[bytes, str], Article]
"""Takes a file's bytes and the name it is shown under; raises ArticleError."""

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    "": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
}


def is_supported(name: str) -> bool:
    """Whether a file of this name has a reader."""
    return PurePath(name).suffix.lower() in READERS


def read_article(data: bytes, source: str) -> Article:
    """The article in a file called `source`. Raises ArticleError if there is none to be had."""
    reader = READERS.get(PurePath(source).suffix.lower())
    if reader is None:
        raise ArticleError(f"{source} is of no format that can be read", "give .txt, .md or .html files")
    return reader(data, source)
