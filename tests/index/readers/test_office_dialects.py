"""Word documents, books and mails as other programs write them."""

# ruff: noqa: E501  # XML reads better in whole lines

from __future__ import annotations

import pytest
from fpdf import FPDF

from index.article import Article
from index.readers import read_article, read_articles
from index.readers.metadata import author_of
from tests.data.build import changed, epub, zipped
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
        "2024年3月16日(土) 9:15 Ada <ada@example.org>:\n\n> It closes at six.",
        "сб, 16 мар. 2024 г. в 09:15, Ada <ada@example.org>:\n\n> It closes at six.",
        "W dniu 16.03.2024 o 09:15, Ada pisze:\n> It closes at six.",
    ],
)
def test_words_below_a_line_that_says_whose_they_are_are_not_the_sender_s(quoted: str) -> None:
    assert mail(f"No, at eight.\n\n{quoted}\n").text == "Lock\n\nBy Pia Holm\n\nNo, at eight."


@pytest.mark.parametrize(
    "headers",
    [
        "\tVon: Ada\n\tGesendet: 16. März 2024\n\tAn: Pia\n\tBetreff: Lock",
        "De : Ada <ada@example.org>\nEnvoyé : samedi 16 mars 2024\nÀ : Pia\nObjet : Lock",
    ],
)
def test_headers_of_an_answered_mail_are_known_however_they_are_set(headers: str) -> None:
    text = f"From: Pia Holm <pia@example.org>\nSubject: Lock\nContent-Type: text/plain; charset=utf-8\n\nNo, at eight.\n\n{headers}\n\nIt closes at six.\n"
    own, other = (each for each in read_articles(text.encode(), "a.eml") if isinstance(each, Article))
    assert (own.author, own.text.rsplit("\n", 1)[-1]) == ("Pia Holm", "No, at eight.")
    assert "It closes at six." in other.text
    assert other.author != "Pia Holm"


def test_a_list_that_changes_a_level_of_another_has_its_own_numbers() -> None:
    level = '<w:lvl w:ilvl="0"><w:start w:val="{}"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{level.format(1, "decimal", "(%1)")}</w:abstractNum><w:num w:numId="1">'
        '<w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        f"{level.format(4, 'upperRoman', '%1.')}</w:lvlOverride></w:num>"
    )
    items = "".join(paragraph(text, '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>') for text in "ab")
    assert read_article(docx(items, numbering=numbering), "x.docx").text == "x\n\nIV. a\n\nV. b"


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


def book(chapter: str, said: str = "<dc:title>Tales</dc:title>") -> Article:
    title = "<dc:title>Ships</dc:title><dc:creator>Ann Lee</dc:creator>"
    spaces = 'xmlns:opf="http://www.idpf.org/2007/opf" xmlns:epub="http://www.idpf.org/2007/ops"'
    package = changed(epub(chapter), "book/content.opf", title.encode(), said.encode())
    package = changed(package, "book/content.opf", b"<metadata ", f"<metadata {spaces} ".encode())
    return read_article(package, "tales.epub")


@pytest.mark.parametrize(
    "mark",
    [
        '<span id="footnote-000-backlink"><a class="_idFootnoteLink _idGenColorInherit" href="#footnote-000">1</a></span>',
        '<span class="x-ebookmaker-pageno" title="175">175</span>',
        '<span class="pageno">{174}</span>',
        '<a href="#_ftn1" name="_ftnref1"><span class="MsoFootnoteReference">[1]</span></a>',
    ],
)
def test_marks_of_notes_and_pages_are_no_words(mark: str) -> None:
    assert book(f"<p>Built in 1999{mark} by Oda.</p>").text == "Tales\n\nBuilt in 1999 by Oda."


def test_of_a_book_s_people_and_days_those_of_its_writing_count() -> None:
    said = (
        '<dc:title>Tales</dc:title><dc:creator id="a">Pia Holm</dc:creator><dc:creator id="b">Ed Itor</dc:creator>'
        '<meta refines="#b" property="role">edt</meta><dc:creator opf:role="bkp">calibre (6.0) [https://example.org]</dc:creator>'
        '<dc:date opf:event="modification">2025-01-01</dc:date><dc:date opf:event="publication">2024-03-17</dc:date>'
    )
    found = book("<p>Text.</p>", said)
    assert (found.author, found.date) == ("Pia Holm", "2024-03-17")
    unknown = book("<p>Text.</p>", "<dc:title>Tales</dc:title><dc:date>0101-01-01T00:00:00+00:00</dc:date>")
    assert unknown.date is None


def printed(*pages: str, head: str = "", foot: str = "", title: str = "") -> Article:
    """A PDF as a browser prints a page: lines above and below the text, in smaller type, close to it."""
    made = FPDF()
    made.set_title(title)
    for number, page in enumerate(pages, start=1):
        made.add_page()
        made.set_font("helvetica", size=8)
        made.text(10, 12, head)
        made.text(10, 287, foot.format(number, len(pages)))
        made.set_font("helvetica", size=24)
        made.text(10, 22, "Rules for the lock and")
        made.text(10, 32, "the harbour")
        made.set_font("helvetica", size=12)
        for n in range(40):
            made.text(10, 42 + 6 * n, f"{page} {n} of the long text that fills the page to its end and goes on")
    return read_article(bytes(made.output()), "scan_01.pdf")


@pytest.mark.parametrize("count", [1, 3])
def test_what_a_browser_prints_around_a_page_is_no_text(count: int) -> None:
    pages = [f"Page{n} line" for n in range(count)]
    found = printed(*pages, head="11/28/26, 2:29 AM A lock", foot="https://example.org/lock {}/{}")
    assert [words for words in ("https:", "2:29") if words in found.text] == []
    assert all(f"Page{n} line {line} of" in found.text for n in range(count) for line in range(40))


def test_a_heading_of_two_lines_is_one_title() -> None:
    assert printed("A line").title == "Rules for the lock and the harbour"


@pytest.mark.parametrize("title", ["about:blank", "https://example.org/lock", "Print", "Sans titre", "{title}"])
def test_what_stands_in_for_a_title_is_none(title: str) -> None:
    assert printed("A line", title=title).title == "Rules for the lock and the harbour"


@pytest.mark.parametrize(
    "name", ["Adobe InDesign 18", "Canon iR-ADV", "scanner", "Microsoft® Word 2019", "iText 7", "HP Scanner"]
)
def test_a_program_or_a_machine_is_no_author(name: str) -> None:
    assert author_of(name) is None


@pytest.mark.parametrize("name", ["Scan Lee", "Adobe Systems", "Canon Ann Lee", "Dell Ann"])
def test_people_and_companies_are_authors(name: str) -> None:
    assert author_of(name) == name
