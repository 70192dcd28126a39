"""What a model or an article may say so that the browser of who reads it tells another server: nothing reaches one."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Page

from tests.security.conftest import Cage, Trap
from tests.security.faces import look_at_articles, look_at_chat, look_at_frame
from tests.security.payloads import EXFILTRATION
from tests.security.planted import Planted, plain
from tests.web.standins import serving

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def chain() -> Planted:
    return Planted(EXFILTRATION)


@pytest.fixture(scope="module")
def server(chain: Planted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = tmp_path_factory.mktemp("store")
    with serving(chain, store=store, question_characters=50_000, asks_per_minute=0) as where:
        yield where


def test_the_net_holds(cage: Cage, trap: Trap) -> None:
    """A page that renders Markdown and lets HTML through tells evil.test what it is told to."""
    assert len(set(EXFILTRATION)) >= 40
    rendered = (MarkdownIt("commonmark", {"html": True}).render(each) for each in EXFILTRATION)
    page = cage("").page
    page.set_content("".join(f'<iframe srcdoc="{html.escape(each)}"></iframe>' for each in rendered))
    page.wait_for_timeout(1000)
    assert len(trap.asked) > 15


def test_the_chat(server: str, visit: Open, chain: Planted) -> None:
    look_at_chat(visit(server), chain)


def test_the_frame(server: str, visit: Open, chain: Planted) -> None:
    look_at_frame(visit(server, "/healthz"), server, chain)


def test_articles(server: str, visit: Open, chain: Planted) -> None:
    look_at_articles(visit(server, "/articles"), server, chain)


@pytest.mark.parametrize("question", ["What?", "nothing"])
@pytest.mark.parametrize("stream", [False, True])
def test_programs_that_render_markdown(server: str, chain: Planted, question: str, stream: bool) -> None:
    content = complete(server, {"messages": [{"role": "user", "content": question}], "stream": stream})
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(content)
    every = [inner for token in tokens for inner in (token, *(token.children or ()))]
    assert {each.type for each in every} & {"image", "html_inline", "html_block", "code_inline", "fence"} == set()
    links = [str(each.attrs["href"]) for each in every if each.type == "link_open"]
    assert len(links) == (0 if question == "nothing" else len(EXFILTRATION))
    assert [each for each in links if not each.startswith(f"{server}/articles/")] == []
    assert {each.removeprefix(f"{server}/articles/")[:16] for each in links} <= set(chain.index.found)
    shown = plain("".join(each.content for each in every if each.type.startswith("text")))
    assert all(shown.count(plain(each)) >= (1 if question == "nothing" else 2) for each in EXFILTRATION)


def complete(server: str, body: dict[str, Any]) -> str:
    """What /v1/chat/completions says, in one piece."""
    response = httpx2.post(f"{server}/v1/chat/completions", json=body, timeout=60)
    assert response.status_code == 200
    if not body["stream"]:
        return str(response.json()["choices"][0]["message"]["content"])
    chunks = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
    return "".join(json.loads(each)["choices"][0]["delta"].get("content", "") for each in chunks)
