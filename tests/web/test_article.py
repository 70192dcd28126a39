"""The article page: the exact text, one quote marked, nothing of it markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from tests.web.standins import ARTICLE, QUOTE, TEXT
from web.article import page

START = TEXT.index(QUOTE)
END = START + len(QUOTE)


def marked(html: str) -> list[str]:
    return [unescape(re.sub(r"<[^>]*>", "", each)) for each in re.findall(r"<mark.*?</mark>", html, re.DOTALL)]


def body(html: str) -> str:
    found = re.search(r"<article>\n(.*)\n</article>", html, re.DOTALL)
    assert found
    return found[1]


def test_the_quote_is_marked_once() -> None:
    html = page(ARTICLE, (START, END))
    assert marked(html) == [QUOTE]
    assert html.count('id="quote"') == 1
    assert 'role="status" hidden>' in html


def test_title_byline_and_headings_are_what_they_are() -> None:
    html = body(page(ARTICLE))
    assert '<h1 dir="auto">A post on Weibo 🚗</h1>' in html
    assert '<p class="byline" dir="auto">By Ada Renshaw, 2 April 2024</p>' in html
    assert '<h2 dir="auto">What it means</h2>' in html
    assert "<mark" not in html


def test_a_text_without_its_title_gets_one() -> None:
    html = body(page(replace(ARTICLE, title="Another <title>")))
    assert html.startswith('<h1 dir="auto">Another &#60;title&#62;</h1>')
    assert '<p class="byline" dir="auto">Ada Renshaw, 2024-04-02</p>' in html


def test_a_quote_over_paragraphs_is_marked_in_each_and_named_once() -> None:
    html = page(ARTICLE, (START - 5, len(TEXT)))
    assert len(marked(html)) == 3
    assert html.count('id="quote"') == 1
    between = TEXT.index("\n\nWhat it means")
    assert page(ARTICLE, (between, between + 6)).count('id="quote"') == 1


def test_a_place_outside_of_the_text_is_said_to_be_gone() -> None:
    for place in ((0, len(TEXT) + 1), (5, 5), (9, 3)):
        html = page(ARTICLE, place)
        assert marked(html) == []
        assert 'role="status">The quote is no longer' in html


@given(
    st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs", "Cc")) | st.sampled_from("\n<&🚗 ")),
    st.data(),
)
def test_any_text_is_shown_and_any_quote_marked(text: str, data: st.DataObject) -> None:
    article = Article("a.txt", "A title", text, "0" * 64)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(0, len(text)))
    html = page(article, (start, end))
    shown = unescape(re.sub(r"<[^>]*>", "", body(html))).replace("<br>", "\n")
    assert "".join(shown.split()) == "".join(f"A title {text}".split())
    if start < end:
        assert "".join("".join(marked(html)).split()) == "".join(text[start:end].split())
