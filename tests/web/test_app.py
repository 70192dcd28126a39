"""The app that serves everything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from settings import Settings
from tests.web.standins import ARTICLE, HERE, FakeChain
from web import app
from web.locales import languages, say
from web.security.gate import CHAT


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(app.build_app(FakeChain(ready=False), Settings()), **HERE) as client:  # type: ignore[arg-type]
        yield client


def test_the_page_comes_before_the_models_are_warm(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers["content-security-policy"] == CHAT
    assert client.get("/config").json()["components"]
    assert client.get("/readyz").status_code == 503


def test_no_listener_is_an_endpoint(client: TestClient) -> None:
    config = client.get("/config").json()
    assert {each["api_visibility"] for each in config["dependencies"]} == {"private"}
    assert client.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_it_serves_its_own_files_and_nothing_else(client: TestClient) -> None:
    for name in ("chat.css", "chat.js", "article.css", "article.js", "icon.svg"):
        assert client.get(f"/quoth/{name}").status_code == 200
    for path in ("/quoth/", "/quoth/../chat.py", "/quoth/%2e%2e/chat.py", "/gradio_api/upload", "/openapi.json"):
        assert client.get(path).status_code == 404
    assert client.get(f"/articles/{ARTICLE.id}").status_code == 200


def test_nothing_on_the_page_names_another_host(client: TestClient) -> None:
    assert "fonts.googleapis" not in client.get("/theme.css").text


def test_the_scripts_have_their_words() -> None:
    found = re.search(r'<script type="application/json" id="q-words"[^>]*>(.*?)</script>', app.chat_files(Settings()))
    assert found is not None
    words = json.loads(found[1])
    used = set(re.findall(r'say\("(\w+)"\)', (app.STATIC / "chat.js").read_text()))
    assert used and set(words) == set(languages())
    assert all({f"script.{key}" for key in used} <= set(words[language]) for language in words)
    assert words["zh"]["script.back"] == say("zh", "script.back")
    assert "<" not in found[1]
