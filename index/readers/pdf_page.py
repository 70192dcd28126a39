"""One page of a PDF as a picture, with the places in it of words that an article has from there.

The article's words went through re-flowing: hyphens are joined, columns put one after the other. So words are looked
for by their letters and digits alone, and where they do not stand in one run, by the longer runs that both have.
"""

from __future__ import annotations

import ctypes
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from index.errors import ArticleError

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage  # type: ignore[import-untyped]

WIDTH, HEIGHT = 1_400, 2_000
"""The most pixels of a picture: of a page of A4 some 165 to the inch."""
_SCALE = 4.0
"""The most pixels for a point, whatever the size of the page."""
_PAGE_CHARACTERS = 50_000
"""Of a page with more no places are looked for."""
_RUN = 8
"""Letters that two texts must have in common where the words do not stand in one run."""
_SHARE = 0.6
"""Of the letters, so many have to be found, or none count."""

Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """Picture of a page (PNG), of how many pages, with boxes around the words that were looked for."""

    png: bytes
    width: int
    height: int
    pages: int
    boxes: tuple[Box, ...]


def page_image(data: bytes, number: int, text: str = "", spans: Sequence[tuple[int, int]] = ()) -> PageImage:
    """Return page `number` (from 1), with boxes for the `spans` of the text that an article has from it.

    Raises ArticleError where there is no such page.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise ArticleError(f"the PDF cannot be opened ({error})", "open it with another program") from error
    try:
        pages = len(document)
        if not 1 <= number <= pages:
            raise ArticleError(f"the PDF has {pages} pages", "ask for one of them")
        page = document[number - 1]
        bitmap = page.render(scale=_scale(page), rev_byteorder=True)
        size = bitmap.width, bitmap.height
        return PageImage(_png(bitmap), *size, pages, tuple(_boxes(page, text, spans, size)))
    finally:
        document.close()


def _scale(page: PdfPage) -> float:
    width, height = map(float, page.get_size())
    # PDFium rounds up.
    return min((WIDTH - 1) / max(width, 1.0), (HEIGHT - 1) / max(height, 1.0), _SCALE)


def _png(bitmap: object) -> bytes:
    """Return a bitmap of three or four bytes a pixel as PNG (https://www.w3.org/TR/png-3/)."""
    import pypdfium2

    assert isinstance(bitmap, pypdfium2.PdfBitmap)
    rows, line = memoryview(bitmap.buffer).cast("B"), bitmap.width * bitmap.n_channels
    pixels = b"".join(b"\0" + bytes(rows[at : at + line]) for at in _starts(bitmap.height, bitmap.stride))
    colours = {1: 0, 3: 2, 4: 6}[bitmap.n_channels]
    header = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, colours, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part)) for kind, part in parts
    )


def _starts(rows: int, stride: int) -> range:
    return range(0, rows * stride, stride)


def _boxes(page: PdfPage, text: str, spans: Sequence[tuple[int, int]], size: tuple[int, int]) -> Iterator[Box]:
    """Yield a box for each line of the words in `spans`, where they are found."""
    words = page.get_textpage()
    signs = words.count_chars()
    if not spans or signs > _PAGE_CHARACTERS or len(text) > _PAGE_CHARACTERS:
        return
    letters, places = _letters_of_page(words, signs)
    for start, end in spans:
        before, wanted = "".join(_letters(text[:start])), "".join(_letters(text[start:end]))
        for first, last in _runs(letters, wanted, len(before)):
            count = places[last - 1] - places[first] + 1
            for n in range(words.count_rects(places[first], count)):
                yield _on_image(page, words.get_rect(n), size)


def _letters_of_page(words: PdfTextPage, signs: int) -> tuple[str, list[int]]:
    """Return the letters and digits of a page, and for each PDFium's number of the character that it is of."""
    import pypdfium2.raw  # type: ignore[import-untyped]

    letters: list[str] = []
    places: list[int] = []
    for at in range(signs):
        code = pypdfium2.raw.FPDFText_GetUnicode(words, at)
        for letter in _letters(chr(code) if code < 0x110000 else ""):
            letters.append(letter)
            places.append(at)
    return "".join(letters), places


def _letters(text: str) -> Iterator[str]:
    """Yield letters and digits without case, accents and ligatures."""
    return (sign for sign in unicodedata.normalize("NFKD", text.casefold()) if sign.isalnum())


def _runs(page: str, wanted: str, near: int) -> list[tuple[int, int]]:
    """Return where in a page's letters the wanted ones stand: in one run, the nearest to `near`, or in several."""
    if not wanted:
        return []
    if found := list(_occurrences(page, wanted)):
        at = min(found, key=lambda place: abs(place - near))
        return [(at, at + len(wanted))]
    matcher = SequenceMatcher(None, page, wanted, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= _RUN]
    if sum(block.size for block in blocks) < _SHARE * len(wanted):
        return []
    return [(block.a, block.a + block.size) for block in blocks]


def _occurrences(page: str, wanted: str) -> Iterator[int]:
    at = page.find(wanted)
    while at >= 0:
        yield at
        at = page.find(wanted, at + 1)


def _on_image(page: PdfPage, rect: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    """Return a rectangle of the page in pixels: PDFium knows how the page is turned and cut."""
    import pypdfium2.raw

    left, bottom, right, top = rect
    x, y = ctypes.c_int(), ctypes.c_int()
    corners: list[tuple[int, int]] = []
    for across, up in ((left, top), (right, bottom)):
        pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, *size, 0, across, up, ctypes.byref(x), ctypes.byref(y))
        corners.append((x.value, y.value))
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), max(1, abs(x2 - x1)), max(1, abs(y2 - y1))
