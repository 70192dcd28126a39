"""Language models for tests: an OpenAI-compatible server on loopback that says, or does, what it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


@dataclass
class Served:
    """Where the server is, what it was asked, and whether a client hung up on it."""

    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    served: Served
    replies: list[str | int | Behaviour]

    def do_POST(self) -> None:
        self.served.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.served.headers.append({name.lower(): value for name, value in self.headers.items()})
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        self.close_connection = True
        try:
            if isinstance(reply, int):
                self.refuse(reply)
            elif isinstance(reply, str):
                self.open()
                self.say(reply)
                self.end()
            else:
                reply(self)
        except OSError:
            self.served.left.set()

    def open(self, kind: str = "text/event-stream") -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def raw(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def say(self, text: str, size: int = 7) -> None:
        """The text as a stream of chunks of a few characters each."""
        for at in range(0, max(1, len(text)), size):
            choice = {"index": 0, "delta": {"role": "assistant", "content": text[at : at + size]}}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
            self.raw(f"data: {json.dumps(chunk)}\n\n")

    def end(self) -> None:
        self.raw("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def refuse(self, status: int, said: str = "no") -> None:
        body = json.dumps({"error": {"message": said, "type": "error", "code": None}}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def wait(self) -> None:
        """Say nothing more until the client hangs up or the test is over."""
        while not self.served.stopping.wait(0.05):
            self.raw(": \n\n")

    def log_message(self, *words: object) -> None:
        pass


def stalls(handler: Handler) -> None:
    """Begins a sentence and never ends it."""
    handler.open()
    handler.say("Tea was ")
    handler.wait()


def cut_after(text: str) -> Behaviour:
    """Breaks the connection after `text`."""

    def behave(handler: Handler) -> None:
        handler.open()
        handler.say(text)

    return behave


def ends_early(text: str) -> Behaviour:
    """Ends the response properly, but in the middle of what it says."""

    def behave(handler: Handler) -> None:
        handler.open()
        handler.say(text)
        handler.wfile.write(b"0\r\n\r\n")

    return behave


def broken_json(handler: Handler) -> None:
    handler.open()
    handler.raw('data: {"choices": [{"delta": {"content": "Tea\n\n')
    handler.end()


def wrong_type(handler: Handler) -> None:
    handler.open("text/html")
    handler.raw("<html><script>alert(1)</script>Tea was first drunk in China.</html>")
    handler.wfile.write(b"0\r\n\r\n")


def endless(text: str) -> Behaviour:
    """The same again and again."""

    def behave(handler: Handler) -> None:
        handler.open()
        while not handler.served.stopping.is_set():
            handler.say(text, size=200)

    return behave


@contextmanager
def serving(*replies: str | int | Behaviour) -> Iterator[Served]:
    """A server that gives these replies in turn, the last one for ever: a text, a status, or a behaviour."""
    served = Served()
    handler = type("Told", (Handler,), {"served": served, "replies": list(replies)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield served
    finally:
        served.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def lines(*sentences: str) -> str:
    """What a model writes that keeps to the format."""
    return "\n".join(sentences) + "\n"


def words_of(messages: Sequence[dict[str, Any]]) -> str:
    """All that a model was told."""
    return "\n".join(str(message["content"]) for message in messages)
