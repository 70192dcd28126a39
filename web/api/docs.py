"""The OpenAPI document of the HTTP interface, and a page to read it on. Both only with `--api-docs`."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from rag.answer import Answer, Citation, Models, Nearest, Place, Retrieved, Sentence, Timings

ANSWER = (Answer, Citation, Models, Nearest, Place, Retrieved, Sentence, Timings)
ON_REQUEST = {"retrieved"}
"""The one key of an Answer that is not always there."""


def router(described: Sequence[APIRouter]) -> APIRouter:
    """The routes of the document and of its page, which describe those of the routers."""
    routes = APIRouter(include_in_schema=False)
    described_routes = [route for each in described for route in each.routes]

    @routes.get("/openapi.json")
    def openapi() -> dict[str, Any]:
        return document(described_routes)

    @routes.get("/api-docs")
    def docs() -> HTMLResponse:
        return HTMLResponse(page(document(described_routes)))

    return routes


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document."""
    said = get_openapi(title="Quoth", version="1", description="Answers with exact quotes.", routes=routes)
    key = {"type": "http", "scheme": "bearer", "description": "A key, where one is required: docs/http.md"}
    said["components"]["securitySchemes"] = {"key": key}
    said["security"] = [{}, {"key": []}]
    for what in (what for methods in said["paths"].values() for what in methods.values()):
        # FastAPI's own shape of a malformed request, which is one of ours here (web/errors.py), with status 400.
        if "HTTPValidationError" in str(what["responses"].get("422")):
            del what["responses"]["422"]
    for unused in ("HTTPValidationError", "ValidationError"):
        said["components"]["schemas"].pop(unused, None)
    for each in ANSWER:
        # FastAPI takes what has a default for what may be missing; an Answer has all its keys.
        schema = said["components"]["schemas"][each.__name__]
        schema["required"] = [field.name for field in fields(each) if field.name not in ON_REQUEST]
    return said


def page(said: dict[str, Any]) -> str:
    """The document for people: plain HTML without scripts."""
    parts = []
    for path, methods in said["paths"].items():
        for method, what in methods.items():
            parts.append(f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>")
            parts.append(f"<p>{html.escape(what.get('description', ''))}</p>")
            known = {name: what[name] for name in ("parameters", "requestBody", "responses") if name in what}
            parts += [_folded(name, value) for name, value in known.items()]
    parts.append("<h2>Shapes</h2>")
    parts += [_folded(name, schema) for name, schema in said["components"]["schemas"].items()]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>Quoth: the HTTP interface</title><link rel="stylesheet" href="/quoth/article.css"><main>'
        '<h1>The HTTP interface</h1><p>The same as an <a href="/openapi.json">OpenAPI document</a>.</p>'
        f"{''.join(parts)}</main></html>"
    )


def _folded(name: str, value: Any) -> str:
    shown = html.escape(json.dumps(value, indent=2, ensure_ascii=False))
    return f"<details><summary>{html.escape(name)}</summary><pre>{shown}</pre></details>"
