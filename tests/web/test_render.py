"""What a renderer must never do: let anything foreign become markup, or lose a character of it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from rag.answer import Nearest, Place, Sentence
from rag.intents import Intent
from rag.unsure import MAYBE, OF_FORM, REASONS
from settings import HOME
from tests.web.standins import ARTICLE, QUOTE, an_answer, citation
from web import render
from web.locales import Language, languages, say
from web.permalink import address

HOSTILE = [
    "<script>alert(1)</script>",
    "](javascript:alert(1))",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "![x](https://evil.example/?q)",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "<!-- --> <![CDATA[ ]]> <?php ?>",
    "\u202eevil\u202c \u2066x\u2069",
    "$$\\href{javascript:alert(1)}{x}$$ `code` *b* _i_ ~~s~~ # h\n\n# h2\n> q\n- l\n1. n",
    "</p></blockquote></details></article><iframe src=//evil.example>",
    "<mark>%%%LATEX_BLOCK_0%%%</mark>",
    "a\x00b\x0bc\x0cd\x85e\u2028f\u2029g\ud800h\r\ni",
]
OURS = {"a", "article", "b", "bdi", "blockquote", "br", "button", "cite", "details", "h3", "li", "mark", "p", "span"}
OURS |= {"summary", "ul"}
ATTRIBUTES = {"class", "dir", "href", "id", "title", "type"}


class Seen(HTMLParser):
    """The elements and the text that a browser would make of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.titles: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OURS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        found = dict(attrs)
        self.links += [found["href"] or ""] if "href" in found else []
        self.titles += [found["title"] or ""] if "title" in found else []
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment  # type: ignore[assignment]


def everything(foreign: str) -> str:
    """All that the renderer makes, with `foreign` wherever text comes from outside."""
    article = Article(foreign, foreign, f"{foreign} x {foreign}", "0" * 64, foreign, foreign, id="id")
    also = (Place(foreign, 0, 1, "x"),)
    cited = citation(
        1, article, article.text, "", before=foreign, after=foreign, columns=foreign, also=also, article_id=foreign
    )
    said = (Sentence(cited.quote, "quote", (1,), 1.0), Sentence(f"{foreign} y", "written", (1,), 1.0))
    answered = an_answer(foreign, sentences=said, citations=(cited,), answer=foreign, notice=foreign, withheld=2)
    nearest = (Nearest(foreign, foreign, foreign, 0, 1, foreign),)
    abstained = an_answer(foreign, answer=foreign, nearest=nearest)
    other = citation(2, replace(article, id="other"), article.text, "", article_id="other")
    beside = render.sentence(said[0], [cited, other])  # of two articles, so that it says whose it is
    parts = [render.answer(answered), render.answer(abstained), render.sources([cited]), beside]
    parts += [render.suggestions([foreign], foreign), render.understood(foreign, "en", is_offered=True)]
    return "\n\n".join([*parts, render.question(foreign, foreign), render.line(foreign)])


def check_safe(html: str) -> Seen:
    seen = Seen(html)
    assert not seen.open
    permalink = r"/articles/[A-Za-z0-9%._~-]*#q=\d+-\d+&w=[0-9a-f]{16}(&b=\d+-\d+(,\d+-\d+)*)?"
    assert all(re.fullmatch(permalink, link) for link in seen.links)
    # To a Markdown renderer each part is one HTML block: it begins with a tag and has no line end inside.
    for block in html.split("\n\n"):
        assert re.match(r"<(p|blockquote|details|article)[ >]", block)
        assert not re.search(r"[\n\r\x0b\x0c\x85\u2028\u2029]", block)
    html.encode()  # no lone surrogate is left
    return seen


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_text_stays_text(foreign: str) -> None:
    seen = check_safe(everything(foreign))
    shown = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x86-\x9f\ud800-\udfff]", "\ufffd", foreign)
    shown = re.sub(r"\r?\n|[\x85\u2028\u2029]", "\n", shown)
    assert seen.text.count(shown) >= 10


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_stays_text(foreign: str) -> None:
    check_safe(everything(foreign))


@given(st.text("<>&\"'`*_[]()!#$\\%;:/=ajx \n", max_size=80))
def test_any_markup_stays_text(foreign: str) -> None:
    seen = check_safe(everything(foreign))
    assert foreign in seen.text


@given(st.text())
def test_nothing_special_to_html_or_markdown_is_left(foreign: str) -> None:
    bare = re.sub(r"&#\d+;|<br>", "", render.text(foreign))
    assert not re.search(r"[<>&\"'`*_\[\]()!#$\\%~|{}\n\r]", bare)


def test_a_quote_has_the_words_that_answer_in_bold() -> None:
    said = Sentence(QUOTE, "quote", (1,), 1.0)
    html = render.sentence(said, [citation()])
    assert "<blockquote" in html
    assert "However, the <b>copycat</b> culture, shortcut" in html
    cited = citation()
    assert Seen(html).links == [address(ARTICLE.id, cited.start, cited.end, QUOTE, cited.answer_spans)]
    assert Seen(html).titles[0].startswith("However, the copycat culture")


def test_bold_counts_code_points_and_joins_what_overlaps() -> None:
    article = Article("a", "t", "🚗🚗 abc def.", "0" * 64)
    cited = citation(1, article, article.text, "", answer_spans=((4, 8), (3, 6), (9, 10)))
    assert "<mark>🚗🚗 <b>abc d</b>e<b>f</b>.</mark>" in render.sources([cited])


def test_sources_say_who_wrote_and_when() -> None:
    also = (Place("other", 5, 8, "abc"),)
    html = render.sources([citation(page=3, also=also)])
    seen = check_safe(html)
    assert "Ada Renshaw · 2 Apr 2024 · page 3" in seen.text
    assert "Xiaomi’s execution is worthy of praise. However, the" in seen.text
    assert address("other", 5, 8, "abc") in seen.links
    assert render.sources([]) == ""


def test_long_surroundings_are_cut_at_a_word() -> None:
    html = render.sources([citation(before="word " * 100, after=" next" * 100)])
    text = Seen(html).text
    assert "…word word" in text
    assert text.count("word") < 30
    assert "next…" in text


def test_an_abstention_is_a_sentence_and_folded_passages() -> None:
    nearest = (Nearest("id", "A title", "a.md", 3, 9, "A passage"),)
    html = render.answer(an_answer("q", answer="The articles do not say.", nearest=nearest))
    assert html.startswith('<p class="q-abstained" dir="auto">The articles do not say.</p>')
    assert "<details" in html and "<details open" not in html
    assert Seen(html).links == [address("id", 3, 9, "A passage")]
    assert "<details" not in render.answer(an_answer("q", answer="The articles do not say."))


def test_withheld_sentences_are_said() -> None:
    said = Sentence(QUOTE, "quote", (1,), 1.0)
    one = render.answer(an_answer("q", sentences=(said,), citations=(citation(),), withheld=1))
    assert "1 sentence withheld: no quote supports it" in Seen(one).text
    assert "Supported by 1 quote ·" in one
    assert "2 sentences withheld: no quote supports them" in Seen(everything("x")).text


@pytest.mark.parametrize(
    ("date", "english", "chinese"),
    [("2024-04-02", "2 Apr 2024", "2024年4月2日"), ("2024-04", "2024-04", "2024-04"), ("spring", "spring", "spring")],
)
def test_dates_as_people_write_them(date: str, english: str, chinese: str) -> None:
    assert (render.day(date), render.day(date, "zh")) == (english, chinese)


def test_a_date_of_the_year_needs_no_year() -> None:
    assert render.day("2024-04-02", "en", 2024) == "2 Apr"
    assert render.day("2024-04-02", "zh", 2024) == "4月2日"
    assert render.day("2024-04-02", "en", 2025) == "2 Apr 2024"


def test_quotes_of_two_articles_say_whose_and_of_when() -> None:
    other = citation(2, Article("b.md", "B", "Not worrying.", "1" * 64, None, "2025-01-31"), "Not worrying.", "")
    said = Sentence(QUOTE, "quote", (1,), 1.0), Sentence(other.quote, "quote", (2,), 1.0)
    assert "<cite" not in render.sentence(said[0], [citation()])
    html = render.answer(an_answer("q", sentences=said, citations=(citation(), other)))
    assert '<cite class="q-from">Ada Renshaw · 2 Apr 2024</cite>' in html
    assert '<cite class="q-from">B · 31 Jan 2025</cite>' in html


def test_the_id_of_an_answer_is_a_class_and_nothing_else() -> None:
    assert "q-id-0af3" in render.answer(an_answer("q", id="0af3"))
    assert "q-id" not in render.answer(an_answer("q", id='x" onclick="y'))


def test_suggestions_are_buttons() -> None:
    html = render.suggestions(["What next?", "And <b>?"], "Ask next:")
    assert re.findall(r"<button[^>]*>(.*?)</button>", html) == ["What next?", "And &#60;b&#62;?"]
    assert render.suggestions([], "Ask next:") == ""


def test_in_chinese() -> None:
    seen = Seen(render.sources([citation(page=3, also=(Place("other", 5, 8, "abc"),))], "zh"))
    assert "2024年4月2日 · 第 3 页" in seen.text and "在文章中阅读" in seen.text and "另一篇文章（1）" in seen.text
    assert "文章中没有提到。" in Seen(render.answer(an_answer("q", answer="The articles do not say."), "zh")).text


def test_an_article_has_one_card_with_all_its_quotes() -> None:
    other = Article("b.md", "Another", "Another word.", "1" * 64, id="b")
    first, third = citation(page=1), citation(3, quote="Values determine the ceiling.", bold="", page=2)
    html = render.sources([first, citation(2, other, "Another word.", ""), third])
    assert re.findall(r'id="source-(\d)"', html) == ["1", "2"]
    assert re.findall(r'<span class="q-n">(\d)</span>', html) == ["1", "3", "2"]
    seen = check_safe(html)
    assert len(seen.links) == 3
    assert "page" not in seen.text, "they are on several"


def test_an_uncertain_answer_is_shown_as_what_it_is() -> None:
    cited = citation()
    quoted = (Sentence(QUOTE, "quote", (1,), 0.6),)
    low = {"certainty": "low", "reason": "The quote does not name <2021>.", "notice": "The articles may answer this:"}
    unsure = an_answer("What?", answer=QUOTE, sentences=quoted, citations=(cited,), **low)
    shown = render.answer(unsure)
    assert shown.startswith('<p class="q-line q-unsure">The articles may answer this&#58;</p>')
    assert shown.count("may answer this") == 1
    assert "The quote does not name &#60;2021&#62;." in shown
    assert "Supported" not in shown and "1 quote &#" in shown.replace("·", "&#183;")
    assert "文章可能回答了这个问题" in render.answer(unsure, "zh")
    certain = render.answer(replace(unsure, certainty="high", reason=None, notice=None))
    assert "may answer" not in certain and "q-unsure" not in certain


@pytest.mark.parametrize("form", sorted(OF_FORM))
def test_an_uncertain_summary_or_overview_begins_with_words_of_its_own(form: Intent) -> None:
    line = OF_FORM[form]
    assert languages()["en"][f"chat.unsure.{form}"] == line
    quoted = (Sentence(QUOTE, "quote", (1,), 1.0),)
    low = {"certainty": "low", "reason": "No title says so.", "notice": f"{line} 2 articles, the newest first:"}
    unsure = an_answer("Tariffs?", answer=QUOTE, sentences=quoted, citations=(citation(),), intent=form, **low)
    shown = render.answer(unsure)
    assert shown.startswith(f'<p class="q-line q-unsure">{render.text(line)}</p>')
    assert shown.count(render.text(line)) == 1 and "2 articles, the newest first" in shown
    assert languages()["zh"][f"chat.unsure.{form}"] in render.answer(unsure, "zh")


def test_the_widget_knows_every_line_that_an_uncertain_answer_begins_with() -> None:
    parts = (HOME / "web/widget/parts.js").read_text(encoding="utf-8")
    assert all(line.removesuffix(":") in parts for line in (MAYBE, *OF_FORM.values()))


def test_what_leads_to_an_answer_stands_before_it() -> None:
    quoted = (Sentence(QUOTE, "quote", (1,), 0.9),)
    notice = "6 articles, the newest first: No language model is set."
    shown = render.answer(an_answer("tea", sentences=quoted, citations=(citation(),), notice=notice))
    lead, rest = shown.index("6 articles&#44;".replace("&#44;", ",")), shown.index("No language model is set.")
    assert lead < shown.index("q-quote") < rest
    assert "first&#58; No" not in shown


@pytest.mark.parametrize("name", REASONS)
def test_why_an_answer_is_uncertain_is_said_in_both_languages(name: str) -> None:
    reason = REASONS[name].format(names="<2021>")
    unsure = an_answer("What?", answer=QUOTE, sentences=(Sentence(QUOTE, "quote", (1,), 0.6),), citations=(citation(),))
    unsure = replace(unsure, certainty="low", reason=reason)
    both: tuple[Language, ...] = ("en", "zh")
    said = {language: say(language, f"chat.reason.{name}", names="<2021>") for language in both}
    assert said["en"] == reason != said["zh"]
    for language in both:
        assert render.line(said[language], "reason") in render.answer(unsure, language)


def test_what_is_said_in_the_askers_language_stays_in_it() -> None:
    said = an_answer("¿Quién?", answer="Los artículos están en otro idioma.", intent="language", reason="x")
    assert "Los artículos" in render.answer(said, "zh")
    assert "文章中没有提到" in render.answer(replace(said, intent="fact"), "zh")
