"""What the gate lets through, what it refuses, and the headers on both."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from settings import Settings
from tests.web.standins import HERE
from web.security.gate import API_BYTES, CHAT, FRAMED, STRICT, Gate
from web.security.rates import Rates

PATHS = {
    "/": CHAT, "/articles": FRAMED, "/articles/x": FRAMED, "/widget": FRAMED, "/api/ask": STRICT, "/owner/eval": STRICT,
    "/gradio_api/queue/join": STRICT, "/nothing": STRICT, "/articles.html": STRICT,
}  # fmt: skip


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Gives the length of the body back, as careless about origins as Gradio is."""
    length = len(await Request(scope, receive).body())
    headers = {"Access-Control-Allow-Origin": "https://evil.example", "Access-Control-Allow-Credentials": "true"}
    await PlainTextResponse(str(length), headers=headers)(scope, receive, send)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Gate(echo, Settings(), Rates()), **HERE)


@pytest.mark.parametrize(("path", "policy"), PATHS.items())
def test_every_answer_has_the_headers(client: TestClient, path: str, policy: str) -> None:
    response = client.get(path, headers={"Origin": "https://evil.example"})
    assert response.headers["content-security-policy"] == policy
    assert response.headers["x-frame-options"] == ("SAMEORIGIN" if policy == FRAMED else "DENY")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert "microphone=()" in response.headers["permissions-policy"]
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_the_policies() -> None:
    assert "unsafe-eval" not in CHAT and "unsafe" not in STRICT + FRAMED
    assert STRICT.endswith("frame-ancestors 'none'") and CHAT.endswith("frame-ancestors 'none'")
    assert FRAMED.endswith("frame-ancestors 'self'")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:7860"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://127.0.0.1:7860"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:7860"}, 403),
        ({"Sec-Fetch-Site": "odd"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8080"}, 403),
        ({"Origin": "http://127.0.0.1:7860.evil.example"}, 403),
        ({"Origin": "not an origin"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_only_our_own_pages_and_programs_may_ask(client: TestClient, headers: dict[str, str], status: int) -> None:
    for path in ("/api/ask", "/gradio_api/queue/join"):
        assert client.post(path, headers=headers).status_code == status
    assert client.get("/gradio_api/queue/data", headers=headers).status_code == status  # holds a connection
    assert client.get("/healthz", headers=headers).status_code == 200


def test_a_body_has_a_limit(client: TestClient) -> None:
    assert client.post("/api/ask", content=b"a" * API_BYTES).text == str(API_BYTES)
    response = client.post("/api/ask", content=b"a" * (API_BYTES + 1))
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert client.post("/gradio_api/queue/join", content=b"a" * (API_BYTES + 1)).status_code == 200


def test_a_body_without_a_length_has_a_limit_too(client: TestClient) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield b"a" * 1024

    assert client.post("/api/ask", content=endless()).status_code == 413
    assert client.post("/api/ask", content=iter([b"a", b"b"])).text == "2"
    assert client.post("/api/ask", content=b"", headers={"Content-Length": "x"}).status_code == 413


@pytest.mark.parametrize("path", ["/widget", "/", "/api/ask"])
def test_a_refusal_is_a_page_for_people_and_an_object_for_programs(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Host": "[", "Accept": "text/html"})
    assert response.status_code == 421
    assert response.headers["content-type"].startswith("application/json" if path == "/api/ask" else "text/html")
    assert "QUOTH_HOSTS" in unescape(response.text)
