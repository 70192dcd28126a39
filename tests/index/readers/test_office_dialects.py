"""Word documents, books and mails as other programs write them."""

# ruff: noqa: E501  # XML reads better in whole lines

from __future__ import annotations

import pytest

from index.article import Article
from index.readers import read_article, read_articles
from tests.data.build import epub, zipped
from tests.data.office import cell, docx, paragraph, row, run, table


def test_what_nobody_has_filled_in_is_no_text() -> None:
    hint = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    body = paragraph(run("Keeper:") + hint.format(run("Click here"))) + hint.format(paragraph("Click there"))
    assert read_article(docx(body + table(row(cell("A"), cell("B")))), "Form.docx").text == "Form\n\nKeeper:\n\nA | B"


@pytest.mark.parametrize(
    ("core", "title", "author", "date"),
    [
        ("<dc:title>[Document title]</dc:title><dc:creator>Google Docs</dc:creator>", "Rules", None, None),
        ("<dc:title>Title of document</dc:title><dc:creator>PHPWord</dc:creator>", "Rules", None, None),
        ("<dcterms:created>1601-01-01T00:00:00Z</dcterms:created><dc:creator>Lenovo</dc:creator>", "Rules", None, None),
        (
            "<dcterms:modified>1970-01-01T00:00:00Z</dcterms:modified><dcterms:created>2024-03-17T00:00:00Z</dcterms:created>",
            "Rules",
            None,
            "2024-03-17",
        ),
        ("<dc:title>The lock</dc:title><dc:creator>Pia Holm</dc:creator>", "The lock", "Pia Holm", None),
    ],
)
def test_what_a_program_filled_in_is_not_said_by_the_author(
    core: str, title: str, author: str | None, date: str | None
) -> None:
    body = paragraph("Rules", '<w:pStyle w:val="Heading1"/>') + paragraph("Text.")
    found = read_article(docx(body, core=core), "a.docx")
    assert (found.title, found.author, found.date) == (title, author, date)


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("<m:limLow><m:e>{lim}</m:e><m:lim>{n→∞}</m:lim></m:limLow>", "lim_(n→∞)"),
        ("<m:sPre><m:sub>{6}</m:sub><m:sup>{12}</m:sup><m:e>{C}</m:e></m:sPre>", "¹²₆C"),
        ("<w:del>{gone}</w:del>{k}", "k"),
    ],
)
def test_formulas_are_on_one_line(formula: str, shown: str) -> None:
    xml = formula.replace("{", "<m:r><m:t>").replace("}", "</m:t></m:r>")
    assert read_article(docx(paragraph(f"<m:oMath>{xml}</m:oMath>")), "a.docx").text == f"a\n\n{shown}"


def test_a_package_with_names_in_the_manner_of_windows_is_read() -> None:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(docx(paragraph("The ketch sailed.")))) as package:
        files = {name.replace("/", "\\"): package.read(name) for name in package.namelist()}
    assert read_article(zipped(files), "a.docx").text == "a\n\nThe ketch sailed."


def test_figures_that_a_style_sheet_raises_are_raised() -> None:
    sheet = "<style>.c1{color:red}sup.x,.c5{font-size:8pt;vertical-align:super}.c6{vertical-align:sub}</style>"
    said = '<p>Held 10<span class="c5">6</span> cells, log<span class="c6">10</span>2, <span style="vertical-align: super">3</span>, <span class="c1">x</span>4.</p>'
    shown = "Held 10⁶ cells, log₁₀2, ³, x4."
    assert (
        shown
        in read_article(f"<html><head><title>T</title>{sheet}</head><body>{said}</body></html>".encode(), "a.html").text
    )
    assert shown in read_article(epub(f"{sheet}{said}"), "a.epub").text


def mail(body: str, kind: str = "text/plain") -> Article:
    head = f"From: Pia Holm <pia@example.org>\nSubject: Lock\nContent-Type: {kind}; charset=utf-8\n\n"
    return read_article((head + body).encode(), "a.eml")


@pytest.mark.parametrize(
    "quoted",
    [
        "On Saturday, March 16, 2024 at 09:15:00 AM GMT+1, Ada <ada@example.org> wrote:  \n \nIt closes at six.",
        "Op za 16 mrt 2024 om 09:15 schreef Ada <ada@example.org>:\n\nIt closes at six.",
        "Ada Renshaw wrote on 16/03/2024 09:15:\n> It closes at six.",
    ],
)
def test_words_below_a_line_that_says_whose_they_are_are_not_the_sender_s(quoted: str) -> None:
    assert mail(f"No, at eight.\n\n{quoted}\n").text == "Lock\n\nBy Pia Holm\n\nNo, at eight."


def test_own_words_that_mention_another_s_stay() -> None:
    text = "On 3 May Ada <ada@example.org> said that it closes at six.\n\nOn Monday Ada wrote: no."
    assert mail(text).text.endswith(text)


def test_tables_that_only_the_html_has_are_read() -> None:
    parts = (
        "--b\nContent-Type: text/plain\n\nSee the dues below.\n--b\nContent-Type: text/html\n\n<p>See the dues below.</p>"
        "<table><tr><th>Boat</th><th>Due</th></tr><tr><td>Cutter</td><td>20</td></tr></table>\n--b--\n"
    )
    assert mail(parts, 'multipart/alternative; boundary="b"').text.endswith("Boat | Due\n\nCutter | 20")


def test_a_line_of_a_mail_that_begins_with_from_begins_no_other_mail() -> None:
    box = "From pia Sun Mar 17 09:30:00 2024\nFrom: Pia\nSubject: A\n\nHello.\n\nFrom Monday on the lock is shut.\n\nBye.\n\n"
    found = list(read_articles((box + box.replace("A\n", "B\n")).encode(), "in.mbox"))
    assert [each.text for each in found if isinstance(each, Article)] == [
        f"{subject}\n\nBy Pia\n\nHello.\n\nFrom Monday on the lock is shut.\n\nBye." for subject in "AB"
    ]
