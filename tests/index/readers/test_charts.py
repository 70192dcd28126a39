"""Charts of Word documents: titles, series and values, as a table with named columns."""

# ruff: noqa: E501  # XML reads better in whole lines

from __future__ import annotations

from index.readers import read_article
from tests.data.office import docx, paragraph, run

SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
TITLE = "<c:title><c:tx><c:rich><a:p><a:r><a:t>Landings in tonnes</a:t></a:r></a:p></c:rich></c:tx></c:title>"


def points(*values: str) -> str:
    return "".join(f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(values))


def series(name: str, *values: str) -> str:
    return (
        f"<c:ser><c:tx><c:strRef><c:strCache>{points(name)}</c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache>{points('1998', '1999')}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!B2</c:f><c:numCache>{points(*values)}</c:numCache></c:numRef></c:val></c:ser>"
    )


def test_a_chart_is_its_title_and_its_data() -> None:
    chart = f"<c:chartSpace {SPACES}><c:chart>{TITLE}{series('Herring', '4310', '3975')}{series('Cod', '12', '9')}</c:chart></c:chartSpace>"
    drawn = f'<w:r><w:drawing><a:graphic><a:graphicData><c:chart {SPACES} r:id="chart"/></a:graphicData></a:graphic></w:drawing></w:r>'
    package = docx(paragraph(run("See the figures.") + drawn) + paragraph("They fell."), chart=chart)
    article = read_article(package, "a.docx")
    assert article.text.removeprefix("a\n\n") == (
        "See the figures.\n\nLandings in tonnes\n\n| Herring | Cod\n\n1998 | 4310 | 12\n\n1999 | 3975 | 9\n\nThey fell."
    )
    assert article.columns_at(article.text.index("1999")) == "| Herring | Cod"
