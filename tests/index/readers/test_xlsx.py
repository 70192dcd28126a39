"""Workbooks: every cell as it is shown, under the name of its sheet, in time."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from collections import Counter
from html import unescape

import openpyxl
import pytest

from index.article import Article
from index.readers import read_article, read_articles
from index.readers.xlsx import shown
from index.sources.isolate import Isolation
from tests.data.decks import workbook


def words_of(package: bytes) -> Counter[str]:
    """The words of cells by regular expressions alone; shared strings once a cell."""
    counted: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = archive.namelist()
        strings = archive.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in names else ""
        shared = [unescape(re.sub(r"<[^>]*>", "", each)) for each in re.findall(r"<si>(.*?)</si>", strings, re.DOTALL)]
        for name in names:
            if not name.startswith("xl/worksheets/"):
                continue
            for cell in re.findall(r"<c [^>]*>.*?</c>", archive.read(name).decode(), re.DOTALL):
                said = unescape("".join(re.findall(r"<(?:v|t)(?: [^>]*)?>(.*?)</(?:v|t)>", cell, re.DOTALL)))
                counted.update((shared[int(said)] if ' t="s"' in cell else said).split())
    return counted


def words_read(package: bytes) -> Counter[str]:
    return Counter(word for word in read_article(package, "a.xlsx").text.split() if word != "|")


def test_every_cell_of_every_sheet_arrives() -> None:
    package = workbook({
        "Tolls": [["Month", "Boats", "Crowns"], ["January", 134, 1620.5], [], ["February & March", None, 1550]],
        "Notes": [["It was\ndear."]],
    })  # fmt: skip
    said = Counter("Tolls By Ann Lee, 2 April 2024 Notes".split())
    assert words_read(package) == words_of(package) + said
    article = read_article(package, "a.xlsx")
    assert article.text.endswith("January | 134 | 1620.5\n\nFebruary & March | | 1550\n\nNotes\n\nIt was dear.")
    assert [heading.title for heading in article.headings] == ["Notes"]


@pytest.mark.parametrize(
    ("value", "pattern", "words"),
    [
        (410000, '"£"#,##0', "£410,000"),
        (-1234.5, "#,##0.00 [$€-407]", "-1,234.50 €"),
        (-1234.5, '#,##0.00_);[Red]\\(#,##0.00\\)', "-1,234.50"),
        (0.125, "0.0%", "12.5%"),
        (0.1 + 0.2, "General", "0.3"),
        (1500.0, "General", "1500"),
        (3.5, "0.00##", "3.50"),
        (-0.001, "0", "0"),
        (7, "000", "7"),
        (12, "# ?/?", "12"),
        (1e21, "General", "1000000000000000000000"),
        (True, "General", "TRUE"),
        (dt.datetime(2024, 4, 2), "d/m/yy", "2024-04-02"),  # noqa: DTZ001 - cells have no zone
        (dt.datetime(2024, 4, 2, 9, 30), "d/m/yy h:mm", "2024-04-02 09:30"),  # noqa: DTZ001
        (dt.time(9, 30, 5), "h:mm:ss", "09:30:05"),
        ("a\n b", "@", "a b"),
    ],
)  # fmt: skip
def test_values_are_as_excel_shows_them(value: object, pattern: str, words: str) -> None:
    assert shown(value, pattern) == words


def test_hidden_sheets_and_formulas_without_a_result_are_left_out() -> None:
    made = openpyxl.Workbook()
    made.active.append(["Tea", "=1+1"])
    hidden = made.create_sheet("Lists")
    hidden.append(["Secret"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    article = read_article(out.getvalue(), "a.xlsx")
    assert article.text.endswith("Sheet\n\nTea")
    assert article.author is None


def test_a_workbook_without_properties_gets_no_day() -> None:
    package = workbook({"Tolls": [["Tea"]]})
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    article = read_article(out.getvalue(), "a.xlsx")
    assert (article.title, article.date, article.text) == ("a", None, "a\n\nTolls\n\nTea")


@pytest.mark.store
def test_ten_thousand_rows_take_less_than_five_seconds() -> None:
    package = workbook({"Tolls": [[f"Ship {n}", n, n / 4, "sailed to Hamburg", None, "Tea"] for n in range(10_000)]})
    started = time.process_time()
    article = read_article(package, "a.xlsx")
    assert time.process_time() - started < 5
    assert article.text.endswith("Ship 9999 | 9999 | 2499.75 | sailed to Hamburg | | Tea")


@pytest.mark.store
def test_a_hundred_thousand_rows_are_within_the_limits() -> None:
    rows = ((f"Ship {n}", n, "sailed to Hamburg") for n in range(100_000))
    isolation = Isolation()
    try:
        [article] = isolation.read(workbook({"Tolls": list(rows)}), "a.xlsx")
    finally:
        isolation.close()
    assert isinstance(article, Article), article
    assert article.text.count("sailed to Hamburg") == 100_000


TALK = "The lock was shut for a week in March."


def test_a_sheet_with_a_column_of_texts_is_one_article_a_row() -> None:
    package = workbook({
        "News": [["Title", "Text", "Author"], ["Shut", TALK, "Bo"], [], ["Open", f"{TALK} It is open.", None]],
        "Tolls": [["Month", "Crowns"], ["January", 1620]],
    })  # fmt: skip
    found = {each.source: each for each in read_articles(package, "a.xlsx") if isinstance(each, Article)}
    assert {source: each.text for source, each in found.items()} == {
        "a.xlsx/Shut": f"Shut\n\nBy Bo\n\n{TALK}",
        "a.xlsx/Open": f"Open\n\n{TALK} It is open.",
        "a.xlsx": "Tolls\n\nBy Ann Lee, 2 April 2024\n\nMonth | Crowns\n\nJanuary | 1620",
    }


def test_numbers_of_articles_are_no_texts_unless_that_is_said() -> None:
    package = workbook({"Goods": [["Article", "Price"], ["Screw M4", 3], ["Nail", 2]]}, title="Goods")
    assert read_article(package, "a.xlsx").text.endswith("Article | Price\n\nScrew M4 | 3\n\nNail | 2")
    found = list(read_articles(package, "a.xlsx", fields={"text": "Article"}))
    assert [each.source for each in found] == ["a.xlsx/Goods 1", "a.xlsx/Goods 2"]
