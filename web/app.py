"""The one place where the parts of the server are put together: pages, HTTP interface, chat, security, monitoring."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fastapi import Depends, FastAPI
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from rag.events import Ask
from settings import Settings
from web.answers import AnswerStore
from web.api.completions import completion_routes
from web.api.conversations import conversation_routes
from web.api.docs import document_routes
from web.api.feedback import answer_routes
from web.api.passages import passage_routes
from web.api.routes import ask_routes, health_routes, unknown_routes
from web.asking import Asking
from web.chat.later import load_later
from web.chat.sessions import ChatSessions
from web.errors import add_error_handlers
from web.locales import for_scripts
from web.monitoring.metrics import Metrics
from web.monitoring.middleware import RequestMonitor, counted
from web.monitoring.queue import QueueFigures
from web.monitoring.unanswered import Unanswered, noting_unanswered
from web.pages.articles import article_routes
from web.pages.owner import owner_routes
from web.pages.shared import sharing_routes
from web.pages.sheets import originals_of, sheet_routes
from web.pages.widget import widget_routes
from web.queue import AdmissionQueue
from web.security.audience import Audiences
from web.security.excerpts import excerpted
from web.security.gate import Gate
from web.security.keys import Keys, admission
from web.security.rates import Rates
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

STATIC = Path(__file__).resolve().parent / "static"
FONT = ("system-ui", "sans-serif")


def build_app(chain: AnswerChain, settings: Settings) -> FastAPI:
    """Put together everything that is served: the chat at `/`, the pages and the HTTP interface, behind the gate."""
    app = FastAPI(title="Quoth", openapi_url=None, docs_url=None, redoc_url=None)
    rates, queue, answers = Rates(settings.store), AdmissionQueue(), AnswerStore(store=settings.store)
    unanswered = Unanswered() if settings.log_questions else None
    # The owner's runs go by the chain itself: they see whole articles, and are no questions to be counted.
    app.include_router(owner_routes(chain, settings, unanswered))
    metrics = Metrics(chain, queue, settings.store)
    metrics.add(QueueFigures(settings.store))
    ask: Ask = excerpted(chain.stream, settings) if settings.excerpt_characters else chain.stream
    ask = noting_unanswered(ask, unanswered) if unanswered else ask
    asking = Asking(counted(ask, metrics, settings), settings, answers, queue)
    app.include_router(metrics.router())
    audiences = Audiences(settings)
    app.include_router(widget_routes(chain, settings, audiences))
    seen = chain.seen_by(audiences.chat)
    sessions = ChatSessions(seen, asking.seen_by(audiences.chat), settings.store)
    app.include_router(conversation_routes(sessions))
    app.include_router(sharing_routes(chain, settings, audiences, answers))
    add_interface(app, chain, settings, asking, answers)
    app.mount("/quoth", StaticFiles(directory=STATIC))
    # Outside of a running loop Gradio makes one for each of its locks and never closes it.
    asyncio.run(_mount_chat(app, seen, settings, sessions))
    app.add_middleware(Gate, settings=settings, rates=rates, knows_key=Keys(settings.store).find)
    app.add_middleware(RequestMonitor, metrics=metrics, settings=settings)
    return app


def add_interface(app: FastAPI, chain: AnswerChain, settings: Settings, asking: Asking, answers: AnswerStore) -> None:
    """Add the pages of the articles and the HTTP interface, and what answers their errors."""
    app.state.stopping = False
    audiences = Audiences(settings)
    originals = originals_of(settings)
    app.include_router(article_routes(chain, settings, audiences, originals))
    if originals is not None:
        app.include_router(sheet_routes(chain, settings, audiences, originals))
    with_key = [
        ask_routes(asking, audiences),
        completion_routes(asking, settings, audiences),
        passage_routes(chain, settings, audiences),
    ]
    without_key = [answer_routes(answers, settings), health_routes(chain)]
    admit = Depends(admission(Keys(settings.store), settings))
    for router in with_key:
        app.include_router(router, dependencies=[admit])
    for router in without_key:
        app.include_router(router)
    if settings.api_docs:
        app.include_router(document_routes([*with_key, *without_key]))
    app.include_router(unknown_routes())
    add_error_handlers(app)


def stop_streams(app: FastAPI) -> None:
    """Say that the app is not ready any more, and end the streams of open chats, which else never end."""
    app.state.stopping = True
    [chat] = [route for route in app.routes if isinstance(route, Mount) and not route.path]
    cast("Any", chat.app).stop_event.set()


async def _mount_chat(app: FastAPI, chain: AnswerChain, settings: Settings, sessions: ChatSessions) -> None:
    # Gradio reads this when it is imported, which takes seconds, so only whoever serves imports it.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Else it works out statistics with pandas after every event.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(2**31)
    load_later("pandas")  # for tables and plots, of which the chat has none
    import gradio as gr

    from web.chat.idle import rest_when_idle
    from web.chat.page import Page

    blocks = Page(chain, settings, sessions).blocks
    rest_when_idle(blocks)
    gr.mount_gradio_app(
        app,
        blocks,
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
        head=chat_files(settings),
    )


def chat_files(settings: Settings) -> str:
    """Return the elements that load our files, and what the scripts say, into the chat's page."""
    return render_template("chat_files.html", words=for_scripts("script."), sharing=settings.sharing)
