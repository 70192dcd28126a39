"""A conversation in a real browser: stopped, edited, reloaded, in a queue, over a server that goes away."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from index.article import Article
from rag.filters import Filters
from settings import HOME
from tests.browser.conftest import Open, ask, reachable
from tests.web.standins import ARTICLE, FakeChain, citation, free_port, until

QUESTION = "what did Jia Yueting criticize?"
SERVER = """
import sys
from settings import Settings
from tests.web.standins import FakeChain
from web import serve
from web.listener import listen
serve.serve(FakeChain(pause=1.0), Settings(port=int(sys.argv[1])), listen("127.0.0.1", int(sys.argv[1])))
"""


def test_stop(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in)
    chain.pause = 1.0
    closed = chain.closed
    try:
        ask(page, QUESTION)
        expect(page.locator(".q-short")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".q-stopped")).to_have_text("Stopped before the end.", timeout=1_000)
        until(lambda: chain.closed == closed + 1)
    finally:
        chain.pause = 0.0
    expect(page.locator(".q-short")).to_be_visible()
    assert page.locator(".q-quote").count() == 0
    expect(page.get_by_label("Your question")).to_be_focused()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".q-support")).to_be_visible()
    expect(page.locator(".q-asked")).to_have_count(1)


def test_who_asks_before_the_page_has_come_back_to_its_conversation(
    stand_in: str, visit: Open, chain: FakeChain
) -> None:
    page = visit(stand_in, "/healthz")
    held: list[Route] = []

    def hold(route: Route) -> None:
        data = (route.request.post_data_json or {})["data"]
        if len(data) == 1 and re.fullmatch("[0-9a-f]{32}", str(data[0])) and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/gradio_api/queue/join*", hold)
    page.goto(stand_in)
    chain.pause = 1.0
    try:
        ask(page, QUESTION)
        expect(page.locator(".q-short")).to_be_visible()
        held[0].continue_()
        expect(page.locator(".q-support")).to_be_visible()
    finally:
        chain.pause = 0.0
    assert page.locator(".q-stopped").count() == 0


def test_edit_the_last_question(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in)
    ask(page, "When was he born?")
    expect(page.locator(".q-abstained")).to_be_visible()
    box = page.get_by_label("Your question")
    page.get_by_role("button", name="Edit the question").click()
    expect(box).to_have_value("When was he born?")
    expect(box).to_be_focused()
    page.get_by_role("button", name="Leave the question as it was").click()
    expect(box).to_have_value("")
    page.get_by_role("button", name="Edit the question").click()
    expect(box).to_have_value("When was he born?")
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    expect(page.locator(".q-asked")).to_have_text([QUESTION])
    assert chain.asked[-1]["history"] == []
    ask(page, "And then?")
    expect(page.locator(".q-asked")).to_have_text([QUESTION, "And then?"])


def test_a_conversation_belongs_to_its_tab_and_survives_a_reload(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    other = page.context.new_page()
    other.goto(stand_in)
    expect(other.locator(".q-state")).to_be_visible()
    ask(other, "When was he born?")
    expect(other.locator(".q-abstained")).to_be_visible()
    for tab, question in ((page, QUESTION), (other, "When was he born?")):
        tab.reload()
        expect(tab.locator(".q-asked")).to_have_text([question])
    expect(page.locator(".q-card")).to_have_count(1)

    page.get_by_label("Your question").fill("half a quest")
    page.goto(f"{stand_in}/articles/{ARTICLE.id}")
    page.go_back()
    expect(page.locator(".q-asked")).to_have_text([QUESTION])
    expect(page.get_by_label("Your question")).to_have_value("half a quest")

    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".q-asked")).to_have_count(0)
    page.reload()
    expect(page.locator(".q-welcome")).to_be_visible()
    expect(page.locator(".q-asked, .q-gone")).to_have_count(0)


def test_what_was_on_its_way_is_there_after_a_reload(stand_in: str, browser: Browser, chain: FakeChain) -> None:
    page = browser.new_page()  # not watched: Gradio complains of the connection that ends with the page
    page.goto(stand_in)
    chain.pause = 1.0
    try:
        ask(page, QUESTION)
        expect(page.locator(".q-short")).to_be_visible()
        page.reload()
        expect(page.locator(".q-stopped")).to_be_visible()
    finally:
        chain.pause = 0.0
    expect(page.locator(".q-short")).to_contain_text("The copycat culture.")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".q-support")).to_be_visible()
    page.close()


def test_suggestions(stand_in: str, visit: Open, chain: FakeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "What did he <b>criticize</b> *next*?"
    monkeypatch.setattr(chain, "next", (hostile,))
    monkeypatch.setattr(chain, "first", (QUESTION,))
    page = visit(stand_in)
    page.get_by_role("button", name=QUESTION).click()
    expect(page.locator(".q-asked")).to_have_text([QUESTION])
    expect(page.locator(".q-next")).to_contain_text("Ask next:")
    page.get_by_role("button", name=hostile).click()
    expect(page.locator(".q-asked")).to_have_text([QUESTION, hostile])
    expect(page.locator(".q-next")).to_have_count(1)


def test_what_was_understood_is_taken_back_and_a_new_topic_begins(
    stand_in: str, visit: Open, chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "understood", {"And batteries?": "What did Jia Yueting say about batteries?"})
    page = visit(stand_in)
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    ask(page, "And batteries?")
    understood = page.locator(".q-understood")
    expect(understood).to_contain_text("Understood as: What did Jia Yueting say about batteries?")
    expect(page.locator(".q-searched")).to_be_visible()
    above, answer = understood.bounding_box(), page.locator(".q-abstained").bounding_box()
    assert above and answer and above["y"] < answer["y"]
    page.get_by_role("button", name="Ask as typed").click()
    expect(understood).to_have_count(0)
    expect(page.locator(".q-asked")).to_have_text([QUESTION, "And batteries?"])
    expect(page.locator(".q-topic")).to_have_text("A new topic begins here.")
    assert chain.asked[-1]["as_typed"] and chain.asked[-1]["history"] == []
    expect(page.get_by_label("Your question")).to_be_focused()

    page.get_by_role("button", name="New topic").click()
    expect(page.locator(".q-topic")).to_have_count(2)
    page.reload()
    expect(page.locator(".q-topic")).to_have_count(2)
    page.get_by_role("button", name="Go on with the topic").click()
    expect(page.locator(".q-topic")).to_have_count(1)
    page.get_by_role("button", name="New topic").click()
    expect(page.locator(".q-topic")).to_have_count(2)
    ask(page, QUESTION)
    expect(page.locator(".q-asked")).to_have_count(3)
    until(lambda: chain.asked[-1]["question"] == QUESTION)
    assert chain.asked[-1]["history"] == []


def test_filters(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in, f"/?about={ARTICLE.id}")
    chips = page.locator("#q-only .token")
    expect(chips).to_have_text([ARTICLE.title])
    for question in (QUESTION, "And then?"):
        ask(page, question)
        expect(page.locator(".q-asked").last).to_have_text(question)
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        assert chain.asked[-1]["filters"] == Filters(article=(ARTICLE.id,))
    field = page.get_by_label("Only from an author, a year, a source")
    field.click()
    page.get_by_role("option", name="Ada Renshaw").click()
    expect(chips).to_have_count(2)
    chips.first.get_by_role("button").click()
    expect(chips).to_have_text(["Ada Renshaw"])
    ask(page, "Again?")
    expect(page.locator(".q-asked")).to_have_count(3)
    until(lambda: chain.asked[-1]["question"] == "Again?")
    assert chain.asked[-1]["filters"] == Filters(author=("Ada Renshaw",))
    scopes = page.locator(".q-scope")
    expect(scopes).to_have_text([f"Only from: {ARTICLE.title}"] * 2 + ["Only from: Ada Renshaw"])
    expect(page.locator(".q-searched")).to_have_count(2)
    page.goto(stand_in)
    expect(scopes).to_have_count(3)
    expect(chips).to_have_text(["Ada Renshaw"])


def test_a_server_that_goes_away_and_comes_back(browser: Browser) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], cwd=HOME)
        until(lambda: reachable(address) or process.poll() is not None, 60)
        return process

    page = browser.new_page()
    server = start()
    try:
        page.goto(address)
        ask(page, QUESTION)
        expect(page.locator(".q-short")).to_be_visible()
        server.kill()
        server.wait()
        expect(page.get_by_role("alert")).to_contain_text("The connection was lost.")
        expect(page.get_by_label("Your question")).to_have_value(QUESTION)
        server = start()
        expect(page.locator(".q-gone")).to_contain_text("The earlier conversation is gone", timeout=20_000)
        expect(page.get_by_label("Your question")).to_have_value(QUESTION)
        page.get_by_label("Your question").press("Enter")
        expect(page.locator(".q-support")).to_be_visible(timeout=20_000)
    finally:
        server.kill()
        server.wait()
        page.close()


def test_how_many_are_before_is_said(stand_in: str, visit: Open, chain: FakeChain) -> None:
    pages = [visit(stand_in) for _ in range(3)]
    chain.pause = 3.0
    try:
        for page in pages:
            ask(page, QUESTION)
        expect(pages[2].locator("#q-chat")).to_contain_text("1 question before yours")
    finally:
        chain.pause = 0.0
    for page in pages:
        expect(page.locator(".q-support")).to_be_visible(timeout=30_000)


def test_a_question_that_is_too_long_stays_in_the_box(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    ask(page, "a" * 100_000)
    expect(page.locator(".q-error")).to_contain_text("100,000 characters")
    assert page.get_by_label("Your question").input_value() == "a" * 100_000


def test_markup_in_titles_and_authors_is_text(stand_in: str, visit: Open, chain: FakeChain, monkeypatch: Any) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> **bold** [a](http://example.com)"
    article = Article("evil<b>.md", hostile, ARTICLE.text, "2" * 64, hostile, "2024-04-02", "en")
    monkeypatch.setitem(chain.index.found, article.id, article)
    monkeypatch.setattr(chain, "also", citation(2, article))
    page = visit(stand_in)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    ask(page, QUESTION)
    expect(page.locator(".q-card").nth(1)).to_contain_text(hostile)
    assert page.locator("#q-side img, #q-side script, #q-side a[href^='http']").count() == 0
