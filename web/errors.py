"""What a client gets for an error: the error object in the shape that it knows, or a page for people."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from index.errors import QuothError
from web.refused import RefusedError, refusal
from web.render import text

OPENAI = "/v1/"
"""Below it, clients expect OpenAI's shapes."""
NOT_JSON = "the body is not the JSON object that is expected"
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Quoth</title><link rel="stylesheet" href="/quoth/article.css">'
    '<main><p class="gone" role="alert">{}</p><p><a href="/widget">Quoth</a></p></main></html>'
)
"""What a person sees where a program gets the error object."""
_TYPES = {401: "authentication_error", 429: "rate_limit_error"}


def add_failures(app: FastAPI) -> None:
    """Have the app answer what its routes raise."""
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RefusedError, failed)
    app.add_exception_handler(QuothError, failed)
    app.add_exception_handler(Exception, failed)


def failed(request: Request, error: Exception) -> Response:
    """The response to a request that ended with this error."""
    refused, path = refusal(error), request.url.path
    if path.startswith(OPENAI):
        return JSONResponse(openai_error(refused), refused.status, refused.headers)
    if not path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        said = f"{refused.error['message']}: {refused.error['hint']}."
        return HTMLResponse(_PAGE.format(text(said[:1].upper() + said[1:])), refused.status, refused.headers)
    return JSONResponse(refused.error, refused.status, refused.headers)


def openai_error(refused: RefusedError) -> dict[str, dict[str, str | None]]:
    """The error object as OpenAI's clients read it."""
    code, message, hint = refused.error.values()
    kind = _TYPES.get(refused.status, "invalid_request_error" if refused.status < 500 else "server_error")
    return {"error": {"message": f"{message}: {hint}", "type": kind, "param": None, "code": code}}


def _malformed(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    where = ".".join(str(each) for each in first.get("loc", ())[1:])
    message = f"{where}: {first.get('msg', 'malformed')}"
    if not where or first.get("type") == "json_invalid":
        message = NOT_JSON
    return failed(request, RefusedError(400, "malformed", message, "docs/http.md says what a request looks like"))


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {
        400: ("malformed", NOT_JSON),
        404: ("not_found", "there is nothing at this address"),
    }
    code, message = words.get(status, ("http", "the request cannot be answered"))
    return failed(request, RefusedError(status, code, message, "docs/http.md says what is served here"))
