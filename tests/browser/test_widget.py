"""The widget in pages of another site: two ports are two origins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, expect

from index.errors import StoreBusyError
from rag.answer import Answer, Sentence
from tests.web.standins import ARTICLE, QUOTE, TEXT, FakeChain, an_answer, citation, serving, until
from web.permalink import address, page_address

QUESTION = "what did Jia Yueting criticize?"
PHONE = {"width": 390, "height": 844}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Gazette</title>
<link rel="stylesheet" href="/site.css"></head>
<body><h1>The Gazette</h1><button id="mine">Mine</button><p>{text}</p>{script}</body></html>"""
SITE = """button { border: 5px solid lime; text-transform: uppercase; } * { letter-spacing: 1px; line-height: 2.5; }
iframe, div, quoth-widget { display: none; width: 17px; } body { margin: 8px; font: 18px Georgia; }"""


class Site:
    """Another site, whose page has the snippet with `attributes`, and `policy` as its Content-Security-Policy."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.server = ""
        self.attributes = ""
        self.policy = ""
        self.src = "/widget.js"

    def page(self) -> str:
        script = f'<script src="{self.server}{self.src}" async {self.attributes}></script>' if self.server else ""
        return PAGE.format(text="Many words. " * 900, script=script)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, site: list[Site], *rest: Any) -> None:
        self.site = site
        super().__init__(*rest)

    def do_GET(self) -> None:
        style = self.path == "/site.css"
        body = (SITE if style else self.site[0].page()).encode()
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
        yield sites[0]
        server.shutdown()
        thread.join(5)


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain(first=("What did he criticize?",), next=("What did he praise?",))


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
    """A page of a site, and everything that was said in its console."""

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


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens pages; at the end nothing must have been complained of in them but what the test took away."""
    opened: list[Visit] = []

    def open_page(site: Site, **options: Any) -> Visit:
        opened.append(Visit(browser, site, **options))
        return opened[-1]

    yield open_page
    for each in opened:
        each.page.context.close()
    assert [each.said for each in opened] == [[] for _ in opened]


def test_ask_read_follow_up_reload_and_start_over(
    site: Site, visit: Callable[..., Visit], chain: FakeChain, tmp_path: Path
) -> None:
    seen = visit(site)
    expect(seen.button).to_have_text("Ask our articles")
    assert not [url for url in seen.asked if url.startswith(site.server) and not url.endswith("/widget.js")]
    frame = seen.open()
    expect(frame.get_by_role("button", name="What did he criticize?")).to_be_visible()
    seen.ask()
    expect(frame.locator(".short")).to_have_text("The copycat culture.\u00a0[1]")
    expect(frame.locator(".quote")).to_contain_text(QUOTE)
    expect(frame.locator(".foot .line").first).to_have_text("Supported by 1 quote · 0.3 s")
    expect(frame.locator(".card")).to_have_count(1)
    expect(frame.locator(".card .context")).to_be_hidden()
    assert frame.locator(".card").evaluate("card => card.offsetHeight") < 45

    frame.get_by_role("button", name="[1]").first.click()
    expect(frame.locator(".card mark")).to_have_text(QUOTE)
    expect(frame.locator(".card mark")).to_be_in_viewport()
    expect(frame.locator(".card .context")).to_contain_text("Xiaomi’s execution is worthy of praise. However")
    expect(frame.locator(".card .line").first).to_have_text("Ada Renshaw · 2 Apr 2024")
    cited = citation()
    where = address(ARTICLE.id, cited.start, cited.end, cited.quote, cited.answer_spans)
    link = frame.get_by_role("link", name="Read in the article")
    expect(link).to_have_attribute("href", where)
    with seen.page.context.expect_page() as tab:
        link.click()
    expect(tab.value.locator("mark#quote")).to_have_text(QUOTE)
    tab.value.close()

    frame.get_by_role("button", name="Good answer").click()
    expect(frame.get_by_text("Thank you, noted")).to_be_visible()
    expect(frame.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")

    frame.get_by_role("button", name="What did he praise?").click()
    expect(frame.locator(".abstained")).to_have_text("The articles do not say.")
    expect(frame.locator(".nearest summary")).to_have_text("Nearest passages")
    assert chain.asked[-1]["history"][0]["question"] == QUESTION
    assert chain.asked[-1]["history"][0]["answer"].startswith("The copycat culture. [1]")

    seen.page.reload()
    seen.open()
    expect(frame.locator(".asked")).to_have_text([QUESTION, "What did he praise?"])
    expect(frame.get_by_role("button", name="Good answer").first).to_have_attribute("aria-pressed", "true")
    seen.ask("criticiz more")
    expect(frame.locator(".turn").last.locator(".quote")).to_be_visible()
    assert len(chain.asked[-1]["history"]) == 2

    frame.get_by_role("button", name="Start over").click()
    expect(frame.locator(".turn")).to_have_count(0)
    expect(frame.locator("#welcome")).to_be_visible()
    seen.page.reload()
    seen.open()
    expect(frame.locator(".turn")).to_have_count(0)


def test_a_site_that_is_not_listed_is_refused_and_told_why(
    sites: tuple[Site, Site], visit: Callable[..., Visit]
) -> None:
    seen = visit(sites[1])
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


def test_the_page_around_stays_as_it_was(site: Site, sites: tuple[Site, Site], visit: Callable[..., Visit]) -> None:
    state = """() => ({
      globals: Object.getOwnPropertyNames(window).filter((name) => isNaN(name)).sort(),
      styles: [...document.querySelectorAll("html, body, body > :not(script, quoth-widget)")].map((each) => {
        const style = getComputedStyle(each);
        return [each.tagName, each.className, ...[...style].map((name) => style.getPropertyValue(name))];
      }),
      sheets: document.styleSheets.length, adopted: document.adoptedStyleSheets.length,
      scroll: [scrollX, scrollY], width: document.documentElement.scrollWidth, focus: document.activeElement.id,
    })"""
    server, site.server = site.server, ""
    try:
        bare = visit(site)
        bare.page.evaluate("mine.focus()")
        bare.page.evaluate("scrollTo(0, 300)")
        before = bare.page.evaluate(state)
    finally:
        site.server = server
    site.attributes = "data-open"
    seen = visit(site)
    seen.page.evaluate("mine.focus()")
    seen.page.evaluate("scrollTo(0, 300)")
    expect(seen.frame.locator("#question")).to_be_visible()
    seen.ask()
    expect(seen.frame.locator(".quote")).to_be_visible()
    seen.page.evaluate("mine.focus({ preventScroll: true })")
    after = seen.page.evaluate(state)
    assert set(after["globals"]) - set(before["globals"]) == {"Quoth"}
    after["globals"].remove("Quoth")
    assert after == before
    look = seen.button.evaluate("b => (s => [s.letterSpacing, s.textTransform, s.borderTopWidth])(getComputedStyle(b))")
    assert look == ["normal", "none", "1px"]  # nor does the page reach into the button

    seen.page.evaluate("Quoth.destroy()")
    assert seen.page.evaluate("['Quoth' in window, document.querySelector('quoth-widget')]") == [False, None]


def test_keyboard_escape_and_focus(site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site)
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
def test_on_a_phone_it_has_the_screen(site: Site, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(site, viewport={"width": width, "height": 700}, reduced_motion="reduce")
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


def test_under_a_strict_policy(site: Site, visit: Callable[..., Visit]) -> None:
    site.policy = (
        f"default-src 'none'; script-src {site.server}; frame-src {site.server}; style-src 'self'; base-uri 'none'; "
        "require-trusted-types-for 'script'"
    )
    seen = visit(site)
    seen.page.evaluate(
        "document.addEventListener('securitypolicyviolation', (e) => console.error(e.violatedDirective))"
    )
    frame = seen.open()
    seen.ask()
    expect(frame.locator(".quote")).to_be_visible()
    box = seen.page.locator("quoth-widget .panel").bounding_box()
    assert box is not None and (box["width"], box["height"]) == (380, 560)  # its styles apply


def test_attributes(site: Site, visit: Callable[..., Visit], chain: FakeChain) -> None:
    site.attributes = (
        'data-title="问 &lt;b&gt;文章" data-position="left" data-colour="#ffd400" data-language="zh" '
        f'data-question="{QUESTION}" data-theme="dark" data-open'
    )
    seen = visit(site)
    frame = seen.frame
    expect(frame.locator(".foot .line").first).to_have_text("有 1 条引文支持 · 0.3 秒")
    expect(frame.locator("h1")).to_have_text("问 <b>文章")
    expect(seen.button).to_have_text("问 <b>文章")
    expect(frame.locator("html.dark[lang=zh]")).to_have_count(1)
    assert seen.page.evaluate("document.activeElement === document.body")
    assert seen.button.evaluate("b => [getComputedStyle(b).backgroundColor, getComputedStyle(b).color]") == [
        "rgb(255, 212, 0)", "rgb(0, 0, 0)",
    ]  # fmt: skip
    box = seen.page.locator("quoth-widget .panel").bounding_box()
    assert box is not None and box["x"] == 20
    asked = len(chain.asked)
    seen.page.reload()
    expect(frame.locator(".asked")).to_have_count(1)
    assert len(chain.asked) == asked  # the first question is not asked anew in a conversation


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["", 'data-colour="#ffd400"', 'data-colour="#001a66"'])
def test_axe_finds_nothing(site: Site, visit: Callable[..., Visit], scheme: Any, colour: str) -> None:
    site.attributes = colour
    seen = visit(site, color_scheme=scheme, reduced_motion="reduce")
    frame = seen.open()
    seen.ask()
    frame.get_by_role("button", name="[1]").first.click()
    expect(frame.locator(".card mark")).to_be_visible()
    seen.ask("something else")
    frame.get_by_text("Nearest passages").click()
    expect(frame.locator(".passage")).to_be_visible()
    [inner] = [each for each in seen.page.frames if "/widget" in each.url]
    found = Axe().run(inner).response["violations"]  # type: ignore[arg-type]
    found += (
        Axe().run(seen.page, context={"include": ["quoth-widget"]}, options={"iframes": False}).response["violations"]
    )
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_what_articles_say_is_text(
    site: Site, visit: Callable[..., Visit], chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = (
        "<img src=https://evil.example/x onerror=alert(1)></p><script>alert(1)</script> [9] ![x](https://evil.example)"
    )
    page_text = f"{evil}\n\nBefore 🚗 {evil}. {QUOTE} {evil}"
    article = replace(ARTICLE, text=page_text, title=evil, author=evil, headings=())
    monkeypatch.setitem(chain.index.found, ARTICLE.id, article)
    cited = citation(1, article, f"{QUOTE} {evil}", date="<b>now</b>")
    said = (Sentence(evil, "short", (1,), 0.9), Sentence(cited.quote, "quote", (1,), 0.9))

    def events(asked: dict[str, Any]) -> Iterator[Answer]:
        yield an_answer(
            asked["question"], answer=evil, sentences=said, citations=(cited,), suggestions=(evil,), notice=evil
        )

    monkeypatch.setattr(chain, "stream", events)
    monkeypatch.setattr(chain, "first", (evil,))
    seen = visit(site)
    frame = seen.open()
    expect(frame.get_by_role("button", name=evil)).to_be_visible()
    seen.ask(evil)
    expect(frame.locator(".short bdi")).to_have_text(evil)
    frame.get_by_role("button", name="[1]").first.click()
    expect(frame.locator(".card mark")).to_have_text(cited.quote)
    assert frame.locator("img, main script, iframe, b").count() == 0
    assert not [url for url in seen.asked if "evil" in url]
    own = (site.origin, site.server)
    assert [url for url in seen.asked if not url.startswith(own)] == []


def test_an_article_that_changed_since(
    site: Site, visit: Callable[..., Visit], chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = visit(site)
    frame = seen.open()
    seen.ask()
    monkeypatch.setitem(chain.index.found, ARTICLE.id, replace(ARTICLE, text="New. " + TEXT, headings=()))
    frame.get_by_role("button", name="[1]").first.click()
    expect(frame.get_by_text("The article has changed since this answer.")).to_be_visible()
    expect(frame.locator(".card mark")).to_have_text(QUOTE)
    with seen.page.context.expect_page() as tab:
        frame.get_by_role("link", name="Read in the article").click()
    expect(tab.value.locator("mark#quote")).to_have_text(QUOTE)  # it is found again where it stands now
    assert page_address(ARTICLE.id) in tab.value.url


def test_failures_and_stopping(
    site: Site, visit: Callable[..., Visit], chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = visit(site)
    frame = seen.open()
    with monkeypatch.context() as patch:
        patch.setattr(chain, "error", StoreBusyError("the store is busy", "wait"))
        seen.ask()
        expect(frame.locator(".turn > .line")).to_have_text("The store is busy: ask again in a moment. Try again")
    frame.get_by_role("button", name="Try again").click()
    expect(frame.locator(".quote")).to_be_visible()
    expect(frame.locator(".turn")).to_have_count(1)

    with monkeypatch.context() as patch:
        patch.setattr(chain, "pause", 0.5)
        closed = chain.closed
        seen.ask()
        expect(frame.locator(".turn").last.locator(".short")).to_be_visible()
        frame.get_by_role("button", name="Stop").click()
        expect(frame.locator(".turn").last).to_contain_text("Stopped before the end.")
        until(lambda: chain.closed > closed)
    expect(frame.get_by_role("button", name="Ask", exact=True)).to_be_visible()

    seen.page.route("**/api/ask", lambda route: route.abort())
    seen.ask("lost")
    expect(frame.locator(".turn").last).to_contain_text("The connection was lost. Try again")
    seen.said.clear()  # Chromium says itself that the request failed


def test_where_nothing_can_be_stored_it_answers_all_the_same(site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site)
    seen.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    seen.page.reload()
    frame = seen.open()
    seen.ask()
    expect(frame.locator(".quote")).to_be_visible()
    seen.ask("criticiz more")
    expect(frame.locator(".turn")).to_have_count(2)
    expect(frame.locator(".quote")).to_have_count(2)


def test_a_page_that_draws_itself_anew_keeps_it(site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site)
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


def test_it_hears_nobody_but_its_own_page(site: Site, visit: Callable[..., Visit], chain: FakeChain) -> None:
    seen = visit(site)
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
