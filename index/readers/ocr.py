"""Text of pictures, by Tesseract where it is installed: a process of its own that gets a picture and gives words.

It writes no files: the picture goes in by its standard input and the words come by its standard output, as TSV
(https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import ArticleError, UsageError
from index.readers.compose import Properties, compose
from index.readers.hints import OCR_HINT
from index.readers.metadata import name_of
from index.readers.reflow import TextLine, paragraphs

if TYPE_CHECKING:
    from pypdfium2 import PdfPage  # type: ignore[import-untyped]

PROGRAM = "tesseract"
PAGE_SECONDS = 60
_DPI = 300
_MOST_PIXELS = 6000
"""On the longer side of a page."""
_POINTS = 72
_LEGIBLE = 50.0
"""Of 100, in the mean of the words; of drawings and photographs it makes words below that."""
_WORD = "5"
_SIZE = 10.0
"""Of all lines alike: how high letters are says little in a picture."""


def check_languages(languages: str) -> None:
    """Raise UsageError where Tesseract is not installed, or does not know these languages."""
    try:
        done = _run("--list-langs")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(
            "Tesseract, which reads pictures, is not installed", "install it, or leave out --ocr"
        ) from error
    known = done.stdout.decode("utf-8", "replace").split("\n")[1:]
    if lacking := [name for name in languages.split("+") if name not in known]:
        shown = ", ".join(filter(None, known))
        raise UsageError(f"Tesseract does not know the language {lacking[0]!r}", f"give --ocr-language some of {shown}")


def page_lines(page: PdfPage, number: int, languages: str) -> list[TextLine]:
    """Return the lines that are recognised on a page of a PDF. Raises ArticleError."""
    width, height = page.get_size()
    scale = min(_DPI / _POINTS, _MOST_PIXELS / max(width, height, 1))
    bitmap = page.render(scale=scale, grayscale=True)
    rows = memoryview(bitmap.buffer).cast("B")
    pixels = b"".join(rows[n * bitmap.stride : n * bitmap.stride + bitmap.width] for n in range(bitmap.height))
    picture = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + pixels
    bitmap.close()
    return list(_lines(_recognised(picture, languages), number, 1 / scale))


def read_picture(data: bytes, source: str, languages: str) -> Article:
    """Return the text of a scanned page, or of several in one file. Raises ArticleError where there is none."""
    lines = _lines(_recognised(data, languages), 0, _POINTS / _DPI)
    blocks = list(paragraphs([list(page) for _, page in groupby(lines, key=lambda line: line.page)]))
    if not blocks:
        raise ArticleError(f"{source} has no text that can be recognised", "scan it anew, larger and sharper")
    return compose(source, Properties(name_of(source)), blocks)


def _recognised(picture: bytes, languages: str) -> list[dict[str, str]]:
    """Return the words of a picture as Tesseract's table has them."""
    try:
        done = _run("stdin", "stdout", "-l", languages, "--dpi", str(_DPI), "tsv", given=picture)
    except subprocess.TimeoutExpired as error:
        raise ArticleError(
            f"a page takes more than {PAGE_SECONDS} seconds to recognise", "split or shrink it"
        ) from error
    except OSError as error:
        raise ArticleError(f"Tesseract cannot be run ({error.strerror})", OCR_HINT) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ArticleError(f"Tesseract gave up ({said[-1] if said else done.returncode})", "look at --ocr-language")
    names, *rows = (line.split("\t") for line in done.stdout.decode("utf-8", "replace").splitlines())
    words = [dict(zip(names, row, strict=False)) for row in rows]
    words = [word for word in words if word["level"] == _WORD and word.get("text", "").strip()]
    confidence = sum(float(word["conf"]) for word in words) / max(1, len(words))
    return words if confidence >= _LEGIBLE else []


def _run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run Tesseract in one thread. Raises OSError and subprocess.TimeoutExpired."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    command = [PROGRAM, *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=PAGE_SECONDS, env=environment)


def _lines(words: list[dict[str, str]], first: int, points: float) -> Iterator[TextLine]:
    """Return words as the lines that they stand in, from page `first` on; `points` are those of a pixel."""
    parts = ("page_num", "block_num", "par_num", "line_num")
    for _, group in groupby(words, key=lambda word: [word[part] for part in parts]):
        line = list(group)
        text = " ".join(word["text"].strip() for word in line)
        is_broken = text.endswith(("-", "\u00ad")) and text[-2:-1].isalpha()
        yield TextLine(
            text[:-1] if is_broken else text,
            page=first + int(line[0]["page_num"]) - 1,
            left=int(line[0]["left"]) * points,
            right=(int(line[-1]["left"]) + int(line[-1]["width"])) * points,
            bottom=-max(int(word["top"]) + int(word["height"]) for word in line) * points,
            size=_SIZE,
            broken=is_broken,
        )
