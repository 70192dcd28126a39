"""Sharing an answer in a real browser: the link is copied, others read its page, its citations open the article."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Open, ask
from tests.web.standins import QUOTE, FakeChain, serving

QUESTION = "what did Jia Yueting criticize?"
GRANTED = ["clipboard-read", "clipboard-write"]
PHONE = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(FakeChain(), store=tmp_path_factory.mktemp("store")) as address:
        yield address


def test_it_is_shared_and_read(stand_in: str, visit: Open) -> None:
    page = visit(stand_in, permissions=GRANTED)
    ask(page, QUESTION)
    bar = page.locator(".q-keep")
    share = bar.get_by_role("button", name="Share")
    for _ in range(2):
        share.click()
        expect(bar.locator(".q-told")).to_have_text("Link copied: whoever has it can read this answer")
        expect(bar.locator(".q-told")).to_have_count(0, timeout=10_000)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{stand_in}/shared/")
    for scheme, viewport in (("light", {"width": 1280, "height": 800}), ("dark", PHONE)):
        read = visit(stand_in, link.removeprefix(stand_in), color_scheme=scheme, viewport=viewport)
        expect(read.get_by_role("heading", level=1)).to_have_text(QUESTION)
        expect(read.locator(".short")).to_contain_text("The copycat culture.")
        expect(read.locator("blockquote b")).to_have_text("copycat")
        assert read.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [each["id"] for each in Axe().run(read).response["violations"]] == []
        read.locator(".answer .mark").first.click()
        expect(read.locator("mark#quote")).to_have_text(QUOTE)
        expect(read.locator("mark#quote")).to_be_in_viewport()
        read.go_back()
        read.get_by_role("link", name="Source 1: A post on Weibo").last.click()
        expect(read.locator("mark#quote")).to_have_text(QUOTE)
    refused = visit(stand_in, permissions=GRANTED)
    ask(refused, "When was he born?")
    refused.get_by_role("button", name="Share").click()
    expect(refused.locator(".q-told")).to_be_visible()
    read = visit(stand_in, refused.evaluate("navigator.clipboard.readText()").removeprefix(stand_in))
    expect(read.locator(".answer")).to_have_text("The articles do not say.")
    assert [each["id"] for each in Axe().run(read).response["violations"]] == []


def test_where_it_is_turned_off_there_is_no_button(visit: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(FakeChain(), store=tmp_path_factory.mktemp("off"), sharing=False) as address:
        page = visit(address)
        ask(page, QUESTION)
        expect(page.locator(".q-keep").get_by_role("button", name="Copy")).to_be_visible()
        expect(page.get_by_role("button", name="Share")).to_have_count(0)
        page.goto("about:blank")
