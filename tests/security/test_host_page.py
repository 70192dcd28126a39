"""The page of another site is the same with the widget as without it, but for `Quoth` and the element that it is in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sites import GAZETTE, PAGE, SITE, Embed, Site
from tests.web.standins import FakeChain

STATE = """() => {
const theirs = [...document.querySelectorAll(":not(script, quoth-widget)")];
return {
  globals: Object.getOwnPropertyNames(window).filter((name) => isNaN(name)).sort(),
  styles: theirs.flatMap((each) => [null, "::before", "::after"].map((of) => {
    const style = getComputedStyle(each, of);
    return [each.localName, of, ...[...style].map((name) => `${name}: ${style.getPropertyValue(name)}`)].join("; ");
  })),
  markup: theirs.map((each) => each.cloneNode().outerHTML),
  places: theirs.map((each) => JSON.stringify(each.getBoundingClientRect())),
  sheets: [document.styleSheets.length, document.adoptedStyleSheets.length],
  kept: [document.cookie, localStorage.length, sessionStorage.length, history.length, location.href, document.title],
  scroll: [scrollX, scrollY, document.documentElement.scrollWidth, document.documentElement.scrollHeight],
  focus: document.activeElement.id,
}; }"""
LOAD = """(server) => {
  const policy = trustedTypes.createPolicy("test", { createScriptURL: (address) => address });
  const script = document.createElement("script");
  script.src = policy.createScriptURL(`${server}/widget.js`);
  document.head.append(script);
}"""


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture(params=[(PAGE, SITE), GAZETTE], ids=["hostile", "gazette"])
def bare(request: pytest.FixtureRequest, site: Site) -> Iterator[tuple[Site, str]]:
    """A site without the snippet, and the server that it would be of."""
    server, document, style = site.server, site.document, site.style
    site.server, (site.document, site.style) = "", request.param
    yield site, server
    site.server, site.document, site.style = server, document, style


def state(page: Page) -> dict[str, Any]:
    return dict(page.evaluate(STATE))


@pytest.mark.parametrize("strict", [False, True])
def test_it_stays_as_it_was(bare: tuple[Site, str], embedded: Embed, strict: bool) -> None:
    site, server = bare
    if strict:  # as docs/embed.md says, and nothing else
        site.policy = (
            f"default-src 'none'; script-src {server}; frame-src {server}; style-src 'self'; base-uri 'none'; "
        )
        site.policy += "form-action 'none'; require-trusted-types-for 'script'"
    seen = embedded(site)
    page = seen.page
    page.evaluate(
        "addEventListener('securitypolicyviolation', (event) => console.error(event.effectiveDirective), true);"
        "mine.focus({ preventScroll: true }); scrollTo(0, 200)"
    )
    before = state(page)
    page.evaluate(LOAD, server)
    expect(seen.button).to_be_visible()
    loaded = state(page)
    assert set(loaded["globals"]) - set(before["globals"]) == {"Quoth"}
    loaded["globals"].remove("Quoth")
    assert loaded == before

    page.evaluate("Quoth.open()")
    expect(seen.frame.locator("#question")).to_be_focused()
    box = page.locator("quoth-widget .panel").bounding_box()
    assert box is not None and (box["width"], box["height"]) == pytest.approx(
        (380, 560), abs=1
    )  # its styles, and only they
    look = "each => (style => [style.letterSpacing, style.textTransform, style.borderTopWidth])(getComputedStyle(each))"
    assert seen.button.evaluate(look) == ["normal", "none", "1px"]
    seen.ask()
    expect(seen.frame.locator(".quote")).to_be_visible()
    page.evaluate("mine.focus({ preventScroll: true })")
    assert state(page) | {"globals": []} == before | {"globals": []}
    page.evaluate("Quoth.open(); Quoth.close()")
    assert state(page) | {"globals": []} == before | {"globals": []}  # the focus is back, too
    page.evaluate("Quoth.destroy()")
    assert state(page) == before
    assert page.locator("quoth-widget").count() == 0
    own = (site.origin, server)
    assert [url for url in seen.asked if not url.startswith(own)] == []
