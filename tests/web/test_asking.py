"""Questions of programs: in one line with the chat's, before a deadline, given up when the client leaves."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from rag.answer import Answer
from rag.events import Event, StatusEvent
from settings import Settings
from tests.web.api.test_routes import events, stream
from tests.web.standins import FakeChain, interface, serving, until
from web import app as chat
from web import asking
from web.answers import AnswerStore
from web.asking import Asking
from web.chat.sessions import ChatSessions
from web.errors import ApiError
from web.queue import AdmissionQueue

QUESTION = "What did he criticize?"


@pytest.fixture
def queue() -> AdmissionQueue:
    return AdmissionQueue(at_once=1, waiting=1)


@pytest.fixture
def client(chain: FakeChain, settings: Settings, queue: AdmissionQueue) -> Iterator[TestClient]:
    app = interface(chain, replace(settings, deadline_seconds=1), queue)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_full_line_is_said_with_a_status(client: TestClient, queue: AdmissionQueue, accept: str) -> None:
    tickets = [queue.enter(), queue.enter()]
    refused = client.post("/api/ask", json={"question": QUESTION}, headers={"Accept": accept})
    assert (refused.status_code, refused.json()["code"]) == (503, "full")
    assert int(refused.headers["retry-after"]) > 0
    for each in tickets:
        queue.leave(each)
    assert client.post("/api/ask", json={"question": QUESTION}).status_code == 200


def test_a_stream_tells_how_many_are_before(client: TestClient, queue: AdmissionQueue) -> None:
    ticket = queue.enter()

    def leave() -> None:
        until(lambda: len(queue) == 2)
        time.sleep(0.3)  # until it is told how many are before it
        queue.leave(ticket)

    threading.Thread(target=leave).start()
    found = stream(client)
    assert found[0] == ("status", {"stage": "wait", "number": 1, "model": None, "text": "1 question before yours"})
    assert [name for name, _ in found].count("answer") == 1
    until(lambda: len(queue) == 0)  # the place in the line is given back, if after the last word was sent


@pytest.mark.parametrize("waits", [True, False])
def test_a_question_has_a_deadline(client: TestClient, chain: FakeChain, queue: AdmissionQueue, waits: bool) -> None:
    chain.pause = 0.0 if waits else 1.5
    ticket = queue.enter() if waits else None
    late = client.post("/api/ask", json={"question": QUESTION})
    assert (late.status_code, late.json()["code"]) == (504, "deadline")
    if ticket:
        assert stream(client)[-1] == ("error", late.json())
        queue.leave(ticket)
        assert queue.position(queue.enter()) == 0 and not chain.asked
    else:
        until(lambda: chain.closed == 1)


def test_the_chat_and_programs_stand_in_one_line(chain: FakeChain, settings: Settings, queue: AdmissionQueue) -> None:
    answers = AnswerStore()
    programs = Asking(chain.stream, settings, answers, queue)  # type: ignore[arg-type]
    desk = ChatSessions(chain, programs)  # type: ignore[arg-type]
    chain.pause = 0.1

    async def all_of(question: str) -> list[Event | None]:
        return [event async for event in programs.events({"question": question})]

    async def chat() -> None:
        async for _ in desk.ask("a", QUESTION, "en"):
            pass

    async def ask() -> None:
        chatting = asyncio.create_task(chat())
        await asyncio.sleep(0)
        told = await all_of(QUESTION)
        await chatting
        assert told[1] == StatusEvent("wait", 1)
        assert isinstance(told[-1], Answer)
        assert answers.get(told[-1].id) is not None

    asyncio.run(ask())


def test_whoever_waits_is_told_at_once_that_it_is_their_turn(queue: AdmissionQueue) -> None:
    async def wait() -> list[bool]:
        first, _ = queue.enter(), queue.enter()
        waiting = asyncio.create_task(queue.changed(60))
        await asyncio.sleep(0.01)
        before = waiting.done()
        queue.leave(first)
        await asyncio.wait_for(waiting, 5)
        await queue.changed(0.01)  # nobody leaves any more
        return [before, waiting.done()]

    assert asyncio.run(wait()) == [False, True]


def test_nobody_waits_after_the_one_before_has_left(
    chain: FakeChain, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LOOK_SECONDS", 5)
    programs = Asking(chain.stream, settings, AnswerStore(), AdmissionQueue(at_once=1))  # type: ignore[arg-type]

    async def ask() -> None:
        async for _ in programs.events({"question": QUESTION}):
            pass

    async def four() -> None:
        await asyncio.wait_for(asyncio.gather(*(ask() for _ in range(4))), 4)

    asyncio.run(four())
    assert len(chain.asked) == 4


def test_the_server_has_one_line(chain: FakeChain, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[AdmissionQueue] = []
    monkeypatch.setattr(chat, "AdmissionQueue", lambda: lines.append(AdmissionQueue(at_once=1, waiting=0)) or lines[-1])
    app = chat.build_app(chain, Settings(store=tmp_path))  # type: ignore[arg-type]
    assert len(lines) == 1
    lines[0].enter()
    client = TestClient(app, base_url="http://127.0.0.1:7860", client=("127.0.0.1", 5000))
    assert client.post("/api/ask", json={"question": QUESTION}).json()["code"] == "full"
    assert client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "a"}]}).status_code == 503


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions"])
def test_the_work_ends_when_the_client_leaves(chain: FakeChain, tmp_path, accept: str, path: str) -> None:
    """FakeChain has five events: to the end it would take two and a half seconds."""
    chain.pause = 0.5
    body = {"question": QUESTION} if path == "/api/ask" else {"messages": [{"role": "user", "content": QUESTION}]}
    streams = {"stream": accept != "application/json"} if path != "/api/ask" else {}
    sent = json.dumps(body | streams).encode()
    with serving(chain, store=tmp_path) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            head += f"Accept: {accept}\r\nContent-Length: {len(sent)}\r\n\r\n"
            connection.sendall(head.encode() + sent)
            until(lambda: len(chain.asked) == 1)
        until(lambda: chain.closed == 1, seconds=1.5)
        chain.pause = 0
        assert httpx.post(f"{address}/api/ask", json={"question": QUESTION}).status_code == 200
    assert chain.closed == 2


def test_whoever_leaves_while_waiting_is_never_answered(
    chain: FakeChain, settings: Settings, queue: AdmissionQueue
) -> None:
    programs = Asking(chain.stream, settings, AnswerStore(), queue)  # type: ignore[arg-type]

    async def leave() -> None:
        first = queue.enter()
        async with aclosing(programs.events({"question": QUESTION})) as told:
            assert await anext(told) is None
            assert isinstance(await anext(told), StatusEvent)
            with pytest.raises(ApiError):
                queue.enter()
        queue.leave(queue.enter())
        queue.leave(first)

    asyncio.run(leave())
    assert chain.asked == []


def test_the_position_is_told_again_to_keep_the_stream_alive(
    chain: FakeChain, settings: Settings, queue: AdmissionQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "KEEP_ALIVE_SECONDS", 0.05)
    monkeypatch.setattr(asking, "LOOK_SECONDS", 0.01)
    programs = Asking(chain.stream, settings, AnswerStore(), queue)  # type: ignore[arg-type]

    async def wait() -> None:
        queue.enter()
        async with aclosing(programs.events({"question": QUESTION})) as told:
            first: list[Any] = [await anext(told) for _ in range(4)]
        assert first == [None, StatusEvent("wait", 1), None, None]

    asyncio.run(wait())


def test_keep_alive_lines_are_comments(client: TestClient, chain: FakeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "KEEP_ALIVE_SECONDS", 0.02)
    monkeypatch.setattr(asking, "LOOK_SECONDS", 0.01)
    chain.pause = 0.1
    response = client.post("/api/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert ": still working\n\n" in response.text
    assert events(response.text)[-1][0] == "answer"
