"""The chat's steps, and the app that serves everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.errors import StoreBusyError
from settings import Settings
from tests.web.standins import ARTICLE, FakeChain
from web import chat
from web.gate import CHAT

QUESTION = "What did he criticize?"


def steps(chain: FakeChain, asked: str, earlier: list[chat.Exchange] | None = None) -> list[chat.Step]:
    return list(chat.steps(chain, Settings(), asked, earlier or []))  # type: ignore[arg-type]


def last(step: chat.Step) -> str:
    return step[1][-1]["content"]


def test_an_answer_comes_sentence_by_sentence(chain: FakeChain) -> None:
    first, searching, short, quoted, answer = steps(chain, f" {QUESTION} ")
    assert first[0] == "" and "Searching" in last(first)
    assert "Searching 1 article" in last(searching)
    assert "The copycat culture." in last(short) and "blockquote" not in last(short)
    assert "q-card" in (short[2] or "")
    assert "blockquote" in last(quoted)
    assert "Supported by 1 quote" in last(answer)
    assert answer[3] is not None and answer[3][0].question == QUESTION
    assert [message["role"] for message in answer[1]] == ["user", "assistant"]
    assert chain.closed == 1


def test_a_follow_up_brings_what_was_said(chain: FakeChain) -> None:
    past = steps(chain, QUESTION)[-1][3]
    shown = steps(chain, "And when was he born?", past)[-1]
    assert chain.asked[-1]["history"] == [{"question": QUESTION, "answer": chain.invoke({"question": QUESTION}).answer}]
    assert "The articles do not say." in last(shown)
    assert "q-empty" in (shown[2] or "")
    assert len(shown[1]) == 4


def test_only_so_many_turns_go_along(chain: FakeChain) -> None:
    past: list[chat.Exchange] = []
    for n in range(chat.HISTORY_TURNS + 2):
        past = steps(chain, f"{n}?", past)[-1][3] or []
    steps(chain, "last?", past)
    assert chain.asked[-1]["history"][0]["question"] == "2?"


@pytest.mark.parametrize("asked", ["", "  \n", "a" * 2001])
def test_what_cannot_be_asked_stays_in_the_box(chain: FakeChain, asked: str) -> None:
    (only,) = steps(chain, asked)
    assert only[0] is None and only[3] is None
    assert "q-error" in last(only)
    assert chain.asked == []


def test_a_failure_is_one_plain_sentence_and_not_part_of_the_history(chain: FakeChain) -> None:
    chain.error = StoreBusyError("the store is busy", "wait a moment")
    failed = steps(chain, QUESTION)[-1]
    assert "The store is busy&#58; wait a moment." in last(failed)
    chain.error = RuntimeError("secret")
    failed = steps(chain, QUESTION, failed[3])[-1]
    assert "secret" not in str(failed)
    chain.error = None
    steps(chain, QUESTION, failed[3])
    assert chain.asked[-1]["history"] == []


def test_leaving_stops_the_work(chain: FakeChain) -> None:
    left = chat.steps(chain, Settings(), QUESTION, [])  # type: ignore[arg-type]
    next(left), next(left)
    left.close()
    assert chain.closed == 1


def test_hostile_questions_are_shown_as_text(chain: FakeChain) -> None:
    shown = steps(chain, "<script>alert(1)</script>\n\n# [x](javascript:alert(1))")[-1][1]
    assert "<script" not in str(shown) and "](" not in str(shown)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(chat.build_app(FakeChain(ready=False), Settings())) as client:  # type: ignore[arg-type]
        yield client


def test_the_page_comes_before_the_models_are_warm(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers["content-security-policy"] == CHAT
    config: dict[str, Any] = client.get("/config").json()
    values = [str(component["props"].get("value")) for component in config["components"]]
    assert any("1 article" in value and chat.WARMING.split("(")[0] in value for value in values)
    assert client.get("/readyz").status_code == 503


def test_no_listener_is_an_endpoint(client: TestClient) -> None:
    config = client.get("/config").json()
    assert {each["api_visibility"] for each in config["dependencies"]} == {"private"}
    assert client.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_it_serves_its_own_files_and_nothing_else(client: TestClient) -> None:
    for name in ("chat.css", "chat.js", "article.css", "article.js", "icon.svg"):
        assert client.get(f"/quoth/{name}").status_code == 200
    for path in ("/quoth/", "/quoth/../chat.py", "/quoth/%2e%2e/chat.py", "/gradio_api/upload", "/openapi.json"):
        assert client.get(path).status_code == 404
    assert client.get(f"/articles/{ARTICLE.id}").status_code == 200


def test_nothing_on_the_page_names_another_host(client: TestClient) -> None:
    assert "fonts.googleapis" not in client.get("/theme.css").text
