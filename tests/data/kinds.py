"""More of the zoo: what public bug reports found lost, glued, guessed or refused, each kind in a small file."""

# ruff: noqa: E501  # XML reads better in whole lines

from __future__ import annotations

from collections.abc import Iterator

from tests.data.build import changed, epub, pdf, zipped
from tests.data.office import cell, docx, odt_styled, paragraph, row, run, table

LONG = "The harbour office wrote in its yearly report that this pier carried more timber than in the year before. " * 3
LONG_TEXT = LONG.strip()
VANISH = "<w:vanish/>"
NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/>'
    '<w:lvlText w:val="Part %1"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="§ %1.%2"/><w:isLgl/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride>'
    "</w:num>"
)
TEXT_BOX = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>'
    f"{paragraph('In a box.')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
    f"<w:txbxContent>{paragraph('In a box.')}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
FORMULA = (
    "<m:oMath><m:r><m:t>v=</m:t></m:r><m:f><m:num><m:r><m:t>s</m:t></m:r></m:num><m:den><m:r><m:t>t+1</m:t></m:r></m:den>"
    "</m:f><m:sSup><m:e><m:r><m:t>+x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
)


def numbered(text: str, number: int, level: int) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def word_files() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    yield "numbered.docx", docx(
        numbered("Rent", 1, 0) + numbered("It is low.", 1, 1) + numbered("It is paid.", 1, 1) + numbered("End", 1, 0)
        + numbered("Soon.", 1, 1) + numbered("Other", 2, 0), numbering=NUMBERING,
    ), "numbered\n\nPart I Rent\n\n§ 1.1 It is low.\n\n§ 1.2 It is paid.\n\nPart II End\n\n§ 2.1 Soon.\n\nPart IV Other"  # fmt: skip
    yield "controls.docx", docx(
        "<w:sdt><w:sdtContent>" + paragraph("In control.") + "</w:sdtContent></w:sdt>"
        + table(row(cell(paragraph(run("a") + "<w:r><w:br/></w:r>")), "<w:sdt><w:sdtContent>" + cell("b") + "</w:sdtContent></w:sdt>"),
                "<w:sdt><w:sdtContent>" + row(cell("c"), cell("d")) + "</w:sdtContent></w:sdt>",
                row(cell("new"), cell("row"), properties="<w:ins/>"), row(cell("old"), properties="<w:del/>"))
    ), "controls\n\nIn control.\n\na | b\n\nc | d\n\nnew | row"  # fmt: skip
    yield "nested.docx", docx(
        table(row(cell("side"), cell(paragraph("Above.") + table(row(cell("x"), cell("y"))) + paragraph(""))))
    ), "nested\n\nside\n\nAbove.\n\nx | y"  # fmt: skip
    yield "box.docx", docx(paragraph(run("Before") + TEXT_BOX + run(" after."))), "box\n\nBefore after.\n\nIn a box."
    yield "formula.docx", docx(paragraph(run("Speed ") + FORMULA + run("."))), "formula\n\nSpeed v=s/(t+1)+x²."
    yield "symbols.docx", docx(paragraph(
        run("angle ") + '<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>' + run(" of 3")
        + '<w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r>'
        + run(" \uf0b3 1", '<w:rFonts w:ascii="Symbol"/>')
    )), "symbols\n\nangle α of 3° ≥ 1"  # fmt: skip
    yield "raised.docx", docx(paragraph(
        run("10") + run("6", '<w:vertAlign w:val="superscript"/>') + run(" cells, CO")
        + run("2", '<w:vertAlign w:val="subscript"/>') + run(", log") + run("10", '<w:vertAlign w:val="subscript"/>')
        + run("2")
    )), "raised\n\n10⁶ cells, CO2, log₁₀2"  # fmt: skip
    yield "lifted.docx", docx(
        paragraph(
            run("10") + run("6", '<w:position w:val="8"/><w:sz w:val="14"/>') + run(" cells, 25 m")
            + run("2", '<w:rStyle w:val="Up"/>') + run(", H") + run("2", '<w:position w:val="-4"/>') + run("O, ")
            + run("3", '<w:position w:val="0"/>')
        ),
        styles='<w:style w:styleId="Up"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>',
    ), "lifted\n\n10⁶ cells, 25 m², H2O, 3"  # fmt: skip
    yield "hidden.docx", docx(
        paragraph(run("Shown") + run(" secret", VANISH) + run(" to all.", '<w:vanish w:val="0"/>'))
        + paragraph("Its end is ", "<w:rPr><w:del/></w:rPr>") + paragraph("deleted.")
    ), "hidden\n\nShown to all.\n\nIts end is deleted."  # fmt: skip
    yield "drop-cap.docx", docx(
        paragraph("T", '<w:framePr w:dropCap="drop"/>') + paragraph("he ship sailed.")
    ), "drop-cap\n\nThe ship sailed."  # fmt: skip
    yield "styled.docx", docx(
        paragraph("Clauses", '<w:pStyle w:val="Own"/>') + paragraph("Text."),
        styles='<w:style w:styleId="Own"><w:basedOn w:val="H"/></w:style><w:style w:styleId="H"><w:name w:val="heading 2"/>'
        "</w:style>",
        footnotes='<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="1">'
        + paragraph("A note.") + "</w:footnote>",
    ), "Clauses\n\nText.\n\nA note."  # fmt: skip
    diagram = "<a:p><a:r><a:t>Keel</a:t></a:r></a:p><a:p><a:r><a:t>Mast</a:t></a:r></a:p>"
    yield "diagram.docx", docx(
        paragraph('<w:r><w:drawing><a:graphic><dgm:relIds r:dm="diagramData"/></a:graphic></w:drawing></w:r>'),
        diagramData=diagram,
    ), "diagram\n\nKeel\n\nMast"  # fmt: skip
    yield "strict.docx", docx(paragraph("Strictly."), strict=True), "strict\n\nStrictly."
    yield "renamed.docx", docx(paragraph("Elsewhere."), main="w/main2.xml"), "renamed\n\nElsewhere."
    yield "defaults.docx", docx(paragraph("Words."), core=(
        "<dc:title>Word Document</dc:title><dc:creator>python-docx</dc:creator><dcterms:modified>2013-12-23T23:15:00Z"
        "</dcterms:modified>"
    )), "defaults\n\nWords."  # fmt: skip


def odt_files() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    styles = (
        '<style:style style:name="Up"><style:text-properties style:text-position="super 58%"/></style:style>'
        '<style:style style:name="No"><style:text-properties text:display="none"/></style:style>'
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
        'style:num-prefix="Article " style:num-suffix=":"/><text:list-level-style-number text:level="2" '
        'style:num-format="a" text:display-levels="1" style:num-suffix=")"/></text:list-style>'
    )
    yield "heading.odt", odt_styled(
        '<text:p text:style-name="P1">Cells</text:p><text:p>They are small.</text:p>',
        '<style:style style:name="P1" style:parent-style-name="Heading_20_1"/><style:style style:name="Heading_20_1"/>',
    ), "Cells\n\nThey are small."  # fmt: skip
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format('the quay,', '')}{item.format('the light.', '')}</text:list>"
    yield "numbered.odt", odt_styled(
        f'<text:list text:style-name="L">{item.format("Rent", inner)}{item.format("End", "")}</text:list>', styles
    ), "numbered\n\nArticle 1: Rent\n\na) the quay,\n\nb) the light.\n\nArticle 2: End"  # fmt: skip
    yield "marks.odt", odt_styled(
        '<text:p>10<text:span text:style-name="Up">6</text:span> cells<text:span text:style-name="No"> secret</text:span>, '
        "<text:ruby><text:ruby-base>船</text:ruby-base><text:ruby-text>ふね</text:ruby-text></text:ruby>, "
        '<draw:frame><draw:object xlink:href="./Object 1"/><svg:desc>a formula</svg:desc></draw:frame>'
        "<text:soft-page-break/>.<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b"
        "</text:p></table:table-cell></table:table-row></table:table>", styles
    ), "marks\n\n10⁶ cells, 船, h = 42.\n\nIn a box.\n\na | b"  # fmt: skip


def page(body: str, title: str = "Harbour") -> bytes:
    return f"<!doctype html><html lang=en><head><title>{title}</title></head><body>{body}</body></html>".encode()


def page_files() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    yield "loose.html", page(
        f"<article><h1>Harbour</h1><p>{LONG}</p><h2>Fish</h2>\nLoose words of 4,310 tonnes.<br>More of them."
        f"<div>In a div <b>bold</b> tail<p>inner</p>end</div><aside>An aside of the author.</aside><p>{LONG}</p></article><footer>© 2009</footer>"
    ), f"Harbour\n\n{LONG_TEXT}\n\nFish\n\nLoose words of 4,310 tonnes.\nMore of them.\n\nIn a div bold tail\n\ninner\n\nend\n\nAn aside of the author.\n\n{LONG_TEXT}"  # fmt: skip
    part = '<div class="row"><div class="body"><p>{}</p></div><aside class="ad">Buy!</aside></div>'
    parts = [LONG_TEXT.replace("this pier", f"pier {name}") for name in ("one", "two", "three")]
    yield "split.html", page(
        f'<nav><a href="/">Home</a></nav><div class="story">{"".join(map(part.format, parts))}</div>'
    ), "\n\n".join(["Harbour", *parts])  # fmt: skip
    yield "marks.html", page(
        f"<article><p>10<sup>6</sup> cells<sup><a href='#n1'>3</a></sup>, x<sup>n+1</sup>, CO<sub>2</sub>, "
        "<ruby>船<rt>ふね</rt></ruby>, <math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math>."
        f"<p>{LONG}<ol start=3><li>three<li>four</ol><table><tr><td>a<br>b<td>c</table></article>"
    ), f"Harbour\n\n10⁶ cells, xⁿ⁺¹, CO2, 船, a/(b + 1).\n\n{LONG_TEXT}\n\n3. three\n\n4. four\n\na b | c"  # fmt: skip
    rows = "".join(f"<tr><td>{n} m<td>{n * 7} crowns</tr>" for n in range(6, 22, 2))
    yield "tables.html", page(f"<h2>Dues</h2><table><tr><th>Length<th>Day</tr>{rows}</table>"), "\n\n".join(
        ["Harbour", "Dues", "Length | Day", *(f"{n} m | {n * 7} crowns" for n in range(6, 22, 2))]
    )  # fmt: skip
    yield "dated.html", page(
        f'<article><h1>Harbour</h1><p class="author">Ann Lee December 28, 2016</p><p>{LONG}</p><p>It was bought on '
        f"February 13, 2009.</p></article><footer>© 2011 Trust</footer>"
    ), f"Harbour\n\nBy Ann Lee, 28 December 2016\n\nAnn Lee December 28, 2016\n\n{LONG_TEXT}\n\nIt was bought on February 13, 2009."  # fmt: skip
    yield "gbk.html", page("<p>朱镕基来过这座港口。</p>", "港口").replace(b"<head>", b"<head><meta charset=gb2312>").decode(
        ).encode("gbk"), "港口\n\n朱镕基来过这座港口。"  # fmt: skip
    yield "saved.html", page("<p>朱镕基来过这座港口。</p>", "港口").replace(b"<head>", b"<head><meta charset=gb2312>"), (
        "港口\n\n朱镕基来过这座港口。"
    )  # fmt: skip
    yield "book.epub", epub(
        "<p>sailed to <span epub:type='pagebreak'>173</span>Oslo in 1999<a epub:type='noteref' href='#n'>3</a> and cost<a href='notes.xhtml#o'>[4]</a> "
        "25<sup><a href='#m'>2</a></sup> crowns, <ruby>港<rt>みなと</rt></ruby>, see <a href='#p'>7</a>.</p><div>loose<p>p</p>tail</div>"
    ), "Ships\n\nBy Ann Lee\n\nsailed to Oslo in 1999 and cost 25 crowns, 港, see 7.\n\nloose\n\np\n\ntail"  # fmt: skip


def text_files() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    yield "html.md", (
        b"# Rules\n\n<aside>\n\nA *pilot* is a must.\n\n</aside>\n\n<details><summary>Why</summary>\n\nRocks.\n</details>\n\n"
        b"<table><tr><td>Fine</td><td>300</td></tr></table>\n\nSee[^1] ~~old~~ 10<sup>6</sup>.\n\n[^1]: The note.\n"
    ), "Rules\n\nA pilot is a must.\n\nWhy\n\nRocks.\n\nFine | 300\n\nSee old 10⁶.\n\n1. The note."  # fmt: skip
    yield "vault.md", (
        b"+++\ntitle = 'Ketch'\nauthors = ['Ann']\ndate = 2024-03-17T10:00:00Z\n+++\n> [!warning] Not safe\n> Cracked.\n\n"
        b"By [[Brandt yard|the yard]] and [[Log#1931]]. %%private%% Is ==long==. ^keel-id\n\n%%\nsecret\n\nlines\n%%\n\n"
        b"```\n[[code]] == %%kept%%\n```\n"
    ), "Ketch\n\nBy Ann, 17 March 2024\n\nNot safe\nCracked.\n\nBy the yard and Log > 1931. Is long.\n\n[[code]] == %%kept%%"  # fmt: skip
    yield "hidden.rtf", (
        rb"{\rtf1\ansi Shown {\v secret }and {\deleted gone }kept, 10{\super 6} cells.{\footnote The note.}\par "
        rb"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt Box.\par}}}End.\par\trowd a\cell b\cell\row}"
    ), "hidden\n\nShown and kept, 10⁶ cells.\n\nThe note.\n\nEnd.\n\nBox.\n\na | b"  # fmt: skip
    yield "columns.csv", b"name,price\nTea,3\n", "columns\n\nname | price\n\nTea | 3"
    yield "alternating.pdf", columns_pdf(), "alternating\n\n" + " ".join((*_LEFT, *_RIGHT))
    yield (
        "footed.pdf",
        pdf("It starts and goes", "on here.", footer="Page {} of 2"),
        "footed\n\nIt starts and goes on here.",
    )
    yield "running.pdf", pdf(*(f"Ship {name} sailed to" for name in "AB"), footer="{}"), (
        "running\n\nShip A sailed to Ship B sailed to"
    )  # fmt: skip
    head = b"From: Ann <a@x.org>\nSubject: Lock\nDate: Tue, 2 Apr 2024 10:00:00 +0200\nContent-Type: text/plain; charset=utf-8"
    yield "reply.eml", head + b"\n\nNo, at 20.\n\nOn Mon, 1 Apr 2024, Bo <b@x.org> wrote:\n> At 18?\n", (
        "Lock\n\nBy Ann, 2 April 2024\n\nNo, at 20."
    )  # fmt: skip
    html = b"From: Ann <a@x.org>\nSubject: Lock\nContent-Type: text/html; charset=utf-8\n\n<html><body>"
    yield "outlook.eml", html + b"<div>Yes.</div><div id='divRplyFwdMsg'><b>From:</b> Bo</div><p>Is it?</p>", (
        "Lock\n\nBy Ann\n\nYes."
    )  # fmt: skip
    yield "gmail.eml", html + b"<p>No.</p><div class='gmail_quote'><div>On Mon, Bo wrote:</div><p>Is it?</p></div>", (
        "Lock\n\nBy Ann\n\nNo."
    )  # fmt: skip
    yield "flowed.eml", head + b"; format=flowed\n\nOne \nline.\n", "Lock\n\nBy Ann, 2 April 2024\n\nOne line."


_LEFT = (
    "The ketch Sperling was built in the", "year 1931 by the yard of Oda Brandt", "and sailed to Oslo for the first time",
    "with a load of salt and of dried fish.",
)  # fmt: skip
_RIGHT = (
    "The night ferry leaves from the north", "quay every evening at twenty to twelve", "except on Sundays, when the lock is",
    "shut and the keeper visits his sister.",
)  # fmt: skip


def columns_pdf() -> bytes:
    lines = "".join(
        f"BT /F 10 Tf {left} {760 - 14 * n} Td ({text}) Tj ET\n"
        for n, pair in enumerate(zip(_LEFT, _RIGHT, strict=True))
        for left, text in zip((60, 320), pair, strict=True)
    ).encode()
    return plain_pdf(lines)


def plain_pdf(drawing: bytes, fonts: bytes = b"", objects: bytes = b"") -> bytes:
    """A PDF of one page that is drawn so; /F is Helvetica."""
    return b"\n".join(
        (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
            b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj",
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R"
            + fonts
            + b">>>>>>endobj",
            b"4 0 obj<</Length %d>>stream" % len(drawing),
            drawing + b"\nendstream endobj",
            b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj",
            objects,
            b"trailer<</Root 1 0 R>>\n%%EOF",
        )
    )


def mapped_pdf(drawing: bytes, pairs: str, count: int) -> bytes:
    """A PDF whose font /G says these letters for its codes."""
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange"
        f" <00> <FF> endcodespacerange {count} beginbfchar {pairs} endbfchar endcmap end end"
    ).encode()
    objects = (
        b"6 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 7 0 R>>endobj\n"
        b"7 0 obj<</Length %d>>stream\n" % len(table) + table + b"\nendstream endobj"
    )
    return plain_pdf(drawing, b"/G 6 0 R", objects)


def kinds_read() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    for files in (word_files, odt_files, page_files, text_files):
        for name, data, text in files():
            yield (
                f"kind-{name}",
                data,
                text.replace(f"{name.rsplit('.', 1)[0]}\n\n", f"kind-{name.rsplit('.', 1)[0]}\n\n", 1),
            )
    drawing = b"BT /F 11 Tf 60 780 Td (They sailed to Oslo.) Tj ET BT /G 11 Tf 60 700 Td (A) Tj ET"
    yield "symbol-line.pdf", mapped_pdf(drawing, "<41> <0004>", 1), "symbol-line\n\nThey sailed to Oslo."


def kinds_refused() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, what the error says)."""
    letters = "".join(f"<{code:02X}> <{0x21 + (code * 37) % 90:04X}> " for code in range(0x41, 0x5B))
    drawing = b"BT /G 14 Tf 60 760 Td (THE KETCH SPERLING SAILED TO OSLO IN JUNE) Tj ET"
    yield "garbled.pdf", mapped_pdf(drawing, letters, 26), "which letters"
    yield "empty.docx", docx(paragraph("")), "no text"
    yield (
        "no-main.docx",
        changed(docx(paragraph("x")), "_rels/.rels", b"word/document.xml", b"word/gone.xml"),
        "damaged",
    )


def kinds_holding() -> Iterator[tuple[str, bytes, dict[str, str], dict[str, str]]]:
    """(name, bytes, exact texts, errors), by the names inside."""
    inner = "---------- Forwarded message ---------\nFrom: Bo Chen <b@x.org>\nDate: Mon, 1 Apr 2024\nSubject: Lock\n\nShut.\n"
    mail = f"From: Ann <a@x.org>\nSubject: Hi\n\nFYI\n\n{inner}".encode()
    yield "news.zip", zipped({"forward.eml": mail}), {
        "forward.eml": "Hi\n\nBy Ann\n\nFYI", "forward.eml/forwarded": "Lock\n\nBy Bo Chen, 1 April 2024\n\nShut."
    }, {}  # fmt: skip
