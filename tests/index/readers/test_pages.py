"""What web pages say of themselves, and what only stands on them."""

from __future__ import annotations

import pytest

from index.article import Article
from index.readers import read_article

WORDS = " ".join(f"Sentence {n} tells of the quay, its keepers and the pilots of the bay." for n in range(12))


def page(body: str, head: str = "<title>Tides</title>") -> Article:
    html = f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return read_article(html.encode(), "tides.html")


@pytest.mark.parametrize(
    "extra",
    [
        "<p>Version 2.1 of 2018-05-05.</p>",
        '<div class="version">(59807616e 2018-05-05)</div>',
        '<div class="comments"><div class="comment"><time datetime="2018-05-05">5 May</time> Nice.</div></div>',
        '<ul><li><time datetime="2018-05-05">x</time> Fair</li><li><time datetime="2018-06-05">y</time> Race</li></ul>',
        "".join(f'<article><h2>{n}</h2><time datetime="2018-05-0{n}">x</time><p>{WORDS}</p></article>' for n in "123"),
        "<footer>Built 2018-05-05</footer>",
        '<div class="event-date">2018-05-05</div>',
        '<select class="date"><option>2018-05-05</option></select>',
    ],
)
def test_a_day_that_is_not_the_page_s_is_not_its_date(extra: str) -> None:
    assert page(f"<main><h1>Tides</h1><p>{WORDS}</p>{extra}</main>").date is None


@pytest.mark.parametrize(
    "said",
    [
        '<time datetime="2024-03-17">Sunday</time>',
        '<p class="post-date">17 March 2024</p>',
        '<div class="entry-meta"><span><a href="x">March 17, 2024</a></span></div>',
        '<span itemprop="datePublished" content="2024-03-17T08:00:00Z">Sunday</span>',
        "<header><h1>Tides</h1>2024-03-17, by Pia Holm</header>",
        '<ul class="post-meta"><li><time datetime="2024-03-17">x</time></li><li><time>y</time></li></ul>',
    ],
)
def test_a_day_that_an_element_of_its_own_has_is_the_page_s(said: str) -> None:
    assert page(f"<article><h1>Tides</h1>{said}<p>{WORDS}</p></article>").date == "2024-03-17"


@pytest.mark.parametrize(
    "said", ["Pia Holm, Senior Editor", "Pia Holm Staff Writer", "Pia Holm | Senior News Reporter"]
)
def test_what_an_author_is_called_besides_is_no_part_of_the_name(said: str) -> None:
    found = page(f'<article><h1>Tides</h1><div class="author">{said}</div><p>{WORDS}</p></article>')
    assert found.author == "Pia Holm"


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Par Pia Holm le 17 mars 2024", "Pia Holm"),
        ("Por Pia Holm, 17 de marzo de 2024", "Pia Holm"),
        ("作者：王芳 2024年3月17日", "王芳"),
        ("Autor: Pia Holm, Datum: 17.3.2024", "Pia Holm"),
        ("By Pia Holm, Harbour Correspondent", "Pia Holm"),
        ("Von Pia Holm und Ada Renshaw | Stand: 17.03.2024", "Pia Holm; Ada Renshaw"),
    ],
)
def test_labels_in_other_languages_are_no_part_of_a_name(said: str, names: str) -> None:
    found = page(f'<article><h1>Tides</h1><p class="author">{said}</p><p>{WORDS}</p></article>')
    assert found.author == names


def test_authors_as_papers_name_them_stay_whole() -> None:
    metas = "".join(f'<meta name="citation_author" content="{name}">' for name in ("Holm, Pia", "Renshaw, Ada"))
    found = page(f"<article><h1>Tides</h1><p>{WORDS}</p></article>", f"<title>Tides</title>{metas}")
    assert found.author == "Holm, Pia; Renshaw, Ada"


def test_a_paragraph_that_is_called_title_is_the_title_where_a_page_has_no_other() -> None:
    body = f'<p class="c3 title"><span>Harbour</span> rules</p><p>{WORDS}</p><h2>Fees</h2><p>{WORDS}</p>'
    found = page(body, head="")
    assert found.title == "Harbour rules"
    assert found.text.startswith("Harbour rules\n\nSentence 0")
    assert page(body).title == "Tides"


def test_notes_that_stand_apart_from_the_article_are_read() -> None:
    mark = '<a href="#_ftn1" name="_ftnref1"><span class="MsoFootnoteReference">[1]</span></a>'
    note = '<div><hr><div id="ftn1"><p><a href="#_ftnref1" name="_ftn1">[1]</a> The log of 1931.</p></div></div>'
    body = f'<div class="WordSection1"><h1>Tides</h1><p>{WORDS}{mark}</p><p>{WORDS}</p></div>'
    assert page(f"{body}{note}").text.endswith("The log of 1931.")
    assert page(f"{body}{note}").text.count("The log of 1931.") == 1


def test_a_wiki_s_lists_of_links_are_none_of_its_article() -> None:
    body = f'<div id="content"><h1>Tides</h1><div class="toc"><h2>Contents</h2></div><p>{WORDS}</p><p>{WORDS}</p></div>'
    text = page(f'{body}<div id="catlinks">Categories</div>').text
    assert [words for words in ("Contents", "Categories") if words in text] == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("3<sup>1</sup>/<sub>2</sub> inches", "3 1/2 inches"),
        ("<sup>3</sup>&frasl;<sub>4</sub> of it", "3/4 of it"),
        ("x<sub>1</sub>/<sub>2</sub>", "x1/2"),
        ("a<sup>b+c</sup>", "a^(b+c)"),
        ("the 1<sup>st</sup> and M<sup>me</sup>", "the 1st and Mme"),
    ],
)
def test_fractions_and_sums_stay_what_they_are(written: str, shown: str) -> None:
    assert shown in page(f"<article><h1>Tides</h1><p>{written}. {WORDS}</p></article>").text


@pytest.mark.parametrize(
    ("label", "encoding", "words"),
    [("windows-874", "cp874", "ท่าเรือ"), ("x-cp1251", "cp1251", "Порт"), ("x-euc-jp", "euc_jp", "船は港を出た。")],
)
def test_labels_that_only_browsers_know_are_read(label: str, encoding: str, words: str) -> None:
    html = f"<html><head><meta charset={label}><title>T</title></head><body><p>{words * 20}</p></body></html>"
    assert words in read_article(html.encode(encoding), "a.html").text


def test_advertising_between_parts_is_no_text_though_it_has_words() -> None:
    parts = "".join(
        f'<div class="paragraph"><p>{WORDS} Part {n}.</p></div><div class="ad"><p>Buy it</p></div>' for n in "123"
    )
    text = page(f'<div class="content"><h1>Tides</h1>{parts}</div>').text
    assert "Buy it" not in text
    assert all(f"Part {n}." in text for n in "123")


def test_loose_text_within_an_inline_element_around_the_page_is_kept() -> None:
    text = page(
        f"<font face=arial><b>Tides</b><p>{WORDS}<p>{WORDS}<center>In the middle.</center>Loose. {WORDS}</font>"
    ).text
    assert "In the middle.\n\nLoose. Sentence 0" in text


@pytest.mark.parametrize("tag", "label time output data abbr q cite dfn small".split())
def test_words_in_a_sentence_are_read_whatever_marks_them(tag: str) -> None:
    said = (
        f"<p>The sum of <{tag}>1,987</{tag}> was the largest.</p><table><tr><td>Sum</td><td><{tag}>7</{tag}></td></tr>"
    )
    found = page(f"<article><h1>Tides</h1><p>{WORDS}</p>{said}</table><p>{WORDS}</p></article>")
    assert "The sum of 1,987 was the largest." in found.text
    assert "Sum | 7" in found.text


@pytest.mark.parametrize(
    "controls",
    [
        "<label>Find<input></label>",
        "<p><label>Find</label> <input></p>",
        "<table><tr><td><label>Find</label></td><td><select><option>a</select></td></tr></table>",
        '<input type="checkbox" id="m"><div><label for="m">Find</label></div>',
        "<form><div>Words <label>Find</label></div></form>",
    ],
)
def test_labels_of_a_form_are_none_of_the_article(controls: str) -> None:
    found = page(f"<article><h1>Tides</h1><p>{WORDS}</p><div>{controls}</div><p>{WORDS}</p></article>")
    assert "Find" not in found.text
    assert found.text.count(WORDS) == 2
