"""What can be done with an answer that was given: take it away, export it with others, say what one thinks of it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from evaluation.feedback import Rating
from evaluation.shared_feedback import open_feedback
from settings import Settings
from web import export
from web.answers import AnswerStore, StoredAnswer
from web.api.schemas import Responses, SendableText, errors
from web.errors import ApiError

COMMENT_CHARACTERS = 1_000
MAX_EXPORTED = 500
"""The most answers in one export: more than a conversation has, fewer than are kept."""
_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[\da-f:.]+\](:\d+)?", re.ASCII | re.IGNORECASE)


class FeedbackRequest(BaseModel):
    """What `POST /api/feedback` takes: which answer, never what it said."""

    model_config = ConfigDict(extra="forbid")
    answer_id: SendableText
    rating: Rating
    comment: Annotated[SendableText, Field(max_length=COMMENT_CHARACTERS)] = ""


class ExportRequest(BaseModel):
    """What `POST /api/export` takes: the ids of answers, in the order in which they are wanted."""

    model_config = ConfigDict(extra="forbid")
    answers: Annotated[list[SendableText], Field(min_length=1, max_length=MAX_EXPORTED)]
    format: Literal["markdown", "json"]


def answer_routes(answers: AnswerStore, settings: Settings) -> APIRouter:
    """Return the routes over the answers given lately; feedback goes into the store."""
    routes = APIRouter()
    store = open_feedback(settings)

    def stored_answer(answer_id: str) -> StoredAnswer:
        stored = answers.get(answer_id)
        if stored is None:
            raise _forgotten_error()
        return stored

    exported: Responses = {200: {"content": {media: {} for media in export.MEDIA_TYPES.values()}}}

    @routes.get("/api/answers/{answer_id}", response_class=Response, responses=errors(400, 404) | exported)
    def answer(answer_id: str, request: Request, format: export.Format = "json") -> Response:
        """Export an answer that was given lately."""
        stored = stored_answer(answer_id)
        file = export.export_answer(stored.answer, format, base_address(request), stored.filters)
        return Response(file, media_type=export.MEDIA_TYPES[format], headers={"Cache-Control": "no-store"})

    @routes.post("/api/export", response_class=Response, responses=errors(400, 404, 413) | exported)
    def export_answers(body: ExportRequest, request: Request) -> Response:
        """Export several answers in one file. `Quoth-Forgotten` says how many of them are not remembered any more."""
        stored = [answer for answer in map(answers.get, body.answers) if answer is not None]
        if not stored:
            raise _forgotten_error()
        name = "conversation.md" if body.format == "markdown" else "conversation.json"
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        headers["Quoth-Forgotten"] = str(len(body.answers) - len(stored))
        file = export.export_conversation(stored, body.format, base_address(request))
        return Response(file, media_type=export.MEDIA_TYPES[body.format], headers=headers)

    @routes.post("/api/feedback", status_code=204, responses=errors(400, 404, 413, 503))
    def feedback(body: FeedbackRequest) -> None:
        """Take what somebody thinks of an answer that was given lately."""
        rated = stored_answer(body.answer_id)
        store.add(body.rating, body.comment.strip(), rated.question, rated.history, rated.answer.to_dict())
        store.expire(settings.feedback_days)

    return routes


def _forgotten_error() -> ApiError:
    return ApiError(404, "no_such_answer", "this answer is not remembered any more", "ask the question again")


def base_address(request: Request) -> str:
    """Return the address that this server was asked under; empty if what the client calls it is malformed."""
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else ""
