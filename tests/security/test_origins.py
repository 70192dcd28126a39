"""Calls from pages of every kind of origin to what changes something or takes work, in every content type."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from settings import Settings
from tests.web.standins import FakeChain
from web.app import build_app

SERVER, LISTED = "https://quoth.test", "https://their.site"
ORIGINS = {
    "same": (SERVER, "same-origin"),
    "listed": (LISTED, "cross-site"),
    "other": ("https://evil.example", "cross-site"),
    "null": ("null", "cross-site"),
    "none": (None, None),
}
BODIES: dict[str, dict[str, object]] = {
    "/api/ask": {"question": "What did he criticize?"},
    "/api/feedback": {"answer_id": "none", "rating": "up"},
    "/gradio_api/upload": {"files": "x"},
    "/gradio_api/queue/join": {
        "data": [],
        "fn_index": 0,
        "session_hash": "abc",
        "event_data": None,
        "trigger_id": None,
    },
}
TYPES = ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b")
TAKEN = {"/api/ask": {200}, "/api/feedback": {404}, "/gradio_api/queue/join": {200}}
"""As JSON; feedback is about an answer that there is not."""


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture(scope="module")
def client(chain: FakeChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(
        store=tmp_path_factory.mktemp("store"),
        hosts=("quoth.test",),
        embed_origins=(LISTED,),
        public_chat=True,
        asks_per_minute=0,
    )
    with TestClient(build_app(chain, settings), base_url=SERVER) as client:  # type: ignore[arg-type]
        yield client


def body(kind: str, data: dict[str, object]) -> bytes:
    if kind.startswith("multipart"):
        head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        return head + json.dumps(data).encode() + b"\r\n--b--\r\n"
    return json.dumps(data).encode()


@pytest.mark.parametrize("old_browser", [False, True])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("who", ORIGINS)
def test_only_our_own_pages_and_programs_are_answered(
    client: TestClient, chain: FakeChain, who: str, path: str, kind: str, old_browser: bool
) -> None:
    origin, site = ORIGINS[who]
    given = {"Content-Type": kind, "Origin": origin, "Sec-Fetch-Site": None if old_browser else site}
    headers = {name: value for name, value in given.items() if value is not None}
    asked = len(chain.asked)
    response = client.post(path, content=body(kind, BODIES[path]), headers=headers)
    assert not [name for name in response.headers if name.startswith("access-control-")]
    if path == "/gradio_api/upload":
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    elif who in ("listed", "other", "null"):
        assert (response.status_code, response.json()["code"]) == (403, "origin")
        assert len(chain.asked) == asked
    elif kind == "application/json":
        assert response.status_code in TAKEN[path], response.text
    else:
        assert response.status_code in (400, 415, 422), response.text
        assert len(chain.asked) == asked


@pytest.mark.parametrize("origin", [LISTED, "https://evil.example", "null"])
def test_no_preflight_is_granted(client: TestClient, origin: str) -> None:
    for path in BODIES:
        wanted = {"Origin": origin, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
        response = client.options(path, headers=wanted)
        assert response.status_code in (403, 404)
        assert not [name for name in response.headers if name.startswith("access-control-")]
