"""The widget: the script that other sites load, and the page it puts in a frame. See docs/embed.md."""

from __future__ import annotations

import json
import logging
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from index.errors import QuothError
from settings import Settings
from web.locales.strings import STRINGS, Language, preferred, say
from web.render import text

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
    "chat.withheld_1", "chat.withheld_n", "chat.seconds", "chat.page", "chat.read", "chat.retry", "chat.searching",
    "chat.understood",
    "script.keep.up", "script.keep.down", "script.keep.forgotten", "script.keep.failed",
}  # fmt: skip
SECTIONS = ("widget.", "chat.stage.", "chat.error.")
_log = logging.getLogger(__name__)


def router(chain: AnswerChain, settings: Settings) -> APIRouter:
    """The routes of the widget."""
    routes = APIRouter()

    @routes.api_route("/widget.js", methods=["GET", "HEAD"])
    def loader() -> Response:
        return Response(_loader(), media_type="text/javascript", headers=LOADER_HEADERS)

    @routes.api_route("/widget/{name}", methods=["GET", "HEAD"])
    def file(name: Literal["frame.js", "parts.js", "frame.css"]) -> Response:
        return Response(_text(name), media_type=TYPES[name], headers={"Cache-Control": "no-cache"})

    @routes.api_route("/widget", methods=["GET", "HEAD"])
    def frame(request: Request, language: str = "", theme: Literal["", "light", "dark"] = "") -> HTMLResponse:
        spoken = preferred(language or request.headers.get("accept-language"))
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
        return HTMLResponse(page(chain, settings, spoken, theme), headers=headers)

    return routes


def page(chain: AnswerChain, settings: Settings, language: Language, theme: str = "") -> str:
    """The frame as HTML. Its script finds what it says, and the first questions, as JSON in it."""
    words = {
        key: both[0 if language == "en" else 1]
        for key, both in STRINGS.items()
        if key in SAID or key.startswith(SECTIONS)
    }
    given = json.dumps({"words": words, "first": _first(chain)}).replace("<", "\\u003c")
    keys = ("talk", "question", "placeholder", "ask", "stop", "again", "welcome")
    return _template().substitute(
        {key: text(say(language, f"chat.{key}")) for key in keys},
        title=text(say(language, "loader.title")),
        close=text(say(language, "loader.close")),
        language=language,
        theme=theme,
        characters=settings.question_characters,
        given=given,
    )


def _first(chain: AnswerChain) -> tuple[str, ...]:
    """Questions to begin with, once the models are warm."""
    try:
        return chain.starters() if chain.ready else ()
    except QuothError as error:
        _log.error("%s", error)
        return ()


@cache
def _loader() -> str:
    words = {key.removeprefix("loader."): both for key, both in STRINGS.items() if key.startswith("loader.")}
    return (FILES / "widget.js").read_text(encoding="utf-8").replace("{ /* words */ }", json.dumps(words))


@cache
def _template() -> Template:
    return Template((FILES / "frame.html").read_text(encoding="utf-8"))


@cache
def _text(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")
