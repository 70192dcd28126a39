"""Presentations: every word of the slides and notes, in order, with the slide as the page."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections import Counter
from html import unescape

from pptx import Presentation

from index.article import Heading
from index.readers import read_article
from tests.data.decks import DECK, deck, rich_deck


def words_of(package: bytes) -> Counter[str]:
    """The words between text tags of slides and notes, by regular expressions alone."""
    counted: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"ppt/(slides|notesSlides)/\w+\.xml", name):
                xml = re.sub(
                    r"<a:fld .*?</a:fld>|<a:tableStyleId>.*?</a:tableStyleId>",
                    "",
                    archive.read(name).decode(),
                    flags=re.DOTALL,
                )
                text = re.sub(r"</a:p>|<a:br/>", " ", xml)
                counted.update(unescape(re.sub(r"<[^>]*>", "", text)).split())
            if name.startswith("ppt/charts/chart"):
                chart = re.sub(r"<c:f>.*?</c:f>|<c:formatCode>.*?</c:formatCode>", "", archive.read(name).decode())
                counted.update(set(re.findall(r"<c:v>(.*?)</c:v>", chart)))  # a number 2.0 is written as 2
    return counted


def words_read(package: bytes) -> Counter[str]:
    text = read_article(package, "a.pptx").text
    return Counter(word for word in text.split() if word != "|")


def test_every_word_of_a_deck_arrives_once() -> None:
    slides = [(f"Part {n}", f"Ship {n} sailed & came back\nTwice", f"Note {n}") for n in range(20)]
    package = deck(*slides, title="")
    assert words_read(package) == words_of(package) + Counter("By Ann Lee, 2 April 2024".split())


def test_tables_charts_and_groups_arrive() -> None:
    package = rich_deck()
    assert words_read(package) == words_of(package) + Counter("2 April 2024".split())


def test_a_slide_is_a_page_also_after_slides_without_text() -> None:
    article = read_article(DECK, "a.pptx")
    pages = {words: article.page_at(article.text.index(words)) for words in ("Cargo", "Silk", "slowly", "No title")}
    assert pages == {"Cargo": 1, "Silk": 1, "slowly": 1, "No title": 3}
    assert article.headings == (Heading(article.text.index("Cargo"), "Cargo"),)
    assert (article.author, article.date) == ("Ann Lee", "2024-04-02")


def test_a_title_that_the_program_made_up_is_none() -> None:
    slides = [("Cargo", "Tea", "")]
    assert read_article(deck(*slides, title="PowerPoint Presentation"), "a.pptx").title == "Cargo"
    assert read_article(deck(("", "Tea", ""), title=""), "news/tea.pptx").title == "tea"


def test_a_deck_without_properties_gets_no_day() -> None:
    with zipfile.ZipFile(io.BytesIO(DECK)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    article = read_article(out.getvalue(), "a.pptx")
    assert (article.title, article.author, article.date) == ("Cargo", None, None)


def test_what_a_template_says_of_itself_is_not_the_decks() -> None:
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Cargo"
    out = io.BytesIO()
    deck.save(out)
    article = read_article(out.getvalue(), "a.pptx")
    assert (article.title, article.author, article.date) == ("Cargo", None, None)


def test_a_hundred_slides_are_read_in_time() -> None:
    package = deck(*((f"Part {n}", "\n".join(["The ship sailed on."] * 20), "Notes") for n in range(100)))
    started = time.process_time()
    article = read_article(package, "a.pptx")
    assert time.process_time() - started < 5
    assert article.page_at(article.text.index("Part 99")) == 100
