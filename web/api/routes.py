"""The HTTP interface for programs: questions to `/api/ask`, the passage around a quote, health. See docs/http.md."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from rag.answer import Answer
from rag.events import Event, RetrievedEvent, SentenceEvent, StatusEvent
from rag.filters import Filters
from web.api.schemas import ASKED, SendableText, errors, streamed
from web.asking import KEEP_ALIVE, Asking, Events, EventStream
from web.errors import to_api_error
from web.locales import Language, preferred
from web.security.audience import Audiences
from web.status import status_text

if TYPE_CHECKING:
    from rag.chain import AnswerChain, Question

ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
STREAM = "Events `status`, `retrieved`, `sentence`, then `answer` or `error`: docs/http.md"


class EarlierTurn(BaseModel):
    """An earlier question and its answer."""

    model_config = ConfigDict(extra="forbid")
    question: SendableText
    answer: SendableText = ""


class ArticleFilters(BaseModel):
    """Which articles to search."""

    model_config = ConfigDict(extra="forbid")
    source: tuple[SendableText, ...] = ()
    author: tuple[SendableText, ...] = ()
    after: SendableText | None = None
    before: SendableText | None = None
    article: tuple[SendableText, ...] = ()
    tag: tuple[SendableText, ...] = ()
    collection: tuple[SendableText, ...] = ()


class AskRequest(BaseModel):
    """What `POST /api/ask` takes. `history` is oldest first; `written` false asks for quotes where a model is set.

    `as_typed` takes nothing over from the history and corrects no spelling.
    """

    model_config = ConfigDict(extra="forbid")
    question: SendableText
    history: list[EarlierTurn | SendableText] = Field(default_factory=list, max_length=100)
    filters: ArticleFilters = ArticleFilters()
    trace: bool = False
    suggest: bool = False
    written: bool | None = None
    as_typed: bool = False


class Health(BaseModel):
    """That the server listens."""

    status: Literal["ok"]


class Ready(BaseModel):
    """That the models are loaded, and which generation of the index answers."""

    status: Literal["ready"]
    generation: str


class Warming(BaseModel):
    """That the models are being loaded, or that the server stops."""

    status: Literal["warming", "stopping"]


def ask_routes(asking: Asking, audiences: Audiences) -> APIRouter:
    """Return the route that answers questions."""
    routes = APIRouter()

    @routes.post("/api/ask", responses=errors(*ASKED) | streamed("The answer, or an abstention.", Answer, STREAM))
    async def ask(body: AskRequest, request: Request) -> Response:
        """Ask the articles. With `Accept: text/event-stream` the answer comes as it is found."""
        history = [turn if isinstance(turn, str) else turn.model_dump() for turn in body.history]
        asked: Question = {"question": body.question, "history": history, "id": None, "trace": body.trace}
        asked |= {"filters": Filters(**dict(body.filters)), "suggest": body.suggest, "written": body.written}
        asked["as_typed"] = body.as_typed
        seen = asking.seen_by(await run_in_threadpool(audiences.of, request))
        if "text/event-stream" not in request.headers.get("accept", ""):
            return JSONResponse((await seen.answer(asked, request)).to_dict())
        events = seen.events(asked)
        await anext(events)  # refused here, with a status, if it cannot be taken
        language = preferred(request.headers.get("accept-language"))
        return EventStream(events, _server_sent_events(events, language))

    return routes


def health_routes(chain: AnswerChain) -> APIRouter:
    """Return the routes that say whether the server listens and is ready."""
    routes = APIRouter()

    @routes.get("/healthz", response_model=Health)
    @routes.head("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        """Whether the server listens."""
        return {"status": "ok"}

    @routes.get("/readyz", responses={200: {"model": Ready}, 503: {"model": Warming, "description": "Not yet"}})
    @routes.head("/readyz", include_in_schema=False)
    def readyz(request: Request) -> Response:
        """Whether questions are answered at once: the models are loaded, and the server does not stop."""
        if request.app.state.stopping:
            return JSONResponse({"status": "stopping"}, 503)
        if chain.ready:
            return JSONResponse({"status": "ready", "generation": chain.index.generation})
        return JSONResponse({"status": "warming"}, 503, {"Retry-After": "1"})

    return routes


def unknown_routes() -> APIRouter:
    """Return the routes for addresses of the interface that there are not."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/api/{rest:path}", methods=ALL)
    @routes.api_route("/v1/{rest:path}", methods=ALL)
    def nothing(rest: str) -> Response:
        """Else the chat, which is mounted below, would answer for what it does not know."""
        raise HTTPException(404)

    return routes


async def _server_sent_events(events: Events, language: Language) -> AsyncIterator[str]:
    """Yield the events as server-sent events; an error is the last."""
    try:
        async for event in events:
            yield KEEP_ALIVE if event is None else _server_sent(*_event_data(event, language))
    except Exception as error:
        yield _server_sent("error", to_api_error(error).to_json())


def _event_data(event: Event, language: Language) -> tuple[str, object]:
    match event:
        case StatusEvent():
            return "status", asdict(event) | {"text": status_text(event, language)}
        case RetrievedEvent():
            return "retrieved", asdict(event)
        case SentenceEvent():
            return "sentence", asdict(event)
        case Answer():
            return "answer", event.to_dict()


def _server_sent(name: str, data: object) -> str:
    # ASCII, so that no line separator of Unicode can be taken for the end of the line.
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
