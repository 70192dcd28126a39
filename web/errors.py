"""How a request is refused: the error that routes raise, and the response that a program or a person gets for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from index.errors import (
    EmptyQuestionError,
    ModelError,
    QuestionTooLongError,
    QuothError,
    StoreAwayError,
    StoreBusyError,
    StoreError,
    UsageError,
)
from web.templating import render_template

OPENAI = "/v1/"
"""Below it, clients expect OpenAI's shapes."""
NOT_JSON = "the body is not the JSON object that is expected"
REASON = "Quoth-Refused"
"""Response header with the error code, read by the metrics middleware."""
_OPENAI_TYPES = {401: "authentication_error", 429: "rate_limit_error"}
_NO_PAGE = "There is no page at this address."
"""What a person reads of what `docs/http.md` tells a program."""
_log = logging.getLogger(__name__)


class ApiError(Exception):
    """Error that a request is answered with: an HTTP status, a code for programs, a message and a hint for people."""

    def __init__(
        self, status: int, code: str, message: str, hint: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.headers = {REASON: code, **(headers or {})}
        if status == 503:
            self.headers.setdefault("Retry-After", "1")

    @property
    def sentence(self) -> str:
        """Message and hint as one English sentence."""
        return f"{self.message[:1].upper()}{self.message[1:]}: {self.hint}."

    def to_json(self) -> dict[str, str]:
        """Return the error object of the HTTP interface."""
        return {"code": self.code, "message": self.message, "hint": self.hint}

    def to_openai(self) -> dict[str, dict[str, str | None]]:
        """Return the error object as OpenAI's clients read it."""
        kind = _OPENAI_TYPES.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")
        return {"error": {"message": f"{self.message}: {self.hint}", "type": kind, "param": None, "code": self.code}}


def to_api_error(error: Exception) -> ApiError:
    """Translate a failure for whoever asked. An unexpected one is logged, and only the log says what it was."""
    match error:
        case ApiError():
            return error
        case StoreBusyError():
            return ApiError(503, "busy", error.message, error.hint)
        case StoreAwayError():  # where a database is, no stranger has to know
            _log.error("%s", error)
            return ApiError(503, "not_available", "the articles cannot be read right now", "try again in a few seconds")
        case StoreError() | ModelError():
            _log.error("%s", error)
            return ApiError(503, "not_available", error.message, error.hint)
        case EmptyQuestionError():
            return ApiError(400, "empty_question", error.message, error.hint)
        case QuestionTooLongError():
            return ApiError(422, "question_too_long", error.message, error.hint)
        case UsageError():
            return ApiError(400, "bad_request", error.message, error.hint)
        case _:
            _log.error("a question failed", exc_info=error)
            return ApiError(500, "internal", "this question could not be answered", "look into the server's log")


def error_response(request: Request, error: Exception) -> Response:
    """Return the response to a request that ended with this error, in the shape that its sender expects."""
    failure, path = to_api_error(error), request.url.path
    if path.startswith(OPENAI):
        return JSONResponse(failure.to_openai(), failure.status, failure.headers)
    if not path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        sentence = _NO_PAGE if failure.code == "not_found" else failure.sentence
        page = render_template("error.html", sentence=sentence)
        return HTMLResponse(page, failure.status, failure.headers)
    return JSONResponse(failure.to_json(), failure.status, failure.headers)


def add_error_handlers(app: FastAPI) -> None:
    """Have the app answer the errors that its routes raise."""
    app.add_exception_handler(RequestValidationError, _malformed_response)
    app.add_exception_handler(HTTPException, _http_response)
    app.add_exception_handler(ApiError, error_response)
    app.add_exception_handler(QuothError, error_response)
    app.add_exception_handler(Exception, error_response)


def _malformed_response(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    where = ".".join(str(part) for part in first.get("loc", ())[1:])
    said = str(first.get("msg", "malformed")).removeprefix("Value error, ")
    message = f"{where}: {said.replace('valid tuple', 'valid list')}"
    if not where or first.get("type") == "json_invalid":
        message = NOT_JSON
    return error_response(request, ApiError(400, "malformed", message, "docs/http.md says what a request looks like"))


def _http_response(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = {400: ("malformed", NOT_JSON), 404: ("not_found", "there is nothing at this address")}
    code, message = known.get(status, ("http", "the request cannot be answered"))
    return error_response(request, ApiError(status, code, message, "docs/http.md says what is served here"))
