"""Presentations and workbooks, made by the libraries that read them, and the zoo's animals of these kinds."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

import openpyxl
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tests.data.build import changed, zipped

DAY = dt.datetime(2024, 4, 2)  # noqa: DTZ001 - Office's properties have no zone


def deck(*slides: tuple[str, str, str], title: str = "Ships", author: str = "Ann Lee") -> bytes:
    """(title, text with a line a paragraph, notes) of each slide."""
    made = Presentation()
    core = made.core_properties
    core.title, core.author, core.modified, core.created = title, author, DAY, DAY
    for heading, text, notes in slides:
        slide = made.slides.add_slide(made.slide_layouts[1 if heading else 6])
        if heading:
            slide.shapes.title.text = heading
            slide.placeholders[1].text = text
        elif text:
            slide.shapes.add_textbox(0, 0, Inches(2), Inches(2)).text_frame.text = text
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    return saved(made)


def saved(made: Presentation) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rich_deck() -> bytes:
    """A slide with a table, a chart and shapes in a group, in a group."""
    made = Presentation()
    made.core_properties.title = ""
    made.core_properties.modified = DAY
    slide = made.slides.add_slide(made.slide_layouts[5])
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(3), Inches(1)).table
    for row, cells in enumerate((("Month", "Boats"), ("January", "134"))):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    data = CategoryChartData()
    data.categories = ["East", "West"]
    data.add_series("Tolls", (1.5, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), data)
    inner = slide.shapes.add_group_shape().shapes.add_group_shape()
    inner.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Deep\vinside"
    slide.shapes.title.text = "Tolls\vof the year"
    return saved(made)


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], title: str = "Tolls", author: str = "Ann Lee") -> bytes:
    """The rows of each sheet."""
    made = openpyxl.Workbook(write_only=True)
    made.properties.title, made.properties.creator = title, author
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)  # which writes the day of today
    return with_day(out.getvalue())


def with_day(package: bytes) -> bytes:
    """The package as if it had been saved in April."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["docProps/core.xml"] = re.sub(rb">20\d\d-[^<]*<", b">2024-04-02T10:00:00Z<", files["docProps/core.xml"])
    return zipped(files)


DECK = deck(("Cargo", "Tea\nSilk", "Say it slowly."), ("", "", ""), ("", "No title.", ""))
DECK_TEXT = "Ships\n\nBy Ann Lee, 2 April 2024\n\nCargo\n\nTea\n\nSilk\n\nSay it slowly.\n\nNo title."
BOOK = workbook({"Tolls": [["Month", "Boats"], ["January", 134], [None, "It was dear."]], "Empty": []}, title="Canal")
BOOK_TEXT = "Canal\n\nBy Ann Lee, 2 April 2024\n\nTolls\n\nMonth | Boats\n\nJanuary | 134\n\nIt was dear."
SHEET = "xl/worksheets/sheet1.xml"
SLIDE = "ppt/slides/slide1.xml"
BOMB = b"<a:p/>" * (4 << 20)


def decks_read() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    yield "ok.pptx", DECK, DECK_TEXT
    yield "really-a-deck.zip", DECK, DECK_TEXT
    yield "rich.pptx", rich_deck(), (
        "Tolls of the year\n\n2 April 2024\n\nMonth | Boats\n\nJanuary | 134\n\n| Tolls\n\nEast | 1.5\n\nWest | 2\n\n"
        "Deep\ninside"
    )  # fmt: skip
    yield "entity.pptx", changed(changed(DECK, SLIDE, b"<p:sld ", (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><p:sld '
    )), SLIDE, b">Tea<", b">Tea&e;<"), DECK_TEXT  # fmt: skip
    yield "show.ppsx", changed(DECK, "[Content_Types].xml", b"presentation.main+xml", b"slideshow.main+xml"), DECK_TEXT
    yield "strict.pptx", strict(DECK), DECK_TEXT
    yield "lost-part.pptx", changed(DECK, "ppt/slides/_rels/slide1.xml.rels", b"</Relationships>", (
        b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
        b' Target="../media/NULL"/></Relationships>'
    )), DECK_TEXT  # fmt: skip
    yield "hidden.pptx", changed(DECK, SLIDE, b"<p:sld ", b'<p:sld show="0" '), (
        "Ships\n\nBy Ann Lee, 2 April 2024\n\nNo title."
    )  # fmt: skip
    yield "ok.xlsx", BOOK, BOOK_TEXT
    yield "really-a-book.pdf", BOOK, BOOK_TEXT
    yield "strict.xlsx", strict(BOOK), BOOK_TEXT
    yield "vast.xlsx", changed(BOOK, SHEET, b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'), BOOK_TEXT
    yield "lost-part.xlsx", changed(BOOK, "xl/_rels/workbook.xml.rels", b"</Relationships>", (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"'
        b' Target="theme/lost.xml"/></Relationships>'
    )), BOOK_TEXT  # fmt: skip


def decks_refused() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, what the error says)."""
    yield "empty.pptx", deck(), "no text"
    yield "pictures.pptx", deck(("", "", "")), "no text"
    yield "truncated.pptx", DECK[: len(DECK) // 2], "damaged zip"
    yield "broken.pptx", changed(DECK, SLIDE, b"<p:cSld", b"<p:cSl"), "damaged"
    yield "bomb.pptx", changed(DECK, SLIDE, b"</p:txBody>", BOMB + b"</p:txBody>"), "expands more than"
    yield "empty.xlsx", workbook({"Tolls": []}), "no text"
    yield "truncated.xlsx", BOOK[: len(BOOK) // 2], "damaged zip"
    yield "broken.xlsx", changed(BOOK, SHEET, b"<sheetData", b"<sheetDat"), "damaged|no text"
    yield "bomb.xlsx", changed(BOOK, SHEET, b"</sheetData>", b"<row/>" * (4 << 20) + b"</sheetData>"), "expands more"
    yield "external.xlsx", changed(changed(BOOK, SHEET, b"<worksheet ", (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet '
    )), SHEET, b"Month", b"&e;"), "damaged"  # fmt: skip
    yield "hollow.xlsx", zipped({"xl/workbook.xml": "<x/>"}), "damaged"
    yield "binary.xlsb", zipped({"xl/workbook.bin": "x"}), "binary workbook"
    yield "hollow.pptx", zipped({"ppt/presentation.xml": "<x/>"}), "damaged"


def strict(package: bytes) -> bytes:
    """The package as Office saves it in the Strict form."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    usual = re.compile(
        rb"http://schemas\.openxmlformats\.org/(officeDocument|presentationml|drawingml|spreadsheetml)/2006/"
    )
    return zipped({name: usual.sub(rb"http://purl.oclc.org/ooxml/\1/", data) for name, data in files.items()})
