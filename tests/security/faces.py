"""Each face of the program, with hostile words in all its places: they are text there, to the letter, and no more."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.security.planted import Planted, plain
from web.permalink import address, digest_of
from web.security.excerpts import Seals

SECONDS = 30
"""A page with so much in it takes its time."""
INVENTORY = """(scope) => [...new Set([...scope.querySelectorAll("*:not(.q-keep, .q-keep *)")].flatMap(
  (each) => [each.localName, ...each.getAttributeNames().map((name) => `[${name}]`)]
))]"""
"""The elements below one, and all their attributes, but for the bar of buttons below an answer."""
QUOTE = r"/articles/([0-9a-f]{16})([?#]q=\d+-\d+&w=[0-9a-f]{16}(&b=\d+-\d+)?(&s=[0-9a-f]{32})?)?"
MESSAGE = (
    "a b bdi blockquote br button cite details li p span summary ul [class] [dir] [href] [rel] [target] [title] [type]"
)
CARDS = "a article b bdi br h3 mark p span [class] [dir] [href] [id] [rel] [target]"
FRAME = "a bdi blockquote button details div li mark p section span summary ul [aria-busy] [aria-label] [aria-pressed]"
FRAME += " [class] [data-n] [dir] [hidden] [href] [id] [open] [rel] [role] [target] [title] [type]"
ARTICLE = "article b bdi br div h1 h2 mark p [class] [dir] [hidden] [id] [lang] [role] [tabindex]"


def said(scope: Page | FrameLocator, selector: str) -> list[str]:
    """What stands in each."""
    return [plain(each) for each in scope.locator(selector).all_text_contents()]


def check(scopes: Locator, allowed: str, chain: Planted) -> None:
    """There are no elements and attributes in them but these, and no links but to articles that there are."""
    assert scopes.count()
    for scope in scopes.all():
        assert set(scope.evaluate(INVENTORY)) - set(allowed.split()) == set()
        for link in scope.locator("[href]").evaluate_all("all => all.map((each) => each.getAttribute('href'))"):
            found = re.fullmatch(QUOTE, link)
            assert found is not None, link
            assert found[1] in chain.index.found


def look_at_chat(page: Page, chain: Planted) -> None:
    """Questions to begin with, an answer, an abstention and a failure; the sources and an article beside them."""
    expect(page.locator("#q-chat .q-ask")).to_have_count(len(chain.attempts), timeout=SECONDS * 1000)
    shown = [plain(each) for each in chain.attempts]
    assert said(page, "#q-chat .q-ask") == shown
    page.locator("#q-only input").click()
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    assert len(set(shown) & {plain(each).removeprefix("✓") for each in options.all_text_contents()}) > 10
    ask(page, chain.everything, ".q-support")
    assert said(page, "#q-chat .q-asked") == [plain(chain.everything)]
    assert said(page, "#q-chat .q-written bdi") == shown
    assert said(page, "#q-sources h3 bdi") == said(page, "#q-sources mark") == shown
    check(page.locator("#q-sources .prose"), CARDS, chain)
    page.locator("#q-chat .q-mark").first.click()
    beside = page.frame_locator("#q-reader iframe")
    expect(beside.locator("#quote")).to_be_visible()
    check(beside.locator("main"), ARTICLE, chain)
    page.locator("#q-reader button").click()
    ask(page, f"nothing {chain.everything}", ".q-searched")
    assert said(page, ".q-nearest a") == shown
    ask(page, "fail", ".q-error")
    expect(page.locator(".q-keep")).to_have_count(2)  # the bars that our own script adds, and no others
    check(page.locator("#q-chat .prose"), MESSAGE, chain)


def ask(page: Page, question: str, ended: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    expect(page.locator(f"#q-chat {ended}")).to_be_visible(timeout=SECONDS * 1000)


def look_at_frame(page: Page, server: str, chain: Planted) -> None:
    """The same in the widget's frame, all quotes opened, also after it is loaded again."""
    given = {"title": chain.everything, "colour": chain.attempts[0], "question": chain.everything}
    page.goto(f"{server}/widget#{urlencode(given | {'parent': 'javascript:alert(1)'})}")
    shown = [plain(each) for each in chain.attempts]
    assert said(page, "h1") == [plain(chain.everything)]
    assert said(page, "#welcome button") == shown
    for _ in range(2):
        expect(page.locator(".card")).to_have_count(len(shown), timeout=SECONDS * 1000)
        page.locator(".card").evaluate_all("cards => { for (const each of cards) each.open = true }")
        assert said(page, ".asked") == [plain(chain.everything)]
        assert said(page, ".written bdi") == said(page, ".card .name") == said(page, ".card mark") == shown
        page.wait_for_load_state("networkidle")  # each asked for its passage
        check(page.locator("main"), FRAME, chain)
        page.reload()
    for question, ended in (("nothing", ".abstained"), ("fail", ".turn:last-child > .line:not(:empty)")):
        page.locator("#question").fill(question)
        page.locator("#question").press("Enter")
        expect(page.locator(ended)).to_be_visible()
    assert said(page, ".nearest a") == shown
    check(page.locator("main"), FRAME, chain)


def look_at_articles(page: Page, server: str, chain: Planted, seals: Seals | None = None) -> None:
    """The pages of articles at their quotes."""
    for article in chain.volumes:
        start = article.text.index(article.title)
        end = start + len(article.title)
        seal = seals.of(article.id, start, end, digest_of(article.title)) if seals else None
        page.goto(server + address(article.id, start, end, article.title, ((start, start + 1),), seal))
        expect(page.locator("#quote")).to_be_visible()
        assert "".join(said(page, "mark")) == said(page, "h1")[0] == plain(article.title)
        assert ("And so on" in page.content()) == (seals is None)
        check(page.locator("main"), ARTICLE, chain)
