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
from web.render import text
from web.strings import STRINGS, Language, preferred, say

if TYPE_CHECKING:
    from rag.chain import AnswerChain

FILES = Path(__file__).resolve().parent / "widget"
LOADER_HEADERS = {
    "Cache-Control": "public, max-age=300",
    # Pages that are isolated from other origins load only what says that it may be loaded.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
SAID = (
    "next", "try", "stopped", "abstained", "nearest", "supported_1", "supported_n", "withheld_1", "withheld_n",
    "seconds", "page", "read", "retry", "searching",
)  # fmt: skip
"""What the frame says in the words of the chat, beside its stages and errors."""
_log = logging.getLogger(__name__)


def router(chain: AnswerChain, settings: Settings) -> APIRouter:
    """The routes of the widget."""
    routes = APIRouter()

    @routes.api_route("/widget.js", methods=["GET", "HEAD"])
    def loader() -> Response:
        return Response(_loader(), media_type="text/javascript", headers=LOADER_HEADERS)

    @routes.api_route("/widget/frame.js", methods=["GET", "HEAD"])
    def script() -> Response:
        return _file("frame.js", "text/javascript")

    @routes.api_route("/widget/frame.css", methods=["GET", "HEAD"])
    def style() -> Response:
        return _file("frame.css", "text/css")

    @routes.api_route("/widget", methods=["GET", "HEAD"])
    def frame(
        request: Request, language: str = "", theme: Literal["light", "dark"] | None = None
    ) -> HTMLResponse:
        spoken = preferred(language or request.headers.get("accept-language"))
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
        return HTMLResponse(page(chain, settings, spoken, theme or ""), headers=headers)

    return routes


def page(chain: AnswerChain, settings: Settings, language: Language, theme: str = "") -> str:
    """The frame as HTML. Its script finds what it says, and the first questions, as JSON in it."""
    words = {key: say_all(language, key) for key in STRINGS if _is_said(key)}
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


def say_all(language: Language, key: str) -> str:
    """The words of `key` with their places for values left open."""
    return STRINGS[key][0 if language == "en" else 1].replace("{count:,}", "{count}")


def _is_said(key: str) -> bool:
    section, _, name = key.partition(".")
    return section == "widget" or (section == "chat" and (name in SAID or name.startswith(("stage.", "error."))))


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


def _file(name: str, kind: str) -> Response:
    return Response(_text(name), media_type=kind, headers={"Cache-Control": "no-cache"})
