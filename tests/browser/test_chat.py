"""The chat in a real browser: ask, see a cited answer, check the quote in its article, come back."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from index.article import Article
from index.errors import StoreBusyError
from tests.browser.conftest import Open, ask
from tests.web.standins import ARTICLE, QUOTE, TEXT, FakeChain, citation

QUESTION = "what did Jia Yueting criticize?"
PHONE = {"width": 390, "height": 844}


def test_ask_and_check_the_quote(program: str, visit: Open) -> None:
    body = json.dumps({"question": QUESTION}).encode()
    request = urllib.request.Request(f"{program}/api/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        citations = json.load(response)["citations"]

    page = visit(program)
    ask(page, QUESTION)
    expect(page.locator(".q-support, .q-abstained")).to_be_visible(timeout=60_000)
    expect(page.locator(".q-support")).to_be_visible()
    edges = page.locator(".q-card").evaluate_all("cards => cards.map(card => card.getBoundingClientRect().right)")
    assert len(edges) == len({citation["article_id"] for citation in citations})
    assert max(edges) <= page.evaluate("window.innerWidth")  # one under the other, however many
    mark = page.locator("#q-chat a.q-mark").first
    number = int(mark.inner_text().strip("[]"))
    mark.click()
    quote = page.frame_locator("#q-reader iframe").locator("#quote")
    expect(quote).to_be_in_viewport()
    assert quote.inner_text() == citations[number - 1]["quote"]


def test_an_answer_with_its_sources(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    expect(page.get_by_role("heading", name="Quoth")).to_be_visible()
    expect(page.locator(".q-state")).to_have_text("1 article")
    ask(page, QUESTION)
    expect(page.locator(".q-quote")).to_contain_text(QUOTE)
    expect(page.locator(".q-quote b")).to_have_text("copycat")
    expect(page.locator(".q-card")).to_contain_text("Ada Renshaw · 2 Apr 2024")
    expect(page.get_by_label("Your question")).to_have_value("")
    assert page.locator("#q-chat [aria-label*='<']").count() == 0


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE, {"width": 320, "height": 640}])
def test_the_way_to_the_quote_and_back(stand_in: str, visit: Open, viewport: dict[str, int]) -> None:
    page = visit(stand_in, viewport=viewport)
    ask(page, QUESTION)
    mark = page.locator("#q-chat a.q-mark").first
    expect(page.locator(".q-support")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    reader, quote = page.locator("#q-reader"), page.frame_locator("#q-reader iframe").locator("#quote")
    ways: list[Callable[[], object]] = [
        page.go_back,
        lambda: page.get_by_role("button", name="Back to the answer").click(),
    ]
    for leave in [*ways, lambda: page.keyboard.press("Escape"), lambda: quote.press("Escape")]:
        mark.click()
        expect(quote).to_be_in_viewport()
        assert quote.inner_text() == QUOTE
        leave()
        expect(reader).to_be_hidden()
        expect(page.locator(".q-support")).to_be_visible()
        expect(mark).to_be_focused()


def test_an_abstention_and_a_follow_up(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in)
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    ask(page, "When was he born?")
    expect(page.locator(".q-abstained")).to_have_text("The articles do not say.")
    assert [turn["question"] for turn in chain.asked[-1]["history"]] == [QUESTION]
    expect(page.locator(".q-nearest li")).to_be_hidden()
    page.get_by_text("Nearest passages").click()
    expect(page.locator(".q-nearest li a")).to_have_text(ARTICLE.title)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".q-abstained")).to_have_count(0)
    ask(page, "And now?")
    expect(page.locator(".q-abstained")).to_be_visible()
    assert chain.asked[-1]["history"] == []


def test_markup_in_a_question_is_text(stand_in: str, visit: Open) -> None:
    hostile = (
        "<img src=x onerror=alert(1)> ![x](https://evil.example/x.png) *b* `c` $$d$$ </p><script>alert(1)</script>"
    )
    page = visit(stand_in)
    ask(page, hostile)
    expect(page.locator(".q-abstained")).to_be_visible()
    expect(page.locator(".q-asked")).to_have_text(hostile)
    assert page.locator("#q-chat .message img, #q-chat .message script, #q-chat .message code").count() == 0


def test_what_goes_wrong_is_one_sentence(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in)
    ask(page, "a" * 100_000)
    expect(page.locator(".q-error")).to_contain_text("The question has 100,000 characters")
    chain.error = StoreBusyError("the store is busy", "wait a moment")
    try:
        ask(page, QUESTION)
        expect(page.locator(".q-error").last).to_have_text("The store is busy: wait a moment.")
    finally:
        chain.error = None
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()


def test_sentences_come_one_by_one(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in)
    chain.pause, chain.ready = 1.0, False
    try:
        ask(page, QUESTION)
        expect(page.locator(".q-status")).to_be_visible()
        expect(page.locator(".q-short")).to_be_visible()
        assert page.locator(".q-quote").count() == 0
        expect(page.locator(".q-support")).to_be_visible()
    finally:
        chain.pause, chain.ready = 0.0, True


def test_hovering_and_focus_show_the_quote(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    shown, mark = page.locator("#q-quote-of"), page.locator("#q-chat a.q-mark").first
    mark.hover()
    expect(shown).to_contain_text(QUOTE)
    expect(mark).not_to_have_attribute("title", re.compile("."))
    page.mouse.move(5, 5)
    expect(shown).to_be_hidden()
    page.get_by_label("Your question").focus()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if mark.evaluate("mark => mark === document.activeElement"):
            break
    expect(shown).to_contain_text(QUOTE)
    expect(mark).to_have_attribute("aria-describedby", "q-quote-of")
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(mark).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.frame_locator("#q-reader iframe").locator("#quote")).to_have_text(QUOTE)


def test_the_sources_are_a_sheet_on_a_phone(stand_in: str, visit: Open) -> None:
    page = visit(stand_in, viewport=PHONE)
    ask(page, QUESTION)
    opener = page.get_by_role("button", name="Sources (1)")
    sheet = page.get_by_role("dialog", name="Sources")
    for leave in (page.go_back, lambda: sheet.get_by_role("button", name="Close").click()):
        opener.click()
        expect(sheet.locator(".q-card")).to_contain_text("Ada Renshaw")
        leave()
        expect(sheet).to_be_hidden()
        expect(opener).to_be_focused()
    opener.click()
    sheet.get_by_role("link", name="Read in the article").click()
    quote = page.frame_locator("#q-reader iframe").locator("#quote")
    expect(quote).to_have_text(QUOTE)
    page.go_back()
    expect(page.locator("#q-reader")).to_be_hidden()
    expect(sheet).to_be_visible()


def test_two_articles_side_by_side_show_their_dates(stand_in: str, visit: Open, chain: FakeChain) -> None:
    other = Article("other.md", "Another view", "It is not worrying at all.", "1" * 64, "B. Li", "2025-01-31")
    chain.also = citation(2, other, other.text, "")
    try:
        page = visit(stand_in)
        ask(page, QUESTION)
        expect(page.locator(".q-support")).to_be_visible()
    finally:
        chain.also = None
    expect(page.locator(".q-from")).to_have_text(["Ada Renshaw · 2 Apr 2024", "B. Li · 31 Jan 2025"])


def test_in_chinese(stand_in: str, visit: Open) -> None:
    page = visit(stand_in, locale="zh-CN")
    expect(page.locator(".q-state")).to_have_text("1 篇文章")
    page.get_by_label("你的问题").fill(QUESTION)
    page.get_by_role("button", name="提问", exact=True).click()
    expect(page.locator(".q-support")).to_contain_text("有 1 条引文支持")
    expect(page.locator(".q-card")).to_contain_text("2024年4月2日")
    expect(page.get_by_role("button", name="再试一次")).to_be_visible()
    page.locator("#q-chat a.q-mark").first.click()
    expect(page.get_by_role("button", name="返回答案")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_what_is_announced(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    expect(page.locator(".q-state")).to_be_visible()
    page.evaluate(
        "window.heard = []; new MutationObserver(() => heard.push(document.getElementById('q-live').textContent))"
        ".observe(document.getElementById('q-live'), { childList: true })"
    )
    ask(page, QUESTION)
    expect(page.locator("#q-live")).to_contain_text("Supported by 1 quote")
    heard = page.evaluate("heard")
    assert sum("Supported by" in each for each in heard) == 1
    expect(page.locator('#q-chat [role="log"]')).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 640}, {"width": 640, "height": 400}])
def test_it_fits(stand_in: str, visit: Open, viewport: dict[str, int]) -> None:
    """640 x 400 is what a window of 1280 x 800 has at 200 % zoom."""
    page = visit(stand_in, viewport=viewport, reduced_motion="reduce")
    ask(page, QUESTION + " https://example.org/" + "x" * 200)
    expect(page.locator(".q-support")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("Ask", "Try again", "Start over"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport()
    expect(page.get_by_label("Your question")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
def test_nothing_stands_in_anyones_way(
    stand_in: str, visit: Open, chain: FakeChain, scheme: str, viewport: dict[str, int]
) -> None:
    page = visit(stand_in, color_scheme=scheme, viewport=viewport)
    expect(page.locator(".q-welcome")).to_be_visible()
    check_accessible(page)
    ask(page, QUESTION)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    check_accessible(page)
    ask(page, "When was he born?")
    expect(page.locator(".q-abstained")).to_be_visible()
    check_accessible(page)


def check_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_article_page_by_its_address(stand_in: str, visit: Open, scheme: str) -> None:
    start = TEXT.index(QUOTE)
    path = f"/articles/{ARTICLE.id}#q={start}-{start + len(QUOTE)}"
    page = visit(stand_in, path, color_scheme=scheme, viewport={"width": 320, "height": 640})
    expect(page.locator("#quote")).to_have_text(QUOTE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{stand_in}/articles/{ARTICLE.id}#q=5-99999")
    expect(page.get_by_role("status")).to_contain_text("no longer at this place")
    page.get_by_role("link", name="Back to the questions").click()
    expect(page).to_have_url(f"{stand_in}/")


def test_the_article_page_without_script(stand_in: str, visit: Open) -> None:
    page = visit(stand_in, f"/articles/{ARTICLE.id}?q=0-6", java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("A post on Weibo"))
    expect(page.locator("article")).to_contain_text("Values determine the ceiling.")
    expect(page.locator("mark")).to_have_text("A post")
