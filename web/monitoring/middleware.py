"""Requests and questions, counted for the metrics and written to the log."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Generator
from contextlib import closing
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import UsageError
from rag.answer import Answer
from rag.events import Ask, Event
from settings import Settings
from web.errors import REASON
from web.monitoring.logs import request_id
from web.monitoring.metrics import Metrics, Outcome
from web.security.access import caller

if TYPE_CHECKING:
    from rag.chain import Question

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
QUIET = ("/healthz", "/readyz", "/metrics", "/gradio_api/heartbeat", "/assets/", "/static/", "/quoth", "/theme.css")
"""Not in the log where they succeed: there are many of them, and they say nothing."""
_log = logging.getLogger(__name__)


class RequestMonitor:
    """Pure ASGI middleware around everything: gives each request an id, times it, counts it and logs it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, settings: Settings) -> None:
        self.app = app
        self._metrics = metrics
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id.set(secrets.token_hex(6))
        begun = time.perf_counter()
        status, reason = 499, None  # where the client leaves before it is answered

        async def watched(message: Message) -> None:
            nonlocal status, reason
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id.get()
                status, reason = message["status"], headers.get(REASON)
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            status, reason = 500, "internal"
            raise
        finally:
            self._seen(scope, status, reason, time.perf_counter() - begun)

    def _seen(self, scope: Scope, status: int, reason: str | None, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        # As /articles/{article_id}, else the folder of a file, or none where the gate refused.
        route = getattr(scope.get("route"), "path", scope.get("root_path")) or "none"
        self._metrics.request(method, route, status, seconds, reason)
        fields: dict[str, Any] = {"method": method, "route": route, "status": status}
        fields |= {"milliseconds": round(seconds * 1000), "client": truncated(caller(scope, self._settings).address)}
        if reason is not None:
            fields["reason"] = reason
        quiet = status < 400 and scope["path"].startswith(QUIET)
        _log.log(logging.DEBUG if quiet else logging.INFO, "request", extra={"fields": fields})


def truncated(address: str) -> str:
    """Return the /24 of an IPv4 address, the /48 of an IPv6 one: a neighbourhood, not a person."""
    try:
        network = ip_network(address, strict=False)
    except ValueError:
        return "unknown"
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48).network_address)


def counted(ask: Ask, metrics: Metrics, settings: Settings) -> Ask:
    """Wrap `ask` so that each question is counted and logged, however it ends."""

    def ask_counted(question: Question) -> Generator[Event]:
        begun = time.perf_counter()
        outcome: Outcome = "stopped"
        answer: Answer | None = None
        try:
            with closing(ask(question)) as events:
                for event in events:
                    if isinstance(event, Answer):
                        answer, outcome = event, "abstained" if event.abstained else "answered"
                    yield event
        except UsageError:
            outcome = "refused"
            raise
        except Exception:
            outcome = "failed"
            raise
        finally:
            metrics.question(outcome, answer)
            fields: dict[str, Any] = {"outcome": outcome, "milliseconds": round((time.perf_counter() - begun) * 1000)}
            if settings.log_questions:
                fields["question"] = question["question"]
            _log.info("question", extra={"fields": fields})

    return ask_counted
