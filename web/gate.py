"""What stands before every request: sizes, origins, which of Gradio's routes there are, and headers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_BYTES = 64 * 1024
CHAT_BYTES = 1024 * 1024
"""The chat refuses a long question in its own words, so it must be let through to there."""

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
CHAT = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Our own routes, and those of Gradio's that its page needs; it has many more, uploads and files among them.
ADDRESSES = {
    "/", "/articles", "/config", "/theme.css", "/favicon.ico", "/healthz", "/readyz",
    "/api/ask", "/api/feedback", "/api/export",
    "/widget", "/widget.js", "/widget/frame.js", "/widget/parts.js", "/widget/frame.css",
    "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/cancel", "/gradio_api/info",
    "/gradio_api/startup-events", "/gradio_api/theme.css", "/gradio_api/reset",
    "/gradio_api/app_id",
}  # fmt: skip
WIDGET = "/widget"
"""The one page that may stand in pages of other sites."""
OWNER = "/owner/"
FOLDERS = (
    "/articles/", "/api/articles/", "/api/answers/", OWNER, "/quoth/", "/assets/", "/static/", "/gradio_api/heartbeat/",
)  # fmt: skip


class Gate:
    """Pure ASGI middleware: refuses what must not pass, and adds the headers to what does.

    Pages of `embed_origins` may frame the widget.
    """

    def __init__(self, app: ASGIApp, embed_origins: Sequence[str] = ()) -> None:
        self.app = app
        self._framed = STRICT.replace("frame-ancestors 'self'", " ".join(("frame-ancestors 'self'", *embed_origins)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # no websocket is served
        path, headers = scope["path"], Headers(scope=scope)
        policy = {"/": CHAT, WIDGET: self._framed}.get(path, STRICT)
        send = _with_headers(send, policy)
        if path not in ADDRESSES and not path.startswith(FOLDERS):
            await _refuse(send, 404, "not_found", "there is nothing at this address")
            return
        if scope["method"] not in ("GET", "HEAD"):
            if not is_same_origin(headers):
                await _refuse(send, 403, "origin", "this request comes from another site")
                return
            if not path.startswith(OWNER):  # which sees who asks before it reads anything, and then counts
                limit = API_BYTES if path.startswith("/api/") else CHAT_BYTES
                body = await _body(headers, receive, limit)
                if body is None:
                    await _refuse(send, 413, "too_large", f"the request is larger than {limit:,} bytes")
                    return
                receive = _replay(body, receive)
        await self.app(scope, receive, send)


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request is of our own page or of a program, which sends neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or (origin != "null" and urlsplit(origin).netloc == headers.get("host"))


async def _body(headers: Mapping[str, str], receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None as soon as it is known to be above the limit."""
    announced = headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > limit:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body at once, then what comes after it: the disconnection."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _with_headers(send: Send, policy: str) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            # Gradio answers any origin with permission to read; nobody else's page may.
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            headers.update(HEADERS)
            headers.setdefault("Content-Security-Policy", policy)  # a report comes with one of its own
            if "frame-ancestors 'self'" not in policy.split("; "):
                del headers["X-Frame-Options"]  # it cannot name another site
        await send(message)

    return wrapped


async def _refuse(send: Send, status: int, code: str, message: str) -> None:
    error = {"code": code, "message": message, "hint": "docs/http.md says what is served here"}
    body = json.dumps(error).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
