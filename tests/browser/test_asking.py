"""Asking in a real browser: of which articles, in another way, and what stays in view meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from index.article import Audience
from rag.answer import Models, Sentence
from rag.events import Event, SentenceEvent
from rag.filters import Filters
from tests.browser.conftest import Open, ask
from tests.web.standins import ARTICLE, FakeChain, FakeIndex, an_answer, citation, serving

QUESTION = "what did Jia Yueting criticize?"
PHONE = {"width": 390, "height": 700}
NEWS = replace(
    ARTICLE, id="news", title="News", collection="news", author="Li Bin", source="wire/news.md", tags=("sea",)
)
SECRET = replace(ARTICLE, id="secret", title="Secret", collection="staff", author="Nobody")


class ByAudience(FakeChain):
    """Shows each audience its collections, writes where it is asked to, and answers at length what is long."""

    def seen_by(self, audience: Audience) -> FakeChain:
        if audience is None:
            return self
        kept = {id_: article for id_, article in self.index.found.items() if article.collection in audience}
        return replace(self, index=FakeIndex(kept, audience=audience), first=tuple(sorted(kept)))

    def _events(self, asked: dict[str, object]) -> Iterator[Event]:
        *others, last = super()._events(asked)  # type: ignore[arg-type]
        if "long" in str(asked["question"]):
            cited = citation()
            more = [
                Sentence(f"Sentence {n} of many, which all stand one under the other.", "written", (1,), 0.9)
                for n in range(40)
            ]
            for said in more:
                yield SentenceEvent(said, (cited,))
            last = an_answer(
                str(asked["question"]), id=str(asked["id"]), sentences=tuple(more), citations=(cited,), answer="Long"
            )
            others = []
        yield from others
        written = asked.get("written") and not getattr(last, "abstained", True)
        yield replace(last, engine="ollama:tiny") if written else last  # type: ignore[type-var]


@pytest.fixture(scope="module")
def audiences() -> ByAudience:
    index = FakeIndex({each.id: each for each in (ARTICLE, NEWS, SECRET)})
    return ByAudience(index, models=Models("minilm", "words", "ollama:tiny"))


@pytest.fixture(scope="module")
def stand_in(audiences: ByAudience, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose chat is for everybody, but for the collection of the staff."""
    store = tmp_path_factory.mktemp("store")
    with serving(
        audiences, store=store, public_chat=True, public_collections=("news", "tips"), asks_per_minute=0
    ) as address:
        yield address


@pytest.fixture(scope="module")
def owned(audiences: ByAudience, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose chat is the owner's, who sees everything."""
    with serving(audiences, store=tmp_path_factory.mktemp("store"), asks_per_minute=0) as address:
        yield address


def check_serious(page: Page) -> None:
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_the_filters_list_has_headings(owned: str, visit: Open) -> None:
    page = visit(owned, f"/?about={ARTICLE.id}")
    page.get_by_label("Only from an author, a year, a source").click()
    choices = page.locator("#q-only li[data-index]")
    expect(choices.first).to_be_visible()
    headed = page.locator("#q-only li[data-heading]")
    expect(headed).to_have_count(6)
    headings = [each.get_attribute("data-heading") for each in headed.all()]
    assert headings == ["Article", "Collections", "Authors", "Years", "Sources", "Tags"]
    expect(page.get_by_role("option", name="Collections: staff")).to_be_visible()
    shown = headed.first.evaluate("li => getComputedStyle(li, '::before').content")
    assert shown == '"Article"'
    page.keyboard.type("li")
    expect(choices).to_have_count(1)
    expect(headed).to_have_attribute("data-heading", "Authors")
    check_serious(page)
    page.keyboard.press("Enter")
    expect(page.locator("#q-only .token")).to_have_text([ARTICLE.title, "Li Bin"])


def test_the_chat_of_a_collection(stand_in: str, visit: Open, audiences: ByAudience) -> None:
    page = visit(stand_in, "/?collection=News")
    chips = page.locator("#q-only .token")
    expect(chips).to_have_text(["news"])
    expect(
        page.get_by_role("button", name="news", exact=True)
    ).to_be_visible()  # the first question, of its own articles
    ask(page, QUESTION)
    expect(page.locator(".q-scope")).to_have_text("Only from: news")
    expect(page.locator(".q-support")).to_be_visible()
    assert audiences.asked[-1]["filters"] == Filters(collection=("news",))
    page.reload()
    expect(page.locator(".q-scope")).to_have_text("Only from: news")
    expect(chips).to_have_text(["news"])


@pytest.mark.parametrize("name", ["staff", "none-such"])
def test_a_collection_that_is_not_seen_is_as_one_that_is_not_there(stand_in: str, visit: Open, name: str) -> None:
    page = visit(stand_in, f"/?collection={name}")
    expect(page.locator(".q-lacking")).to_have_text(f"There is no collection “{name}” here; all articles are searched.")
    expect(page.locator("#q-only .token")).to_have_count(0)
    page.get_by_label("Only from an author, a year, a source").click()
    expect(page.get_by_role("option", name="news")).to_be_visible()
    expect(page.locator("#q-only")).not_to_contain_text("staff")
    expect(page.locator("#q-only")).not_to_contain_text("Nobody")


def test_the_owner_sees_it(owned: str, visit: Open) -> None:
    page = visit(owned, "/?collection=staff")
    expect(page.locator("#q-only .token")).to_have_text(["staff"])
    expect(page.locator(".q-lacking")).to_have_count(0)


def test_try_again_offers_other_ways_or_says_that_it_would_be_the_same(
    owned: str, visit: Open, audiences: ByAudience
) -> None:
    page = visit(owned, f"/?about={ARTICLE.id}")
    expect(page.locator("#q-only .token")).to_have_count(1)
    again, ways = page.get_by_role("button", name="Try again"), page.locator(".q-ways")

    def try_again(number: int) -> None:
        expect(again).to_be_visible()
        again.click()
        expect(ways).to_be_visible()
        assert len(audiences.asked) == number, "nothing is asked before a way is chosen"

    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    number = len(audiences.asked)
    try_again(number)
    expect(ways).to_have_text("Ask again: as quotes in all articles written anew")
    expect(page.locator("#q-live")).to_contain_text("Ask again:")
    check_serious(page)
    page.get_by_role("button", name="as quotes").click()
    expect(ways).to_have_count(0)
    expect(page.locator(".q-support")).to_be_visible()
    expect(page.locator(".q-asked")).to_have_count(1)
    assert audiences.asked[-1]["written"] is False and audiences.asked[-1]["filters"].article == (ARTICLE.id,)
    expect(page.get_by_label("Your question")).to_be_focused()

    page.get_by_text("Quotes", exact=True).click()
    try_again(number + 1)
    expect(ways).to_have_text("Ask again: in all articles")
    page.get_by_role("button", name="in all articles").click()
    expect(page.locator(".q-scope")).to_have_count(0)
    expect(page.locator("#q-only .token")).to_have_count(0)
    expect(page.locator(".q-support")).to_be_visible()
    assert audiences.asked[-1]["filters"] == Filters()

    try_again(number + 2)
    expect(ways).to_contain_text("The answer would be the same")
    expect(ways.get_by_role("button")).to_have_count(0)
    audiences.index.generation = "g2"  # articles have come in since
    try:
        again.click()
        expect(ways).to_have_count(0)
        expect(page.locator(".q-support")).to_be_visible()
    finally:
        audiences.index.generation = "g1"
    assert len(audiences.asked) == number + 3


@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 568}, {"width": 1280, "height": 800}])
def test_the_question_and_the_first_line_stay_in_view(
    owned: str, visit: Open, audiences: ByAudience, viewport: dict[str, int]
) -> None:
    page = visit(owned, viewport=viewport, reduced_motion="reduce")
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    audiences.pause = 0.05
    try:
        ask(page, "a long one?")
        asked, first = page.locator(".q-asked").last, page.locator(".q-written").first
        for number in (5, 20, 39):
            expect(page.locator(".q-written").nth(number)).to_be_attached()
            expect(asked).to_be_in_viewport(ratio=1)
            expect(first).to_be_in_viewport(ratio=1)
        expect(page.locator(".q-support")).to_have_count(2)
    finally:
        audiences.pause = 0.0
    page.wait_for_timeout(300)
    expect(asked).to_be_in_viewport(ratio=1)
    expect(first).to_be_in_viewport(ratio=1)
    top = page.locator("#q-chat .bubble-wrap").bounding_box()
    box = asked.bounding_box()
    assert top and box and box["y"] - top["y"] < 40, "no more than is needed stands above it"
    page.reload()
    expect(asked).to_be_in_viewport(ratio=1)


def test_who_scrolls_is_left_alone(owned: str, visit: Open, audiences: ByAudience) -> None:
    page = visit(owned, viewport=PHONE)
    audiences.pause = 0.1
    try:
        ask(page, "a long one?")
        expect(page.locator(".q-written").nth(20)).to_be_attached()
        page.locator(".q-written").nth(5).hover()
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(200)
        place = page.locator("#q-chat .bubble-wrap").evaluate("box => box.scrollTop")
        expect(page.locator(".q-support")).to_be_visible()
    finally:
        audiences.pause = 0.0
    assert place > 100
    assert page.locator("#q-chat .bubble-wrap").evaluate("box => box.scrollTop") == place
