"""A third language is one more file: with a pseudo-locale nothing of the pages is left in English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.web.standins import ARTICLE, QUOTE, FakeChain, serving
from web import locales
from web.locales import languages

QUESTION = "what did Jia Yueting criticize?"
FOREIGN = (QUESTION, QUOTE, "The copycat culture.", ARTICLE.title, ARTICLE.source, "Ada Renshaw", "Quoth", "en")
"""What articles, people and the program are called stays as it is."""
PSEUDO = re.compile("⟦[^⟦⟧]*⟧")


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server with one more file: each of its words stands in brackets."""
    folder = tmp_path_factory.mktemp("locales")
    for path in Path(locales.__file__).parent.glob("*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    english = json.loads((folder / "en.json").read_text(encoding="utf-8"))
    (folder / "eo.json").write_text(json.dumps({key: said and f"⟦{said}⟧" for key, said in english.items()}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locales, "__file__", str(folder / "__init__.py"))
        languages.cache_clear()
        with serving(FakeChain(next=(QUESTION,), understood={"And?": QUESTION})) as address:
            yield address
    languages.cache_clear()


def left_in_english(page: Page, *foreign: str) -> list[str]:
    """The visible words, and those for screen readers, that are neither in brackets nor somebody else's."""
    said = [page.locator("body").inner_text()]
    for attribute in ("aria-label", "placeholder", "title"):
        found = page.locator(f"[{attribute}]:visible")
        said += found.evaluate_all(f"all => all.map(each => each.getAttribute('{attribute}'))")
    text = "\n".join(said)
    while (shorter := PSEUDO.sub(" ", text)) != text:
        text = shorter
    for words in sorted((*FOREIGN, *foreign), key=len, reverse=True):
        text = text.replace(words, " ")
    return re.findall(r"[A-Za-z]{2,}", text)


def test_the_chat(pseudo: str, visit: Open) -> None:
    page = visit(pseudo, locale="eo")
    box = page.locator("#q-box textarea")
    expect(box).to_have_attribute("placeholder", re.compile("^⟦"))
    expect(page.locator(".q-welcome")).to_contain_text("⟦")
    assert left_in_english(page) == []
    for n, question in enumerate((QUESTION, "And?"), start=1):
        box.fill(question)
        box.press("Enter")
        expect(page.locator(":is(.q-support, .q-searched)")).to_have_count(n)
        expect(page.locator(".q-keep")).to_have_count(n)
    assert page.locator("html").get_attribute("lang") == "eo"
    page.locator("#q-retry").click()
    expect(page.locator(".q-ways")).to_contain_text("⟦")
    page.locator("#q-only input").click()
    expect(page.locator("#q-only li[data-heading]").first).to_have_attribute("data-heading", PSEUDO)
    assert left_in_english(page, "And?", ARTICLE.text[:10]) == []


def test_the_conversations_and_a_shared_answer(pseudo: str, visit: Open) -> None:
    page = visit(pseudo, "/?collection=none", locale="eo")
    expect(page.locator(".q-lacking")).to_contain_text("⟦")
    page.locator("#q-box textarea").fill(QUESTION)
    page.locator("#q-box textarea").press("Enter")
    expect(page.locator(".q-keep")).to_have_count(1)
    answer = str(page.locator("[class*='q-id-']").get_attribute("class")).split("q-id-")[1]
    page.locator("#q-again").click()
    expect(page.locator("#q-undo")).to_be_visible()
    page.locator("#q-talks-open").click()
    expect(page.locator("#q-talks .q-talk")).to_have_count(1)
    month = page.evaluate("new Date().toLocaleDateString('eo', { day: 'numeric', month: 'short' })")
    assert left_in_english(page, month, "none") == []
    request = page.request.post(f"{pseudo}/api/share", data={"answer_id": answer})
    shared = visit(pseudo, request.json()["address"], locale="eo")
    expect(shared.locator(".answer .short")).to_contain_text("The copycat culture.")
    assert left_in_english(shared) == []


@pytest.mark.parametrize(
    "path",
    [
        f"/articles/{ARTICLE.id}",
        "/widget",
        "/owner",
        "/owner/feedback",
        "/owner/eval",
    ],
)
def test_other_pages(pseudo: str, visit: Open, path: str) -> None:
    page = visit(pseudo, path, locale="eo")
    expect(page.locator("body")).to_contain_text("⟦")
    assert left_in_english(page, *ARTICLE.text.splitlines()) == []
