"""A server process of its own around a stand-in chain: for signals, for memory, and for clients that misbehave."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from settings import HOME, Settings, store_place
from tests.web.standins import ARTICLE, FakeChain, FakeIndex, free_port, until
from web import serve
from web.listener import listen
from web.monitoring import logs
from web.security import connection

LONG = "A long article, one sentence of many. " * 500_000


@dataclass
class Process:
    """The server, the port it listens on, and what it wrote to standard error."""

    popen: subprocess.Popen[bytes]
    port: int
    errors: Path

    def connect(self, *, received: int | None = None) -> socket.socket:
        """A connection; with `received` bytes of room for what comes."""
        client = socket.socket()
        client.settimeout(20)
        if received is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, received)
        try:
            client.connect(("127.0.0.1", self.port))
        except OSError:
            client.close()
            raise
        return client

    def get(self, path: str) -> int:
        """The status of a request, by a client that behaves."""
        with self.connect() as client:
            client.sendall(head("GET", path, Connection="close"))
            reply = read_all(client)
        if not reply:
            raise ConnectionResetError("it closed without a reply")
        return int(reply.split()[1])

    @property
    def resident(self) -> int:
        """Its memory in MiB."""
        lines = Path(f"/proc/{self.popen.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


@contextmanager
def process(errors: Path, pause: float = 0.0, limits: dict[str, float] | None = None, **more: Any) -> Iterator[Process]:
    """The server with `limits` of web.security.connection and `more` settings, ready; killed at the end."""
    port = free_port()
    told = {"pause": pause, "limits": limits or {}, "settings": {"port": port, **more}}
    with errors.open("wb") as file:
        command = [sys.executable, "-m", "tests.web.process", json.dumps(told)]
        popen = subprocess.Popen(command, cwd=HOME, stderr=file, stdout=subprocess.DEVNULL)
    server = Process(popen, port, errors)
    try:
        until(lambda: popen.poll() is not None or _is_ready(server), 120)
        assert popen.poll() is None, errors.read_text()
        yield server
    finally:
        popen.kill()
        popen.wait(20)


def head(method: str, path: str, **headers: object) -> bytes:
    """The first bytes of a request; `_` in the name of a header is `-`."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def ask(question: str = "What did he criticize?") -> bytes:
    """A question to be answered as a stream."""
    body = json.dumps({"question": question}).encode()
    headers = {"Accept": "text/event-stream", "Content_Type": "application/json", "Content_Length": len(body)}
    return head("POST", "/api/ask", **headers) + body


def read_until(client: socket.socket, words: bytes) -> bytes:
    """What comes until these words have come."""
    received = b""
    while words not in received:
        received += (more := client.recv(65536))
        assert more, received
    return received


def read_all(client: socket.socket) -> bytes:
    """Everything until the server closes."""
    received = b""
    while more := client.recv(65536):
        received += more
    return received


def _is_ready(server: Process) -> bool:
    try:
        return server.get("/readyz") == 200
    except OSError:
        return False


def main() -> None:
    """Serve until told to stop."""
    told = json.loads(sys.argv[1])
    for name, value in told["limits"].items():
        setattr(connection, name, value)
    values = told["settings"]
    if "store" in values:
        values["store"] = store_place(values["store"])
    settings = Settings(**values)
    logs.set_up(settings)
    index = FakeIndex({ARTICLE.id: ARTICLE, "long": replace(ARTICLE, id="long", text=LONG, headings=())})
    chain = FakeChain(index, pause=told["pause"])
    serve.serve(chain, settings, listen(settings.host, settings.port))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
