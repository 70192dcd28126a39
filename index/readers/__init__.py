"""Bytes -> Articles: one function per format, and the table that maps formats to them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from index.article import Article, Failure, LeftOut
from index.errors import ArticleError
from index.readers.archive import read_squeezed, read_tar, read_zip
from index.readers.asciidoc import read_asciidoc
from index.readers.bibliographies import read_bibtex, read_csl
from index.readers.decode import decode
from index.readers.docx import read_docx
from index.readers.enex import read_enex
from index.readers.epub import read_epub
from index.readers.feed import read_feed
from index.readers.html import read_html
from index.readers.json_articles import read_json
from index.readers.latex import read_latex
from index.readers.mail import read_mail, read_mailbox
from index.readers.markdown import read_markdown
from index.readers.mediawiki import read_mediawiki
from index.readers.notebook import read_notebook
from index.readers.ocr import read_picture
from index.readers.odt import read_odt
from index.readers.org import read_org
from index.readers.package import kind_of_zip
from index.readers.pdf import read_pdf
from index.readers.pptx import read_pptx
from index.readers.rst import read_rst
from index.readers.rtf import read_rtf
from index.readers.sniff import sniff
from index.readers.source_metadata import ReadInner, SourceMetadata
from index.readers.subtitles import read_subtitles
from index.readers.tables import read_lines, read_table
from index.readers.text import read_text
from index.readers.unpack_budget import UnpackBudget
from index.readers.web_archives import read_mhtml, read_warc
from index.readers.xlsx import read_xlsx

READERS: dict[str, Callable[[bytes, str], Article]] = {
    "text": read_text,
    "markdown": read_markdown,
    "notebook": read_notebook,
    "rst": read_rst,
    "org": read_org,
    "subtitles": read_subtitles,
    "rtf": read_rtf,
    "docx": read_docx,
    "odt": read_odt,
    "pptx": read_pptx,
    "latex": read_latex,
    "asciidoc": read_asciidoc,
}
"""What makes one article of a file; takes the name it is shown under, raises ArticleError."""

NAMING: dict[str, Callable[[bytes, str], Iterator[Article | Failure]]] = {
    "html": read_html,
    "epub": read_epub,
}
"""What makes one article of a file, too, and names what of it is left out."""

ROWS: dict[str, Callable[[bytes, str, Mapping[str, str]], Iterator[Article | Failure]]] = {
    "table": read_table,
    "lines": read_lines,
    "json": read_json,
    "xlsx": read_xlsx,
}
"""What makes one of each row, from the fields that are named. Their names begin with the file's: `news.csv/Ships`."""

COLLECTIONS: dict[str, Callable[[bytes, str], Iterator[Article | Failure]]] = {
    "feed": read_feed,
    "mediawiki": read_mediawiki,
    "enex": read_enex,
    "bibtex": read_bibtex,
    "csl": read_csl,
}
"""What holds articles of its own format."""

CONTAINERS: dict[str, Callable[[bytes, str, UnpackBudget, ReadInner], Iterator[Article | Failure]]] = {
    "mail": read_mail,
    "mailbox": read_mailbox,
    "mhtml": read_mhtml,
    "warc": read_warc,
    "zip": read_zip,
    "tar": read_tar,
    **{kind: partial(read_squeezed, kind) for kind in ("gz", "bz2", "xz")},
}
"""What holds files of other formats."""

_TEXTS = frozenset({"text", "markdown", "html", "table", "lines", "json", "rst", "org", "subtitles", "notebook"})
_TEXTS |= frozenset({"latex", "bibtex", "csl", "asciidoc"})


def read_articles(
    data: bytes,
    source: str,
    budget: UnpackBudget | None = None,
    label: SourceMetadata | None = None,
    fields: Mapping[str, str] | None = None,
    ocr: str = "",
    kind: str = "",
) -> Iterator[Article | Failure]:
    """Return the articles in a file called `source`, and what in it could not be read. Raises nothing.

    `fields` says what the columns of tables of articles are called: `{"text": "Body"}`. With `ocr`, the languages of
    their text, pictures are read (index.readers.ocr). `kind` is the format, where it is known.
    """
    budget, label, fields = budget or UnpackBudget(), label or SourceMetadata(), fields or {}
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        kind = kind or sniff(data, source, label.media_type, pictures=bool(ocr))
        if kind == "zip":
            kind = kind_of_zip(data, source, budget)
        if label.charset and kind in _TEXTS:
            data = decode(data, source, label.charset).encode("utf-8-sig")
        for found in _read(data, source, kind, budget, fields, ocr):
            yield _labelled(found, kind, sha256, label) if isinstance(found, Article) else found
    except ArticleError as error:
        yield Failure(source, error.message, error.hint)
    except MemoryError:
        yield Failure(source, f"{source} needs too much memory", "split it")
    except Exception as error:
        yield Failure(
            source, f"{source} is damaged, or no {kind} file ({type(error).__name__})", "open it and save it anew"
        )


def _labelled(article: Article, kind: str, sha256: str, label: SourceMetadata) -> Article:
    """Return the article with what its sender said, where it does not know better itself."""
    link = (label.link or article.link) if kind in {*READERS, *NAMING, "pdf"} else (article.link or label.link)
    return replace(article, sha256=sha256, link=link, date=article.date or label.date)


def _read(
    data: bytes, source: str, kind: str, budget: UnpackBudget, fields: Mapping[str, str], ocr: str
) -> Iterator[Article | Failure]:
    if kind in READERS:
        yield READERS[kind](data, source)
    elif kind == "pdf":
        yield from read_pdf(data, source, ocr)
    elif kind == "picture":
        yield read_picture(data, source, ocr)
    elif kind in NAMING or kind in COLLECTIONS:
        yield from (NAMING | COLLECTIONS)[kind](data, source)
    elif kind in ROWS:
        yield from ROWS[kind](data, source, fields)
    else:
        yield from CONTAINERS[kind](data, source, budget, partial(read_articles, fields=fields, ocr=ocr))


def read_article(data: bytes, source: str) -> Article:
    """Return the one article in a file called `source`. Raises ArticleError if there is none to be had, or several."""
    found = [item for item in read_articles(data, source) if not isinstance(item, LeftOut)]
    if len(found) == 1 and isinstance(found[0], Article):
        return found[0]
    failure = next((each for each in found if isinstance(each, Failure)), None)
    if failure is None:
        raise ArticleError(f"{source} holds {len(found)} articles", "ingest it")
    raise ArticleError(failure.error, failure.hint)
