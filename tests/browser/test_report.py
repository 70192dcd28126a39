"""The report in a real browser, as a file and as it is: silent, alone, filtered, sorted, readable everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from evaluation.report import write_report
from evaluation.scorecard import against
from tests.browser.conftest import Watched
from tests.evaluation.cards import HOSTILE, planted, runs

PHONE = {"width": 320, "height": 640}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(write_report(against(*runs())), encoding="utf-8")
    return path


@pytest.fixture
def visit(browser: Browser, report: Path) -> Iterator[Open]:
    """Opens a file; at the end each page must have been silent, and have asked for nothing but itself."""
    opened: list[tuple[Watched, list[str], str]] = []

    def open_page(path: Path = report, **options: Any) -> Page:
        page = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options)).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        opened.append((Watched(page, "file://"), asked, path.as_uri()))
        page.goto(path.as_uri())
        return page

    yield open_page
    for watched, asked, address in opened:
        watched.page.context.close()
        assert watched.wrong == []
        assert set(asked) == {address}


def shown(page: Page) -> list[str]:
    """The ids of the questions to be seen, in their order."""
    ids: list[str] = page.locator("article:visible").evaluate_all("all => all.map(each => each.dataset.id)")
    return ids


def test_the_filter_narrows_and_says_so(visit: Open) -> None:
    page = visit()
    count = page.get_by_role("status")
    expect(count).to_have_text("22 of 22 questions")
    page.get_by_label("Outcome").select_option("Read but refused")
    expect(count).to_have_text("10 of 22 questions")
    assert shown(page) == [f"row-{n}" for n in range(10)]
    page.get_by_role("combobox", name="Tag").select_option("row-3")
    assert shown(page) == ["row-3"]
    page.get_by_label("Outcome").select_option("all")
    page.get_by_role("combobox", name="Tag").select_option("all")
    page.get_by_label("Since the baseline").select_option("no longer fails")
    assert shown(page) == ["row-19"]
    page.get_by_label("Since the baseline").select_option("changed")
    assert shown(page) == [*(f"row-{n}" for n in range(10)), "row-19"]
    page.get_by_label("Since the baseline").select_option("all")
    page.get_by_label("Search").fill("WROTE made-up")
    assert shown(page) == ["made-up"]
    page.get_by_label("Search").fill("nobody says this")
    expect(count).to_have_text("0 of 22 questions")
    assert shown(page) == []


def test_sorting(visit: Open) -> None:
    page = visit()
    in_file = shown(page)
    for by, order in {
        "id": ["made-up", "none", "row-0", "row-1", "row-2"],
        "confidence": ["none", "row-0", "row-1", "row-2", "row-3"],
        "time": ["none", "made-up", "row-19", "row-18", "row-17"],
        "": in_file[:5],
    }.items():
        page.get_by_label("Sort by").select_option(by)
        assert shown(page)[:5] == order, by
    assert page.locator("article").evaluate_all("all => all.map(each => each.dataset.id)") == in_file


def test_a_link_to_a_failure_shows_it_whatever_the_filter_hides(visit: Open) -> None:
    page = visit()
    page.get_by_label("Outcome").select_option("Right")
    for name in ("Who wrote row-4?", "Who wrote row-4?"):  # also the second time, when the address stays
        page.get_by_label("Outcome").select_option("Right")
        page.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        expect(page.locator("article[data-id=row-4]")).to_be_in_viewport()
        expect(page.get_by_role("status")).to_have_text("22 of 22 questions")


def test_going_back_to_it_keeps_list_and_choice_in_step(visit: Open) -> None:
    page = visit()
    page.get_by_label("Outcome").select_option("Should have refused")
    page.goto("about:blank")
    page.go_back()
    assert page.get_by_label("Outcome").input_value() == "should have refused"  # as browsers restore forms
    assert shown(page) == ["made-up"]


def test_everything_is_there_without_the_script(visit: Open) -> None:
    page = visit(java_script_enabled=False)
    assert page.locator("article:visible").count() == 22
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator(".quote b").first).to_have_text("Ada Renshaw")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, {"width": 768, "height": 1024}, PHONE])
def test_it_fits_and_can_be_read(visit: Open, scheme: str, viewport: dict[str, int]) -> None:
    page = visit(color_scheme=scheme, viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    right = page.locator("main :not(.unseen, option, thead, thead *)").evaluate_all(
        "all => Math.max(...all.map(each => each.getBoundingClientRect().right))"
    )
    assert right <= viewport["width"]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(253, 252, 249)" if scheme == "light" else "rgb(23, 22, 20)")
    for details in page.locator("details summary").all():
        details.click()
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious] == []


def test_it_prints_without_its_controls(visit: Open) -> None:
    page = visit(viewport={"width": 720, "height": 1000}, color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.locator("#filter")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    cells = page.locator("td.value").evaluate_all("all => all.map(each => each.getClientRects().length)")
    assert set(cells) == {1}
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    assert page.pdf().startswith(b"%PDF")


def test_a_hostile_run_does_nothing(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(write_report(planted(against(*runs()), " ".join(HOSTILE))), encoding="utf-8")
    said: list[str] = []
    page = visit(path, viewport=PHONE)
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.reload()
    page.get_by_label("Sort by").select_option("id")
    expect(page.get_by_role("status")).to_have_text("22 of 22 questions")
    assert page.locator("article:visible").count() == 22
    assert page.locator("img, iframe, object, form").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert said == []
