"""Pages of other sites that have the widget: two ports are two origins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from tests.web.standins import FakeChain, serving

QUESTION = "what did Jia Yueting criticize?"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Gazette</title>
<link rel="stylesheet" href="/site.css"></head>
<body><h1>The Gazette</h1><button id="mine">Mine</button><p>{text}</p>{script}</body></html>"""
SITE = """button { border: 5px solid lime; text-transform: uppercase; } * { letter-spacing: 1px; line-height: 2.5; }
iframe, div, quoth-widget { display: none; width: 17px; } body { margin: 8px; font: 18px Georgia; }"""

FOLDER = Path(__file__).resolve().parent / "gazette"
GAZETTE = tuple((FOLDER / name).read_text(encoding="utf-8") for name in ("index.html", "site.css"))
"""What a publisher's page may look like, and its style."""


class Site:
    """Another site, whose page has the snippet with `attributes`, and `policy` as its Content-Security-Policy.

    In `document` the words {text} and {script} are filled in.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.server = ""
        self.attributes = ""
        self.policy = ""
        self.src = "/widget.js"
        self.document = PAGE
        self.style = SITE

    def page(self) -> str:
        script = f'<script src="{self.server}{self.src}" async {self.attributes}></script>' if self.server else ""
        return self.document.replace("{text}", "Many words. " * 900).replace("{script}", script)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, site: list[Site], *rest: Any) -> None:
        self.site = site
        super().__init__(*rest)

    def do_GET(self) -> None:
        style = self.path == "/site.css"
        body = (self.site[0].style if style else self.site[0].page()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if style else "text/html; charset=utf-8")
        if self.site[0].policy:
            self.send_header("Content-Security-Policy", self.site[0].policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def another_site() -> Iterator[Site]:
    sites: list[Site] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, sites)) as server:
        sites.append(Site(f"http://127.0.0.1:{server.server_port}"))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield sites[0]
        finally:
            server.shutdown()
            thread.join(5)


@pytest.fixture(scope="module")
def sites(chain: FakeChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site]]:
    """A site that the server lists and one that it does not, both with its script."""
    with another_site() as listed, another_site() as other:
        store = tmp_path_factory.mktemp("store")
        with serving(chain, embed_origins=(listed.origin,), store=store) as listed.server:
            other.server = listed.server
            yield listed, other


@pytest.fixture
def site(sites: tuple[Site, Site]) -> Iterator[Site]:
    """The listed one, as it is without attributes."""
    yield sites[0]
    sites[0].attributes = sites[0].policy = ""


class Visit:
    """A page of a site, everything that was said in its console, and what was asked for."""

    def __init__(self, browser: Browser, site: Site, **options: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options)).new_page()
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(site.origin)

    @property
    def button(self) -> Any:
        return self.page.locator("quoth-widget .toggle")

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("quoth-widget iframe")

    def open(self) -> FrameLocator:
        self.button.click()
        expect(self.frame.locator("#question")).to_be_focused()
        return self.frame

    def ask(self, question: str = QUESTION) -> FrameLocator:
        box = self.frame.locator("#question")
        box.fill(question)
        box.press("Enter")
        return self.frame


Embed = Callable[..., Visit]


@pytest.fixture
def embedded(browser: Browser) -> Iterator[Embed]:
    """Opens pages; at the end nothing must have been complained of in them but what the test took away."""
    opened: list[Visit] = []

    def open_page(site: Site, **options: Any) -> Visit:
        opened.append(Visit(browser, site, **options))
        return opened[-1]

    yield open_page
    for each in opened:
        each.page.context.close()
    assert [each.said for each in opened] == [[] for _ in opened]
