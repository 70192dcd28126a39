"""A model on this machine is found by one GET on loopback, and whatever else listens there is passed over."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag import nearby
from rag.nearby import NearbyModel, model_nearby
from tests.web.standins import free_port


class _Handler(BaseHTTPRequestHandler):
    body: bytes
    status: int
    pause: float
    seen: list[tuple[str, str, bytes]]

    def do_GET(self) -> None:
        self.seen.append((self.command, self.path, self.rfile.read(int(self.headers.get("content-length", 0)))))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/v1/models")
        self.end_headers()
        try:
            for at in range(0, len(self.body), 65_536):
                self.wfile.write(self.body[at : at + 65_536])
                time.sleep(self.pause)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def listening(body: bytes, status: int = 200, pause: float = 0.0) -> Iterator[tuple[int, list[tuple[str, str, bytes]]]]:
    """A server on loopback, its port, and what it was sent."""
    given = {"body": body, "status": status, "pause": pause, "seen": []}
    handler = type("Handler", (_Handler,), given)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port, handler.seen  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join(5)


@contextmanager
def silent_ports(count: int) -> Iterator[list[int]]:
    """Ports on loopback that take connections and say nothing."""
    with ExitStack() as stack:
        servers = [stack.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in range(count)]
        yield [server.getsockname()[1] for server in servers]


def models(*names: object) -> bytes:
    return json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in names]}).encode()


def test_the_first_model_that_writes_is_found_by_one_get() -> None:
    with listening(models("nomic-embed-text", "qwen3:8b", "llama3.2")) as (port, seen):
        found = model_nearby((free_port(), port))
    assert found == NearbyModel("qwen3:8b", port)
    assert found.options == f"--model openai:qwen3:8b --base-url http://127.0.0.1:{port}/v1"
    assert seen == [("GET", "/v1/models", b"")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 200),
        (b"", 200),
        (b"[]", 200),
        (b'{"data": null}', 200),
        (b'{"data": [7, {}]}', 200),
        (b"[" * 200_000, 200),
        (models("a"), 404),
        (models("a"), 302),
        (models(), 200),
        (models("quoth"), 200),  # another Quoth
        (models("a b", "$(reboot)", "a;b", "--store", "x" * 101, "\u202ea", 7, None, ""), 200),
        (models("a") + b" " * 2_000_000, 200),
    ],
)
def test_what_lists_no_model_is_passed_over(body: bytes, status: int) -> None:
    with listening(body, status) as (port, seen):
        assert model_nearby((port,)) is None
    assert len(seen) == 1


def test_who_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "_SECONDS", 0.2)
    with listening(b" " * 650_000, pause=0.1) as (port, _):
        started = time.monotonic()
        assert model_nearby((port,)) is None
        assert time.monotonic() - started < 0.9


def test_all_ports_together_take_no_longer_than_one() -> None:
    """The owner's page waits for them: what is allowed is 0.3 s, of ten one after the other it would be two seconds."""
    assert nearby._SECONDS <= 0.25
    with listening(models("a")) as (port, _), silent_ports(10) as ports:
        started = time.monotonic()
        found = model_nearby((*ports, port))
        spent = time.monotonic() - started
    assert found == NearbyModel("a", port)
    assert spent < 1


def test_nobody_is_there() -> None:
    assert model_nearby((free_port(),)) is None
