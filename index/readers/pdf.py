"""PDF: the text layer, by PDFium, in the order in which it was written, with page numbers.

PDFium (through pypdfium2) is native code, finds words that a line end breaks, and has a permissive licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from index.article import Article, LeftOut
from index.errors import ArticleError
from index.readers.columns import GAP, in_columns
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.garbled import is_garbled
from index.readers.hints import OCR_HINT
from index.readers.metadata import last_change, name_of, title_of
from index.readers.ocr import page_lines
from index.readers.pdf_letters import NOTHING, as_read
from index.readers.reflow import HEADING_SIZE, TextLine, body_size, paragraphs

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage  # type: ignore[import-untyped]

_BROKEN_WORD = "\ufffe"
"""What PDFium puts for a hyphen at the end of a line; it then leaves out the line's end."""
_END_WITHIN = 4096
_PARTED_LINES = 4
_PASSWORD, _SECURITY = 4, 5
_GARBLED = "its fonts do not say which letters they show"
_PICTURE = "it is a picture without text, which --ocr may read"


def read_pdf(data: bytes, source: str, ocr: str = "") -> Iterator[Article | LeftOut]:
    """Return the text, re-flowed into paragraphs, and which pages cannot be read.

    Running heads and page numbers are left out. With `ocr`, the languages of the text, pictures of pages are read too.
    """
    pages, faults, said = _read_pages(data, source, ocr)
    blocks = list(paragraphs(pages))
    is_wrong = _GARBLED in faults.values() and not blocks
    if is_wrong or is_garbled(" ".join(block.text for block in blocks)):
        raise ArticleError(f"{source} does not say which letters its fonts show", OCR_HINT)
    if not blocks:
        raise ArticleError(f"{source} has no text layer: its pages are pictures", OCR_HINT)
    yield compose(source, _properties(said, source, _heading(pages, blocks)), blocks)
    for number, fault in faults.items():
        yield LeftOut(f"{source}/page {number + 1}", fault, OCR_HINT)


def _read_pages(data: bytes, source: str, ocr: str) -> tuple[list[list[TextLine]], dict[int, str], dict[str, str]]:
    """Return the lines of each page, what is wrong with those that have none, and what the document says of itself."""
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
        faults = {n: fault for n, lines in enumerate(pages) if (fault := _fault(document[n], lines))}
        for number in list(faults):
            pages[number] = []
            try:
                pages[number] = page_lines(document[number], number, ocr) if ocr else []
            except ArticleError as error:
                faults[number] = error.message
            if pages[number]:
                del faults[number]
        return pages, faults, document.get_metadata_dict()
    finally:
        document.close()


def _fault(page: PdfPage, lines: Sequence[TextLine]) -> str:
    """Return why nothing can be read on a page; "" for one with text, and for an empty one."""
    import pypdfium2.raw  # type: ignore[import-untyped]

    if lines:
        return _GARBLED if is_garbled(" ".join(line.text for line in lines), is_page=True) else ""
    return _PICTURE if any(page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)) else ""


def _lines(page: PdfPage, number: int) -> list[TextLine]:
    """Return the page's lines with the place of their first and last characters."""
    text = page.get_textpage()
    words, rows, at = as_read(text, text.get_text_range()), [], 0
    # PDFium counts in UTF-16; beyond the basic plane, places are slightly off, words are not.
    last = text.count_chars() - 1
    is_parted = _has_gaps(text)
    for piece in re.split(rf"(\r\n|[\r\n]|{_BROKEN_WORD})", words):
        if shown := piece.strip().strip(_BROKEN_WORD):
            first = min(at + len(piece) - len(piece.lstrip()), last)
            cuts = _cuts(text, shown, first, last) if is_parted else [0, len(shown)]
            rows.append([_line(text, shown[a:b], min(first + a, last), last, number) for a, b in pairwise(cuts)])
        elif piece == _BROKEN_WORD and rows:
            rows[-1][-1] = rows[-1][-1].with_broken_word()
        at += len(piece)
    text.close()
    page.close()
    return in_columns(rows) if is_parted else [row[0] for row in rows]


def _line(text: PdfTextPage, shown: str, first: int, last: int, number: int) -> TextLine:
    import pypdfium2.raw

    left, bottom, _, _ = text.get_charbox(first, loose=True)
    _, _, right, _ = text.get_charbox(min(first + len(shown.rstrip()) - 1, last), loose=True)
    size = pypdfium2.raw.FPDFText_GetFontSize(text, first)
    return TextLine(shown.replace(NOTHING, "").strip(), number, left, right, bottom, size)


def _has_gaps(text: PdfTextPage) -> bool:
    """Whether pieces of lines that follow each other stand side by side, far apart, as columns and tables do."""
    rects = [text.get_rect(n) for n in range(text.count_rects())]
    beside = (
        min(a[3], b[3]) - max(a[1], b[1]) > (a[3] - a[1]) / 2 and b[0] - a[2] > GAP * (a[3] - a[1])
        for a, b in pairwise(rects)
    )
    return bool(sum(beside) >= _PARTED_LINES)


def _cuts(text: PdfTextPage, shown: str, first: int, last: int) -> list[int]:
    """Return where in a line a new piece begins, with its begin and its end."""
    cuts = [0]
    for blank in re.finditer(r"\s+", shown):
        _, _, left, _ = text.get_charbox(min(first + blank.start() - 1, last), loose=True)
        right, bottom, _, top = text.get_charbox(min(first + blank.end(), last), loose=True)
        if right - left > GAP * (top - bottom):
            cuts.append(blank.end())
    return [*cuts, len(shown)]


def _heading(pages: Sequence[Sequence[TextLine]], blocks: Sequence[Block]) -> str:
    """Return the largest heading of the first page that has text; "" if nothing there is larger than the text."""
    first = next(page for page in pages if page)
    words = [line for line in first if len(line.text) > 1] or first  # a dropped initial is no heading
    largest = max(words, key=lambda line: round(line.size, 1))
    if largest.size < HEADING_SIZE * body_size(line for page in pages for line in page):
        return ""
    opening = " ".join(largest.text.split())
    return next((block.tidied for block in blocks if block.is_heading and block.tidied.startswith(opening)), "")


def _properties(said: dict[str, str], source: str, heading: str) -> Properties:
    return Properties(
        title=title_of(said.get("Title")) or heading or name_of(source),
        author=said.get("Author"),
        date=last_change({"created": said.get("CreationDate", "")}),
        tags=tags_of(said.get("Keywords")),
    )
