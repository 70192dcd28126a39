"""The evaluation page in a real browser: run a set, watch it, open the report, compare two runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from playwright.sync_api import Browser, FilePayload, Page, expect

from settings import Settings
from tests.browser.conftest import Watched
from tests.web.pages.test_evaluation import ROWS, WordReader, lines, tiny_chain
from tests.web.standins import free_port, until
from web.app import build_app

Open = Callable[..., Page]
Upload = dict[str, Any]


@pytest.fixture(scope="module")
def reader() -> WordReader:
    return WordReader()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tea")


@pytest.fixture(scope="module")
def address(store: Path, reader: WordReader) -> Iterator[str]:
    """All that is served, over one article."""
    chain = tiny_chain(store)
    chain._reader = reader
    port = free_port()
    servers: list[uvicorn.Server] = []

    def serve() -> None:
        app = build_app(chain, Settings(store=store / "store", port=port))
        servers.append(uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, ws="none")))
        servers[0].run()

    thread = threading.Thread(target=serve, daemon=True)  # the browser's own loop runs in this one
    thread.start()
    until(lambda: bool(servers) and servers[0].started, 60)
    yield f"http://127.0.0.1:{port}"
    servers[0].should_exit = True
    thread.join(20)
    assert not thread.is_alive()
    chain.close()


@pytest.fixture
def visit(browser: Browser, address: str, store: Path, reader: WordReader) -> Iterator[Open]:
    """Opens the page with no runs kept; at the end each must have been silent and at home, but for `allowed`."""
    for path in (store / "store" / "runs").glob("*.json"):
        path.unlink()
    opened: list[tuple[Watched, tuple[str, ...]]] = []

    def open_page(allowed: tuple[str, ...] = (), **options: Any) -> Page:
        page = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options)).new_page()
        opened.append((Watched(page, address), allowed))
        page.goto(f"{address}/owner/eval")
        return page

    yield open_page
    reader.go.set()
    for watched, _ in opened:
        watched.page.context.close()
    assert [[each for each in watched.wrong if not any(a in each for a in allowed)] for watched, allowed in opened] == [
        [] for _ in opened
    ]


def a_file(*rows: dict[str, Any], name: str = "tea.jsonl") -> Upload:
    return {"name": name, "mimeType": "application/jsonl", "buffer": lines(*rows)}


def start(page: Page, upload: Upload) -> None:
    page.get_by_label("A question set of your own").set_input_files(files=[cast("FilePayload", upload)])
    page.get_by_role("button", name="Run this set").click()


def run(page: Page, *rows: dict[str, Any], name: str = "tea.jsonl") -> None:
    count = page.locator("tbody tr").count()
    start(page, a_file(*rows, name=name))
    expect(page.locator("tbody tr")).to_have_count(count + 1)
    expect(page.locator("#outcome")).to_contain_text(f"{name} Done: {len(rows)} questions. Open the report")


def test_run_a_set_and_open_the_report(visit: Open) -> None:
    page = visit()
    expect(page.get_by_text("There are none yet.")).to_be_visible()
    run(page, *ROWS)
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("tea.jsonl")
    expect(row.locator(".number")).to_have_text(["3", "1.000", "1.000", "1.000"])
    expect(page.get_by_text("There are none yet.")).to_be_hidden()
    with page.expect_download() as download:
        row.get_by_role("link", name="JSON").click()
    assert [each["id"] for each in json.loads(download.value.path().read_text())["results"]] == ["1", "2", "3"]
    page.get_by_role("link", name="Open the report").click()
    page.wait_for_url("**/owner/runs/2*")
    expect(page.locator("body")).to_contain_text("It spread by sea.")
    assert page.evaluate("getComputedStyle(document.body).maxWidth + getComputedStyle(document.body).fontFamily")


def test_watch_reload_and_stop(visit: Open, reader: WordReader) -> None:
    page = visit()
    reader.go.clear()
    page.get_by_label("A question set of your own").set_input_files(files=[cast("FilePayload", a_file(*ROWS))])
    page.get_by_role("button", name="Run this set").press("Enter")
    expect(page.locator("#words")).to_have_text("0 of 3 questions")
    expect(page.locator("#progress-title")).to_be_focused()
    page.reload()
    expect(page.get_by_role("progressbar", name="tea.jsonl")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="0 of 3 questions")).to_have_count(1)
    for name in ("Run this set", "Run the starter set"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#words")).to_have_text("Stopping after the question at hand")
    reader.go.set()
    expect(page.locator("#outcome")).to_contain_text("no report was made")
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.get_by_role("button", name="Run this set")).to_be_enabled()
    expect(page.locator("tbody tr")).to_have_count(0)


def test_compare_two_runs(visit: Open) -> None:
    page = visit()
    run(page, *ROWS, name="one.jsonl")
    run(page, ROWS[0] | {"question": "Who drank it in Chile?"}, *ROWS[1:], name="two.jsonl")
    compare = page.get_by_role("button", name="Compare two runs")
    compare.click()
    expect(page.get_by_role("alert")).to_have_text("Choose two runs to compare.")
    for box in page.get_by_role("checkbox").all():
        box.check()
    compare.click()
    page.wait_for_url("**?against=*")
    expect(page.locator("body")).to_contain_text("one.jsonl")
    expect(page).to_have_title("Evaluation: two.jsonl")


def test_a_run_is_deleted_when_that_is_confirmed(visit: Open) -> None:
    page = visit()
    run(page, *ROWS)
    delete = page.get_by_role("button", name="Delete the run of tea.jsonl")
    page.once("dialog", lambda dialog: dialog.dismiss())
    delete.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.once("dialog", lambda dialog: dialog.accept())
    delete.click()
    expect(page.get_by_text("There are none yet.")).to_be_visible()
    expect(page.locator("#outcome")).to_be_empty()
    expect(page.get_by_role("heading", name="Earlier runs")).to_be_focused()


def test_what_cannot_be_run_is_said(visit: Open) -> None:
    page = visit(allowed=("400",))
    page.get_by_role("button", name="Run this set").click()
    expect(page.get_by_role("alert")).to_have_text("Choose a file first.")
    start(page, {"name": "<b>bad<b>.jsonl", "mimeType": "text/plain", "buffer": lines(ROWS[0]) + b"{\n"})
    expect(page.get_by_role("alert")).to_contain_text("<b>bad<")
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    page.get_by_role("button", name="Run the starter set").click()
    expect(page.locator("#outcome")).to_contain_text("seeds/questions.jsonl row 'seed-001'")
    expect(page.get_by_role("alert")).to_be_empty()
    start(page, {"name": "empty.jsonl", "mimeType": "text/plain", "buffer": b"\n"})
    expect(page.get_by_role("alert")).to_contain_text("empty.jsonl holds no questions")
    expect(page.get_by_role("button", name="Run this set")).to_be_enabled()
    expect(page.locator("#outcome")).to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 700, 1280])
def test_it_fits(visit: Open, width: int, scheme: str) -> None:
    page = visit(viewport={"width": width, "height": 700}, color_scheme=scheme)
    run(page, *ROWS, name=f"{'a-very-long-name' * 4}.jsonl")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("tbody tr").first.get_by_role("checkbox").is_visible()


def test_in_chinese(visit: Open) -> None:
    page = visit(locale="zh-CN")
    expect(page.get_by_role("button", name="运行入门题集")).to_be_visible()
    start_label = page.get_by_label("你自己的题集")
    start_label.set_input_files(files=[cast("FilePayload", a_file(*ROWS))])
    page.get_by_role("button", name="运行此题集").click()
    expect(page.locator("#outcome")).to_contain_text("完成：共 3 个问题。")
