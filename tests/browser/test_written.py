"""Written answers in a real browser: sentence by sentence as they are verified, and never one that is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from index.ingest import ingest
from rag.chain import AnswerChain
from rag.model import load_model
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Index
from rag.verify.support import Support, Verifier
from rag.write import Writer
from settings import Settings
from tests import language_models
from tests.browser.conftest import Open, ask
from tests.fakes import FakeEmbeddings
from tests.language_models import Handler, words_of
from tests.rag.test_chain import WordReader
from tests.web.standins import serving

TEA = "Tea was first drunk in China. It spread by sea to 14 countries. Merchants praised the tea of China in 1610."
FIRST, LATER = "Tea was first drunk in China.", "Merchants praised the tea of China in 1610."
FALSE = "Tea was first drunk in India."
QUESTION = "Where was the tea of China?"
WATCH = """() => {
  window.seen = new Set();
  const look = () => {
    for (const each of document.querySelectorAll(".q-status, .turn > .line")) seen.add(each.textContent);
    if (document.documentElement.innerHTML.includes("India")) seen.add("leaked");
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}"""


class SlowVerifier(Verifier):
    """Takes long enough for its status to be seen."""

    def support(self, sentence: str, passages: Sequence[Passage]) -> Support | None:
        time.sleep(0.5)
        return super().support(sentence, passages)


@dataclass
class Told:
    """Where the server is, and what holds the model back after its first sentence."""

    address: str = ""
    go: threading.Event = field(default_factory=threading.Event)

    def write(self, handler: Handler) -> None:
        """Fails where it is asked to; words a follow-up; writes two sentences that are true and one that is not."""
        said = words_of(handler.served.asked[-1]["messages"])
        if "fail" in said:
            language_models.wrong_type(handler)
            return
        handler.open()
        if '"earlier"' in said:
            handler.say("Where was the tea praised?")
        else:
            handler.say(f"{FIRST} [1]\n")
            self.go.wait(20)
            handler.say(f"{FALSE} [1]\n{LATER} [1]\n")
        handler.end()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder: Path = tmp_path_factory.mktemp("written")
    (folder / "files").mkdir()
    (folder / "files" / "tea.txt").write_text(TEA)
    embeddings, store, told = FakeEmbeddings(), folder / "store", Told()
    ingest(store, [folder / "files"], embeddings)
    with language_models.serving(told.write) as model:
        writer = Writer(load_model("openai:any", model.address, seconds=20), SlowVerifier(embeddings), 240)
        retriever = HybridRetriever(index=Index(store), embeddings=embeddings)
        chain = AnswerChain(Settings(store=store), retriever, WordReader(), writer)
        with serving(chain, store=store) as told.address:  # type: ignore[arg-type]
            yield told
        chain.close()


@pytest.fixture(autouse=True)
def free(told: Told) -> Iterator[None]:
    """Nothing is held but where a test does so."""
    told.go.set()
    yield
    told.go.set()


def seen(page: Page | Any) -> set[str]:
    return set(page.evaluate("[...seen]"))


def test_sentences_come_as_they_are_verified_and_no_other_ever(told: Told, visit: Open) -> None:
    told.go.clear()
    page = visit(told.address)
    page.evaluate(WATCH)
    ask(page, QUESTION)
    written = page.locator(".q-written")
    expect(written).to_have_text(f"{FIRST}\u00a0[1]")
    expect(page.locator(".q-card")).to_have_count(1)
    expect(page.locator("#q-live")).to_have_text("openai:any is writing...")
    told.go.set()
    expect(page.locator(".q-support")).to_contain_text("1 sentence withheld: no quote supports it")
    expect(written).to_have_text([f"{FIRST}\u00a0[1]", f"{LATER}\u00a0[2]"])
    assert page.locator(".q-quote").count() == 0
    statuses = seen(page)
    assert {f"Checking sentence {n}..." for n in (1, 2, 3)} <= statuses
    assert "leaked" not in statuses
    page.locator(".q-mark").first.focus()
    expect(page.get_by_role("tooltip")).to_contain_text(FIRST)


def test_the_switch_by_keyboard_alone_and_over_a_reload(told: Told, visit: Open) -> None:
    page = visit(told.address)
    switch = page.get_by_role("group", name="How answers are given")
    expect(switch.get_by_role("radio", name="Written")).to_be_checked()
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(switch.get_by_role("radio", name="Quotes")).to_be_checked()
    page.keyboard.press("ArrowLeft")
    expect(switch.get_by_role("radio", name="Written")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(switch.get_by_role("radio", name="Quotes")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".q-support")).to_be_visible()
    expect(page.locator(".q-quote")).not_to_have_count(0)
    assert page.locator(".q-written").count() == 0
    page.reload()
    expect(switch.get_by_role("radio", name="Quotes")).to_be_checked()
    switch.get_by_role("radio", name="Written").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".q-written")).to_have_count(2)


def test_what_was_understood_and_a_model_that_fails(told: Told, visit: Open) -> None:
    page = visit(told.address)
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    assert page.locator(".q-understood").count() == 0
    ask(page, "And where was it praised?")
    expect(page.locator(".q-understood")).to_have_text("Understood as: Where was the tea praised? Ask as typed")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".q-welcome")).to_be_visible()
    ask(page, "Does it fail in China?")
    expect(page.locator(".q-notice")).to_contain_text("the answer is made of quotes")
    expect(page.locator(".q-quote")).not_to_have_count(0)


def test_without_a_model_there_is_no_switch(stand_in: str, visit: Open) -> None:
    page = visit(stand_in)
    expect(page.locator(".q-state")).to_be_visible()
    assert page.locator("#q-how").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(told: Told, visit: Open, scheme: str) -> None:
    page = visit(told.address, color_scheme=scheme, reduced_motion="reduce")
    ask(page, QUESTION)
    expect(page.locator(".q-support")).to_be_visible()
    found = Axe().run(page, context={"include": ["#q-talk"]}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_in_chinese(told: Told, visit: Open) -> None:
    page = visit(told.address, locale="zh-CN")
    page.evaluate(WATCH)
    expect(page.get_by_role("group", name="答案形式").get_by_role("radio", name="撰写")).to_be_checked()
    box = page.get_by_label("你的问题")
    box.fill(QUESTION)
    box.press("Enter")
    expect(page.locator(".q-support")).to_contain_text("略去 1 句")
    assert "正在核对第 2 句…" in seen(page)


def test_in_the_widget(told: Told, visit: Open) -> None:
    told.go.clear()
    page = visit(told.address, "/widget")
    page.evaluate(WATCH)
    page.locator("#question").fill(QUESTION)
    page.locator("#question").press("Enter")
    expect(page.locator(".written")).to_have_text(f"{FIRST}\u00a0[1]")
    told.go.set()
    expect(page.locator(".foot")).to_contain_text("1 sentence withheld")
    expect(page.locator(".written")).to_have_count(2)
    statuses = seen(page)
    assert "Checking sentence 2..." in statuses and "leaked" not in statuses
