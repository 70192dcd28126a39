"""The HTTP interface for programs: questions to `/api/ask`, the passage around a quote, health. See docs/http.md."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from rag.answer import Answer
from rag.events import Ask as AskChain
from rag.events import Event, RetrievedEvent, SentenceEvent, StatusEvent
from rag.filters import Filters
from settings import Settings
from web.answers import Recent
from web.api.completions import router as completions
from web.api.docs import router as apidocs
from web.api.feedback import router as feedback
from web.api.passages import router as passages
from web.api.schemas import ASKED, errors, streamed
from web.asking import KEEP_ALIVE, Asking, Events, EventStream, checked
from web.errors import add_failures
from web.locales.strings import Language, preferred
from web.pages.articles import router as articles
from web.queue import Line
from web.refused import Text, refusal
from web.security.keys import Keys, admission
from web.status import status_text

if TYPE_CHECKING:
    from rag.chain import AnswerChain, Question

ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
STREAM = "Events `status`, `retrieved`, `sentence`, then `answer` or `error`: docs/http.md"


class Turn(BaseModel):
    """An earlier question and its answer."""

    model_config = ConfigDict(extra="forbid")
    question: Text
    answer: Text = ""


class Only(BaseModel):
    """Which articles to search."""

    model_config = ConfigDict(extra="forbid")
    source: tuple[Text, ...] = ()
    author: tuple[Text, ...] = ()
    after: Text | None = None
    before: Text | None = None
    article: tuple[Text, ...] = ()
    tag: tuple[Text, ...] = ()


class Ask(BaseModel):
    """What `POST /api/ask` takes. `history` is oldest first; `written` false asks for quotes where a model is set."""

    model_config = ConfigDict(extra="forbid")
    question: Text
    history: list[Turn | Text] = Field(default_factory=list, max_length=100)
    filters: Only = Only()
    trace: bool = False
    suggest: bool = False
    written: bool | None = None


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


def add_routes(
    app: FastAPI, chain: AnswerChain, settings: Settings, line: Line | None = None, ask: AskChain | None = None
) -> Recent:
    """Put the HTTP interface on `app`. Returns its memory of the answers it gives, to which the chat adds its own.

    `line` is the one that the chat's questions stand in, `ask` answers them (None: the chain itself).
    """
    recent = Recent()
    app.state.stopping = False
    admit = admission(Keys(settings.store), settings)
    asking = Asking(chain.stream if ask is None else ask, settings, recent, Line() if line is None else line)
    keyed = [_ask(asking, settings), completions(asking, settings), passages(chain, settings)]
    free = [feedback(recent, settings), _health(chain)]
    app.include_router(articles(chain, settings))
    for each in keyed:
        app.include_router(each, dependencies=[Depends(admit)])
    for each in free:
        app.include_router(each)
    if settings.api_docs:
        app.include_router(apidocs([*keyed, *free]))
    app.include_router(_nothing())
    add_failures(app)
    return recent


def _ask(asking: Asking, settings: Settings) -> APIRouter:
    routes = APIRouter()

    @routes.post("/api/ask", responses=errors(*ASKED) | streamed("The answer, or an abstention.", Answer, STREAM))
    async def ask(body: Ask, request: Request) -> Response:
        """Ask the articles. With `Accept: text/event-stream` the answer comes as it is found."""
        question = checked(body.question, settings)
        history = [turn if isinstance(turn, str) else turn.model_dump() for turn in body.history]
        asked: Question = {"question": question, "history": history, "id": None, "trace": body.trace}
        asked |= {"filters": Filters(**dict(body.filters)), "suggest": body.suggest, "written": body.written}
        if "text/event-stream" not in request.headers.get("accept", ""):
            return JSONResponse((await asking.answer(asked, request)).to_dict())
        events = asking.events(asked)
        await anext(events)  # refused here, with a status, if it cannot be taken
        language = preferred(request.headers.get("accept-language"))
        return EventStream(events, _stream(events, language))

    return routes


def _health(chain: AnswerChain) -> APIRouter:
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


def _nothing() -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/api/{rest:path}", methods=ALL)
    @routes.api_route("/v1/{rest:path}", methods=ALL)
    def nothing(rest: str) -> Response:
        """Else the chat, which is mounted below, would answer for what it does not know."""
        raise HTTPException(404)

    return routes


async def _stream(events: Events, language: Language) -> AsyncIterator[str]:
    """The events as server-sent events; an error is the last."""
    try:
        async for event in events:
            yield KEEP_ALIVE if event is None else _written(*_told(event, language))
    except Exception as error:
        yield _written("error", refusal(error).error)


def _told(event: Event, language: Language) -> tuple[str, object]:
    match event:
        case StatusEvent():
            return "status", asdict(event) | {"text": status_text(event, language)}
        case RetrievedEvent():
            return "retrieved", asdict(event)
        case SentenceEvent():
            return "sentence", asdict(event)
        case Answer():
            return "answer", event.to_dict()


def _written(name: str, data: object) -> str:
    # ASCII, so that no line separator of Unicode can be taken for the end of the line.
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
