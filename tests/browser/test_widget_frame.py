"""The widget's button and panel, in pages of sites that are listed and of one that is not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sites import QUESTION, Embed, Site
from tests.web.standins import FakeChain, until


def test_a_site_that_is_not_listed_is_refused_and_told_why(sites: tuple[Site, Site], embedded: Embed) -> None:
    seen = embedded(sites[1])
    seen.button.click()
    link = seen.page.get_by_role("link", name="Open them in a new tab")
    expect(link).to_be_visible()
    assert seen.page.locator("quoth-widget iframe").count() == 1
    assert not [url for url in seen.asked if "frame.js" in url]
    warned = [each for each in seen.said if each.startswith("warning")]
    assert len(warned) == 1
    assert f'QUOTH_EMBED_ORIGINS="{sites[1].origin}"' in warned[0]
    assert any("frame-ancestors" in each for each in seen.said)
    with seen.page.context.expect_page() as tab:
        link.click()
    expect(tab.value.get_by_role("heading", name="Ask our articles")).to_be_visible()
    expect(tab.value.locator("#close")).to_be_hidden()
    seen.page.bring_to_front()
    seen.page.get_by_role("button", name="Close").click()
    expect(link).to_be_hidden()
    seen.said.clear()


def test_keyboard_escape_and_focus(site: Site, embedded: Embed) -> None:
    seen = embedded(site)
    page = seen.page
    page.evaluate(
        "window.heard = []; for (const each of ['open', 'close', 'answer'])"
        " document.addEventListener(`quoth:${each}`, (event) => heard.push([each, event.detail]))"
    )
    expect(seen.button).to_have_attribute("aria-expanded", "false")
    page.locator("#mine").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(seen.button).to_have_attribute("aria-expanded", "true")
    expect(seen.frame.locator("#question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(seen.frame.locator(".quote")).to_be_visible()
    page.keyboard.press("Escape")
    expect(seen.button).to_have_attribute("aria-expanded", "false")
    expect(seen.button).to_be_focused()
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("heard") == [["open", None], ["answer", {"abstained": False, "quotes": 1}], ["close", None]]

    page.locator("#mine").focus()
    page.evaluate("Quoth.ask('nothing of that')")
    expect(seen.frame.locator(".abstained")).to_be_visible()
    page.evaluate("Quoth.reset()")
    expect(seen.frame.locator(".turn")).to_have_count(0)
    page.evaluate("Quoth.close()")
    expect(page.locator("#mine")).to_be_focused()
    page.evaluate("Quoth.open()")
    expect(seen.frame.locator("#question")).to_be_focused()


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_it_has_the_screen(site: Site, embedded: Embed, width: int) -> None:
    seen = embedded(site, viewport={"width": width, "height": 700}, reduced_motion="reduce")
    frame = seen.open()
    assert seen.page.locator("quoth-widget .panel").bounding_box() == {"x": 0, "y": 0, "width": width, "height": 700}
    expect(seen.button).to_be_hidden()
    panel = seen.page.locator("quoth-widget .panel")
    assert panel.evaluate("panel => getComputedStyle(panel).animationName") == "none"
    seen.ask()
    frame.get_by_role("button", name="[1]").first.click()
    expect(frame.locator(".card mark")).to_be_in_viewport()
    assert frame.locator("html").evaluate("html => html.scrollWidth") <= width
    frame.get_by_role("button", name="Close").click()
    expect(seen.button).to_be_focused()


def test_a_page_that_draws_itself_anew_keeps_it(site: Site, embedded: Embed) -> None:
    seen = embedded(site)
    frame = seen.open()
    seen.ask()
    expect(frame.locator(".quote")).to_be_visible()
    seen.page.evaluate("document.body.replaceChildren('another page')")
    expect(frame.locator(".quote")).to_be_visible()
    seen.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    expect(frame.locator(".quote")).to_be_visible()
    seen.page.evaluate("Quoth.ask('criticiz again')")
    expect(frame.locator(".quote")).to_have_count(2)
    assert seen.page.locator("quoth-widget").count() == 1


def test_what_was_understood_is_taken_back(
    site: Site, embedded: Embed, chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "understood", {"And tea?": "What did Jia Yueting say about tea?"})
    seen = embedded(site)
    frame = seen.open()
    seen.ask()
    expect(frame.locator(".quote")).to_be_visible()
    seen.ask("And tea?")
    expect(frame.locator(".understood bdi")).to_have_text("Understood as: What did Jia Yueting say about tea?")
    frame.get_by_role("button", name="Ask as typed").click()
    expect(frame.locator(".understood")).to_have_count(0)
    expect(frame.locator(".asked")).to_have_count(2)
    assert chain.asked[-1]["as_typed"] and chain.asked[-1]["history"] == []
    seen.ask("And then?")
    expect(frame.locator(".abstained")).to_have_count(2)
    assert [turn["question"] for turn in chain.asked[-1]["history"]] == ["And tea?"]


def test_it_hears_nobody_but_its_own_page(site: Site, embedded: Embed, chain: FakeChain) -> None:
    seen = embedded(site)
    frame = seen.open()
    asked = len(chain.asked)
    seen.page.evaluate(
        """() => {
          const odd = document.body.appendChild(document.createElement("iframe"));
          const inner = document.querySelector("quoth-widget").shadowRoot.querySelector("iframe").contentWindow;
          odd.contentWindow.inner = inner;
          odd.contentWindow.eval('inner.postMessage({ quoth: "ask", question: "from elsewhere" }, "*")');
          postMessage({ quoth: "close" }, "*");
        }"""
    )
    seen.page.evaluate("Quoth.ask('from the page')")
    expect(frame.locator(".asked")).to_have_text(["from the page"])
    expect(seen.button).to_have_attribute("aria-expanded", "true")
    until(lambda: len(chain.asked) > asked)
    assert [each["question"] for each in chain.asked[asked:]] == ["from the page"]
