"""The chat: a Gradio page mounted on the app that serves it all."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from settings import Settings
from web.answers import Recent
from web.api.routes import add_routes
from web.locales import for_scripts
from web.monitoring.metrics import Metrics
from web.monitoring.middleware import Watch, watched
from web.pages.owner import add_owner
from web.pages.widget import widget_routes
from web.queue import Line
from web.security.excerpts import excerpted
from web.security.gate import Gate
from web.security.keys import Keys
from web.security.rates import Rates
from web.templating import render_template

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
    if settings.excerpt_characters:
        chain = excerpted(chain, settings)
    line = Line()
    metrics = Metrics(chain, line)
    chain = watched(chain, metrics, settings)
    app.include_router(metrics.router())
    recent = add_routes(app, chain, settings, line)
    app.include_router(widget_routes(chain, settings))
    app.mount("/quoth", StaticFiles(directory=STATIC))
    # Outside of a running loop Gradio makes one for each of its locks and never closes it.
    asyncio.run(_mount(app, chain, settings, recent, line))
    app.add_middleware(Gate, settings=settings, rates=app.state.rates, knows_key=Keys(settings.store).find)
    app.add_middleware(Watch, metrics=metrics, settings=settings)
    return app


def stop_streams(app: FastAPI) -> None:
    """The app is not ready any more; streams of open chats, which else never end, do so."""
    app.state.stopping = True
    [chat] = [route for route in app.routes if isinstance(route, Mount) and not route.path]
    cast("Any", chat.app).stop_event.set()


async def _mount(app: FastAPI, chain: AnswerChain, settings: Settings, recent: Recent, line: Line) -> None:
    import gradio as gr

    from web.chat.page import Page

    gr.mount_gradio_app(
        app,
        Page(chain, settings, recent, line).blocks,
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
        head=chat_files(),
    )


def chat_files() -> str:
    """Return the elements that load our files, and what the scripts say, into the chat's page."""
    return render_template("chat_files.html", words=for_scripts("script."))
