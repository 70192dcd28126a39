"""The widget: the script that other sites load, and the page it puts in a frame. See docs/embed.md."""

from __future__ import annotations

import json
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from index.article import collection_name
from index.errors import QuothError
from settings import Settings
from web.locales import Language, for_scripts, languages, preferred
from web.security.audience import Audiences
from web.security.gate import FRAMED
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

FILES = Path(__file__).resolve().parents[1] / "widget"
LOADER_HEADERS = {
    "Cache-Control": "public, max-age=300",
    # Pages that are isolated from other origins load only what says that it may be loaded.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
TYPES = {"frame.js": "text/javascript", "parts.js": "text/javascript", "frame.css": "text/css"}
# What the frame says in the words of the chat.
SAID = {
    "chat.next", "chat.try", "chat.stopped", "chat.abstained", "chat.nearest", "chat.supported_1", "chat.supported_n",
    "chat.quotes_1", "chat.quotes_n",
    "chat.withheld_1", "chat.withheld_n", "chat.seconds", "chat.page", "chat.read", "chat.retry", "chat.searching",
    "chat.understood", "chat.as_typed", "chat.contact",
    "script.keep.up", "script.keep.down", "script.keep.forgotten", "script.keep.failed",
}  # fmt: skip
SECTIONS = ("widget.", "chat.stage.", "chat.error.", "chat.unsure")
_log = logging.getLogger(__name__)


def widget_routes(chain: AnswerChain, settings: Settings, audiences: Audiences) -> APIRouter:
    """Return the routes of the widget."""
    routes = APIRouter()

    @routes.api_route("/widget.js", methods=["GET", "HEAD"])
    def loader() -> Response:
        return Response(_loader(), media_type="text/javascript", headers=LOADER_HEADERS)

    @routes.api_route("/widget/{name}", methods=["GET", "HEAD"])
    def file(name: Literal["frame.js", "parts.js", "frame.css"]) -> Response:
        return Response(_file(name), media_type=TYPES[name], headers={"Cache-Control": "no-cache"})

    @routes.api_route("/widget", methods=["GET", "HEAD"])
    def frame(
        request: Request, language: str = "", theme: Literal["", "light", "dark"] = "", collection: str | None = None
    ) -> HTMLResponse:
        spoken = preferred(language or request.headers.get("accept-language"))
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
        seen, token = chain.seen_by(audiences.open), ""
        if collection is not None:
            name = collection_name(collection)
            seen, token = seen.seen_by(frozenset({name})), audiences.token(name)
            headers["Content-Security-Policy"] = " ".join((FRAMED, *settings.embed_sites(name)))
        return HTMLResponse(widget_page(seen, settings, spoken, theme, token), headers=headers)

    return routes


def widget_page(chain: AnswerChain, settings: Settings, language: Language, theme: str = "", token: str = "") -> str:
    """Return the frame as HTML. Its script finds what it says, the first questions and its token, as JSON in it."""
    words = {key: said for key, said in languages()[language].items() if key in SAID or key.startswith(SECTIONS)}
    return render_template(
        "widget.html",
        language,
        theme=theme,
        max_characters=settings.question_characters,
        given={
            "words": words,
            "first": _first_questions(chain),
            "token": quote(token, safe=":"),
            "contact": settings.contact,
        },
    )


def _first_questions(chain: AnswerChain) -> tuple[str, ...]:
    """Return questions to begin with, once the models are warm."""
    try:
        return chain.starters() if chain.ready else ()
    except QuothError as error:
        _log.error("%s", error)
        return ()


@cache
def _loader() -> str:
    words = json.dumps(for_scripts("loader."))
    return (FILES / "widget.js").read_text(encoding="utf-8").replace("{ /* words */ }", words)


@cache
def _file(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")
