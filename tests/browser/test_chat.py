"""The chat in a real browser: ask, see a cited answer, check the quote in its article, come back."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from index.errors import StoreBusyError
from settings import HOME
from tests.browser.conftest import Watched
from tests.web.standins import ARTICLE, QUOTE, TEXT, FakeChain, serving, until

QUESTION = "what did Jia Yueting criticize?"
PHONE = {"width": 390, "height": 844}
Open = Callable[..., Page]


def reachable(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def program(seed_store: Path, models: Path) -> Iterator[str]:
    """`python app.py serve` over the starter corpus."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "app.py", "serve", "--port", str(port), "--store", str(seed_store)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "QUOTH_MODELS": str(models)}
    with subprocess.Popen(command, cwd=HOME, env=environment) as process:
        until(lambda: process.poll() is not None or reachable(f"http://127.0.0.1:{port}"), 60)
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture(scope="module")
def stand_in(chain: FakeChain) -> Iterator[str]:
    """The server around a stand-in, for what the starter corpus cannot be made to do."""
    with serving(chain) as address:
        yield address


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens addresses; at the end each page must have been silent and at home."""
    opened: list[Watched] = []

    def open_page(origin: str, path: str = "/", **options: Any) -> Page:
        page = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options)).new_page()
        opened.append(Watched(page, origin))
        page.goto(origin + path)
        return page

    yield open_page
    for watched in opened:
        watched.page.context.close()
    assert [watched.wrong for watched in opened] == [[] for _ in opened]


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")


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
    assert len(edges) == len(citations)
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
    expect(page.locator(".q-card")).to_contain_text("Ada Renshaw · 2024-04-02")
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
    ways = [page.go_back, lambda: page.get_by_role("button", name="Back to the answer").click()]
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
    chain.pause, chain.ready = 0.5, False
    try:
        ask(page, QUESTION)
        expect(page.locator(".q-status")).to_be_visible()
        expect(page.locator(".q-short")).to_be_visible()
        assert page.locator(".q-quote").count() == 0
        expect(page.locator(".q-support")).to_be_visible()
    finally:
        chain.pause, chain.ready = 0.0, True


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
