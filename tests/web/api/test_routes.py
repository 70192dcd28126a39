"""The HTTP interface: what it answers, what it refuses and how."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.errors import ModelError, QuothError, StoreAwayError, StoreBusyError, StoreDamagedError, UsageError
from rag.filters import Filters
from settings import Settings
from tests.web.standins import ARTICLE, QUOTE, TEXT, FakeChain, interface

QUESTION = "What did he criticize?"


@pytest.fixture
def client(chain: FakeChain, settings: Settings) -> Iterator[TestClient]:
    app = interface(chain, settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":") and line)
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def stream(client: TestClient, question: str = QUESTION) -> list[tuple[str, Any]]:
    response = client.post("/api/ask", json={"question": question}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    return events(response.text)


def test_an_answer_is_the_answer_object(client: TestClient, chain: FakeChain) -> None:
    history = ["Who is he?", {"question": "And now?", "answer": "The articles do not say."}]
    response = client.post("/api/ask", json={"question": f"  {QUESTION} ", "history": history, "trace": True})
    answer = response.json()
    assert response.status_code == 200
    assert answer["citations"][0]["quote"] == QUOTE
    assert answer["citations"][0]["answer_spans"] == [[TEXT.index("copycat"), TEXT.index("copycat") + 7]]
    rest = {"filters": Filters(), "suggest": False, "written": None, "as_typed": False}
    assert chain.asked == [{"question": QUESTION, "history": history, "id": None, "trace": True} | rest]


def test_filters_reach_the_chain(client: TestClient, chain: FakeChain) -> None:
    filters = {"source": ["news/"], "author": ["Jia", "Li"], "after": "2024-01", "article": ["a1"], "tag": ["EU"]}
    body = {"question": QUESTION, "filters": filters, "suggest": True, "as_typed": True}
    response = client.post("/api/ask", json=body)
    assert response.status_code == 200
    assert chain.asked[0]["as_typed"] is True
    assert chain.asked[0]["filters"] == Filters(("news/",), ("Jia", "Li"), "2024-01", None, ("a1",), ("EU",))
    assert chain.asked[0]["suggest"] is True


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"after": "2024-13"}, "bad_request"), ({"before": ""}, "bad_request"), ({"until": "2024"}, "malformed"),
        ({"author": "Jia"}, "malformed"), ([], "malformed"),
    ],
)  # fmt: skip
def test_filters_that_are_none_are_refused(client: TestClient, chain: FakeChain, filters: Any, code: str) -> None:
    response = client.post("/api/ask", json={"question": QUESTION, "filters": filters})
    assert (response.status_code, response.json()["code"], chain.asked) == (400, code, [])


def test_a_stream_ends_with_the_answer(client: TestClient) -> None:
    names = [name for name, _ in found] if (found := stream(client)) else []
    assert names == ["status", "retrieved", "sentence", "sentence", "answer"]
    assert found[0][1] == {"stage": "retrieve", "number": 1, "model": None, "text": "Searching 1 article..."}
    assert found[1][1] == {"count": 2, "question": QUESTION}
    assert found[2][1]["sentence"]["citations"] == [1]
    assert found[2][1]["citations"][0]["quote"] == QUOTE
    assert found[-1][1] == client.post("/api/ask", json={"question": QUESTION}).json()


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", '"x"', "{}", '{"question": 5}', '{"question": null}', '{"question": "a", "unknown": 1}',
        r'{"question": "\ud800"}', '{"question": "a", "history": "b"}', '{"question": "a", "history": [{}]}',
        r'{"question": "a", "history": ["\udfff"]}', b"\xff", '{"question": "a", "trace": "maybe"}',
    ],
)  # fmt: skip
def test_a_malformed_body_is_refused(client: TestClient, chain: FakeChain, body: str | bytes) -> None:
    response = client.post("/api/ask", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    assert set(response.json()) == {"code", "message", "hint"}
    assert chain.asked == []


def test_what_is_wrong_with_a_body_is_said_in_json_s_words(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    half = client.post("/api/ask", content=rb'{"question": "\ud800"}', headers=headers)
    assert half.json()["message"] == "question: half of a surrogate pair is no character"
    author = client.post("/api/ask", json={"question": QUESTION, "filters": {"author": "Jia"}})
    assert author.json()["message"] == "filters.author: Input should be a valid list"


def test_a_form_is_refused(client: TestClient) -> None:
    response = client.post("/api/ask", content=b'{"question": "a"}', headers={"Content-Type": "text/plain"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [("", 400, "empty_question"), (" \n\t", 400, "empty_question"), ("a" * 2001, 422, "question_too_long")],
)
def test_a_question_that_cannot_be_asked_is_refused(client: TestClient, question: str, status: int, code: str) -> None:
    for accept in ("application/json", "text/event-stream"):
        response = client.post("/api/ask", json={"question": question}, headers={"Accept": accept})
        assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreBusyError("the store is busy", "wait"), 503, "busy"),
        (StoreDamagedError("the store is damaged", "rebuild"), 503, "not_available"),
        (StoreAwayError("the store in secret cannot be reached", "check it"), 503, "not_available"),
        (ModelError("no model", "install it"), 503, "not_available"),
        (UsageError("no", "yes"), 400, "bad_request"),
        (RuntimeError("secret path"), 500, "internal"),
    ],
)
def test_a_failure_is_told(client: TestClient, chain: FakeChain, error: Exception, status: int, code: str) -> None:
    chain.error = error
    response = client.post("/api/ask", json={"question": QUESTION})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert "secret" not in response.text
    assert ("retry-after" in response.headers) == (status == 503)
    name, told = stream(client)[-1]
    assert (name, told) == ("error", response.json())
    if isinstance(error, QuothError) and not isinstance(error, StoreAwayError):
        assert (told["message"], told["hint"]) == (error.message, error.hint)


def test_the_passage_around_a_quote(client: TestClient) -> None:
    start = TEXT.index(QUOTE)
    found = client.get(f"/api/articles/{ARTICLE.id}", params={"start": start, "end": start + len(QUOTE)}).json()
    assert found["quote"] == QUOTE
    assert found["before"] + found["quote"] + found["after"] in TEXT
    assert (found["title"], found["author"], found["date"]) == (ARTICLE.title, ARTICLE.author, ARTICLE.date)
    assert found["heading"] is None
    later = client.get(f"/api/articles/{ARTICLE.id}", params={"start": 250, "end": 255}).json()
    assert later["heading"] == "What it means"


def test_a_whole_article(client: TestClient) -> None:
    assert client.get(f"/api/articles/{ARTICLE.id}").json()["text"] == TEXT


@pytest.mark.parametrize("query", ["start=0&end=9999", "start=5", "end=5", "start=5&end=5", "start=9&end=3"])
def test_a_place_that_is_not_there(client: TestClient, query: str) -> None:
    response = client.get(f"/api/articles/{ARTICLE.id}?{query}")
    assert (response.status_code, response.json()["code"]) == (422, "no_such_place")


def test_what_is_not_there(client: TestClient) -> None:
    for path in ("/api/articles/none", "/articles/none", "/api/articles/none?start=0&end=1"):
        response = client.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "no_such_article")
    assert client.get(f"/api/articles/{ARTICLE.id}?start=-1&end=5").status_code == 400
    for path in ("/api/ask", "/api/", "/api/nothing", "/nothing", "/openapi.json", "/docs"):
        response = client.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_the_article_page(client: TestClient) -> None:
    start = TEXT.index(QUOTE)
    response = client.get(f"/articles/{ARTICLE.id}?q={start}-{start + len(QUOTE)}")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert f'tabindex="-1">{QUOTE}</mark>' in response.text
    assert client.head(f"/articles/{ARTICLE.id}").status_code == 200
    for odd in ("", "x", "1", "1-", "-1-5", "١-٢", "1-2-3", "9" * 30 + "-1"):
        assert "<mark" not in client.get(f"/articles/{ARTICLE.id}", params={"q": odd}).text


def test_health(client: TestClient, chain: FakeChain) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "generation": "g1"}
    chain.ready = False
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "warming"})
    assert client.head("/healthz").status_code == 200


def test_a_person_gets_a_page_where_a_program_gets_the_error_object(
    client: TestClient, chain: FakeChain, monkeypatch
) -> None:
    def busy(article_id: str) -> None:
        raise StoreBusyError("the store <b> is busy", "wait")

    monkeypatch.setattr(chain.index, "article", busy)
    seen = client.get(f"/articles/{ARTICLE.id}", headers={"Accept": "text/html,*/*"})
    assert (seen.status_code, seen.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "The store &lt;b&gt; is busy: wait." in seen.text
    assert client.get(f"/articles/{ARTICLE.id}").json()["code"] == "busy"
    assert client.get(f"/api/articles/{ARTICLE.id}", headers={"Accept": "text/html"}).json()["code"] == "busy"
