"""Every route of the app, Gradio's among them, is judged here: a new one fails until somebody has thought about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from settings import Settings
from tests.web.standins import FakeChain
from web.app import build_app

JUDGED = {
    "public": """
        /healthz /readyz /favicon.ico /api/ask /api/feedback /api/articles/{article_id} /articles/{article_id}
        /articles/{article_id}/pages/{number} /articles/{article_id}/pages/{number}/picture
        /shared/{shared_id}
        /v1/chat/completions /v1/models /widget /widget.js /quoth/*
    """,
    "chat": """
        / /articles /articles/ /api/answers/{answer_id} /api/export /config /theme.css /assets/{path:path}
        /static/{path:path}
        /gradio_api/queue/join /gradio_api/queue/data /gradio_api/cancel /gradio_api/info /gradio_api/startup-events
        /api/conversations /api/conversations/forget /api/share
        /gradio_api/theme.css /gradio_api/reset /gradio_api/app_id /gradio_api/heartbeat/{session_hash}
    """,
    "owner": """
        /metrics /owner /owner/ /owner/sources /owner/sources/runs /owner/sources/removals /owner/feedback
        /owner/articles /owner/articles/files /owner/articles/pages
        /owner/articles/removals /owner/articles/removals/publish /owner/articles/removals/undo /owner/articles/intake
        /owner/articles/intake/stop /owner/eval
        /owner/runs /owner/runs/current /owner/runs/current/stop /owner/runs/{run_id}
        /owner/runs/{run_id}.json /owner/{rest:path}
    """,
    # /widget/{name} is public for its files alone, which tests/web/pages/test_widget.py asks for.
    "refused": """
        /api/{rest:path} /v1/{rest:path} /widget/{name} /openapi.json /login /login/ /logout /svelte/{path:path}
        /config/ /robots.txt /pwa_icon /pwa_icon/{size} /manifest.json /monitoring /monitoring/summary /monitoring/{key}
        /gradio_api/deep_link /gradio_api/user /gradio_api/user/ /gradio_api/login_check /gradio_api/login_check/
        /gradio_api/token /gradio_api/token/ /gradio_api/app_id/ /gradio_api/dev/reload /gradio_api/runs
        /gradio_api/runs/ /gradio_api/info/ /gradio_api/openapi.json
        /gradio_api/custom_component/{id}/{environment}/{type}/{file_name} /gradio_api/proxy={url_path:path}
        /gradio_api/file={path_or_url:path} /gradio_api/stream/{event_id} /gradio_api/stream/{event_id}/close
        /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8
        /gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}
        /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file /gradio_api/file/{path:path}
        /gradio_api/reset/ /gradio_api/api/{api_name} /gradio_api/api/{api_name}/ /gradio_api/run/{api_name}
        /gradio_api/run/{api_name}/ /gradio_api/call/{api_name} /gradio_api/call/{api_name}/
        /gradio_api/call/v2/{api_name} /gradio_api/call/v2/{api_name}/ /gradio_api/call/{api_name}/{event_id}
        /gradio_api/call/v2/{api_name}/{event_id} /gradio_api/component_server /gradio_api/component_server/
        /gradio_api/queue/status /gradio_api/upload /gradio_api/upload_progress /gradio_api/process_recording
        /gradio_api/vibe-edit /gradio_api/vibe-edit/ /gradio_api/undo-vibe-edit /gradio_api/undo-vibe-edit/
        /gradio_api/vibe-code /gradio_api/vibe-code/ /gradio_api/vibe-starter-queries
        /gradio_api/vibe-starter-queries/
    """,
}
ROUTES = {path: judged for judged, paths in JUDGED.items() for path in paths.split()}


def routes(of: Iterable[Any], before: str = "") -> Iterator[str]:
    """The path of each route, those of routers and mounted apps among them."""
    for route in of:
        if router := getattr(route, "original_router", None):
            yield from routes(router.routes, before)
        elif not hasattr(route, "methods"):  # mounted: an app with routes of its own, or files
            inner = list(routes(route.routes or (), before + route.path))
            yield from inner or [f"{before}{route.path}/*"]
        else:
            yield before + route.path


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    settings = Settings(store=tmp_path_factory.mktemp("store"), host="0.0.0.0", asks_per_minute=0)
    return build_app(FakeChain(), settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def stranger(app: FastAPI) -> Iterator[TestClient]:
    address = {"base_url": "http://192.0.2.1:7860", "client": ("192.0.2.7", 50_000)}
    with TestClient(app, **address, raise_server_exceptions=False) as client:  # type: ignore[arg-type]
        yield client


def test_every_route_is_judged(app: FastAPI) -> None:
    assert set(routes(app.routes)) == set(ROUTES)


@pytest.mark.parametrize(("path", "judged"), ROUTES.items())
def test_a_stranger_gets_what_is_judged_public(stranger: TestClient, path: str, judged: str) -> None:
    asked = re.sub(r"\{[^}]*\}", "x", path).replace("*", "chat.css")
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        response = stranger.request(method, asked)
        told = response.json() if "json" in response.headers["content-type"] else {}
        code = told.get("error", told).get("code")
        got = {(404, "not_found"): "refused", (403, "owner_only"): "owner"}.get((response.status_code, code), "public")
        if judged == "public":
            assert response.status_code != 403
            assert method != "GET" or asked in ("/api/ask", "/api/feedback", "/v1/chat/completions") or got == "public"
        else:
            assert got == ("owner" if judged == "chat" else judged), (method, asked)


@pytest.mark.parametrize(
    "path",
    [
        "//", "//owner/eval", "/owner", "/OWNER/eval", "/./owner/eval", "/articles/../owner/eval",
        "/quoth/../owner/eval", "/.env",
        "/quoth/%2e%2e/chat.py", "/file=/etc/passwd", "/upload", "/docs", "/gradio_api/", "/gradio_api/mcp/sse",
        "/gradio_api/queue/join/", "/gradio_api/queue/../upload", "/api/articles", "/widget/../owner/eval",
    ],
)  # fmt: skip
def test_no_way_around(stranger: TestClient, path: str) -> None:
    response = stranger.get(f"http://192.0.2.1:7860{path}")
    assert response.status_code in (403, 404)
    assert response.json()["code"] in ("owner_only", "not_found", "http", "no_such_article")


def test_with_public_chat_the_chat_is_open_and_nothing_else(tmp_path: Any) -> None:
    settings = Settings(store=tmp_path, host="0.0.0.0", public_chat=True, api_docs=True)
    address = {"base_url": "http://192.0.2.1:7860", "client": ("192.0.2.7", 50_000)}
    with TestClient(build_app(FakeChain(), settings), **address) as client:  # type: ignore[arg-type]
        assert [client.get(path).status_code for path in ("/", "/config", "/articles?search=z", "/openapi.json")] == [
            200
        ] * 4
        assert [client.get(path).status_code for path in ("/owner/eval", "/metrics")] == [403] * 2
        assert client.post("/gradio_api/upload").status_code == 404
