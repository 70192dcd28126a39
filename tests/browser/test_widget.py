"""The widget's conversation, in a page of another site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from index.errors import StoreBusyError
from rag.answer import Answer, Sentence
from tests.browser.sites import QUESTION, Embed, Site
from tests.web.standins import ARTICLE, QUOTE, TEXT, FakeChain, an_answer, citation, until
from web.permalink import address, page_address


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain(first=("What did he criticize?",), next=("What did he praise?",))


def test_ask_read_follow_up_reload_and_start_over(
    site: Site, embedded: Embed, chain: FakeChain, tmp_path: Path
) -> None:
    seen = embedded(site)
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


def test_attributes(site: Site, embedded: Embed, chain: FakeChain) -> None:
    site.attributes = (
        'data-title="问 &lt;b&gt;文章" data-position="left" data-colour="#ffd400" data-language="zh" '
        f'data-question="{QUESTION}" data-theme="dark" data-open'
    )
    seen = embedded(site)
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


def test_what_articles_say_is_text(
    site: Site, embedded: Embed, chain: FakeChain, monkeypatch: pytest.MonkeyPatch
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

    monkeypatch.setattr(chain, "_events", events)
    monkeypatch.setattr(chain, "first", (evil,))
    seen = embedded(site)
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
    site: Site, embedded: Embed, chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = embedded(site)
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


def test_failures_and_stopping(site: Site, embedded: Embed, chain: FakeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = embedded(site)
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


def test_where_nothing_can_be_stored_it_answers_all_the_same(site: Site, embedded: Embed) -> None:
    seen = embedded(site)
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
