"""The OpenAPI document of the HTTP interface, and a page to read it on. Both only with `--api-docs`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from rag.answer import Answer, Citation, Models, Nearest, Place, Retrieved, Sentence, Timings
from web.templating import render_template

ANSWER = (Answer, Citation, Models, Nearest, Place, Retrieved, Sentence, Timings)
ON_REQUEST = {"retrieved"}
"""The one key of an Answer that is not always there."""


def document_routes(described: Sequence[APIRouter]) -> APIRouter:
    """Return the routes of the document and of its page, which describe those of the routers."""
    routes = APIRouter(include_in_schema=False)
    described_routes = [route for router in described for route in router.routes]

    @routes.get("/openapi.json")
    def openapi() -> dict[str, Any]:
        return document(described_routes)

    @routes.get("/api-docs")
    def docs() -> HTMLResponse:
        return HTMLResponse(api_docs_page(document(described_routes)))

    return routes


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the OpenAPI document."""
    openapi = get_openapi(title="Quoth", version="1", description="Answers with exact quotes.", routes=routes)
    key = {"type": "http", "scheme": "bearer", "description": "A key, where one is required: docs/http.md"}
    openapi["components"]["securitySchemes"] = {"key": key}
    openapi["security"] = [{}, {"key": []}]
    for operation in (operation for methods in openapi["paths"].values() for operation in methods.values()):
        # FastAPI's own shape of a malformed request, which is one of ours here (web/errors.py), with status 400.
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]
    for unused in ("HTTPValidationError", "ValidationError"):
        openapi["components"]["schemas"].pop(unused, None)
    for shape in ANSWER:
        # FastAPI takes what has a default for what may be missing; an Answer has all its keys.
        schema = openapi["components"]["schemas"][shape.__name__]
        schema["required"] = [field.name for field in fields(shape) if field.name not in ON_REQUEST]
    return openapi


def api_docs_page(document: dict[str, Any]) -> str:
    """Return the document for people: plain HTML without scripts."""
    return render_template(
        "api_docs.html", document=document, as_json=partial(json.dumps, indent=2, ensure_ascii=False)
    )
