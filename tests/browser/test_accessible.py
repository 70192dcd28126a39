"""axe-core finds nothing serious in the widget, and in what the chat opens. Other pages' tests ask it themselves."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import Open, ask
from tests.browser.sites import QUESTION, Embed, Site

PHONE = {"width": 390, "height": 844}


def check(page: Page | Frame, **more: Any) -> None:
    found = Axe().run(page, **more).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def check_widget(page: Page) -> None:
    check(page, context={"include": ["quoth-widget"]}, options={"iframes": False})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["", 'data-colour="#ffd400"', 'data-colour="#001a66"'])
def test_the_widget(site: Site, embedded: Embed, scheme: str, colour: str) -> None:
    site.attributes = colour
    seen = embedded(site, color_scheme=scheme, reduced_motion="reduce")
    check_widget(seen.page)
    frame = seen.open()
    [inner] = [each for each in seen.page.frames if "/widget" in each.url]
    check(inner)
    seen.ask()
    frame.get_by_role("button", name="[1]").first.click()
    expect(frame.locator(".card mark")).to_be_visible()
    seen.ask("something else")
    frame.get_by_text("Nearest passages").click()
    expect(frame.locator(".passage")).to_be_visible()
    check(inner)
    check_widget(seen.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_widget_on_a_phone_and_where_it_is_refused(sites: tuple[Site, Site], embedded: Embed, scheme: str) -> None:
    phone = embedded(sites[0], color_scheme=scheme, viewport=PHONE, reduced_motion="reduce")
    phone.open()
    phone.ask()
    expect(phone.frame.locator(".quote")).to_be_visible()
    check(next(each for each in phone.page.frames if "/widget" in each.url))
    refused = embedded(sites[1], color_scheme=scheme, reduced_motion="reduce")
    refused.button.click()
    expect(refused.page.get_by_role("link", name="Open them in a new tab")).to_be_visible()
    check_widget(refused.page)
    refused.said.clear()  # the browser's own word on it


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_chat_opens(stand_in: str, visit: Open, scheme: str) -> None:
    page = visit(stand_in, color_scheme=scheme)
    ask(page, QUESTION)
    page.locator(".q-mark").first.click()
    expect(page.frame_locator("#q-reader iframe").locator("#quote")).to_be_visible()
    check_serious(page)
    page = visit(stand_in, color_scheme=scheme, viewport=PHONE)
    ask(page, QUESTION)
    page.locator("#q-sheet-open").click()
    expect(page.locator("#q-sheet .q-card")).to_be_visible()
    check_serious(page)


def check_serious(page: Page) -> None:
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
