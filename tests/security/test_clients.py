"""Clients that misbehave: none takes the server's memory or time from the others."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.web.process import Process, ask, head, process, read_all, read_until
from tests.web.standins import until

pytestmark = pytest.mark.process

GROWTH = 48
"""MiB by which the process may grow in any of these."""
LIMITS = {"HEAD_SECONDS": 2.0, "BODY_SECONDS": 2.0, "READ_SECONDS": 2.0, "LEFT_SECONDS": 1.0}
BODY = 5 * 1024**3


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with process(tmp_path_factory.mktemp("server") / "errors", pause=0.05, limits=LIMITS) as server:
        _seconds_of_an_answer(server)  # what is imported with the first is no growth
        yield server


@pytest.fixture
def server(started: Process) -> Iterator[Process]:
    """The server, which has to be none the worse for it."""
    before = started.resident
    yield started
    assert started.resident < before + GROWTH
    assert _seconds_of_an_answer(started) < 10
    assert "Traceback" not in started.errors.read_text()


def _seconds_of_an_answer(server: Process) -> float:
    begun = time.monotonic()
    with server.connect() as client:
        client.sendall(ask())
        read_until(client, b"event: answer")
    return time.monotonic() - begun


def _is_closed(client: socket.socket, seconds: float = 0.01) -> bool:
    client.settimeout(seconds)
    try:
        return client.recv(65536) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_a_head_that_does_not_end_is_given_up(server: Process) -> None:
    with server.connect() as slow, server.connect() as second:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        second.sendall(head("GET", "/healthz"))  # behaves at first
        assert second.recv(4096).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        second.sendall(b"GET /healthz HTTP/1.1\r\n")
        for client in (slow, second):
            while not _is_closed(client, 0.2):
                with suppress(OSError):
                    client.sendall(b"X-Slow: 1\r\n")  # always in time, never done
                assert time.monotonic() < begun + 10, "it is still waited for"
        assert _seconds_of_an_answer(server) < 10


def test_an_endless_head_is_refused(server: Process) -> None:
    with server.connect() as client, suppress(OSError):
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        sent = 0
        while sent < 64 * 1024**2:
            client.sendall(b"a" * 65536)
            sent += 65536
        pytest.fail("64 MB of a head were taken")


def test_a_body_that_does_not_end_is_given_up(server: Process) -> None:
    with server.connect() as slow:
        slow.sendall(head("POST", "/api/ask", Content_Type="application/json", Content_Length=1000))
        begun = time.monotonic()
        while not _is_closed(slow, 0.2):
            with suppress(OSError):
                slow.sendall(b" ")
            assert time.monotonic() < begun + 10, "it is still waited for"


def test_a_connection_on_which_nothing_comes_is_given_up(server: Process) -> None:
    with server.connect() as silent, server.connect() as half:
        half.sendall(head("POST", "/api/ask", Content_Length=10)[:-6])
        half.shutdown(socket.SHUT_WR)
        begun = time.monotonic()
        until(lambda: _is_closed(silent) and _is_closed(half), 10)
        assert time.monotonic() - begun < 8


def test_a_thousand_idle_connections(server: Process) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(1000)]
        assert _seconds_of_an_answer(server) < 10
        time.sleep(LIMITS["HEAD_SECONDS"])
        until(lambda: all(map(_is_closed, clients)), 20)


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_of_five_gigabytes_is_cut_off(server: Process, chunked: bool) -> None:
    length = {"Transfer_Encoding": "chunked"} if chunked else {"Content_Length": BODY}
    chunk = b"a" * 65536
    piece = b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk
    sent = 0
    with server.connect() as client:
        client.sendall(head("POST", "/api/ask", Content_Type="application/json", **length))
        client.settimeout(10)
        with suppress(ConnectionError):
            while sent < BODY:
                client.sendall(piece)
                sent += len(piece)
        assert sent < 16 * 1024**2
        with suppress(ConnectionError):
            assert read_all(client).startswith(b"HTTP/1.1 413")


def test_a_refusal_is_read_by_who_sends_too_much(server: Process) -> None:
    with server.connect() as client:
        client.sendall(head("POST", "/api/ask", Content_Type="application/json", Content_Length=200_000))
        client.sendall(b"a" * 200_000)
        assert client.recv(4096).startswith(b"HTTP/1.1 413")


def test_a_client_that_does_not_read_is_given_up(server: Process) -> None:
    """It holds one write buffer, not the 19 MB that it asked for so often."""
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect(received=4096)) for _ in range(2)]
        for client in clients:
            client.sendall(head("GET", "/api/articles/long") * 20)
        assert _seconds_of_an_answer(server) < 10
        time.sleep(LIMITS["READ_SECONDS"] + 1)
        for client in clients:
            with suppress(ConnectionError):
                assert len(read_all(client)) < 19_000_000


def test_a_stream_that_is_not_read_holds_up_nobody(server: Process) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect(received=4096)) for _ in range(20)]
        for client in clients:
            client.sendall(ask())
        assert _seconds_of_an_answer(server) < 15
