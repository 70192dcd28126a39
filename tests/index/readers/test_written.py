"""Files as pandoc, LibreOffice and Jupyter write them: every word, counted in the text that pandoc itself makes.

tests/data/written has them: `source.md` is ours, `words.txt` what `pandoc -t plain` makes of it, `pandoc.*` the same in
other formats (`pandoc -s source.md -o pandoc.docx`), `libreoffice.*` what `soffice --convert-to` makes of pandoc.odt
(without its formulas, as LibreOffice Math was not there), `jupyter.ipynb` a notebook written by nbformat, `jupyter.*`
what nbconvert makes of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from index.article import Article, byline_of
from index.readers import read_article

FOLDER = Path(__file__).parents[2] / "data" / "written"
FORMULAS = "h a b 2 Q 2gh frac sqrt g h"
NUMBERS = "1 1 1 2 3"
"""Of lists and of the note: how they are marked, and whether they are words, differs."""
DATE = "2024 04 02"
TITLE = "The locks of Lindhaven"
PICTURE = "A plan of the gates"
# What a file has not, or has besides, and why.
MISSING = {
    "pandoc.ipynb": f"{TITLE} Ada Renshaw",  # pandoc writes no metadata
    "pandoc.rtf": PICTURE,  # it writes no descriptions
    "libreoffice.epub": "Service 2023 2024",  # nor LibreOffice the names of columns
    "jupyter.rst": "quay crowns north 40",  # raw HTML
}
FURTHER = {
    "pandoc.ipynb": "x",  # of a ticked box
    "pandoc.rst": "STRIKEOUT",  # a mark that reStructuredText does not have
    "pandoc.rtf": "pandoc",  # its title is no property
}
PANDOC = sorted(path.name for path in FOLDER.iterdir() if path.name.startswith(("pandoc.", "libreoffice.")))
CELLS = (
    "Herring in figures Landings at Lindhaven in tonnes from the book of the harbour is the share salted fresh Year"
    " Tonnes 1998 4310 1999 3975 import statistics statistics mean 4310 3975 both years 4142 5 print seven boats were"
    " lost seven boats were lost table quay crowns north 40 1 0 A raw cell of plain words"
)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text)))


def read(name: str) -> tuple[Article, Counter[str]]:
    """The article, and its words without its byline."""
    article = read_article((FOLDER / name).read_bytes(), name)
    byline = byline_of(article.author, article.date)
    return article, words(article.text.replace(f"{byline}\n\n", "", 1) if byline else article.text)


@pytest.mark.parametrize("name", PANDOC)
def test_every_word_arrives_and_no_other(name: str) -> None:
    _, found = read(name)
    expected = words((FOLDER / "words.txt").read_text(encoding="utf-8"))
    either = words(f"{FORMULAS} {NUMBERS} {DATE} Ada Renshaw")
    assert expected - found - either - words(MISSING.get(name, "")) == Counter()
    assert found - expected - either - words(FURTHER.get(name, "")) == Counter()


@pytest.mark.parametrize("name", PANDOC)
def test_a_row_of_the_table_has_its_years(name: str) -> None:
    article, _ = read(name)
    at = article.text.index("Barges | £390,000 | £410,000")
    assert article.columns_at(at) == ("Service | 2023 | 2024" if name != "libreoffice.epub" else None)


@pytest.mark.parametrize("name", [name for name in PANDOC if name not in ("pandoc.ipynb", "pandoc.rtf")])
def test_title_and_author_are_known(name: str) -> None:
    article, _ = read(name)
    assert (article.title, article.author) == (TITLE, "Ada Renshaw")


@pytest.mark.parametrize("name", ["jupyter.ipynb", "jupyter.rst", "jupyter.adoc"])
def test_every_word_of_a_notebook_arrives(name: str) -> None:
    _, found = read(name)
    assert words(CELLS) - found - words(MISSING.get(name, "")) == Counter()
