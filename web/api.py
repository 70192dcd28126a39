"""The HTTP interface: questions to `/api/ask`, articles as data and as pages, health. See docs/http.md."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from index.errors import ModelError, QuothError, StoreBusyError, StoreError, UsageError
from rag.answer import Answer, Event, Found, Said, Status
from rag.filters import Filters
from settings import Settings
from web.article import is_inside
from web.articles import router as articles
from web.feedback import router as feedback
from web.recent import Recent
from web.refused import RefusedError, Text
from web.render import text

if TYPE_CHECKING:
    from rag.chain import AnswerChain, Question

KEEP_ALIVE_SECONDS = 10.0
NOT_JSON = "the body is not the JSON object that is expected"
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Quoth</title><link rel="stylesheet" href="/quoth/article.css">'
    '<main><p class="gone" role="alert">{}</p><p><a href="/">Quoth</a></p></main></html>'
)
"""What a person sees where a program gets the error object."""
_log = logging.getLogger(__name__)


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


class Ask(BaseModel):
    """What `POST /api/ask` takes. `history` is oldest first."""

    model_config = ConfigDict(extra="forbid")
    question: Text
    history: list[Turn | Text] = Field(default_factory=list, max_length=100)
    filters: Only = Only()
    trace: bool = False
    suggest: bool = False


def checked(question: str, settings: Settings) -> str:
    """The question without blanks around it. Raises RefusedError if it is empty or too long."""
    question = question.strip()
    if not question:
        raise RefusedError(400, "empty_question", "the question is empty", "ask something")
    if len(question) > settings.question_characters:
        message = f"the question has {len(question):,} characters, at most {settings.question_characters:,} are read"
        raise RefusedError(422, "question_too_long", message, "ask a shorter question")
    return question


def refusal(error: Exception) -> RefusedError:
    """How a failure is told to the person who asked: nothing of it that only the owner should see."""
    match error:
        case RefusedError():
            return error
        case StoreBusyError():
            return RefusedError(503, "busy", error.message, error.hint)
        case StoreError() | ModelError():
            _log.error("%s", error)
            return RefusedError(503, "not_available", error.message, error.hint)
        case UsageError():
            return RefusedError(400, "bad_request", error.message, error.hint)
        case _:
            _log.error("a question failed", exc_info=error)
            return RefusedError(500, "internal", "this question could not be answered", "look into the server's log")


def add_routes(app: FastAPI, chain: AnswerChain, settings: Settings) -> Recent:
    """Put the HTTP interface on `app`. Returns its memory of the answers it gives, to which the chat adds its own."""
    recent = Recent()
    app.include_router(feedback(recent, settings))
    app.include_router(articles(chain))
    app.include_router(_router(chain, settings, recent))
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RefusedError, _failed)
    app.add_exception_handler(QuothError, _failed)
    app.add_exception_handler(Exception, _failed)
    return recent


def _router(chain: AnswerChain, settings: Settings, recent: Recent) -> APIRouter:
    router = APIRouter()

    @router.post("/api/ask")
    async def ask(body: Ask, request: Request) -> Response:
        question = checked(body.question, settings)
        history = [turn if isinstance(turn, str) else turn.model_dump() for turn in body.history]
        asked: Question = {"question": question, "history": history, "id": None, "trace": body.trace}
        asked |= {"filters": Filters(**dict(body.filters)), "suggest": body.suggest}
        if "text/event-stream" in request.headers.get("accept", ""):
            headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            return StreamingResponse(_stream(chain, asked, recent), media_type="text/event-stream", headers=headers)
        try:
            given: Answer = await run_in_threadpool(chain.invoke, asked)
        except Exception as error:
            raise refusal(error) from error
        recent.keep(given, question, history)
        return JSONResponse(given.to_dict())

    @router.get("/api/articles/{article_id}")
    def article(
        article_id: str,
        start: Annotated[int | None, Query(ge=0)] = None,
        end: Annotated[int | None, Query(ge=0)] = None,
    ) -> dict[str, Any]:
        found = _article(chain, article_id)
        shown = {"id": found.id, "title": found.title, "source": found.source}
        shown |= {"author": found.author, "date": found.date, "language": found.language}
        if start is None and end is None:
            return shown | {"text": found.text}
        if start is None or end is None or not is_inside(found, (start, end)):
            message = f"the article has no place {start}-{end}, it is {len(found.text):,} characters long"
            raise RefusedError(422, "no_such_place", message, "give start and end as they stand in a citation")
        around = settings.context_characters
        before, after = found.text[max(0, start - around) : start], found.text[end : end + around]
        quote = {"start": start, "end": end, "heading": found.heading_at(start)}
        return shown | quote | {"before": before, "quote": found.text[start:end], "after": after}

    @router.api_route("/api/{rest:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
    def nothing(rest: str) -> Response:
        """Else the chat, which is mounted below, would answer for what it does not know."""
        raise HTTPException(404)

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    def readyz() -> Response:
        if chain.ready:
            return JSONResponse({"status": "ready", "generation": chain.index.generation})
        return JSONResponse({"status": "warming"}, 503, {"Retry-After": "1"})

    return router


def _article(chain: AnswerChain, article_id: str) -> Any:
    found = chain.index.article(article_id)
    if found is None:
        raise RefusedError(404, "no_such_article", "there is no such article", "it may have been removed")
    return found


async def _stream(chain: AnswerChain, asked: Question, recent: Recent) -> AsyncIterator[str]:
    """The events of one question as server-sent events; leaving it early stops the work."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event | Exception] = asyncio.Queue()
    left = threading.Event()

    def work() -> None:
        """One thread runs the whole chain: what it opens is used by the thread that opened it."""
        try:
            with closing(chain.stream(asked)) as stream:
                for event in stream:
                    if left.is_set():
                        return
                    loop.call_soon_threadsafe(events.put_nowait, event)
        except Exception as error:  # handed over to whoever reads the stream
            if not left.is_set():
                loop.call_soon_threadsafe(events.put_nowait, error)

    worker = loop.run_in_executor(None, work)
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield ": still working\n\n"
                continue
            if isinstance(event, Answer):
                recent.keep(event, asked["question"], asked.get("history", ()))
            yield _written(event)
            if isinstance(event, Answer | Exception):
                break
        await worker
    finally:
        left.set()


def _written(event: Event | Exception) -> str:
    match event:
        case Status():
            name, data = "status", asdict(event)
        case Found():
            name, data = "retrieved", asdict(event)
        case Said():
            name, data = "sentence", asdict(event)
        case Answer():
            name, data = "answer", event.to_dict()
        case _:
            name, data = "error", refusal(event).error
    # ASCII, so that no line separator of Unicode can be taken for the end of the line.
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _failed(request: Request, error: Exception) -> Response:
    refused = refusal(error)
    headers = {"Retry-After": "1"} if refused.status == 503 else None
    if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        said = f"{refused.error['message']}: {refused.error['hint']}."
        return HTMLResponse(_PAGE.format(text(said[:1].upper() + said[1:])), refused.status, headers)
    return JSONResponse(refused.error, refused.status, headers)


def _malformed(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    where = ".".join(str(each) for each in first.get("loc", ())[1:])
    message = f"{where}: {first.get('msg', 'malformed')}"
    if not where or first.get("type") == "json_invalid":
        message = NOT_JSON
    return _failed(request, RefusedError(400, "malformed", message, "docs/http.md says what a request looks like"))


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {
        400: ("malformed", NOT_JSON),
        404: ("not_found", "there is nothing at this address"),
    }
    code, message = words.get(status, ("http", "the request cannot be answered"))
    return _failed(request, RefusedError(status, code, message, "docs/http.md says what is served here"))
