"""Templates: whatever they are given is text, and nothing that is missing is passed over."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import UndefinedError
from lxml import html

from settings import HOME
from tests.web.standins import ARTICLE
from web.errors import ApiError, add_error_handlers
from web.pages.article import article_page
from web.pages.evaluation import evaluation_page
from web.pages.runs import Summary
from web.permalink import Link
from web.templating import TEMPLATES, render_template

HOSTILE = [
    "<script>alert(1)</script>", "</title><script>alert(1)</script>", '" onmouseover="alert(1)',
    "' autofocus onfocus='",
    "{{ 7 * 7 }}{% raw %}", "$title", "<!--x", "]]>", "&lt;b&gt;", "[x](javascript:alert(1))", "a\u202eb", "&#13;",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_titles_are_shown_as_they_are(words: str) -> None:
    article = replace(ARTICLE, title=words, author=words, source=words, tags=(words,), language=words, text=f"{words}.")
    page = article_page(article, [Link(0, len(words), bold=((0, 2),))])
    tree: Any = html.document_fromstring(page)
    assert len(tree.findall(".//script")) == 1
    assert not [name for element in tree.iter("*") for name in element.attrib if name.startswith("on")]
    assert tree.findtext(".//title") == words
    assert [fact.text for fact in tree.findall(".//bdi")].count(words) == 3
    assert tree.find(".//article").get("lang") == words
    assert tree.find(".//article").text_content().strip() == f"{words}."


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_name_of_a_question_set(words: str) -> None:
    tree: Any = html.document_fromstring(
        evaluation_page("en", [Summary("1", "2026-01-01T00:00:00", words, 3, {"right": 0.5})])
    )
    assert len(tree.findall(".//script")) == evaluation_page("en", []).count("<script")
    assert tree.findtext(".//td/bdi") == words
    assert tree.find(".//input[@name='run']").get("aria-label") == f"Compare the run of {words}, 2026-01-01 00:00 UTC"


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_error_on_the_page_for_people(words: str) -> None:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/")
    def fail() -> None:
        raise ApiError(400, "odd", words, "do something else")

    response = TestClient(app).get("/", headers={"Accept": "text/html"})
    assert response.status_code == 400
    tree: Any = html.document_fromstring(response.text)
    assert not tree.findall(".//script")
    said = tree.findtext(".//p[@role='alert']")
    assert said == f"{words[0].upper()}{words[1:]}: do something else."


def test_characters_that_cannot_be_shown_are_seen() -> None:
    page = article_page(replace(ARTICLE, title="a\x1b[1m\ud83d b\x00", source="c\x9bd"))
    assert "<title>a\N{REPLACEMENT CHARACTER}[1m\N{REPLACEMENT CHARACTER} b\N{REPLACEMENT CHARACTER}</title>" in page
    assert "<bdi>c\N{REPLACEMENT CHARACTER}d</bdi>" in page
    page.encode()


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render_template("error.html")


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_switches_escaping_off(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|autoescape|Markup", text)
    assert not re.search(r"<script(?![^>]*(src=|application/json))|style=| on\w+=", text)


def test_html_is_written_in_templates_alone() -> None:
    """But for web/render.py, which Gradio's Markdown reads, and the exports of web/export.py, which are no pages."""
    for path in (HOME / "web").rglob("*.py"):
        if path.name not in ("render.py", "export.py"):
            assert not re.search(r"f['\"].*<[a-z]+[ >]", path.read_text(encoding="utf-8")), path
