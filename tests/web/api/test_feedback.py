"""Answers taken away, exported and rated over HTTP: always as the server knows them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from evaluation.feedback import FEEDBACK, FeedbackStore
from rag.answer import Answer
from rag.events import Event
from settings import Settings
from tests.web.standins import HERE, QUOTE, FakeChain, interface
from web.security.gate import Gate
from web.security.rates import Rates

QUESTION = "What did he criticize?"


@dataclass
class NumberedChain(FakeChain):
    """A stand-in whose answers have ids of their own, as real ones do."""

    given: int = 0

    def stream(self, asked: dict[str, Any]) -> Iterator[Event]:
        self.given += 1
        for event in super().stream(asked):
            yield replace(event, id=f"answer{self.given}") if isinstance(event, Answer) else event


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "store")


@pytest.fixture
def store(settings: Settings) -> FeedbackStore:
    return FeedbackStore(settings.folder / FEEDBACK)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    app = interface(NumberedChain(), settings)
    app.add_middleware(Gate, settings=settings, rates=Rates())
    with TestClient(app, **HERE, raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, question: str = QUESTION, **more: Any) -> Any:
    return client.post("/api/ask", json={"question": question, **more}).json()


def refused(response: Any) -> tuple[int, str]:
    assert set(response.json()) == {"code", "message", "hint"}
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    ("form", "kind"),
    [("text", "text/plain"), ("markdown", "text/markdown"), ("html", "text/html"), ("json", "application/json")],
)
def test_an_answer_can_be_taken_away(client: TestClient, form: str, kind: str) -> None:
    answer = ask(client)
    response = client.get(f"/api/answers/{answer['id']}", params={"format": form})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(kind)
    assert response.headers["cache-control"] == "no-store"
    assert QUOTE in response.text
    assert (
        f"http://127.0.0.1:7860/articles/{answer['citations'][0]['article_id']}#q=" in response.text or form == "json"
    )
    if form == "json":
        assert response.json() == answer == client.get(f"/api/answers/{answer['id']}").json()


def test_a_streamed_answer_is_remembered_too(client: TestClient) -> None:
    text = client.post("/api/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"}).text
    answer = json.loads(text.rpartition("event: answer\ndata: ")[2])
    assert client.get(f"/api/answers/{answer['id']}").json() == answer


@pytest.mark.parametrize("host", ['evil"><script>', "evil/x)", "a b", "[::1", ""])
def test_what_is_no_host_does_not_get_into_links(client: TestClient, host: str) -> None:
    ask(client)
    response = client.get("/api/answers/answer1?format=html", headers={"Host": host})
    assert response.status_code == 421
    assert "evil" not in response.text and "<script" not in response.text


@pytest.mark.parametrize("host", ["[::1]:7860", "localhost", "127.0.0.1:80"])
def test_links_begin_with_the_host_that_was_asked(client: TestClient, host: str) -> None:
    ask(client)
    assert (
        f"](http://{host}/articles/" in client.get("/api/answers/answer1?format=markdown", headers={"Host": host}).text
    )


def test_an_unknown_answer_is_not_there(client: TestClient) -> None:
    for response in (
        client.get("/api/answers/nothing"),
        client.post("/api/export", json={"answers": ["nothing"], "format": "json"}),
        client.post("/api/feedback", json={"answer_id": "nothing", "rating": "up"}),
    ):
        assert refused(response) == (404, "no_such_answer")


def test_a_thumb_is_stored_with_what_the_server_knows(client: TestClient, store: FeedbackStore) -> None:
    answer = ask(client, history=["Who is he?"])
    body = {"answer_id": answer["id"], "rating": "down", "comment": " wrong person \n"}
    assert client.post("/api/feedback", json=body).status_code == 204
    [kept] = store.list()
    assert (kept.rating, kept.comment, kept.question, kept.history) == (
        "down",
        "wrong person",
        QUESTION,
        ("Who is he?",),
    )
    assert kept.answer == answer
    client.post("/api/feedback", json={"answer_id": answer["id"], "rating": "up"})
    assert [(each.rating, each.comment) for each in store.list()] == [("up", "")]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"answer_id": "answer1"}, {"answer_id": "answer1", "rating": "sideways"}, {"answer_id": 1, "rating": "up"},
        {"answer_id": "answer1", "rating": "up", "answer": {"id": "answer1"}}, ["answer1"],
        {"answer_id": "answer1", "rating": "down", "comment": "a" * 1001},
        {"answer_id": "answer1", "rating": "down", "comment": None},
    ],
)  # fmt: skip
def test_malformed_feedback_is_refused(client: TestClient, store: FeedbackStore, body: Any) -> None:
    ask(client)
    assert refused(client.post("/api/feedback", json=body)) == (400, "malformed")
    lone = rb'{"answer_id": "answer1", "rating": "up", "comment": "\ud800"}'
    response = client.post("/api/feedback", content=lone, headers={"Content-Type": "application/json"})
    assert refused(response) == (400, "malformed")
    assert store.list() == ()


def test_a_comment_may_have_a_thousand_characters_of_any_kind(client: TestClient, store: FeedbackStore) -> None:
    ask(client)
    body = {"answer_id": "answer1", "rating": "down", "comment": "🚗" * 1000}
    assert client.post("/api/feedback", json=body).status_code == 204
    assert store.list()[0].comment == "🚗" * 1000


def test_another_site_cannot_rate_or_export(client: TestClient, store: FeedbackStore) -> None:
    ask(client)
    headers = {"Origin": "https://evil.example"}
    thumb, export = {"answer_id": "answer1", "rating": "up"}, {"answers": ["answer1"], "format": "json"}
    assert refused(client.post("/api/feedback", json=thumb, headers=headers)) == (403, "origin")
    assert refused(client.post("/api/export", json=export, headers=headers)) == (403, "origin")
    assert store.list() == ()


def test_a_body_has_a_limit(client: TestClient) -> None:
    body = {"answer_id": "a" * 70_000, "rating": "up"}
    assert refused(client.post("/api/feedback", json=body)) == (413, "too_large")


def test_feedback_that_cannot_be_stored_is_told(client: TestClient, settings: Settings) -> None:
    ask(client)
    settings.folder.mkdir()
    (settings.folder / FEEDBACK).write_bytes(b"no database" * 100)
    response = client.post("/api/feedback", json={"answer_id": "answer1", "rating": "up"})
    assert refused(response) == (503, "not_available")


def test_old_feedback_goes_when_new_comes(client: TestClient, store: FeedbackStore, settings: Settings) -> None:
    store.add("up", "", "old", [], {"id": "old"})
    with closing(sqlite3.connect(settings.folder / FEEDBACK)) as sql:
        sql.execute("UPDATE feedback SET created = '2001-01-01T00:00:00Z'")
        sql.commit()
    ask(client)
    client.post("/api/feedback", json={"answer_id": "answer1", "rating": "up"})
    assert [each.question for each in store.list()] == [QUESTION]


def test_many_rate_at_once(client: TestClient, store: FeedbackStore) -> None:
    ids = [ask(client)["id"] for _ in range(10)]
    start = threading.Barrier(10)

    def rate(answer_id: str) -> int:
        start.wait()
        return client.post("/api/feedback", json={"answer_id": answer_id, "rating": "up"}).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(rate, ids)) == {204}
    assert sorted(each.answer["id"] for each in store.list()) == sorted(ids)


@pytest.mark.parametrize(("form", "name"), [("markdown", "conversation.md"), ("json", "conversation.json")])
def test_a_conversation_is_a_download(client: TestClient, form: str, name: str) -> None:
    ids = [ask(client, question)["id"] for question in (QUESTION, "When was he born?")]
    response = client.post("/api/export", json={"answers": ["nothing", *ids], "format": form})
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["quoth-forgotten"] == "1"
    assert response.text.index(QUESTION) < response.text.index("When was he born?")
    if form == "json":
        assert [each["id"] for each in response.json()["answers"]] == ids


@pytest.mark.parametrize(
    "body",
    [
        {"answers": [], "format": "json"}, {"answers": ["a"], "format": "html"}, {"answers": "a", "format": "json"},
        {"answers": ["a"] * 501, "format": "json"}, {"answers": ["a"]}, {"answers": [None], "format": "json"},
    ],
)  # fmt: skip
def test_a_malformed_export_is_refused(client: TestClient, body: Any) -> None:
    assert refused(client.post("/api/export", json=body)) == (400, "malformed")


def test_an_unknown_format_is_refused(client: TestClient) -> None:
    ask(client)
    assert refused(client.get("/api/answers/answer1?format=pdf")) == (400, "malformed")
