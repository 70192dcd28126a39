"""Stored cross-site scripting: every attempt in every place of every page, in a browser.

Nothing may run or leave, no element may come of it, and its words are there to be read, to the letter.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from evaluation.report import write_report
from tests.evaluation.cards import planted, result, scored
from tests.security.conftest import Cage, Trap
from tests.security.faces import INVENTORY, look_at_articles, look_at_chat, look_at_frame, said
from tests.security.payloads import XSS
from tests.security.planted import Planted, plain
from tests.web.standins import serving
from web.security import excerpts
from web.security.excerpts import Seals
from web.security.quote_allowance import QuoteAllowance

Open = Callable[..., Page]
TOKEN = "an owner's token of some length"
OWNER = {"extra_http_headers": {"Authorization": f"Bearer {TOKEN}"}}
SHOWN = [plain(each) for each in XSS]


@pytest.fixture(scope="module")
def chain() -> Planted:
    return Planted(XSS)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def server(chain: Planted, store: Path) -> Iterator[str]:
    """One whose articles only the owner reads as a whole; all attempts are quoted at once."""
    more = {"owner_token": TOKEN, "excerpt_characters": 10, "question_characters": 50_000, "asks_per_minute": 0}
    with pytest.MonkeyPatch.context() as patch, serving(chain, store=store, **more) as where:
        patch.setattr(excerpts, "QuoteAllowance", partial(QuoteAllowance, sum(map(len, XSS))))
        yield where


def test_the_net_holds(cage: Cage, trap: Trap) -> None:
    """In a page that escapes nothing they do what they are for."""
    assert len(set(XSS)) >= 120
    seen = cage("")
    seen.page.set_content("".join(f'<iframe srcdoc="{html.escape(each)}"></iframe>' for each in XSS))
    seen.page.wait_for_timeout(1000)
    assert sum(each.startswith("dialog") for each in seen.wrong) > 30
    assert seen.wrong.count("ran") > 3
    assert len(trap.asked) > 5
    assert "policy: script-src-elem inline" not in seen.wrong
    every = "[...document.querySelectorAll('iframe')].map((each) => each.contentDocument ?? document)"
    look = f"() => {every}.flatMap({INVENTORY})"
    found = set(seen.page.evaluate(look))
    assert {"script", "img", "iframe", "svg", "math", "form", "style", "base", "meta", "[onerror]", "[srcdoc]"} <= found


def test_the_chat(server: str, visit: Open, chain: Planted) -> None:
    look_at_chat(visit(server, **OWNER), chain)


def test_the_frame(server: str, visit: Open, chain: Planted) -> None:
    look_at_frame(visit(server, "/healthz"), server, chain)


def test_articles(server: str, visit: Open, chain: Planted) -> None:
    look_at_articles(visit(server, "/articles", **OWNER), server, chain)


def test_excerpts(server: str, visit: Open, chain: Planted, store: Path) -> None:
    look_at_articles(visit(server, "/healthz"), server, chain, Seals(store))


def test_the_list_of_articles(server: str, visit: Open, chain: Planted) -> None:
    page = visit(server, "/articles", **OWNER)
    found = said(page, "#found a:not([rel])")
    page.locator("[rel=next]").click()
    expect(page.locator("[rel=prev]")).to_be_visible()
    assert set(found + said(page, "#found a:not([rel])")) >= set(SHOWN)
    elements = set(page.locator("main").evaluate(INVENTORY))
    allowed = "a bdi br button div form h1 input label li nav ol p span [action] [aria-current] [aria-label]"
    allowed += (
        " [autocapitalize] [autocomplete] [class] [data-lost] [dir] [for] [href] [hidden] [id] [maxlength] [name]"
    )
    assert elements - set(f"{allowed} [rel] [role] [spellcheck] [type] [value]".split()) == set()
    for each in XSS[::12]:
        words = " ".join(each.split())[:100]
        page.goto(f"{server}/articles?{urlencode({'search': words, 'sort': words})}")
        assert plain(page.locator("#search").input_value()) == plain(words)
        assert set(page.locator("main").evaluate(INVENTORY)) <= elements


def test_the_report(visit: Open, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    rows = [planted(result(f"row-{n}", "refused" if n % 2 else None), each) for n, each in enumerate(XSS)]
    report.write_text(write_report(planted(scored([]), "\n".join(XSS)) | {"results": rows}), encoding="utf-8")
    page = visit("file://", str(report))
    page.locator("#sort").select_option("id")
    assert sorted(said(page, "article h3")) == sorted(SHOWN)
    elements = set(page.locator("main").evaluate(INVENTORY))
    assert not {"a[target]", "iframe", "img", "form", "script", "style", "base", "meta", "math", "[style]"} & elements
    assert not [each for each in elements if each.startswith("[on")]
    links = page.locator("main [href]").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    assert [each for each in links if not each.startswith("#")] == []
