"""Serves the app: the page first, then the models, each as soon as it can be."""

from __future__ import annotations

import logging
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from index.errors import QuothError
from settings import Settings
from web.app import build_app, stop_streams
from web.memory import give_back
from web.security.access import serves_others
from web.security.connection import CONNECTIONS, Connection

if TYPE_CHECKING:
    from rag.chain import AnswerChain

REFRESH_SECONDS = 1.0
SPARE_FILES = 500
SHUTDOWN_SECONDS = 20
"""How long answers in flight may take once the server was told to stop."""
_log = logging.getLogger(__name__)


def serve(
    chain: AnswerChain, settings: Settings, listener: socket.socket, listening: Callable[[], None] = lambda: None
) -> None:
    """Serve on `listener` until interrupted or terminated, then finish the answers in flight.

    `listening` is called once requests are answered.
    """
    _allow_files(CONNECTIONS + SPARE_FILES)
    stop = threading.Event()
    threading.Thread(target=_warm, args=(chain,), name="warm", daemon=True).start()
    threading.Thread(target=_follow, args=(chain, stop), name="follow", daemon=True).start()
    config = uvicorn.Config(
        build_app(chain, settings),
        http=Connection,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # web/security/access.py alone says whom to believe
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    if serves_others(settings) and settings.owner_token is None:
        closed = "the owner's pages" if settings.public_chat else "the chat and the owner's pages"
        _log.warning("others are served, so %s are closed until QUOTH_OWNER_TOKEN is set", closed)
    _log.info("serving http://%s:%d", settings.host, listener.getsockname()[1])
    try:
        with suppress(KeyboardInterrupt), _interrupted_by(signal.SIGTERM):
            Server(config, listening).run(sockets=[listener])
    finally:
        stop.set()


class Server(uvicorn.Server):
    """uvicorn's server, which tells when it answers, and ends streams that only wait before it stops."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept, then tell."""
        await super().startup(sockets)
        if self.started:
            self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, and wait for the answers in flight."""
        app = self.config.app
        assert isinstance(app, FastAPI)
        stop_streams(app)
        await super().shutdown(sockets)


@contextmanager
def _interrupted_by(sent: signal.Signals) -> Iterator[None]:
    """Treat this signal as Ctrl-C: uvicorn raises it once more when it has stopped, and the program is not done yet."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(sent, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(sent, before)


def _allow_files(count: int) -> None:
    """Allow so many open files: each connection is one, and a process may have 1,024 unless it asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _warm(chain: AnswerChain) -> None:
    """Load the models. Where that fails, whoever asks first is told."""
    try:
        chain.warm()
        give_back()
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
