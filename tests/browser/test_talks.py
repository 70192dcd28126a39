"""The conversations of a browser: the list, another one opened, starting over undone, all of them forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import Open, ask
from tests.web.standins import FakeChain, serving, until

QUESTION = "what did Jia Yueting criticize?"
HOSTILE = "<img src=x onerror=alert(1)> born?"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def stand_in(chain: FakeChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of their own: what others have asked is in no list of this browser, and forgetting is all there is."""
    with serving(chain, store=tmp_path_factory.mktemp("store"), asks_per_minute=0) as address:
        yield address


def answered(page: Page, question: str, number: int) -> None:
    ask(page, question)
    expect(page.locator("#q-chat :is(.q-support, .q-searched)")).to_have_count(number)


def two_conversations(page: Page) -> None:
    answered(page, QUESTION, 1)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".q-asked")).to_have_count(0)
    answered(page, HOSTILE, 1)
    answered(page, "And then?", 2)


def check_serious(page: Page) -> None:
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def kept(page: Page) -> str:
    return str(page.evaluate("JSON.stringify([localStorage, sessionStorage])"))


def test_the_list_opens_renames_deletes_and_searches(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    opener, dialog = page.get_by_role("button", name="Conversations"), page.locator("#q-talks")
    expect(page.locator(".q-welcome")).to_be_visible()
    expect(opener).to_be_hidden()
    two_conversations(page)
    assert HOSTILE not in kept(page) and QUESTION not in kept(page), "what is said stays on the server"
    opener.click()
    expect(page.get_by_role("dialog", name="Conversations of this browser")).to_be_visible()
    talks = dialog.locator(".q-talk")
    expect(talks).to_have_text([HOSTILE, QUESTION])
    expect(talks.first).to_have_attribute("aria-current", "true")
    expect(dialog.locator(".q-talk-about").first).to_contain_text("2 questions")
    check_serious(page)

    search = dialog.get_by_label("Words in a conversation")
    search.fill("COPYCAT culture")  # which an answer says
    expect(talks).to_have_text([QUESTION])
    search.fill("zebra")
    expect(dialog.get_by_role("status")).to_have_text("No conversation has these words.")
    search.fill("")
    expect(talks).to_have_count(2)

    dialog.get_by_role("button", name=f"Rename {QUESTION}").click()
    name = dialog.get_by_label("Name of the conversation")
    expect(name).to_be_focused()
    name.press("Escape")
    expect(talks).to_have_count(2)
    dialog.get_by_role("button", name=f"Rename {QUESTION}").click()
    name.fill("Jia & <b>co</b>")
    name.press("Enter")
    expect(talks).to_have_text([HOSTILE, "Jia & <b>co</b>"])
    search.fill("jia & <b>")
    expect(talks).to_have_text(["Jia & <b>co</b>"])

    talks.first.click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".q-asked")).to_have_text([QUESTION])
    expect(page.locator(".q-card")).to_have_count(1)
    page.reload()
    expect(page.locator(".q-asked")).to_have_text([QUESTION])
    answered(page, "And more?", 2)

    opener.click()
    expect(talks).to_have_text(["Jia & <b>co</b>", HOSTILE])
    asked: list[str] = []
    page.once("dialog", lambda question: (asked.append(question.message), question.dismiss()))
    dialog.get_by_role("button", name=f"Delete {HOSTILE}").click()
    expect(talks).to_have_count(2)
    page.once("dialog", Dialog.accept)
    dialog.get_by_role("button", name=f"Delete {HOSTILE}").click()
    expect(talks).to_have_count(1)
    assert asked == ["Delete this conversation?"]
    page.once("dialog", Dialog.accept)
    dialog.get_by_role("button", name="Delete Jia").click()  # the one that is shown
    expect(dialog.get_by_role("status")).to_contain_text("There is none")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".q-asked, .q-gone")).to_have_count(0)
    expect(opener).to_be_hidden()


def test_start_over_is_undone(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in)
    undo = page.get_by_role("button", name="Undo start over")
    answered(page, QUESTION, 1)
    expect(undo).to_be_hidden()
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".q-asked")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()
    undo.click()
    expect(page.locator(".q-asked")).to_have_text([QUESTION])
    expect(page.locator(".q-card")).to_have_count(1)
    expect(undo).to_be_hidden()
    answered(page, "And then?", 2)
    assert [turn["question"] for turn in chain.asked[-1]["history"]] == [QUESTION]
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".q-asked")).to_have_count(0)
    answered(page, "Something else?", 1)
    expect(undo).to_be_hidden()
    assert chain.asked[-1]["history"] == []


def test_starting_over_in_the_middle_of_an_answer(stand_in: str, visit: Open, chain: FakeChain) -> None:
    page = visit(stand_in)
    chain.pause = 1.0
    closed = chain.closed
    try:
        ask(page, QUESTION)
        expect(page.locator(".q-short")).to_be_visible()
        page.get_by_role("button", name="Start over").click()
        expect(page.locator(".q-asked")).to_have_count(0)
        until(lambda: chain.closed > closed)
        page.wait_for_timeout(500)
        expect(page.locator(".q-asked")).to_have_count(0)  # nothing of it comes afterwards
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    finally:
        chain.pause = 0.0
    page.get_by_role("button", name="Undo start over").click()
    expect(page.locator(".q-stopped")).to_be_visible()
    expect(page.locator(".q-short")).to_contain_text("The copycat culture.")


def test_forget_all(stand_in: str, visit: Open) -> None:
    page = visit(stand_in, viewport=PHONE)
    two_conversations(page)
    keys = page.evaluate("JSON.parse(localStorage['quoth-talks']).map(each => each.key)")
    known = "async keys => (await (await fetch('/api/conversations', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ keys }) })).json()).conversations.length"  # noqa: E501
    assert page.evaluate(known, keys) == 2
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#q-talks .q-talk")).to_have_count(2)
    check_serious(page)
    page.once("dialog", Dialog.accept)
    page.get_by_role("button", name="Forget all").click()
    expect(page.locator("#q-talks")).to_be_hidden()
    expect(page.locator(".q-asked")).to_have_count(0)
    expect(page.locator(".q-welcome")).to_be_visible()
    assert page.evaluate(known, keys) == 0
    assert not any(key in kept(page) for key in keys)
    expect(page.get_by_role("button", name="Undo start over")).to_be_hidden()
    page.reload()
    expect(page.locator(".q-welcome")).to_be_visible()
    expect(page.locator(".q-asked, .q-gone")).to_have_count(0)


def test_where_nothing_can_be_kept_there_is_no_list(stand_in: str, visit: Open) -> None:
    page = visit(stand_in, "/healthz")
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    page.goto(stand_in)
    answered(page, QUESTION, 1)
    expect(page.get_by_role("button", name="Conversations")).to_be_hidden()
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Undo start over").click()
    expect(page.locator(".q-asked")).to_have_text([QUESTION])
