"""What stands before every request: names, addresses, the owner, origins, rates, sizes, and headers on what leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import StoreError
from settings import Settings, StoreUrl
from web.errors import OPENAI, ApiError, error_response
from web.security.access import Caller, caller, host_of, is_known_host, serves_others
from web.security.policy import ASKING, GRADIO, OWNER_FOLDERS, audience_of
from web.security.rates import Rates

API_BYTES = 64 * 1024
CHAT_BYTES = 1024 * 1024
"""The chat refuses a long question in its own words, so it must be let through to there."""
VISITORS_AT_AN_ADDRESS = 6
"""So many may ask as much as one: a school or an office has one address."""
WRONG_TOKENS_PER_MINUTE = 10

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CHAT = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
FRAMED = STRICT.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""Of the articles, which the chat shows beside the conversation."""
ARTICLES, WIDGET = "/articles", "/widget"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()",
}
READING = ("GET", "HEAD")
_SESSION = re.compile(r"[0-9a-f]{32}")
_SEE = "docs/security.md says who may do what"


class Gate:
    """Pure ASGI middleware: refuses what must not pass, and adds the headers to what does.

    `knows_key` says whether the headers of a request show a program's key, which is counted elsewhere.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, rates: Rates, knows_key: Callable[[Headers], object] = lambda _: None
    ) -> None:
        self.app = app
        self._settings = settings
        self._rates = rates
        self._knows_key = knows_key
        self._widget = " ".join((FRAMED, *settings.embed_sites("")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # no websocket is served
        send = _with_headers(send, self._policy(scope["path"]))
        try:
            if isinstance(self._settings.store, StoreUrl):  # which may be asked, and take its time
                await run_in_threadpool(self._admit, scope)
            else:
                self._admit(scope)
            if scope["method"] not in READING and not scope["path"].startswith(OWNER_FOLDERS):
                receive = await _limited(scope, receive)
        except (ApiError, StoreError) as error:
            await error_response(Request(scope), error)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _policy(self, path: str) -> str:
        if path == ARTICLES or path.startswith(f"{ARTICLES}/"):
            return FRAMED
        return {"/": CHAT, WIDGET: self._widget}.get(path, STRICT)

    def _admit(self, scope: Scope) -> None:
        """Raise ApiError for a request that must not pass."""
        headers, path, settings = Headers(scope=scope), scope["path"], self._settings
        if not is_known_host(headers, settings):
            hint = "the owner sets QUOTH_HOSTS to the names that it has; docs/security.md says why"
            raise ApiError(421, "host", "this server is not known by this name", hint)
        whose, reads = audience_of(path, documented=settings.api_docs), scope["method"] in READING
        if whose is None:
            hint = "docs/http.md says what is served here"
            raise ApiError(404, "not_found", "there is nothing at this address", hint)
        if not (reads and not path.startswith(GRADIO)) and not is_same_origin(headers):
            raise ApiError(403, "origin", "this request comes from another site", _SEE)
        who = caller(scope, settings)
        scope["scheme"] = who.scheme  # links begin with it
        if not path.startswith(OPENAI):  # there a token is the key of some other service
            self._count_wrong_token(who)
            if who.is_owner:
                return
        if whose == "owner" or (whose == "chat" and not settings.public_chat):
            raise _owner_only_error(who, settings)
        if not reads:
            self._count(who, headers, asks=path in ASKING)

    def _count_wrong_token(self, who: Caller) -> None:
        if who.shows_token:
            wrong = f"wrong token {who.address}"
            self._rates.check(wrong, WRONG_TOKENS_PER_MINUTE)
            if not who.is_owner and who.is_secure:
                self._rates.take(wrong, WRONG_TOKENS_PER_MINUTE)

    def _count(self, who: Caller, headers: Headers, *, asks: bool) -> None:
        """Count a request: each visitor of an address, and all of them together."""
        most = self._settings.asks_per_minute
        if asks:
            if self._knows_key(headers):
                return
            session = headers.get("quoth-session", "")
            self._rates.take(f"asks {who.address} {session if _SESSION.fullmatch(session) else ''}", most)
        kind = "asks" if asks else "else"
        self._rates.take(f"{kind} of all at {who.address}", most * VISITORS_AT_AN_ADDRESS)


def _owner_only_error(who: Caller, settings: Settings) -> ApiError:
    message = "this is for the owner of the articles"
    if settings.owner_token is None:
        hint = "set QUOTH_OWNER_TOKEN on the server and show it" if serves_others(settings) else _AT_THE_MACHINE
        return ApiError(403, "owner_only", message, hint)
    if not who.is_secure:  # or a browser would send the token for everybody to read
        hint = "the token is taken over https alone; docs/security.md says what the proxy has to tell"
        return ApiError(403, "owner_only", message, hint)
    challenge = {"WWW-Authenticate": 'Basic realm="Quoth, any name and the owner\'s token", charset="UTF-8"'}
    return ApiError(401, "owner_only", message, "show the owner's token", challenge)


_AT_THE_MACHINE = "open it in a browser on the machine that serves it, as http://127.0.0.1 with its port"


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Return whether a request is of our own page or of a program, which sends neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or host_of(origin) == headers["host"]


async def _limited(scope: Scope, receive: Receive) -> Receive:
    """Return a `receive` that gives the whole body at once. Raises ApiError as soon as it is known to be too large."""
    limit = API_BYTES if scope["path"].startswith("/api/") else CHAT_BYTES
    body = await _body(Headers(scope=scope), receive, limit)
    if body is None:
        message = f"the request is larger than {limit:,} bytes"
        raise ApiError(413, "too_large", message, "docs/http.md says what is served here")
    return _replay(body, receive)


async def _body(headers: Mapping[str, str], receive: Receive, limit: int) -> bytes | None:
    """Return the whole body, or None as soon as it is known to be above the limit."""
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
    """Return a `receive` that gives the body at once, then what comes after it: the disconnection."""
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
            headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")  # the loader says otherwise
            framed = headers["Content-Security-Policy"].partition("frame-ancestors ")[2]
            if framed in _FRAME_OPTIONS:  # it cannot name another site
                headers["X-Frame-Options"] = _FRAME_OPTIONS[framed]
        await send(message)

    return wrapped


_FRAME_OPTIONS = {"'none'": "DENY", "'self'": "SAMEORIGIN"}
