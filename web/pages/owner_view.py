"""What the owner's pages have in common: the language that they speak, and responses that nobody keeps."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from web.locales import Language, preferred

NOT_KEPT = {"Cache-Control": "no-store"}


def language_of(request: Request) -> Language:
    """Return the language that the browser asks for."""
    return preferred(request.headers.get("accept-language"))


def page_response(page: str, headers: dict[str, str] | None = None) -> Response:
    """Return a page that no cache keeps, with further `headers`."""
    return HTMLResponse(page, headers=NOT_KEPT | (headers or {}))
