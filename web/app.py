"""The chat: a Gradio page mounted on the app that serves it all."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from rag.events import Ask
from settings import Settings
from web.api.routes import add_routes
from web.asking import Asking
from web.locales.strings import STRINGS
from web.monitoring.metrics import Metrics
from web.monitoring.middleware import RequestMonitor, counted
from web.pages.owner import add_owner
from web.pages.widget import router as widget
from web.queue import Line
from web.security.excerpts import excerpted
from web.security.gate import Gate
from web.security.keys import Keys
from web.security.rates import Rates

if TYPE_CHECKING:
    from rag.chain import AnswerChain

STATIC = Path(__file__).resolve().parent / "static"
FONT = ("system-ui", "sans-serif")


def build_app(chain: AnswerChain, settings: Settings) -> FastAPI:
    """Everything that is served: the chat at `/`, the articles and the HTTP interface, behind the gate."""
    # Gradio reads this when it is imported, which takes seconds, so only whoever serves imports it.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Else it works out statistics with pandas after every event.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(2**31)
    app = FastAPI(title="Quoth", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.rates = Rates()
    add_owner(app, chain, settings)
    line = Line()
    metrics = Metrics(chain, line)
    ask: Ask = excerpted(chain.stream, settings) if settings.excerpt_characters else chain.stream
    ask = counted(ask, metrics, settings)
    app.include_router(metrics.router())
    recent = add_routes(app, chain, settings, line, ask)
    app.include_router(widget(chain, settings))
    app.mount("/quoth", StaticFiles(directory=STATIC))
    # Outside of a running loop Gradio makes one for each of its locks and never closes it.
    asyncio.run(_mount(app, chain, settings, Asking(ask, settings, recent, line)))
    app.add_middleware(Gate, settings=settings, rates=app.state.rates, knows_key=Keys(settings.store).find)
    app.add_middleware(RequestMonitor, metrics=metrics, settings=settings)
    return app


def stop_streams(app: FastAPI) -> None:
    """The app is not ready any more; streams of open chats, which else never end, do so."""
    app.state.stopping = True
    [chat] = [route for route in app.routes if isinstance(route, Mount) and not route.path]
    cast("Any", chat.app).stop_event.set()


async def _mount(app: FastAPI, chain: AnswerChain, settings: Settings, asking: Asking) -> None:
    import gradio as gr

    from web.chat.page import Page

    gr.mount_gradio_app(
        app,
        Page(chain, settings, asking).blocks,
        "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        favicon_path=str(STATIC / "icon.svg"),
        theme=gr.themes.Base(font=FONT, font_mono=("ui-monospace", "monospace")),
        head=head(),
    )


def head() -> str:
    """Our files, and what the scripts say, in both languages."""
    words = json.dumps({key: both for key, both in STRINGS.items() if key.startswith("script.")})
    return (
        '<link rel="stylesheet" href="/quoth/chat.css"><link rel="stylesheet" href="/quoth/keep.css">'
        f'<script type="application/json" id="q-words">{words}</script>'
        '<script src="/quoth/chat.js" defer></script><script src="/quoth/keep.js" defer></script>'
    )
