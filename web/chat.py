"""The chat: a Gradio page mounted on the app that serves it all."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from settings import Settings
from web.api import add_routes
from web.gate import Gate
from web.owner import add_owner
from web.recent import Recent
from web.strings import STRINGS
from web.widget import router as widget

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
    recent = add_routes(app, chain, settings)
    add_owner(app, chain, settings)
    app.include_router(widget(chain, settings))
    app.mount("/quoth", StaticFiles(directory=STATIC))
    # Outside of a running loop Gradio makes one for each of its locks and never closes it.
    asyncio.run(_mount(app, chain, settings, recent))
    app.add_middleware(Gate, embed_origins=settings.embed_origins)
    return app


async def _mount(app: FastAPI, chain: AnswerChain, settings: Settings, recent: Recent) -> None:
    import gradio as gr

    from web.page import Page

    gr.mount_gradio_app(
        app,
        Page(chain, settings, recent).blocks,
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
