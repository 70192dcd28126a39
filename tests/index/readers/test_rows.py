"""The names of a table's columns are known for each of its rows, in every format, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.article import Article
from index.chunk import chunk_article
from index.readers import read_article
from index.readers.compose import Block, Properties, compose
from rag.extract import cite
from rag.reading.constraints import Fit, constraints_of
from rag.retrieve import Passage
from tests.data.build import odt
from tests.data.decks import saved, workbook
from tests.data.office import cell, docx, row, table
from tests.fakes import FakeEmbeddings

NAMES, ROWS = ("Service", "2023", "2024"), (("Libraries", "£390,000", "£410,000"), ("Parks", "£70", "£80"))
HTML = (
    "<table><tr><th>Service<th>2023<th>2024</tr><tr><td>Libraries<td>£390,000<td>£410,000</tr><tr><td>Parks<td>£70"
    "<td>£80</tr></table>"
)
ODT_ROW = "<table:table-row>{}</table:table-row>"


def lines(*, sep: str, begin: str = "", end: str = "\n", rule: str = "") -> str:
    first, *others = (begin + sep.join(cells) + end for cells in (NAMES, *ROWS))
    return first + rule + "".join(others)


def slide() -> bytes:
    from pptx import Presentation
    from pptx.util import Pt

    made = Presentation()
    shapes = made.slides.add_slide(made.slide_layouts[5]).shapes
    shapes.title.text = "Costs"
    cells = shapes.add_table(3, 3, Pt(10), Pt(10), Pt(300), Pt(90)).table
    for n, given in enumerate((NAMES, *ROWS)):
        for m, text in enumerate(given):
            cells.cell(n, m).text = text
    return saved(made)


def odt_row(cells: tuple[str, ...]) -> str:
    return ODT_ROW.format("".join(f"<table:table-cell><text:p>{each}</text:p></table:table-cell>" for each in cells))


def files() -> Iterator[tuple[str, bytes]]:
    word_rows = [row(*map(cell, cells)) for cells in (NAMES, *ROWS)]
    head = f"<table:table-header-rows>{odt_row(NAMES)}</table:table-header-rows>"
    wiki = "{|\n! Service !! 2023 !! 2024\n|-\n" + "\n|-\n".join("| " + " || ".join(cells) for cells in ROWS) + "\n|}"
    latex = r"\begin{tabular}{lrr}" + lines(sep=" & ", end=r" \\ ") + r"\end{tabular}"
    rtf = "".join(r"\trowd " + "".join(rf"{each}\cell " for each in cells) + r"\row " for cells in (NAMES, *ROWS))
    grid = "+----------+----------+----------+\n"
    rst = grid + "".join(
        "|" + "|".join(each.ljust(10) for each in cells) + "|\n" + (grid.replace("-", "=") if cells is NAMES else grid)
        for cells in (NAMES, *ROWS)
    )
    yield "a.html", f"<html><body><p>The costs of the town rise.</p>{HTML}<p>That is all.</p></body></html>".encode()
    yield "a.md", ("# Costs\n\nHere.\n\n" + lines(sep=" | ", begin="| ", rule="|---|---|---|\n")).encode()
    yield "a.docx", docx(table(*word_rows) + "<w:p/>")
    yield "a.odt", odt(f"<table:table>{head}{''.join(map(odt_row, ROWS))}</table:table>")
    yield "a.xlsx", workbook({"Costs": [["Costs of the town"], [], NAMES, *ROWS]})
    yield "a.pptx", slide()
    yield "a.csv", lines(sep=",").replace("£390,000", '"£390,000"').replace("£410,000", '"£410,000"').encode()
    yield "a.rst", ("Costs\n=====\n\n" + rst).encode()
    yield "a.org", ("* Costs\n" + lines(sep=" | ", begin="| ", end=" |\n", rule="|---+---+---|\n")).encode()
    yield "a.adoc", ("= Costs\n\n[%header]\n|===\n" + lines(sep=" | ", begin="| ") + "|===\n").encode()
    yield "a.tex", (r"\documentclass{article}\begin{document}Costs. " + latex + r"\end{document}").encode()
    yield "a.rtf", rf"{{\rtf1\ansi\ansicpg1252 Costs.\par {rtf}}}".replace("£", r"\'a3").encode()
    yield "a.eml", f"Subject: Costs\nContent-Type: text/html; charset=utf-8\n\n<p>See:</p>{HTML}".encode()
    dump = "<mediawiki><page><title>Costs</title><ns>0</ns><revision><text>{}</text></revision></page></mediawiki>"
    yield "a.xml", dump.format(wiki).encode()


@pytest.mark.parametrize(("name", "data"), list(files()), ids=lambda part: part if isinstance(part, str) else "")
def test_a_row_knows_the_names_of_its_columns(name: str, data: bytes) -> None:
    article = read_article(data, name)
    at = article.text.index("Libraries | £390,000 | £410,000")
    assert article.columns_at(at) == "Service | 2023 | 2024"
    assert article.columns_at(article.text.index("Parks | £70 | £80")) == "Service | 2023 | 2024"
    assert article.columns_at(article.text.index("Service | 2023")) is None
    assert article.columns_at(0) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["Name | Role", "Ann | pilot", "Bo | cook"], []),  # nothing says that these are names of columns
        (["Built | 1931", "Tons | 40", "Crew | 5"], []),
        (["Service | 2024", "Libraries | £410", "Parks | £80"], ["Service | 2024"]),
        (["Sort | Tons", "Salt | 40", "Tar | some"], []),
        (["Sort | Tons", "Salt | 40", "Tar | 12 t"], ["Sort | Tons"]),
        (["| Day | Week", "6 m | 40 crowns | 220 crowns", "8 m | 55 crowns | 300 crowns"], ["| Day | Week"]),
    ],
)
def test_the_first_row_names_columns_only_where_figures_stand_below(rows: list[str], expected: list[str]) -> None:
    article = compose("a", Properties("A"), [Block(each, table=1) for each in rows])
    assert [article.text[table.start : table.rows].strip() for table in article.tables] == expected


def test_tables_side_by_side_have_names_of_their_own() -> None:
    first = [Block("Sort | Tons", table=1, is_header=True), Block("Salt | 40", table=1)]
    second = [Block("Ann | pilot", table=2), Block("Bo | cook", table=2)]
    again = [Block("Sort | Price", table=1, is_header=True), Block("Salt | 7", table=1)]
    article = compose("a", Properties("A"), [*first, *again, *second])
    found = {text: article.columns_at(article.text.index(text)) for text in ("Salt | 40", "Salt | 7", "Ann", "Bo")}
    assert found == {"Salt | 40": "Sort | Tons", "Salt | 7": "Sort | Price", "Ann": None, "Bo": None}


def costs() -> Article:
    rows = [f"Service {n} of the town | £{n},500" for n in range(60)]
    names = Block("Service | 2024", table=1, is_header=True)
    return compose("a", Properties("Costs"), [names, *(Block(row, table=1) for row in rows)])


def test_a_passage_of_rows_is_read_with_the_names_and_quoted_without() -> None:
    article = costs()
    chunk = chunk_article(article, FakeEmbeddings(window=254))[5]
    passage = Passage(article, chunk.start, chunk.end, 1.0)
    assert "2024" not in passage.text
    assert passage.context.endswith("Service | 2024")
    assert Passage(article, 0, 50, 1.0).columns == ""
    start = article.text.index("Service 40")
    quote = article.text[start : article.text.index("\n", start)]
    citation = cite(1, article, (start, start + len(quote)), (), 20)
    assert (citation.quote, citation.columns) == ("Service 40 of the town | £40,500", "Service | 2024")
    assert citation.before.endswith("£39,500\n\n")


@pytest.mark.parametrize(("year", "fits"), [("2024", Fit.MEETS), ("2019", Fit.CONTRADICTS)])
def test_a_year_in_the_names_of_columns_is_the_row_s(year: str, fits: Fit) -> None:
    article = costs()
    start = article.text.index("Service 40")
    quote = (start, article.text.index("\n", start))
    assert constraints_of(f"What did the service cost in {year}?", [article.text]).fit(article, quote) is fits
