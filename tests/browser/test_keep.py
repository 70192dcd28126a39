"""Copy, thumbs and export in a real browser, over the real chat."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from evaluation.feedback import FEEDBACK, FeedbackStore
from index.article import Article
from rag.answer import Sentence
from rag.events import Event, SentenceEvent
from tests.browser.conftest import Watched
from tests.web.api.test_feedback import NumberedChain
from tests.web.standins import QUOTE, an_answer, citation, serving

QUESTION = "what did Jia Yueting criticize?"
OTHER = "When was he born?"
OWNED = "document.title = 'owned'"
HOSTILE = (
    f'<img src=x onerror="{OWNED}"><script>{OWNED}</script><svg onload="{OWNED}">'
    " [a](javascript:alert) ![i](x.png) &lt;b&gt;"
)
GRANTED = ["clipboard-read", "clipboard-write"]
Open = Callable[..., Page]


class Chain(NumberedChain):
    """Also has an article that is all markup."""

    def stream(self, asked: dict[str, Any]) -> Iterator[Event]:
        if "hostile" not in asked["question"]:
            yield from super().stream(asked)
            return
        article = Article(HOSTILE, HOSTILE, f"{HOSTILE} and more", "0" * 64, HOSTILE, HOSTILE, "en")
        cited = citation(1, article, quote=HOSTILE, bold="")
        sentence = Sentence(HOSTILE, "quote", (1,), 0.9)
        self.given += 1
        yield SentenceEvent(sentence, (cited,))
        given = an_answer(asked["question"], sentences=(sentence,), citations=(cited,), answer=str(sentence))
        yield replace(given, id=f"answer{self.given}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # the store of a stand-in is .store in the folder it runs in
        patch.setenv("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")  # its statistics warn
        with serving(Chain()) as address:
            yield address


@pytest.fixture
def store(folder: Path) -> FeedbackStore:
    return FeedbackStore(folder / ".store" / FEEDBACK)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the chat; at the end each page must have been silent and at home."""
    opened: list[Watched] = []

    def open_page(**options: Any) -> Page:
        defaults = {"viewport": {"width": 1280, "height": 800}, "permissions": GRANTED}
        page = browser.new_context(**(defaults | options)).new_page()
        opened.append(Watched(page, address))
        page.goto(address)
        return page

    yield open_page
    for watched in opened:
        watched.page.context.close()
    assert [watched.wrong for watched in opened] == [[] for _ in opened]


def ask(page: Page, question: str, answers: int = 1) -> Locator:
    """Ask, and the bar under the answer, of which there are then so many."""
    box = page.locator("#q-box textarea")
    box.fill(question)
    box.press("Enter")
    bars = page.locator(".q-keep")
    expect(bars).to_have_count(answers, timeout=20_000)
    return bars.last


def clipboard(page: Page) -> dict[str, str]:
    """What is on the clipboard, by type."""
    read = """async () => Object.fromEntries(await Promise.all((await navigator.clipboard.read()).flatMap((item) =>
        item.types.map(async (type) => [type, await (await item.getType(type)).text()]))))"""
    found: dict[str, str] = page.evaluate(read)
    return found


def copied(page: Page, bar: Locator, form: str) -> dict[str, str]:
    bar.get_by_role("button", name="Copy").click()
    bar.get_by_role("button", name=form).click()
    expect(bar.locator(".q-told")).to_have_text("Copied")
    return clipboard(page)


def test_an_answer_is_copied_with_its_citations(visit: Open, address: str) -> None:
    page = visit()
    bar = ask(page, QUESTION)
    text = copied(page, bar, "Plain text")
    assert list(text) == ["text/plain"]
    said = f'The copycat culture. [1]\n"{QUOTE}" [1]'
    assert text["text/plain"].startswith(f"{QUESTION}\n\n{said}\n\n[1] A post on Weibo")
    assert f"{address}/articles/" in text["text/plain"]
    markdown = copied(page, bar, "Markdown")
    assert f"> “{QUOTE}” \\[1\\]" in markdown["text/plain"]
    both = copied(page, bar, "HTML")
    assert both["text/plain"] == text["text/plain"]
    assert f"“<bdi>{QUOTE}</bdi>”" in both["text/html"]
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    expect(bar.get_by_role("button", name="Copy")).to_be_focused()
    expect(bar.locator(".q-told")).to_have_count(0, timeout=10_000)


def test_copied_markup_stays_words_where_it_is_pasted(visit: Open) -> None:
    page = visit()
    bar = ask(page, "hostile?")
    pasted = copied(page, bar, "HTML")["text/html"]
    answer_id = page.locator("[class*=q-id-]").get_attribute("class").split("q-id-")[1]
    fetched = page.evaluate("async (id) => (await fetch(`/api/answers/${id}?format=html`)).text()", answer_id)
    title = page.title()
    for source in (pasted, fetched):  # the browser cleans what goes over the clipboard; ours must be clean before
        tags = page.evaluate(
            """(source) => {
              const place = document.createElement("div");
              document.body.append(place);
              place.innerHTML = source;
              return [[...new Set([...place.querySelectorAll("*")].map((each) => each.localName))], place.textContent];
            }""",
            source,
        )
        assert set(tags[0]) & {"img", "script", "svg", "b", "iframe", "style", "form"} == set()
        assert HOSTILE in tags[1]
    page.wait_for_timeout(300)
    assert page.title() == title


def test_a_thumb_is_stored_and_a_comment_with_it(visit: Open, store: FeedbackStore) -> None:
    page = visit()
    bar = ask(page, QUESTION)
    up, down = bar.get_by_role("button", name="Good answer"), bar.get_by_role("button", name="Bad answer")
    expect(up).to_have_attribute("aria-pressed", "false")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    assert [(each.rating, each.question) for each in store.list()[-1:]] == [("up", QUESTION)]
    before = len(store.list())
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_attribute("aria-pressed", "false")
    box = bar.get_by_role("textbox", name="What is wrong?")
    expect(box).to_be_focused()
    box.fill("the wrong person 🚗")
    box.press("Enter")
    expect(box).to_be_hidden()
    expect(down).to_be_focused()
    kept = store.list()[-1]
    assert (kept.rating, kept.comment, len(store.list())) == ("down", "the wrong person 🚗", before)
    assert kept.answer["citations"][0]["quote"] == QUOTE
    down.click()  # opens the box again, and loses nothing
    expect(box).to_be_visible()
    box.press("Escape")
    expect(box).to_be_hidden()
    assert store.list()[-1].comment == "the wrong person 🚗"


@pytest.mark.parametrize("form", ["JSON", "Markdown"])
def test_a_conversation_is_exported(visit: Open, form: str) -> None:
    page = visit()
    expect(page.get_by_role("button", name="Export")).to_be_hidden()
    ask(page, QUESTION)
    ask(page, OTHER, 2)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("button", name=form, exact=True).locator("visible=true").click()
    kept = Path(started.value.path()).read_text(encoding="utf-8")
    if form == "JSON":
        assert started.value.suggested_filename == "conversation.json"
        assert [each["question"] for each in json.loads(kept)["answers"]] == [QUESTION, OTHER]
    else:
        assert started.value.suggested_filename == "conversation.md"
        assert kept.startswith(f"## {QUESTION}\n") and f"\n---\n\n## {OTHER}\n" in kept
    page.locator("#q-again").click()
    expect(page.get_by_role("button", name="Export")).to_be_hidden()


def test_by_keyboard_alone_on_a_narrow_dark_page(visit: Open) -> None:
    page = visit(viewport={"width": 320, "height": 640}, color_scheme="dark")
    bar = ask(page, QUESTION)
    copy = bar.get_by_role("button", name="Copy")
    copy.focus()
    page.keyboard.press("Enter")
    expect(copy).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(copy).to_have_attribute("aria-expanded", "false")
    expect(copy).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(bar.locator(".q-told")).to_have_text("Copied")
    assert "\\[1\\]" in clipboard(page)["text/plain"]
    bar.get_by_role("button", name="Bad answer").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [each.bounding_box() for each in bar.locator("button:visible, input:visible").all()]
    assert len(boxes) == 6
    for box in boxes:
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 320 and box["height"] >= 24


def test_a_bar_survives_what_gradio_draws_anew(visit: Open) -> None:
    page = visit()
    first = ask(page, QUESTION)
    first.get_by_role("button", name="Good answer").click()
    ask(page, OTHER, 2)
    pressed = page.locator(".q-keep button[aria-pressed=true]")
    expect(pressed).to_have_count(1)
    assert page.locator(".q-keep").evaluate_all("bars => bars.every((bar) => bar.parentNode.matches('[class*=q-id-]'))")


def test_the_words_are_chinese_where_the_browser_is(visit: Open) -> None:
    page = visit(locale="zh-CN")
    bar = ask(page, QUESTION)
    expect(bar.get_by_role("button", name="复制")).to_be_visible()
    expect(bar.get_by_role("button", name="答案很好")).to_be_visible()
    expect(page.get_by_role("button", name="导出")).to_be_visible()


def test_without_https_copying_works_the_old_way(visit: Open) -> None:
    page = visit()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.reload()
    bar = ask(page, QUESTION)
    bar.get_by_role("button", name="Copy").click()
    bar.get_by_role("button", name="HTML").click()
    expect(bar.locator(".q-told")).to_have_text("Copied")
    box = page.locator("#q-box textarea")
    box.press("Control+V")
    assert QUOTE in box.input_value()
