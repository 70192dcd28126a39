"""Serves the app: the port first, then the page, then the models, each as soon as it can be."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from index.errors import QuothError, UsageError
from settings import Settings
from web.chat import build_app

if TYPE_CHECKING:
    from rag.chain import AnswerChain

REFRESH_SECONDS = 1.0
SHUTDOWN_SECONDS = 5
_log = logging.getLogger(__name__)


def serve(chain: AnswerChain, settings: Settings) -> None:
    """Serve until interrupted. Raises UsageError if the address cannot be had."""
    with _listen(settings.host, settings.port) as listener:
        stop = threading.Event()
        threading.Thread(target=_warm, args=(chain,), name="warm", daemon=True).start()
        threading.Thread(target=_follow, args=(chain, stop), name="follow", daemon=True).start()
        config = uvicorn.Config(
            build_app(chain, settings),
            log_config=None,
            access_log=False,
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        _log.info("serving http://%s:%d", settings.host, listener.getsockname()[1])
        try:
            with suppress(KeyboardInterrupt):
                uvicorn.Server(config).run(sockets=[listener])
        finally:
            stop.set()


def _listen(host: str, port: int) -> socket.socket:
    """The socket to serve on, taken before anything slow begins."""
    hint = "choose another with --port or --host"
    if not 0 <= port <= 65535:
        raise UsageError(f"there is no port {port}", hint)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port} ({error.strerror or error})", hint) from error


def _warm(chain: AnswerChain) -> None:
    """Load the models. Where that fails, whoever asks first is told."""
    try:
        chain.warm()
    except QuothError as error:
        _log.error("%s", error)
    except Exception:
        _log.exception("the models could not be loaded")


def _follow(chain: AnswerChain, stop: threading.Event) -> None:
    """Pick up new generations of the index as they are published, and let go of old ones."""
    failing = False
    while not stop.wait(REFRESH_SECONDS):
        try:
            chain.index.refresh()
            failing = False
        except Exception as error:  # a thread that ended would leave the server with an old index for good
            if not failing:
                _log.warning("the index could not be refreshed: %s", error)
            failing = True
