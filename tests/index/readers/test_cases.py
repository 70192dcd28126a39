"""Faults that public bug reports and real files have shown, as small inputs that lie beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article, Failure
from index.readers import read_article, read_articles
from settings import HOME

CASES = HOME.parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"needs {CASES}")


def article(case: str, name: str = "") -> Article:
    """The one article of a case; of the file called `name` if it has several."""
    [path] = [path for path in (CASES / case).iterdir() if path.name != "expect.txt" and name in path.name]
    return read_article(path.read_bytes(), path.name)


def files(case: str) -> list[Path]:
    return sorted(path for path in (CASES / case).iterdir() if path.name != "expect.txt")


@pytest.mark.parametrize(
    ("case", "texts"),
    [
        ("csv-data-table", ["Month | Boats | Crowns", "January | 134 | 1620"]),
        ("docx-cell-in-content-control", ["Sperling | Mara Voss | North 4"]),
        ("docx-equation", ["The lift of the pump is h=42 m at a flow of Q=7 l/s."]),
        ("docx-main-part-renamed", ["The ketch Sperling sailed to Oslo."]),
        ("docx-numbering", ["Article 3 Either side may end the lease", "Article 1 The tenant pays"]),
        ("docx-strict", ["The ketch Sperling sailed to Oslo."]),
        ("epub-noteref-glued", ["built in 1999 and cost 25 crowns.", "The plans are lost."]),
        ("epub-pagebreak", ["sailed to Oslo with a load of salt and came back in 1931."]),
        ("format-ipynb", ["Built in 1931."]),
        ("format-json-array", ["The light was built in 1931."]),
        ("format-json-feed", ["The light was built in 1931."]),
        ("format-org", ["The light was built in 1931, see the log."]),
        ("format-rst", ["The light was built in 1931, see the log.", "It burned down twice."]),
        ("format-vtt", ["Ada Renshaw: The ketch Sperling was built in 1931 by the yard of Oda Brandt."]),
        ("html-charset-wrong-meta", ["陶喆和朱镕基都曾参观这座港口。"]),
        ("html-loose-text", ["landed 4,310 tonnes of herring", "fallen to nine crowns", "fell to 12,700 cubic metres"]),
        ("html-split-body", ["office of Alverno", "office of Bremsund", "office of Corvick", "office of Dunmarsh"]),
        ("html-superscript", ["held 10⁶ cells in May", "in 1999³ and the cost was 25² crowns"]),
        ("html-table-only-page", ["12 m | 90 crowns | 500 crowns", "Length | Day | Week", "Cutter | 20 | 100"]),
        ("mail-stub-plain", ["came home with 40 tons of salt, and the lock is shut until Friday."]),
        ("md-notion-aside", ["must take a pilot.", "No fishing from the mole.", "Fine | 300 crowns"]),
        ("md-wikilinks", ["Built by the Brandt yard, see Log of 1931", "She is 38 feet long.", "Not seaworthy"]),
        ("pdf-control-character-line", ["The ketch Sperling sailed to Oslo.", "came back in June with salt and tar."]),
        ("pdf-two-columns-alternating", ["built in the year 1931 by", "leaves from the north quay every evening"]),
        ("ruby", ["船は早朝に港を出た。"]),
    ],
)
def test_words_arrive(case: str, texts: list[str]) -> None:
    text = article(case).text
    assert [each for each in texts if each not in text] == []


def test_marks_of_notebooks_and_private_comments_are_no_words() -> None:
    text = article("md-wikilinks").text
    assert [mark for mark in ("[[", "%%", "==", "[!", "^keel", "ask Oda", ".jpg") if mark in text] == []


@pytest.mark.parametrize("name", ["euc-kr", "gb2312", "iso-8859-9", "shift_jis"])
def test_encodings_are_read_as_browsers_do(name: str) -> None:
    words = {"euc-kr": "똠방각하", "gb2312": "朱镕基", "iso-8859-9": "“hazır” dedi – fiyat 5 €", "shift_jis": "①髙橋"}
    assert words[name] in article("html-charset-labels", name).text


@pytest.mark.parametrize(
    ("case", "name", "title", "author", "date"),
    [
        ("docx-no-properties", "", "Lock rules", None, None),
        ("docx-template-properties", "", "Lock rules", None, None),
        ("html-author-swallows-date", "page", "Herring is back", "Ada Renshaw", "2016-12-28"),
        ("html-author-swallows-date", "updated", "Herring is gone", None, "2025-01-07"),
        ("html-date-invented", "filing", "Annual filing of Lindhaven Harbour Trust", None, None),
        ("html-date-invented", "page", "How the lock gates work", None, None),
        ("md-jekyll-date", "", "The light is lit", "Pia Holm", "2024-03-17"),
        ("md-toml-front-matter", "", "The new light", "Pia Holm", "2024-03-17"),
        ("format-ipynb", "", "The light", None, None),
        ("format-json-array", "", "The light", "Pia Holm", "2024-03-17"),
        ("format-json-feed", "", "The light", "Pia Holm", "2024-03-17"),
        ("format-org", "", "The light", "Pia Holm", "2024-03-17"),
        ("format-rst", "", "The light", "Pia Holm", "2024-03-17"),
        ("format-vtt", "", "talk", None, None),
        ("md-web-clipper", "", "Herring is back", "Pia Holm", "2024-03-17"),
        ("pdf-title-heading", "", "The Pilots of Lindhaven", None, None),
    ],
)
def test_what_a_document_says_of_itself(case: str, name: str, title: str, author: str | None, date: str | None) -> None:
    found = article(case, name)
    assert (found.title, found.author, found.date) == (title, author, date)


def test_further_properties_are_kept() -> None:
    assert article("md-web-clipper").link == "https://example.org/herring"
    assert article("md-toml-front-matter").tags == ("harbour", "light")


def test_a_date_in_a_table_is_read_and_not_cut() -> None:
    [path] = files("csv-date-cut")
    found = list(read_articles(path.read_bytes(), path.name))
    assert [each.date for each in found if isinstance(each, Article)] == ["2024-03-17", "2024-03-17"]


def test_a_quoted_mail_s_words_are_its_writer_s() -> None:
    [path] = files("mail-reply-quotes")
    found = [each for each in read_articles(path.read_bytes(), path.name) if isinstance(each, Article)]
    assert {each.author: "18:00" in each.text for each in found} == {"Ada Renshaw": True, "Pia Holm": False}
    assert "No, at 20:00. I asked the keeper." in found[1].text


def test_a_pdf_of_wrong_letters_is_named() -> None:
    [path] = files("pdf-garbled-font")
    [failure] = read_articles(path.read_bytes(), path.name)
    assert isinstance(failure, Failure)
    assert "which letters" in failure.error
