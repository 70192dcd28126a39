"""Each kind of question, asked of the program itself over the starter corpus: in the chat, the widget and over HTTP."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import Open, ask

ROWS = (
    ("Who founded BYD?", "fact", "Wang Chuanfu", ".q-quote"),
    ("Which parts does BYD make itself?", "list", "motors", ".q-quote"),
    ("Who earned more in 2023, BYD or Li Auto?", "compare", r"602\.3 billion yuan", ".q-quote"),
    ("Why was Faraday Future nearly thrown off Nasdaq?", "why", "below one dollar", ".q-quote"),
    ("Was the founder of BYD a chemist?", "yes_no", "Yes", ".q-computed"),
    ("Summarize the article about HiPhi", "summary", "Human Horizons", ".q-quote + .q-quote + .q-quote"),
    ("batteries", "overview", "articles, the newest first", ".q-quote + .q-quote"),
    ("How many articles mention BYD?", "collection", "articles mention BYD", ".q-computed + .q-computed"),
    ("hello", "small_talk", "Ask me something", ".q-abstained"),
    ("谁创立了比亚迪？", "language", "文章所用的语言", ".q-abstained"),
    ("What is the salary of Wang Chuanfu?", "fact", "The articles do not say", ".q-nearest"),
)
"""Question, intent, what its answer says, and what it is shown as."""
PHONE = {"width": 390, "height": 844}
TIMEOUT_MS = 60_000


def check_axe(page: Page | Frame) -> None:
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_in_the_chat(program: str, visit: Open) -> None:
    page = visit(program)
    ends = page.locator(":is(.q-support, .q-searched)")
    for n, (question, intent, said, shown) in enumerate(ROWS, start=1):
        ask(page, question)
        expect(ends).to_have_count(n, timeout=TIMEOUT_MS)
        answer = page.locator("#q-chat .bot-row .prose").last
        expect(answer).to_contain_text(re.compile(said))
        expect(answer.locator(shown).first).to_be_visible()
        assert answer.locator(".q-understood").count() == 0, "each stands alone"
        cards, marks = page.locator("#q-sources .q-card"), answer.locator(".q-mark")
        if intent in ("small_talk", "language"):
            assert (cards.count(), marks.count()) == (0, 0)
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_conversation_on_a_phone(program: str, visit: Open) -> None:
    page = visit(program, viewport=PHONE)
    ask(page, "who founded Xiaomii?")
    understood = page.locator(".q-understood")
    expect(understood).to_contain_text("Understood as: who founded Xiaomi?", timeout=TIMEOUT_MS)
    ends = page.locator(":is(.q-support, .q-searched)")
    expect(ends).to_have_count(1, timeout=TIMEOUT_MS)
    expect(page.locator("#q-chat")).to_contain_text("Lei Jun")
    ask(page, "And BYD?")
    expect(understood.last).to_contain_text("Understood as: Who founded BYD?", timeout=TIMEOUT_MS)
    expect(ends).to_have_count(2, timeout=TIMEOUT_MS)
    expect(page.locator("#q-chat")).to_contain_text("Wang Chuanfu")
    page.get_by_role("button", name="Ask as typed").click()
    expect(page.locator(".q-topic")).to_be_visible(timeout=TIMEOUT_MS)
    expect(ends).to_have_count(2, timeout=TIMEOUT_MS)
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_in_the_widget(program: str, visit: Open) -> None:
    page = visit(program, "/widget", viewport={"width": 380, "height": 560})
    box = page.locator("#question")
    shown = {
        "yes_no": ".computed",
        "compare": ".quote",
        "summary": ".quote + .quote + .quote",
        "small_talk": ".abstained",
    }
    rows = [row for row in ROWS if row[1] in (*shown, "language")]
    for n, (question, intent, said, _) in enumerate(rows, start=1):
        box.fill(question)
        box.press("Enter")
        expect(page.locator(".thumbs")).to_have_count(n, timeout=TIMEOUT_MS)
        turn = page.locator(".turn").last
        expect(turn).to_contain_text(re.compile(said))
        expect(turn.locator(shown.get(intent, ".abstained")).first).to_be_visible()
        assert turn.locator(".understood").count() == 0
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_over_http(program: str) -> None:
    for question, intent, said, _ in ROWS:
        given = _answer(program, {"question": question})
        assert given["intent"] == intent
        assert re.search(said, f"{given['notice']} {given['answer']}")
    body = {"question": "And BYD?", "history": ["Who founded Xiaomi?"]}
    assert _answer(program, body)["standalone_question"] == "Who founded BYD?"
    assert _answer(program, body | {"as_typed": True})["standalone_question"] == "And BYD?"


def _answer(program: str, body: dict[str, Any]) -> dict[str, Any]:
    data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{program}/api/ask", data, headers), timeout=60) as response:
        return dict(json.load(response))
