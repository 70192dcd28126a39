"""What the routes take and the OpenAPI document says of responses: their shapes, and the ways to be refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel

Responses = dict[int | str, dict[str, Any]]


def _encodable(value: str) -> str:
    """Refuse half of a surrogate pair, which JSON can spell: it is no character and cannot be sent back."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair is no character") from None  # pydantic reports it
    return value


SendableText = Annotated[str, AfterValidator(_encodable)]


class ErrorObject(BaseModel):
    """A code for programs, a message and a hint for people."""

    code: str
    message: str
    hint: str


class _ArticleFacts(BaseModel):
    """Facts of an article that stand wherever it comes up."""

    id: str
    title: str
    source: str
    author: str | None
    date: str | None
    language: str | None
    tags: list[str]
    collection: str | None


class WholeArticle(_ArticleFacts):
    """An article. Offsets are code points of its text."""

    text: str


class ArticlePassage(_ArticleFacts):
    """The words at a place of an article, with those around them."""

    start: int
    end: int
    heading: str | None
    before: str
    quote: str
    after: str


class OpenAIError(BaseModel):
    """What is wrong, as OpenAI's clients read it."""

    message: str
    type: str
    param: None
    code: str


class OpenAIErrorObject(BaseModel):
    """The error object of the addresses below /v1/."""

    error: OpenAIError


ALWAYS = {403: "not from this site", 500: "the server failed"}
WORDS = {
    401: "a key is needed, or this one is not known",
    400: "malformed, or nothing that can be asked",
    404: "there is no such thing",
    413: "the body is too large",
    422: "too long, or no such place",
    429: "too many requests",
    503: "too many questions at once, or the store cannot be used now",
    504: "no answer before the deadline",
}
ASKED = (400, 401, 413, 422, 429, 503, 504)
"""What else may become of a question."""


def errors(*statuses: int, model: type[BaseModel] = ErrorObject) -> Responses:
    """Return the refusals of a route: these statuses, and those that every route may give."""
    words = ALWAYS | {status: WORDS[status] for status in statuses}
    return {status: {"model": model, "description": words[status]} for status in sorted(words)}


def streamed(description: str, model: type, stream: str) -> Responses:
    """Return the 200 of a route that answers with JSON, or with server-sent events."""
    events = {"text/event-stream": {"schema": {"type": "string", "description": stream}}}
    return {200: {"model": model, "description": description, "content": events}}
