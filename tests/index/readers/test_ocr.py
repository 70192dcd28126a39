"""Scans are read where Tesseract is installed and on request only; else they are refused with what to do."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image, ImageDraw, ImageFont

import app
from index.article import Article, Failure, LeftOut, byline_of
from index.readers import read_articles
from index.readers.ocr import PROGRAM, check_languages
from index.sources.isolate import Isolation
from tests.data.build import pdf

LINES = (
    "The old ketch Sperling sailed to Oslo in June with a load",
    "of salt, and came home to Lindhaven in the autumn. Her mas-",
    "ter was Oda Brandt, who kept the log of the voyage.",
)
TEXT = (
    "The old ketch Sperling sailed to Oslo in June with a load of salt, and came home to Lindhaven in the autumn."
    " Her master was Oda Brandt, who kept the log of the voyage."
)
installed = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="needs Tesseract (tesseract-ocr)")


def scan(*lines: str, kind: str = "PNG", copies: int = 1) -> bytes:
    """A picture of lines of print, or a PDF of it."""
    picture = Image.new("L", (1600, 1100), 255)
    for n, line in enumerate(lines):
        ImageDraw.Draw(picture).text((150, 200 + 70 * n), line, 0, ImageFont.load_default(46))
    out = io.BytesIO()
    further = {"save_all": True, "append_images": [picture] * (copies - 1)} if copies > 1 else {}
    picture.save(out, kind, resolution=300, dpi=(300, 300), **further)
    return out.getvalue()


def made_on(article: Article) -> str:
    """The byline of a PDF that was made today, as a paragraph."""
    return f"{byline_of(None, article.date)}\n\n" if article.date else ""


@installed
@pytest.mark.parametrize(("name", "kind"), [("scan.png", "PNG"), ("scan.jpg", "JPEG"), ("scan.pdf", "PDF")])
def test_a_scan_is_read_in_the_process_that_writes_no_files(name: str, kind: str) -> None:
    isolation = Isolation(ocr="eng")
    try:
        [article] = isolation.read(scan(*LINES, kind=kind), name)
    finally:
        isolation.close()
    assert isinstance(article, Article), article
    assert article.text.removeprefix("scan\n\n").removeprefix(made_on(article)) == TEXT


@installed
def test_pages_that_are_pictures_are_read_among_others() -> None:
    made = pypdfium2.PdfDocument.new()
    for part in (pdf("The harbour of Lindhaven has two moles."), scan(*LINES, kind="PDF"), scan(kind="PDF")):
        made.import_pages(pypdfium2.PdfDocument(part))
    out = io.BytesIO()
    made.save(out)
    [article, unread] = read_articles(out.getvalue(), "a.pdf", ocr="eng")
    assert isinstance(article, Article)
    assert article.text.endswith(f"The harbour of Lindhaven has two moles.\n\n{TEXT}")
    assert article.page_at(article.text.index("Oda")) == 2
    assert isinstance(unread, LeftOut)
    assert (unread.source, unread.error) == ("a.pdf/page 3", "it is a picture without text, which --ocr may read")


@installed
def test_a_tiff_of_several_pages_is_one_article() -> None:
    [article] = read_articles(scan(*LINES, kind="TIFF", copies=2), "a.tif", ocr="eng")
    assert isinstance(article, Article)
    assert article.text.count("Oda Brandt") == 2
    assert len(article.pages) == 2


@installed
def test_what_has_no_letters_is_refused() -> None:
    [failure] = read_articles(scan(), "a.png", ocr="eng")
    assert isinstance(failure, Failure)
    assert "no text that can be recognised" in failure.error


@installed
def test_a_language_that_is_not_installed_is_named() -> None:
    with pytest.raises(Exception, match="does not know the language 'tlh'"):
        check_languages("eng+tlh")


@pytest.mark.parametrize(("name", "kind"), [("scan.png", "PNG"), ("scan.pdf", "PDF")])
def test_without_ocr_a_scan_is_refused_and_says_how_to_have_it_read(name: str, kind: str) -> None:
    [failure] = read_articles(scan(*LINES, kind=kind), name)
    assert isinstance(failure, Failure)
    assert "--ocr" in failure.hint


def test_a_program_that_is_not_there_is_said_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    (tmp_path / "a.png").write_bytes(scan(*LINES))
    assert app.main(["ingest", str(tmp_path), "--ocr", "--dry-run", "--store", str(tmp_path / "store")]) == 2
    assert "Tesseract, which reads pictures, is not installed" in capsys.readouterr().err
