"""Pages that are watched on every side: scripts that run, what their policy stops, and whatever leaves them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page

from tests.browser.conftest import Watched
from tests.browser.conftest import browser as browser
from tests.browser.sites import embedded as embedded
from tests.browser.sites import site as site
from tests.browser.sites import sites as sites

pytest.register_assert_rewrite("tests.security.faces")
Cage = Callable[..., Watched]
NOTE = """{
const stopped = ({ effectiveDirective, blockedURI }) => noted(`policy: ${effectiveDirective} ${blockedURI}`);
addEventListener("securitypolicyviolation", stopped, true);
Object.defineProperty(window, "ran", { set: () => noted("ran") });
}"""


@dataclass
class Trap:
    """A proxy through which a page would reach other hosts: nothing passes, what was asked of evil.test is kept."""

    address: str = ""
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, trap: Trap, *rest: Any) -> None:
        self.trap = trap
        super().__init__(*rest)

    def do_GET(self) -> None:
        if "evil.test" in self.path:  # the browser itself asks for this and that
            self.trap.asked.append(self.path)
        self.send_error(403)

    do_CONNECT = do_POST = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    trap = Trap()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, trap)) as server:
        trap.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield trap
        server.shutdown()
        thread.join(5)


@pytest.fixture
def cage(browser: Browser, trap: Trap) -> Iterator[Cage]:
    """Makes pages of an origin; what is `wrong` with one holds its dialogs and what its policy stopped, too."""
    opened: list[Watched] = []

    def make(origin: str, **options: Any) -> Watched:
        def stopped(dialog: Dialog) -> None:
            watched.wrong.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        # A host that is named here is not asked for through the proxy.
        context = browser.new_context(proxy={"server": trap.address, "bypass": "127.0.0.1"}, **options)
        watched = Watched(context.new_page(), origin)
        opened.append(watched)
        context.expose_binding("noted", lambda _, what: watched.wrong.append(what))
        context.add_init_script(NOTE)
        watched.page.on("dialog", stopped)
        watched.page.on("popup", lambda other: watched.wrong.append(f"popup: {other.url}"))
        return watched

    trap.asked.clear()
    yield make
    for watched in opened:
        watched.page.context.close()


@pytest.fixture
def visit(cage: Cage, trap: Trap) -> Iterator[Callable[..., Page]]:
    """Opens addresses; at the end nothing must have run, been stopped or left."""
    opened: list[Watched] = []

    def open_page(origin: str, path: str = "/", **options: Any) -> Page:
        opened.append(cage(origin, **options))
        opened[-1].page.goto(origin + path)
        return opened[-1].page

    yield open_page
    assert [each.wrong for each in opened] == [[] for _ in opened]
    assert trap.asked == []
