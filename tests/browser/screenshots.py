"""Retakes the pictures in docs/screenshots, from the program itself over the starter corpus: `make screenshots`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, cast
from urllib.error import URLError

from playwright.sync_api import Page, sync_playwright

from settings import HOME
from tests.browser.conftest import ARGUMENTS, chromium
from tests.browser.sites import GAZETTE, Site, another_site
from tests.web.standins import free_port

FOLDER = HOME / "docs" / "screenshots"
QUESTION = "what did Jia Yueting criticize?"
REFUSED = "What is the salary of Wang Chuanfu?"
LISTED = "Which habits does Jia Yueting criticise?"
COMPARED = "NIO or XPeng, who lost more?"
UNSURE = "Did BYD overtake Tesla in 2023?"
DESKTOP, TALL, SMALL, PHONE = (1280, 860), (1280, 1500), (1280, 740), (390, 780)


def main() -> None:
    """Take all of them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        another_site() as site,
        _server(Path(folder), site) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, "--no-sandbox"])
        report = _report(Path(folder))
        for name, (width, height), scheme, steps in (
            ("chat", DESKTOP, "light", _answered),
            ("chat-dark", DESKTOP, "dark", _answered),
            ("chat-phone", PHONE, "light", _answered),
            ("forms", TALL, "light", _of_each_form),
            ("refused", DESKTOP, "light", _refused),
            ("article", DESKTOP, "light", _opened),
            ("articles", DESKTOP, "light", lambda page, address: page.goto(f"{address}/articles")),
            ("report", DESKTOP, "light", lambda page, _: page.goto(report.as_uri())),
            ("widget", SMALL, "light", lambda page, _: _embedded(page, site)),
            ("widget-dark", SMALL, "dark", lambda page, _: _embedded(page, site)),
            ("widget-phone", PHONE, "light", lambda page, _: _embedded(page, site)),
            ("widget-closed", SMALL, "light", lambda page, _: page.goto(site.origin)),
        ):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=cast("Literal['dark', 'light']", scheme),
                locale="en",
            )
            page = context.new_page()
            _take(page, steps, address, FOLDER / f"{name}.png")
            context.close()
        browser.close()


def _take(page: Page, steps: Callable[[Page, str], object], address: str, path: Path) -> None:
    steps(page, address)
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    sys.stderr.write(f"{path.relative_to(HOME)}\n")


def _asked(page: Page, address: str, question: str) -> None:
    page.goto(address)
    box = page.get_by_role("textbox", name="Your question")
    box.fill(question)
    box.press("Enter")


def _answered(page: Page, address: str) -> None:
    _asked(page, address, QUESTION)
    page.locator(".q-support").wait_for()
    page.wait_for_timeout(3000)  # what to ask next comes after the answer


def _of_each_form(page: Page, address: str) -> None:
    """Ask for a list, a comparison, and something that the articles do not quite say."""
    page.goto(address)
    box = page.get_by_role("textbox", name="Your question")
    for number, question in enumerate((LISTED, COMPARED, UNSURE)):
        box.fill(question)
        box.press("Enter")
        page.locator(":is(.q-support, .q-searched)").nth(number).wait_for()
    page.wait_for_timeout(3000)


def _refused(page: Page, address: str) -> None:
    _asked(page, address, REFUSED)
    page.locator(".q-abstained").wait_for()


def _opened(page: Page, address: str) -> None:
    _answered(page, address)
    page.locator(".q-mark").first.click()
    page.frame_locator("#q-reader iframe").locator("mark").first.wait_for()


def _embedded(page: Page, site: Site) -> None:
    page.goto(site.origin)
    page.locator("quoth-widget .toggle").click()
    frame = page.frame_locator("quoth-widget iframe")
    frame.locator("#question").fill(QUESTION)
    frame.locator("#question").press("Enter")
    frame.locator(".foot .line").first.wait_for()
    frame.locator(".mark").first.click()


def _report(folder: Path) -> Path:
    path = folder / "report.html"
    words = ["eval", str(HOME / "seeds" / "questions.jsonl"), "--store", str(folder / "store"), "--report", str(path)]
    subprocess.run([sys.executable, "app.py", *words], cwd=HOME, check=True, stdout=subprocess.DEVNULL)
    return path


@contextmanager
def _server(folder: Path, site: Site) -> Iterator[str]:
    """The program, and `site` with its widget."""
    port = free_port()
    site.server, (site.document, site.style) = f"http://127.0.0.1:{port}", GAZETTE
    site.attributes = 'data-title="Ask the Review" data-colour="#0b4f6c"'
    environment = {**os.environ, "QUOTH_EMBED_ORIGINS": site.origin}
    words = ["serve", "--store", str(folder / "store"), "--port", str(port)]
    with subprocess.Popen([sys.executable, "app.py", *words], cwd=HOME, env=environment) as process:
        try:
            yield _ready(site.server)
        finally:
            process.terminate()


def _ready(address: str) -> str:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/readyz"):
                return address
        except URLError:  # not there yet, or warming up
            time.sleep(0.2)
    raise TimeoutError(address)


if __name__ == "__main__":
    main()
