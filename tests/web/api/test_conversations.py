"""A browser's conversations over HTTP: those whose numbers it knows, and no others."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from settings import Settings
from tests.web.standins import HERE, FakeChain
from web.answers import AnswerStore
from web.api.conversations import MAX_NAMED, conversation_routes
from web.app import build_app
from web.asking import Asking
from web.chat.sessions import ChatSessions
from web.errors import add_error_handlers
from web.queue import AdmissionQueue

A, B, NONE = "a" * 32, "b" * 32, "0" * 32


@pytest.fixture
def sessions(chain: FakeChain, settings: Settings) -> ChatSessions:
    return ChatSessions(chain, Asking(chain.stream, settings, AnswerStore(), AdmissionQueue()))  # type: ignore[arg-type]


@pytest.fixture
def client(sessions: ChatSessions) -> TestClient:
    async def talk() -> None:
        for key, question in ((A, "What did he criticize?"), (B, "<b>Other</b>?")):
            async for _ in sessions.ask(key, question, "en"):
                pass

    asyncio.run(talk())
    app = FastAPI()
    app.include_router(conversation_routes(sessions))
    add_error_handlers(app)
    return TestClient(app, **HERE)  # type: ignore[arg-type]


def listed(client: TestClient, *keys: str, search: str = "") -> list[tuple[str, bool]]:
    response = client.post("/api/conversations", json={"keys": keys, "search": search})
    assert response.status_code == 200
    return [(each["title"], each["found"]) for each in response.json()["conversations"]]


def test_they_are_listed_searched_and_forgotten(client: TestClient, sessions: ChatSessions) -> None:
    assert listed(client, B, NONE, A) == [("<b>Other</b>?", True), ("What did he criticize?", True)]
    assert listed(client, A, B, search="CULTURE") == [("What did he criticize?", True), ("<b>Other</b>?", False)]
    assert listed(client) == []
    assert client.post("/api/conversations/forget", json={"keys": [A, NONE]}).status_code == 204
    assert listed(client, A, B) == [("<b>Other</b>?", True)]
    assert sessions.exchanges(A) == ()


@pytest.mark.parametrize(
    "body",
    [
        {}, {"keys": ["a"]}, {"keys": ["A" * 32]}, {"keys": [A + "\n"]}, {"keys": [A] * (MAX_NAMED + 1)}, {"keys": A},
        {"keys": [A], "search": "x" * 201}, {"keys": [A], "more": 1},
    ],
)  # fmt: skip
def test_anything_else_is_refused(client: TestClient, body: object) -> None:
    assert client.post("/api/conversations", json=body).status_code in (400, 422)


def test_they_are_for_whoever_has_the_chat(tmp_path: Path) -> None:
    stranger = {"base_url": "http://192.0.2.1:7860", "client": ("192.0.2.7", 50_000)}
    for public, expected in ((False, 403), (True, 200)):
        settings = Settings(store=tmp_path, host="0.0.0.0", public_chat=public)
        with TestClient(build_app(FakeChain(), settings), **stranger) as client:  # type: ignore[arg-type]
            assert client.post("/api/conversations", json={"keys": [A]}).status_code == expected
            elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
            assert client.post("/api/conversations", json={"keys": [A]}, headers=elsewhere).status_code == 403
