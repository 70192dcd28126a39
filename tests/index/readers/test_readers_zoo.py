"""Every file of the zoo, through the child process, gives exactly its articles and its errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article, Failure
from index.readers import read_articles
from index.sources.isolate import Isolation
from tests.data.build import pdf, word
from tests.data.zoo import Animal, animals

ZOO = list(animals())


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    isolation = Isolation()
    yield isolation
    isolation.close()


def test_the_zoo_is_large_and_its_names_are_unique() -> None:
    assert len({animal.name for animal in ZOO}) == len(ZOO) >= 100


@pytest.mark.parametrize("animal", ZOO, ids=lambda animal: animal.name)
def test_a_file_gives_what_it_must(isolation: Isolation, animal: Animal) -> None:
    found = isolation.read(animal.data, animal.name)
    articles = {each.source: each for each in found if isinstance(each, Article)}
    failures = {each.source: each for each in found if isinstance(each, Failure)}
    assert {source: article.text for source, article in articles.items()} == animal.gives, failures
    assert failures.keys() == animal.fails.keys()
    for source, failure in failures.items():
        assert re.search(animal.fails[source], failure.error), failure
        assert failure.hint
    for article in articles.values():
        assert unicodedata.is_normalized("NFC", article.text)
        assert all(article.text[heading.start :].startswith(heading.title) for heading in article.headings)


def test_a_pdf_knows_the_page_of_every_word() -> None:
    [article] = read_articles(pdf("One and", "", "two goes on.\n\nNew.", "", title="T"), "a.pdf")
    assert isinstance(article, Article)
    assert article.text == "T\n\nOne and two goes on.\n\nNew."
    pages = {words: article.page_at(article.text.index(words)) for words in ("T", "One", "and", "two", "on.", "New")}
    assert pages == {"T": 1, "One": 1, "and": 1, "two": 3, "on.": 3, "New": 3}


def test_page_numbers_and_running_heads_do_not_break_sentences() -> None:
    made = pdf(*(f"Ship {name} sailed to" for name in "ABCD"), footer="Page {}")
    [article] = read_articles(made, "a.pdf")
    assert isinstance(article, Article)
    assert article.text == "a\n\nShip A sailed to Ship B sailed to Ship C sailed to Ship D sailed to"


SEEDS = st.sampled_from([animal for animal in ZOO if len(animal.data) < 100_000])


@settings(max_examples=150, deadline=None)
@given(animal=SEEDS, at=st.floats(0, 1), rubbish=st.binary(max_size=8), cut=st.integers(0, 8))
def test_a_damaged_file_gives_articles_or_named_errors_and_nothing_else(
    isolation: Isolation, animal: Animal, at: float, rubbish: bytes, cut: int
) -> None:
    place = int(at * len(animal.data))
    for each in isolation.read(animal.data[:place] + rubbish + animal.data[place + cut :], animal.name):
        assert each.source.startswith(animal.name)
        if isinstance(each, Article):
            assert each.text.strip()
            assert "\0" not in each.text
        else:
            assert each.error
            assert "crashed" not in each.error


def test_a_word_document_s_properties_are_kept() -> None:
    [article] = read_articles(word(("Heading 1", "Cargo"), author="Ann Lee"), "news/a.docx")
    assert isinstance(article, Article)
    assert (article.title, article.author) == ("Cargo", "Ann Lee")
    assert article.headings == ()
