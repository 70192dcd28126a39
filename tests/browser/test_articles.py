"""The articles in a real browser: the list, the page of one, and links to quotes before and after a re-ingest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from index.ingest import ingest
from rag.snapshot import Index
from tests.browser.conftest import Watched
from tests.fakes import FakeEmbeddings
from tests.web.standins import FakeChain, serving
from web.permalink import address

Open = Callable[..., Page]
DESKTOP, PHONE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}, {"width": 320, "height": 640}
SCREENS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
WORDS = "the tea 🍵 is picked in the morning and dried before noon, as it has been for three hundred years"
LONG = "A long article\n\n" + "\n\n".join(
    " ".join(f"word{(n * 37 + k * k) % 997}" for k in range(60)) + "." for n in range(240)
)
QUOTE = "Sugar was added only in the seventeenth century."
TEA = f"""Tea 🍵 in the north

By Ada Renshaw, 2 April 2024

{WORDS}.

{chr(10).join(f"Line {n} of what stands between.{chr(10)}" for n in range(60))}
It was bitter. {QUOTE} Nobody knows why.
"""
LONGEST_TASK = """
window.longest = 0;
new PerformanceObserver((list) => {
  window.longest = Math.max(window.longest, ...list.getEntries().map((task) => task.duration));
}).observe({ type: "longtask", buffered: true });
"""


def written(folder: Path) -> Path:
    """Three articles, and a store of them beside their folder."""
    folder.mkdir()
    (folder / "tea.txt").write_text(TEA)
    (folder / "long.txt").write_text(LONG)
    (folder / "a<b>.txt").write_text("<script>alert(1)</script>\n\nNot a script & not <i>markup</i>.\n")
    ingest(folder.parent / "store", [folder], FakeEmbeddings())
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[str]:
    """The server over the store beside `folder`."""
    index = Index(folder.parent / "store")
    with serving(FakeChain(index=index)) as origin:  # type: ignore[arg-type]
        yield origin
    index.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only read it."""
    return written(tmp_path_factory.mktemp("articles") / "articles")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    with opened(folder) as origin:
        yield origin


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Open]:
    """Opens pages; at the end each must have been silent and at home, but for `allowed`."""
    pages: list[tuple[Watched, str]] = []

    def open_page(path: str, allowed: str = "", origin: str = served, **options: Any) -> Page:
        page = browser.new_context(**({"viewport": DESKTOP} | options)).new_page()
        pages.append((Watched(page, origin), allowed))
        page.add_init_script(LONGEST_TASK)
        page.goto(origin + path)
        return page

    yield open_page
    for watched, _ in pages:
        watched.page.context.close()
    left = [[each for each in watched.wrong if not (allowed and allowed in each)] for watched, allowed in pages]
    assert left == [[] for _ in pages]


def article_id(folder: Path, title: str) -> str:
    return next(each.id for each in Index(folder.parent / "store").articles() if each.title.startswith(title))


def permalink(folder: Path, quote: str = QUOTE, bold: str = "Sugar") -> str:
    article = Index(folder.parent / "store").article(article_id(folder, "Tea"))
    assert article
    start, at = article.text.index(quote), article.text.index(bold)
    return address(article.id, start, start + len(quote), quote, [(at, at + len(bold))])


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@SCREENS
def test_list_search_sort_open_and_back(visit: Open, served: str, viewport: dict[str, int]) -> None:
    page = visit("/articles", viewport=viewport)
    expect(page.locator("#count")).to_have_text("3 articles")
    items = page.locator("#found li")
    expect(items).to_have_count(3)
    expect(items.filter(has_text="<script>alert(1)</script>")).to_contain_text("a<b>.txt")
    page.get_by_role("link", name="Longest").click()
    expect(page).to_have_url(f"{served}/articles?sort=length")
    expect(items.first).to_contain_text("A long article")
    expect(page.get_by_role("link", name="Longest")).to_have_attribute("aria-current", "true")

    search = page.get_by_role("searchbox", name="Title, author, source or tag")
    search.press_sequentially("TEA nor")
    expect(page.locator("#count")).to_have_text("1 article found")
    expect(items).to_have_count(1)
    expect(search).to_be_focused()
    expect(page).to_have_url(f"{served}/articles?search=TEA+nor&sort=length")
    search.press_sequentially("xx")
    expect(page.get_by_role("status")).to_contain_text("No article has these words")
    search.fill("tea")
    expect(items).to_have_count(1)
    assert fits(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    page.get_by_role("link", name="Tea 🍵 in the north").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea 🍵 in the north")
    page.go_back()
    expect(search).to_have_value("tea")
    expect(items).to_have_count(1)


def test_a_search_that_cannot_reach_the_server_says_so(visit: Open) -> None:
    page = visit("/articles", "ERR_FAILED")
    page.route("**/articles?search=*", lambda route: route.abort())
    page.get_by_role("searchbox").fill("tea")
    expect(page.locator("#count")).to_have_text("The server cannot be reached right now.")
    expect(page.locator("#found li")).to_have_count(3)


def test_without_script_the_search_is_a_form(visit: Open, served: str) -> None:
    page = visit("/articles?sort=title", java_script_enabled=False)
    page.get_by_role("searchbox").fill("tea")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(f"{served}/articles?search=tea&sort=title")
    expect(page.locator("#found li")).to_have_count(1)


def test_an_article_that_is_gone(visit: Open) -> None:
    page = visit("/articles/0123#q=1-2", "404")
    expect(page.locator(".notice")).to_contain_text("There is no such article")
    expect(page.locator("#found li")).to_have_count(3)


@SCREENS
def test_a_link_to_a_quote(visit: Open, folder: Path, viewport: dict[str, int]) -> None:
    page = visit(permalink(folder), viewport=viewport)
    quote = page.locator("#quote")
    expect(quote).to_be_in_viewport()
    expect(quote).to_be_focused()
    assert quote.inner_text() == QUOTE
    expect(page.locator("mark b")).to_have_text("Sugar")
    expect(page.locator(".notice")).to_be_hidden()
    assert "".join(str(page.locator("article").text_content()).split()) == "".join(TEA.split())
    assert fits(page)


def test_back_and_forward_go_from_quote_to_quote(visit: Open, folder: Path) -> None:
    where = permalink(folder)
    page = visit(where.partition("#")[0])
    expect(page.locator("article")).to_contain_text("Nobody knows why.")
    expect(page.locator("mark")).to_have_count(0)
    page.evaluate("hash => { location.hash = hash }", where.partition("#")[2])
    expect(page.locator("#quote")).to_be_in_viewport()
    page.evaluate("hash => { location.hash = hash }", permalink(folder, "It was bitter.", "bitter").partition("#")[2])
    expect(page.locator("#quote")).to_have_text("It was bitter.")
    page.go_back()
    expect(page.locator("#quote")).to_have_text(QUOTE)
    page.go_back()
    expect(page.locator("mark")).to_have_count(0)
    page.go_forward()
    expect(page.locator("#quote")).to_have_text(QUOTE)
    expect(page.locator("#quote")).to_be_in_viewport()


@SCREENS
def test_a_link_outlives_a_re_ingest(visit: Open, tmp_path: Path, viewport: dict[str, int]) -> None:
    folder = written(tmp_path / "articles")
    with opened(folder) as origin:
        check_re_ingest(visit(permalink(folder), origin=origin, viewport=viewport), folder)


def check_re_ingest(page: Page, folder: Path) -> None:
    expect(page.locator("#quote")).to_have_text(QUOTE)

    (folder / "tea.txt").write_text(TEA.replace("Line 7 of", "The 🚗 seventh line of"))
    assert ingest(folder.parent / "store", [folder], FakeEmbeddings()).articles_changed == 1
    page.reload()
    expect(page.locator(".notice")).to_contain_text("has changed since this link was made")
    expect(page.locator("#quote")).to_have_text(QUOTE)
    expect(page.locator("#quote")).to_be_in_viewport()
    expect(page.locator("mark b")).to_have_text("Sugar")

    (folder / "tea.txt").write_text(TEA.replace("seventeenth", "eighteenth"))
    assert ingest(folder.parent / "store", [folder], FakeEmbeddings()).articles_changed == 1
    page.reload()
    expect(page.locator(".notice")).to_contain_text("no longer at this place")
    expect(page.locator("mark")).to_have_count(0)
    place = page.locator("#near")
    expect(place).to_contain_text("eighteenth century")
    expect(place).to_be_in_viewport()
    expect(place).to_be_focused()
    expect(page.locator(".notice")).to_be_in_viewport()


def test_ask_about_an_article(visit: Open, folder: Path, served: str) -> None:
    page = visit(permalink(folder))
    page.get_by_role("link", name="Ask about this article").click()
    expect(page).to_have_url(f"{served}/?about={article_id(folder, 'Tea')}")
    expect(page.locator("#q-only .token")).to_contain_text("Tea 🍵 in the north")


def test_in_a_frame_only_what_the_panel_lacks_is_shown(visit: Open, folder: Path) -> None:
    page = visit("/")
    add = "src => document.body.append(Object.assign(document.createElement('iframe'), { src, height: 500 }))"
    page.evaluate(add, permalink(folder))
    frame = page.frame_locator("body > iframe")
    expect(frame.locator("#quote")).to_have_text(QUOTE)
    expect(frame.get_by_role("link", name="Ask about this article")).to_have_count(1)
    expect(frame.get_by_role("link", name="Back to the questions")).to_have_count(0)


def test_on_paper(visit: Open, folder: Path) -> None:
    page = visit(permalink(folder), color_scheme="dark")
    expect(page.locator("#quote")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("header")).to_be_hidden()
    style = page.locator("#quote").evaluate(
        "mark => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,"
        " getComputedStyle(mark).textDecorationLine]"
    )
    assert style == ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "underline"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SCREENS
def test_nothing_stands_in_anyones_way(visit: Open, folder: Path, scheme: str, viewport: dict[str, int]) -> None:
    for path in ("/articles", permalink(folder), permalink(folder, "It was bitter.", "bitter") + "0"):
        page = visit(path, color_scheme=scheme, viewport=viewport)
        expect(page.locator("main")).to_be_visible()
        if "#" in path:
            expect(page.locator("#quote, #near")).to_be_visible()
        found = Axe().run(page).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious] == []


@pytest.mark.parametrize("viewport", [NARROW, {"width": 640, "height": 400}])
def test_narrow_and_enlarged(visit: Open, folder: Path, viewport: dict[str, int]) -> None:
    """640 by 400 is what 1280 by 800 is at 200 %."""
    for path in ("/articles", permalink(folder)):
        page = visit(path, viewport=viewport)
        assert fits(page)
        page.locator("html").evaluate("html => { html.style.fontSize = '200%' }")
        assert fits(page)


def test_in_chinese(visit: Open, folder: Path) -> None:
    page = visit("/articles", locale="zh-CN")
    expect(page.locator("#count")).to_have_text("3 篇文章")
    page.get_by_role("link", name="Tea").click()
    expect(page.get_by_role("link", name="就此文提问")).to_be_visible()


def test_a_long_article_with_fifty_quotes_keeps_the_page_responsive(visit: Open, folder: Path) -> None:
    article = Index(folder.parent / "store").article(article_id(folder, "A long"))
    assert article and len(article.text) >= 100_000
    step = len(article.text) // 51
    spans = [(at, at + 90, [(at + 10, at + 30)]) for at in range(step, step * 51, step)]
    links = [address(article.id, at, end, article.text[at:end], bold) for at, end, bold in spans]
    parts = [link.partition("#")[2] for link in links]
    longest = []
    for _ in range(3):  # the best of three: the machine has other things to do
        page = visit(f"/articles/{article.id}#{'&'.join(parts)}")
        expect(page.locator("#quote")).to_be_in_viewport()
        assert page.locator("mark b").count() >= 50
        page.wait_for_timeout(300)  # for the observer to be told
        longest.append(page.evaluate("window.longest"))
        page.close()
    assert min(longest) < 200, f"longest tasks in milliseconds: {longest}"
