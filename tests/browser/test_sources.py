"""Sources and the pages of PDFs in a real browser: narrow, dark, without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from settings import Settings
from tests.browser.conftest import Open, opening, owners_pages
from tests.browser.test_library import SLOW, check
from tests.data.build import pdf
from tests.index.sync.site import HOST, rss, serving
from tests.stores import small_store
from tests.web.pages.test_library import FILES

PAGES = (
    "The brig Anna sailed from Kiel in March with a cargo of salt.\nHer master was a widow, Marta Lund.",
    "In April the Anna lay at Hamburg for repairs.\nThe hull was tarred and the mast was replaced.",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("step") / "ships"
    folder.mkdir()
    (folder / "anna.pdf").write_bytes(pdf(*PAGES, title="The log of the Anna"))
    return folder


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The owner's pages over three articles, with leave to use the network."""
    settings = Settings(store=small_store(tmp_path_factory.mktemp("sources"), FILES), allow_network=True)
    with owners_pages(settings) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a page of the owner's."""
    with opening(browser, SLOW) as open_page:
        yield partial(open_page, address)


def test_a_folder_and_a_feed_are_kept_in_step(visit: Open, folder: Path) -> None:
    page = visit("/owner")
    page.get_by_role("listitem").get_by_role("link", name="Sources").click()
    expect(page.locator("#list")).to_contain_text("Nothing yet.")
    page.get_by_label("Folder or address").fill(str(folder))
    page.get_by_label("Name").fill("ships")
    page.get_by_label("Collection").fill("Sea")
    page.keyboard.press("Enter")
    row = page.locator(".sources > li").filter(has_text="ships")
    expect(row).to_contain_text("never run")
    expect(page.locator("#list-title")).to_be_focused()
    check(page)
    page.get_by_role("button", name="Run ships now").click()
    expect(row).to_contain_text("1 article · last run 20")
    with serving() as site:
        site.pages["/feed"] = rss(site.page("/tin", "Tin is mined in Bolivia."), site.url("/down"))
        site.pages["/down"] = 503
        page.get_by_label("Kind").select_option(label="Feed (RSS, Atom, JSON)")
        page.get_by_label("Folder or address").fill(site.url("/feed"))
        page.get_by_label("Name").fill("metals")
        page.get_by_text("Passwords, private hosts, buckets elsewhere").click()
        page.get_by_label("Private hosts").fill(HOST)
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_role("button", name="Run metals now").click()
        feed = page.locator(".sources > li").filter(has_text="metals")
        expect(feed.locator(".wrong")).to_contain_text("status 503")
        check(page)
    row.get_by_role("link", name="1 article").click()
    expect(page.locator(".rows .name")).to_have_text(["The log of the Anna"])
    expect(page.get_by_label("Brought by")).to_have_value("ships")
    page.get_by_label("Brought by").select_option("")
    page.get_by_label("Collection").select_option("sea")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".rows .name")).to_have_text(["The log of the Anna"])
    check(page)
    page.goto(page.url.partition("/owner")[0] + "/owner/sources")
    page.get_by_text("Remove", exact=True).last.click()
    page.get_by_role("button", name="Remove metals").click()
    expect(page.locator(".sources > li")).to_have_count(1)


def test_what_cannot_be_meant_is_said_where_it_is_typed(browser: Browser, address: str) -> None:
    page = browser.new_page()  # which the browser itself complains in, of a refused request
    page.set_default_timeout(SLOW)
    page.goto(f"{address}/owner/sources")
    page.get_by_label("Folder or address").fill("/does/not/exist")
    page.get_by_label("Name").fill("nowhere")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("/does/not/exist is not a folder: give one that exists.")
    expect(page.get_by_label("Name")).to_have_value("nowhere")
    page.close()


def test_a_quote_is_looked_up_on_the_page_of_its_pdf(visit: Open, address: str) -> None:
    page = visit("/owner/articles?search=mast+replaced", java_script_enabled=False)
    link = page.locator(".found a").get_attribute("href")
    assert link is not None
    page.goto(f"{address}{link.replace('#', '?')}")
    page.get_by_role("link", name="See page 2 of the PDF").click()
    picture = page.get_by_role("img", name="Page 2 of The log of the Anna")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 1000")
    mark = page.locator("#words")
    shown, marked = picture.bounding_box(), mark.bounding_box()
    assert shown is not None and marked is not None
    assert shown["x"] < marked["x"] < shown["x"] + shown["width"] and shown["y"] < marked["y"]
    assert marked["height"] < 40 and 0 < marked["y"] < 800  # the browser has gone to it
    expect(page.locator("mark")).to_have_text("The hull was tarred and the mast was replaced.")
    page.get_by_role("link", name="Previous page").click()
    expect(page.get_by_role("img", name="Page 1 of The log of the Anna")).to_be_visible()
    expect(page.locator("#words")).to_have_count(0)
    expect(page.locator("article")).to_contain_text("Marta Lund")
    page.get_by_role("link", name="Back to the text").click()
    expect(page).to_have_url(re.compile(r"/articles/[0-9a-f]{16}#q="))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_accessible_narrow_and_wide(visit: Open, address: str, scheme: str, width: int) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 700}}
    check(visit("/owner/sources", **options))
    page = visit("/owner/articles?search=mast+replaced", **options)
    link = page.locator(".found a").get_attribute("href")
    assert link is not None
    article, _, place = link.partition("#")
    page.goto(f"{address}{article}/pages/2?{place.partition('&b=')[0]}")
    check(page)
