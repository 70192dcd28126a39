"""Answers to take away: nothing is lost in plain text, nothing comes alive in Markdown and HTML."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.article import Article
from rag.answer import Answer, Citation, Sentence
from rag.filters import Filters
from tests.web.standins import ARTICLE, QUOTE, an_answer, citation
from web import export
from web.answers import StoredAnswer
from web.permalink import address

BASE = "http://quoth.test:7860"
FIRST = citation()
SECOND = citation(2, quote="Values determine the ceiling.", bold="", page=3, author=None)


def link(cited: Citation) -> str:
    return BASE + address(ARTICLE.id, cited.start, cited.end, cited.quote, cited.answer_spans)


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](http://evil.example/a.png)",
    "[a](javascript:alert(1))", "[x]: http://evil.example", "<http://evil.example>",
    "http://evil.example/ www.evil.example me@evil.example", "`a` ``b``", "*a* **b** __c__ ~~d~~", "# a\n# b",
    "- a\n- b", "1. a\n2. b", "> a", "    code", "```\ncode\n```", "a\n===", "a\n---", "---",
    "| a | b |\n|---|---|\n| c | d |", "&lt;b&gt; &amp;copy; &#60;", "\\<b\\> \\", "a  \nb", "<!-- a -->",
    "<a href='x'>", "$x^2$", "\x00 \x1b[31m \u2028<b>\u2029- a", "[^1]: note", "- [x] done", ": term", "+ a", "2) a",
    "<b\n>", "</p></blockquote><b>",
]  # fmt: skip
FORMS = pytest.mark.parametrize("form", ["text", "markdown", "html"])
anything = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&[]()!`*_#-+=.:|~\\\n\t 1\"'"), min_size=1
)


def given_answer() -> Answer:
    short, quoted = Sentence("The copycat culture.", "short", (1,), 0.97), Sentence(QUOTE, "quote", (1, 2), 0.97)
    return an_answer("What did he criticize?", sentences=(short, quoted), citations=(FIRST, SECOND))


def hostile_answer(words: str) -> Answer:
    """`words` wherever an answer has foreign text."""
    article = Article(words, words, f"{words} and {QUOTE}", "0" * 64, words, words, "en")
    cited = (
        citation(1, article, quote=words, bold="", article_id=words),
        citation(2, article, quote=QUOTE, bold="", article_id=words),
    )
    sentences = (Sentence(words, "quote", (1,), 0.9), Sentence(words, "written", (2,), 0.9))
    return an_answer(words, sentences=sentences, citations=cited)


class Parsed(HTMLParser):
    """The tags and the text of some HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(source: str) -> Parsed:
    return Parsed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source))


def test_plain_text() -> None:
    assert export.as_text(given_answer(), BASE) == (
        "What did he criticize?\n\n"
        f'The copycat culture. [1]\n"{QUOTE}" [1] [2]\n\n'
        f"[1] {ARTICLE.title}, Ada Renshaw, 2024-04-02\n    {link(FIRST)}\n"
        f"[2] {ARTICLE.title}, 2024-04-02, p. 3\n    Values determine the ceiling.\n    {link(SECOND)}\n"
    )


def test_markdown() -> None:
    kept = export.as_markdown(given_answer(), BASE)
    assert kept.startswith("## What did he criticize?\n\nThe copycat culture. \\[1\\]\n\n> “However, the copycat")
    shown = rendered(kept)
    assert shown.tags == ["h2", "p", "blockquote", "p", "ol", "li", "a", "li", "a"]
    assert f"“{QUOTE}” [1] [2]" in shown.text
    assert f"{ARTICLE.title}, 2024-04-02, p. 3, “Values determine the ceiling.”" in shown.text
    assert shown.links == [link(FIRST), link(SECOND)]


def test_html() -> None:
    shown = Parsed(export.as_html(given_answer(), BASE))
    assert f"“{QUOTE}” [1] [2]" in shown.text
    assert shown.attributes == {"dir", "href"}
    assert shown.links[0] == link(FIRST)
    assert len(shown.links) == 5


@FORMS
def test_an_abstention_has_no_sources(form: export.Format) -> None:
    kept = export.export_answer(an_answer("When was he born?", answer="The articles do not say."), form, BASE)
    assert "The articles do not say." in html.unescape(kept)
    assert "http" not in kept


@FORMS
def test_where_was_looked_is_said(form: export.Format) -> None:
    filters = Filters(article=(ARTICLE.id,), after="2024", author=("<b>",))
    kept = html.unescape(export.export_answer(given_answer(), form, BASE, filters))
    said = f"Looked only in “{ARTICLE.title}”, articles by <b> after 2024."
    assert (said in kept) == (form != "json")
    abstained = an_answer("When was he born?", answer="The articles do not say (looked only in articles by Ada).")
    assert "Looked" not in export.export_answer(abstained, form, BASE, filters), "said once"


def test_json_is_the_answer_object() -> None:
    assert json.loads(export.export_answer(given_answer(), "json", BASE)) == json.loads(
        json.dumps(given_answer().to_dict())
    )


def test_a_conversation() -> None:
    answers = [
        StoredAnswer(given_answer(), "What did he criticize?", ()),
        StoredAnswer(replace(given_answer(), id="2", question="And now? 错"), "And now?", (), Filters(author=("Ada",))),
    ]
    kept = export.export_conversation(answers, "markdown", BASE)
    shown = rendered(kept)
    assert (shown.tags.count("h2"), shown.tags.count("hr")) == (2, 1)
    assert "And now? 错" in kept
    assert kept.count("Looked only in articles by Ada.") == 1
    exported = json.loads(export.export_conversation(answers, "json", BASE))
    assert [each["question"] for each in exported["answers"]] == ["What did he criticize?", "And now? 错"]
    assert exported["answers"][0]["citations"][0]["quote"] == QUOTE


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    check(words)


@given(anything.filter(str.strip))
def test_any_words_stay_words(words: str) -> None:
    check(words)


def check(words: str) -> None:
    answer = hostile_answer(words)
    assert export.as_text(answer, BASE).count(words) >= 5  # exact, wherever it stands
    shown = rendered(export.as_markdown(answer, BASE))
    assert shown.tags == ["h2", "blockquote", "p", "p", "ol", "li", "a", "li", "a"]
    assert all(re.fullmatch(r"http://quoth\.test:7860/articles/[\w%.~-]*#[\w%.~=&,-]+", href) for href in shown.links)
    if words.isprintable():
        assert shown.text.count(" ".join(words.split())) >= 5
    page = Parsed(export.as_html(answer, BASE))
    assert set(page.tags) <= {"p", "strong", "blockquote", "bdi", "a", "ol", "li", "br"}
    assert page.attributes == {"dir", "href"}
    assert all(href.startswith(f"{BASE}/articles/") for href in page.links)
    if words.isprintable():
        assert page.text.count(words) >= 5


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("plain words, with a comma; and (brackets) 12:30?", "plain words, with a comma; and (brackets) 12:30?"),
        ("a - b + c. 1. d", "a - b + c. 1. d"),
        ("- a", "\\- a"),
        ("2024. A year", "2024\\. A year"),
        ("snake_case [1]", "snake\\_case \\[1\\]"),
        ("see https://x.example", "see https&#58;//x.example"),
    ],
)
def test_markdown_stays_readable(words: str, kept: str) -> None:
    assert export.markdown(words) == kept
