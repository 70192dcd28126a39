"""PDF: the text layer, by PDFium, in the order in which it was written, with page numbers.

PDFium (through pypdfium2) is native code, finds words that a line end breaks, and has a permissive licence.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Properties, compose, tags_of
from index.readers.reflow import Line, paragraphs

if TYPE_CHECKING:
    from pypdfium2 import PdfPage  # type: ignore[import-untyped]

_BROKEN_WORD = "\ufffe"
"""What PDFium puts for a hyphen at the end of a line; it then leaves out the line's end."""
_END_WITHIN = 4096
_NO_TITLE = re.compile(r"(?i)untitled|microsoft word - |.*\.(docx?|pdf|tex|indd|qxd|rtf|odt)\s*$")
_PASSWORD, _SECURITY = 4, 5


def read_pdf(data: bytes, source: str) -> Article:
    """The text, re-flowed into paragraphs; running heads and page numbers are left out."""
    import pypdfium2

    if b"%%EOF" not in data[-_END_WITHIN:]:
        raise ArticleError(f"{source} breaks off before its end", "copy it again from where it came")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (_PASSWORD, _SECURITY):
            raise ArticleError(f"{source} is encrypted", "save it without a password") from error
        raise ArticleError(f"{source} is a damaged PDF ({error})", "open it and save it anew") from error
    try:
        pages = [_lines(document[number], number) for number in range(len(document))]
        said = document.get_metadata_dict()
        properties = _properties(said, source)
    finally:
        document.close()
    blocks = list(paragraphs(pages))
    if not blocks:
        raise ArticleError(f"{source} has no text layer: its pages are pictures", "have the text recognised (OCR)")
    return compose(source, properties, blocks)


def _lines(page: PdfPage, number: int) -> list[Line]:
    """The page's lines with the place of their first and last characters."""
    import pypdfium2.raw  # type: ignore[import-untyped]

    text = page.get_textpage()
    words, lines, at = text.get_text_range(), [], 0
    # PDFium counts in UTF-16; beyond the basic plane, places are slightly off, words are not.
    last = text.count_chars() - 1
    for piece in re.split(rf"(\r\n|[\r\n]|{_BROKEN_WORD})", words):
        if shown := piece.strip().strip(_BROKEN_WORD):
            first = min(at + len(piece) - len(piece.lstrip()), last)
            left, bottom, _, _ = text.get_charbox(first, loose=True)
            _, _, right, _ = text.get_charbox(min(first + len(shown) - 1, last), loose=True)
            size = pypdfium2.raw.FPDFText_GetFontSize(text, first)
            lines.append(Line(shown, number, left, right, bottom, size))
        elif piece == _BROKEN_WORD and lines:
            lines[-1] = lines[-1].with_broken_word()
        at += len(piece)
    text.close()
    page.close()
    return lines


def _properties(said: dict[str, str], source: str) -> Properties:
    title = " ".join(said.get("Title", "").split())
    day = re.match(r"D:(\d{4})(\d{2})(\d{2})", said.get("CreationDate", ""))
    return Properties(
        title=PurePath(source).stem if not title or _NO_TITLE.match(title) else title,
        author=" ".join(said.get("Author", "").split()) or None,
        date="-".join(day.groups()) if day else None,
        tags=tags_of(said.get("Keywords")),
    )
