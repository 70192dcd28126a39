"""The owner's start page and the feedback list: what they link and show, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from evaluation.feedback import FEEDBACK, FeedbackStore
from rag.events import Ask
from settings import Settings
from tests.rag.test_nearby import listening, models
from tests.web.standins import HERE, FakeChain, an_answer, interface
from web.monitoring import unanswered as module
from web.monitoring.unanswered import Unanswered, noting_unanswered
from web.pages.owner import owner_routes
from web.security.gate import STRICT, Gate
from web.security.rates import Rates

HOSTILE = '<img src=x onerror=alert(1)>"\u202e'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "store")


@pytest.fixture
def unanswered() -> Unanswered:
    return Unanswered()


def serve(chain: FakeChain, settings: Settings, unanswered: Unanswered | None) -> FastAPI:
    ask = noting_unanswered(cast("Ask", chain.stream), unanswered) if unanswered else None
    app = interface(chain, settings, ask=ask)
    app.include_router(owner_routes(chain, settings, unanswered))  # type: ignore[arg-type]
    app.add_middleware(Gate, settings=settings, rates=Rates())
    return app


@pytest.fixture
def client(chain: FakeChain, settings: Settings, unanswered: Unanswered) -> Iterator[TestClient]:
    with TestClient(serve(chain, settings, unanswered), **HERE) as client:
        yield client


def test_the_start_page_links_the_others(client: TestClient) -> None:
    for path in ("/owner", "/owner/"):
        page = client.get(path)
        assert page.status_code == 200 and page.headers["content-security-policy"] == STRICT
        assert page.headers["cache-control"] == "no-store"
        for link in ("/owner/eval", "/owner/feedback", "/"):
            assert f'href="{link}"' in page.text
    assert client.head("/owner").status_code == 200
    assert "未能回答" in client.get("/owner", headers={"Accept-Language": "zh"}).text


@pytest.mark.parametrize("path", ["/owner", "/owner/", "/owner/feedback"])
def test_a_stranger_sees_neither(chain: FakeChain, settings: Settings, path: str) -> None:
    token = "x" * 20
    with TestClient(serve(chain, replace(settings, owner_token=token), None), **HERE) as client:
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    with TestClient(serve(chain, settings, None), base_url="http://192.168.1.5", client=("192.168.1.7", 5)) as client:
        assert client.get(path).status_code == 403


def test_a_model_on_this_machine_is_offered_to_the_owner_where_none_is_set(
    client: TestClient, chain: FakeChain, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(models("qwen3:8b")) as (port, seen):
        monkeypatch.setattr("web.pages.owner.PORTS", {port: "Ollama"})
        client.head("/owner")
        assert seen == [], "asked for a page that nobody sees"
        page = client.get("/owner").text
        chinese = client.get("/owner", headers={"Accept-Language": "zh"}).text
        with TestClient(serve(chain, replace(settings, model="openai:any"), None), **HERE) as client:
            assert "qwen3" not in client.get("/owner").text
    assert f"qwen3:8b runs on this machine (OpenAI-compatible, port {port})." in page
    assert f"<code>--model openai:qwen3:8b --base-url http://127.0.0.1:{port}/v1</code>" in page
    assert "本机正在运行 qwen3:8b" in chinese
    assert seen == [("GET", "/v1/models", b"")] * 2, "once for each page, and never where a model is set"


def test_what_was_not_answered_is_listed_once_and_counted(client: TestClient, unanswered: Unanswered) -> None:
    for question in ("What does tin cost?", HOSTILE, "what does TIN cost?", "What did he criticize?"):
        assert client.post("/api/ask", json={"question": question}).status_code == 200
    assert [(asked.question, asked.times) for asked in unanswered.latest()] == [
        ("What does tin cost?", 2),
        (HOSTILE.removesuffix("\u202e"), 1),
    ]
    page = client.get("/owner").text
    assert "What does tin cost?" in page and "2 times" in page and "criticize" not in page
    assert "&lt;img src=x" in page and "<img" not in page


def test_small_talk_is_no_unanswered_question(chain: FakeChain) -> None:
    def ask(question: Any) -> Iterator[Any]:
        yield an_answer(question["question"], intent=question["question"])

    unanswered = Unanswered()
    for intent in ("small_talk", "language", "fact"):
        assert list(noting_unanswered(ask, unanswered)({"question": intent}))  # type: ignore[arg-type]
    assert [asked.question for asked in unanswered.latest()] == ["fact"]


def test_the_list_of_questions_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    unanswered = Unanswered()
    for number in (1, 2, 3, 1, 4):
        unanswered.add(f"What is {number}?")
    assert [asked.question[-2] for asked in unanswered.latest()] == ["4", "1", "3"]


def test_without_log_questions_none_are_kept(chain: FakeChain, settings: Settings) -> None:
    with TestClient(serve(chain, settings, None), **HERE) as client:
        client.post("/api/ask", json={"question": "What does tin cost?"})
        page = client.get("/owner").text
    assert "tin" not in page and "--log-questions" in page


def test_feedback_is_shown_and_is_text(client: TestClient, settings: Settings) -> None:
    assert "There is none yet." in client.get("/owner/feedback").text
    assert "Nothing new." in client.get("/owner").text
    store = FeedbackStore(settings.folder / FEEDBACK)
    store.add("up", "", "What is tea?", [], {"id": "1", "answer": "A drink."})
    store.add("down", f"{HOSTILE} wrong", f"{HOSTILE}?", [], {"id": "2", "answer": f"{HOSTILE}!"})
    assert "New: 1 good, 1 bad." in client.get("/owner").text
    page = client.get("/owner/feedback").text
    assert page.index("Bad answer") < page.index("Good answer")
    assert page.count("&lt;img src=x") == 3 and "<img" not in page and "2 thumbs" in page
