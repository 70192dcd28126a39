"""The widget in a container of the page: no button, no dialog, the same conversation. And the owner's contact."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, ask
from tests.browser.sites import QUESTION, Embed, Site
from tests.browser.test_accessible import check, check_widget
from tests.web.standins import FakeChain, serving

CONTACT = "mailto:desk@example.org?subject=A%20question"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Gazette</title>
<link rel="stylesheet" href="/site.css">{script}</head>
<body><h1>The Gazette</h1><button id="mine">Mine</button><section id="ask" aria-label="Questions" style="%s"></section>
<p id="after"><a href="#top">After it</a></p><p>{text}</p></body></html>"""


@pytest.fixture
def page_with(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(site, "document", PAGE % "height: 500px")
    site.attributes = 'data-mode="inline" data-container="#ask" data-title="Ask us"'
    return site


def test_it_stands_in_the_page(page_with: Site, embedded: Embed) -> None:
    seen = embedded(page_with)
    page, frame = seen.page, seen.frame
    page.evaluate(
        "window.heard = []; for (const each of ['open', 'close', 'answer'])"
        " document.addEventListener(`quoth:${each}`, (event) => heard.push([each, event.detail]))"
    )
    expect(seen.button).to_have_count(0)
    expect(page.get_by_role("region", name="Ask us")).to_be_visible()
    expect(frame.locator("h1")).to_have_text("Ask us")
    expect(frame.locator("#close")).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")
    outer, inner = page.locator("#ask").bounding_box(), page.locator("quoth-widget iframe").bounding_box()
    assert outer and inner
    assert inner["height"] == pytest.approx(498, abs=2) and inner["width"] == pytest.approx(outer["width"] - 2, abs=2)

    page.locator("#mine").focus()
    for _ in range(2):  # the conversation, then the field
        page.keyboard.press("Tab")
    while not frame.locator("#question").evaluate("box => box === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(frame.locator(".quote")).to_be_visible()
    page.keyboard.press("Escape")
    expect(frame.locator(".quote")).to_be_visible()
    page.evaluate("Quoth.close()")
    expect(frame.locator(".quote")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.locator("#after a").evaluate("link => link === document.activeElement"):
            break
    expect(page.locator("#after a")).to_be_focused()  # no keyboard is caught in it
    page.evaluate("Quoth.ask('nothing of that')")
    expect(frame.locator(".abstained")).to_be_visible()
    assert page.evaluate("heard") == [
        ["answer", {"abstained": False, "quotes": 1}],
        ["answer", {"abstained": True, "quotes": 0}],
    ]
    check_widget(page)
    check(next(each for each in page.frames if "/widget" in each.url))
    page.evaluate("Quoth.destroy()")
    assert page.locator("#ask").evaluate("place => place.childElementCount") == 0


def test_a_container_without_a_height_and_on_a_phone(
    page_with: Site, embedded: Embed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_with, "document", PAGE % "")
    seen = embedded(page_with, viewport={"width": 320, "height": 640})
    expect(seen.frame.locator("#question")).to_be_visible()
    box = seen.page.locator("quoth-widget iframe").bounding_box()
    assert box and box["height"] >= 400 and box["x"] + box["width"] <= 320
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_loads_when_it_comes_near_and_where_it_is_drawn_later(
    page_with: Site, embedded: Embed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_with, "document", PAGE % "margin-top: 4000px; height: 450px")
    far = embedded(page_with)
    expect(far.page.locator("quoth-widget")).to_have_count(1)
    assert far.page.locator("quoth-widget iframe").count() == 0
    far.page.locator("#ask").scroll_into_view_if_needed()
    expect(far.frame.locator("#question")).to_be_visible()

    page_with.attributes = 'data-mode="inline" data-container="#later"'
    late = embedded(page_with)
    late.page.wait_for_load_state()
    late.page.evaluate(
        "document.body.insertAdjacentHTML('afterbegin', '<div id=later style=\"display: block\"></div>')"
    )
    expect(late.frame.locator("#question")).to_be_visible()
    late.page.evaluate("document.querySelector('#later').replaceChildren()")
    expect(late.frame.locator("#question")).to_be_visible()
    assert [each for each in late.said if "data-container" in each] == [
        'warning: Quoth: data-container="#later" is no element of this page'
    ]
    late.said.clear()


@pytest.mark.parametrize("attributes", ['data-mode="inline"', 'data-mode="inline" data-container="#[odd"'])
def test_without_its_container_it_says_so(page_with: Site, embedded: Embed, attributes: str) -> None:
    page_with.attributes = attributes
    seen = embedded(page_with)
    seen.page.wait_for_load_state()
    assert [each.split(": ")[0] for each in seen.said] == ["warning"]
    assert "is no element of this page" in seen.said[0]
    assert seen.page.locator("quoth-widget").count() == 0
    seen.said.clear()


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose owner may be turned to."""
    with serving(FakeChain(), contact=CONTACT, store=tmp_path_factory.mktemp("store")) as address:
        yield address


def contact(page: Page) -> None:
    link = page.get_by_role("link", name="Ask us directly")
    expect(link).to_have_attribute("href", CONTACT)
    expect(link).to_have_count(1)


def test_where_to_turn_when_the_articles_do_not_say(reached: str, visit: Open) -> None:
    chat = visit(reached)
    ask(chat, QUESTION)
    expect(chat.locator(".q-support")).to_be_visible()
    expect(chat.get_by_role("link", name="Ask us directly")).to_have_count(0)
    ask(chat, "When was he born?")
    expect(chat.locator(".q-abstained")).to_be_visible()
    contact(chat)
    assert [each["id"] for each in Axe().run(chat).response["violations"] if each["impact"] == "serious"] == []

    widget = visit(reached, "/widget")
    box = widget.locator("#question")
    for question in (QUESTION, "When was he born?"):
        box.fill(question)
        box.press("Enter")
        expect(widget.locator(":is(.short, .abstained)").last).to_be_visible()
    expect(widget.locator(".abstained")).to_be_visible()
    contact(widget)
    check(widget)


def test_without_a_contact_there_is_none(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    ask(page, "When was he born?")
    expect(page.locator(".q-abstained")).to_be_visible()
    expect(page.locator(".q-contact")).to_have_count(0)
