"""Bytes -> Articles: one function per format, and the table that maps formats to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import read_squeezed, read_tar, read_zip
from index.readers.docx import read_docx
from index.readers.epub import read_epub
from index.readers.feed import read_feed
from index.readers.html import read_html
from index.readers.mail import read_mail, read_mailbox
from index.readers.markdown import read_markdown
from index.readers.odt import read_odt
from index.readers.package import kind_of_zip
from index.readers.pdf import read_pdf
from index.readers.room import Room
from index.readers.rows import read_lines, read_table
from index.readers.rtf import read_rtf
from index.readers.sniff import sniff
from index.readers.text import read_text

READERS: dict[str, Callable[[bytes, str], Article]] = {
    "text": read_text,
    "markdown": read_markdown,
    "html": read_html,
    "pdf": read_pdf,
    "rtf": read_rtf,
    "mail": read_mail,
    "docx": read_docx,
    "odt": read_odt,
    "epub": read_epub,
}
"""What makes one article of a file; takes the name it is shown under, raises ArticleError."""

COLLECTIONS: dict[str, Callable[[bytes, str], Iterator[Article | Failure]]] = {
    "table": read_table,
    "lines": read_lines,
    "mailbox": read_mailbox,
    "feed": read_feed,
}
"""What makes several. Their names begin with the file's: `news.csv/Ships`."""

PLAIN = frozenset({"text", "markdown", "html"})
"""The formats that need no process of their own."""


def read_articles(data: bytes, source: str, room: Room | None = None) -> Iterator[Article | Failure]:
    """The articles in a file called `source`, and what in it could not be read. Raises nothing."""
    room = room or Room()
    try:
        kind = sniff(data, source)
        if kind == "zip":
            kind = kind_of_zip(data, source, room)
        if kind in READERS:
            yield READERS[kind](data, source)
        elif kind in COLLECTIONS:
            yield from COLLECTIONS[kind](data, source)
        elif kind == "zip":
            yield from read_zip(data, source, room, read_articles)
        elif kind == "tar":
            yield from read_tar(data, source, room, read_articles)
        else:
            yield from read_squeezed(data, source, kind, room, read_articles)
    except ArticleError as error:
        yield Failure(source, error.message, error.hint)
    except MemoryError:
        yield Failure(source, f"{source} needs too much memory", "split it")
    except Exception as error:
        yield Failure(
            source, f"{source} is damaged, or no {kind} file ({type(error).__name__})", "open it and save it anew"
        )


def read_article(data: bytes, source: str) -> Article:
    """The one article in a file called `source`. Raises ArticleError if there is none to be had, or several."""
    found = list(read_articles(data, source))
    if len(found) == 1 and isinstance(found[0], Article):
        return found[0]
    failure = next((each for each in found if isinstance(each, Failure)), None)
    if failure is None:
        raise ArticleError(f"{source} holds {len(found)} articles", "ingest it")
    raise ArticleError(failure.error, failure.hint)
