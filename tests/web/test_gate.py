"""What the gate lets through, what it refuses, and the headers on both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from web.gate import API_BYTES, CHAT, STRICT, Gate


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Gives the length of the body back, as careless about origins as Gradio is."""
    length = len(await Request(scope, receive).body())
    headers = {"Access-Control-Allow-Origin": "https://evil.example", "Access-Control-Allow-Credentials": "true"}
    await PlainTextResponse(str(length), headers=headers)(scope, receive, send)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Gate(echo), base_url="http://quoth.test")


@pytest.mark.parametrize("path", ["/", "/api/ask", "/articles/x", "/gradio_api/queue/join", "/nothing"])
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Origin": "https://evil.example"})
    assert response.headers["content-security-policy"] == (CHAT if path == "/" else STRICT)
    assert "unsafe-eval" not in CHAT and "unsafe" not in STRICT
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://quoth.test"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://quoth.test"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://quoth.test"}, 403),
        ({"Sec-Fetch-Site": "odd"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://quoth.test:8080"}, 403),
        ({"Origin": "http://quoth.test.evil.example"}, 403),
        ({"Origin": "not an origin"}, 403),
    ],
)
def test_only_our_own_pages_and_programs_may_ask(client: TestClient, headers: dict[str, str], status: int) -> None:
    for path in ("/api/ask", "/gradio_api/queue/join"):
        assert client.post(path, headers=headers).status_code == status
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload", "/upload", "/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/gradio_api/file/x",
        "/gradio_api/proxy=http://evil.example", "/gradio_api/run/predict", "/gradio_api/call/ask", "/gradio_api/runs",
        "/gradio_api/stream/x", "/gradio_api/vibe-edit", "/gradio_api/deep_link", "/gradio_api/mcp/sse", "/monitoring",
        "/gradio_api/component_server", "/gradio_api/openapi.json", "/login", "//", "/docs", "/openapi.json",
    ],
)  # fmt: skip
def test_what_is_not_listed_is_not_there(client: TestClient, path: str) -> None:
    for method in ("GET", "POST", "PUT", "OPTIONS"):
        response = client.request(method, f"http://quoth.test{path}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


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
