"""The article page: the exact text, quotes marked, nothing of it markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from tests.web.standins import ARTICLE, QUOTE, TEXT
from web.pages.article import article_page, minutes
from web.permalink import Link, digest_of

START = TEXT.index(QUOTE)
END = START + len(QUOTE)
GONE = "The quote is no longer at this place"
MOVED = "has changed since this link was made"


def marked(html: str, tag: str = "mark") -> list[str]:
    found = re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", html, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", each)) for each in found]


def body(html: str) -> str:
    found = re.search(r"<article[^>]*>\n(.*)</article>", html, re.DOTALL)
    assert found
    return found[1]


def shown(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def notice(html: str) -> str:
    """What is said above the article, or nothing if that is hidden."""
    found = re.search(r'<p class="notice" id="notice" role="status">(.*?)</p>', html)
    return unescape(found[1]) if found else ""


def test_the_quote_is_marked_once() -> None:
    html = article_page(ARTICLE, [Link(START, END)])
    assert marked(html) == [QUOTE]
    assert html.count('id="quote"') == 1
    assert 'role="status" hidden>' in html


def test_its_tags_are_shown_and_are_no_markup() -> None:
    assert "<bdi>Cars</bdi> · <bdi>&lt;b&gt;</bdi>" in article_page(replace(ARTICLE, tags=("Cars", "<b>")))


def test_the_words_that_answer_are_bold() -> None:
    at = TEXT.index("copycat")
    html = article_page(ARTICLE, [Link(START, END, "", ((at, at + 7), (at + 4, at + 15), (0, 5)))])
    assert marked(html, "b") == ["copycat culture"]
    assert marked(html) == [QUOTE]


def test_several_quotes_are_marked_and_the_page_goes_to_the_first_that_was_named() -> None:
    last = TEXT.index("Values")
    html = article_page(ARTICLE, [Link(last, last + 6), Link(START, END), Link(END - 5, END)])
    assert marked(html) == [QUOTE, "Values"]
    assert re.findall(r'<mark id="quote" tabindex="-1">(.*?)</mark>', html) == ["Values"]


def test_a_quote_that_moved_is_marked_where_it_stands_now_with_its_bold_words() -> None:
    at = TEXT.index("copycat")
    html = article_page(replace(ARTICLE, text="New.\n\n" + TEXT), [Link(START, END, digest_of(QUOTE), ((at, at + 7),))])
    assert (marked(html), marked(html, "b")) == ([QUOTE], ["copycat"])
    assert MOVED in notice(html)


def test_a_quote_that_changed_is_said_to_be_gone_and_its_place_named() -> None:
    html = article_page(replace(ARTICLE, text=TEXT.replace("copycat", "me-too")), [Link(START, END, digest_of(QUOTE))])
    assert marked(html) == []
    assert GONE in notice(html)
    assert re.search(r'<p id="near"[^>]*>Xiaomi', html)
    elsewhere = article_page(ARTICLE, [Link(START, END), Link(START, END, digest_of("else"))])
    assert marked(elsewhere) == [QUOTE] and GONE in notice(elsewhere)


def test_a_place_outside_of_the_text_is_said_to_be_gone() -> None:
    for place in ((0, len(TEXT) + 1), (5, 5), (9, 3), (len(TEXT) + 5, len(TEXT) + 9)):
        html = article_page(ARTICLE, [Link(*place)])
        assert marked(html) == []
        assert GONE in notice(html)
        assert html.count('id="near"') == 1


def test_title_byline_and_headings_are_what_they_are() -> None:
    html = article_page(ARTICLE)
    assert '<h1 dir="auto">A post on Weibo 🚗</h1>' in body(html)
    assert '<p class="byline" dir="auto">By Ada Renshaw, 2 April 2024</p>' in body(html)
    assert '<h2 dir="auto">What it means</h2>' in body(html)
    assert '<p class="facts"><bdi>post.md</bdi> · <bdi>1 minute</bdi></p>' in html
    assert "<mark" not in html and html.count("<h1") == 1
    assert '<article lang="en">' in html and f'href="/?about={ARTICLE.id}"' in html


def test_a_text_without_its_title_gets_one_above_it() -> None:
    html = article_page(replace(ARTICLE, title="Another <title>", source="<b>.md"))
    assert '<h1 dir="auto">Another &lt;title&gt;</h1>' in html and html.count("<h1") == 1
    assert "Ada Renshaw</bdi> · <bdi>2 Apr 2024</bdi> · <bdi>&lt;b&gt;.md</bdi>" in html
    assert "Another" not in body(html)


def test_a_quote_over_paragraphs_is_marked_in_each_and_named_once() -> None:
    html = article_page(ARTICLE, [Link(START - 5, len(TEXT))])
    assert len(marked(html)) == 3
    assert html.count('id="quote"') == 1
    between = TEXT.index("\n\nWhat it means")
    assert article_page(ARTICLE, [Link(between, between + 6)]).count('id="quote"') == 1


def test_a_paragraph_is_shown_to_the_letter() -> None:
    odd = "A\tb  c\u2028d\u00a0e & <f> 'g' \"h\""
    assert odd in shown(body(article_page(Article("a.txt", "A title", odd, "0" * 64))))


def test_in_chinese() -> None:
    html = article_page(replace(ARTICLE, language="zh"), [Link(5, 99_999)], "zh")
    assert '<html lang="zh">' in html and "就此文提问" in html and "文章已改动" in notice(html)
    assert (minutes(4_000, "zh-CN", "zh"), minutes(4_000, "en", "en"), minutes(1, None, "en")) == (
        "10 分钟",
        "3 minutes",
        "1 minute",
    )


@given(
    st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs", "Cc")) | st.sampled_from("\n<&🚗 ")),
    st.data(),
)
def test_any_text_is_shown_and_any_quote_marked(text: str, data: st.DataObject) -> None:
    article = Article("a.txt", "A title", text, "0" * 64)
    spans = [sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2))) for _ in range(3)]
    links = [Link(start, end, "", ((start, end - 1),)) for start, end in spans]
    html = article_page(article, links)
    assert "".join(shown(body(html)).replace("<br>", "\n").split()) == "".join(text.split())
    inside = {at for start, end in spans for at in range(start, end)}
    expected = "".join(text[at] for at in sorted(inside))
    assert "".join("".join(marked(html)).split()) == "".join(expected.split())
