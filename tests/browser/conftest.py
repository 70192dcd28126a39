"""A real Chromium, pages that note whatever goes wrong or goes out, and servers for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright
from starlette.staticfiles import StaticFiles

from rag.chain import build_chain
from settings import HOME, Settings
from tests.browser.sites import embedded as embedded
from tests.browser.sites import site as site
from tests.browser.sites import sites as sites
from tests.fakes import FakeEmbeddings
from tests.web.pages.test_library import hurry, serve
from tests.web.standins import FakeChain, free_port, serving, until
from web.app import STATIC

Open = Callable[..., Page]
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Watched:
    """A page, and what it must not do: complain, fail, or ask another host for anything."""

    page: Page
    origin: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.wrong.append(f"request: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")


def chromium() -> str | None:
    """The browser's program."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Where it is missing the tests say so; in CI that is a failure."""
    program = chromium()
    if program is None:
        reason = f"no Chromium was found ({', '.join(NAMES)}, CHROMIUM): the browser tests did not run"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


def reachable(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def program(seed_store: Path, models: Path) -> Iterator[str]:
    """`python app.py serve` over the starter corpus."""
    with serving_program(seed_store, models) as address:
        yield address


@contextmanager
def serving_program(store: Path, models: Path) -> Iterator[str]:
    """Yield the address of `python app.py serve` over a store."""
    port = free_port()
    command = [sys.executable, "app.py", "serve", "--port", str(port), "--store", str(store)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "QUOTH_MODELS": str(models)}
    with subprocess.Popen(command, cwd=HOME, env=environment) as process:
        try:
            until(lambda: process.poll() is not None or reachable(f"http://127.0.0.1:{port}"), 60)
            assert process.poll() is None
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture(scope="module")
def stand_in(chain: FakeChain) -> Iterator[str]:
    """The server around a stand-in, for what the starter corpus cannot be made to do."""
    with serving(chain) as address:
        yield address


@contextmanager
def owners_pages(settings: Settings) -> Iterator[str]:
    """Yield where the owner's pages over a store are served, in a hurry, until the end of the block."""
    chain, port = build_chain(settings, FakeEmbeddings()), free_port()
    app = serve(chain, settings)
    app.mount("/quoth", StaticFiles(directory=STATIC))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, 60)
    with pytest.MonkeyPatch.context() as patch:
        hurry(patch)
        yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(40)
    assert not thread.is_alive()
    chain.close()


@contextmanager
def opening(browser: Browser, timeout_ms: float = 5_000.0) -> Iterator[Open]:
    """Yield what opens addresses; at the end each page must have been silent and at home."""
    opened: list[Watched] = []

    def open_page(origin: str, path: str = "/", **options: Any) -> Page:
        page = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options)).new_page()
        page.set_default_timeout(max(timeout_ms, 30_000.0))
        opened.append(Watched(page, origin))
        page.goto(origin + path)
        return page

    expect.set_options(timeout=timeout_ms)
    yield open_page
    expect.set_options(timeout=5_000)
    for watched in opened:
        watched.page.context.close()
    assert [watched.wrong for watched in opened] == [[] for _ in opened]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """See opening."""
    with opening(browser) as open_page:
        yield open_page


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
