"""The routes of the widget: what is served, under which headers, how large it is."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from index.errors import StoreError
from settings import Settings
from tests.web.standins import HERE, FakeChain
from web import app
from web.locales import for_scripts, languages, say
from web.pages.widget import FILES, widget_page
from web.security.gate import FRAMED, STRICT

SITE = "https://their.site"
OTHER = "http://localhost:8080"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    settings = Settings(embed_origins=(SITE, OTHER))
    with TestClient(app.build_app(FakeChain(), settings), **HERE) as client:  # type: ignore[arg-type]
        yield client


def given(html: str) -> dict[str, dict[str, str]]:
    found = re.search(r'<script type="application/json" id="given">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_only_the_widget_may_be_framed_by_the_listed_sites(client: TestClient) -> None:
    response = client.get("/widget")
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert policy == STRICT.replace("frame-ancestors 'none'", f"frame-ancestors 'self' {SITE} {OTHER}")
    assert "unsafe" not in policy
    assert "x-frame-options" not in response.headers
    for path in ("/", "/widget.js", "/widget/frame.js", "/widget/", "/healthz", "/owner/eval"):
        other = client.get(path)
        assert other.headers["content-security-policy"].endswith("frame-ancestors 'none'"), path
        assert other.headers["x-frame-options"] == "DENY"
    article = client.get("/articles/post.md")
    assert article.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert article.headers["x-frame-options"] == "SAMEORIGIN"


def test_without_sites_nobody_else_may_frame_it() -> None:
    with TestClient(app.build_app(FakeChain(), Settings()), **HERE) as client:  # type: ignore[arg-type]
        response = client.get("/widget")
    assert response.headers["content-security-policy"] == FRAMED
    assert response.headers["x-frame-options"] == "SAMEORIGIN"


def test_the_listed_sites_may_load_the_script_and_nothing_else(client: TestClient) -> None:
    browser = {"Origin": SITE, "Sec-Fetch-Site": "cross-site"}
    assert client.get("/widget.js", headers=browser).headers["cross-origin-resource-policy"] == "cross-origin"
    for path in ("/widget", "/widget/parts.js", "/api/articles/post.md"):
        response = client.get(path, headers=browser)
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert not [name for name in response.headers if name.startswith("access-control-")]
    assert client.post("/api/ask", json={"question": "?"}, headers=browser).status_code == 403
    assert client.post("/api/feedback", json={}, headers=browser).status_code == 403


def test_the_sizes(client: TestClient) -> None:
    sizes = {
        path: len(gzip.compress(client.get(path).content))
        for path in ("/widget.js", "/widget", "/widget/frame.js", "/widget/parts.js", "/widget/frame.css")
    }
    sizes["thumb"] = len(gzip.compress(client.get("/quoth/thumb.svg").content))
    assert sizes.pop("/widget.js") <= 6 * 1024
    assert sum(sizes.values()) <= 30 * 1024


@pytest.mark.parametrize("name", ["widget.js", "frame.html", "none.js", "..%2fgate.py"])
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/widget/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/widget", "/widget.js", "/widget/frame.js"])
def test_head_and_get_are_all_there_is(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == 200
    assert client.head(path).headers["content-type"] == client.get(path).headers["content-type"]
    assert client.post(path).status_code in (404, 405)


@pytest.mark.parametrize(
    ("query", "accepted", "language", "theme"),
    [
        ("", "zh-CN,en;q=0.5", "zh", ""),
        ("?language=en&theme=dark", "zh-CN", "en", "dark"),
        ("?language=fr", "zh", "en", ""),
        ("?theme=light", "", "en", "light"),
    ],
)
def test_language_and_theme(client: TestClient, query: str, accepted: str, language: str, theme: str) -> None:
    response = client.get(f"/widget{query}", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}" class="{theme}">' in response.text
    assert given(response.text)["words"]["chat.retry"] == say(language, "chat.retry")
    assert response.headers["vary"] == "Accept-Language"


def test_another_theme_is_refused(client: TestClient) -> None:
    assert client.get('/widget?theme="><script>').status_code == 400


def test_the_scripts_have_their_words(client: TestClient) -> None:
    words = given(client.get("/widget").text)["words"]
    code = "".join((FILES / name).read_text(encoding="utf-8") for name in ("frame.js", "parts.js"))
    used = set(re.findall(r'"((?:chat|widget|script)\.[\w.]+)"', code))
    counted = set(re.findall(r'count\("([\w.]+)"', code))
    assert len(used) > 10 and counted
    assert (used - counted) | {f"{each}_{n}" for each in counted for n in "1n"} <= set(words)
    loader = client.get("/widget.js").text
    assert {f"loader.{each}" for each in re.findall(r'say\("(\w+)"\)', loader)} <= set(languages()["en"])
    assert json.dumps(for_scripts("loader.")) in loader


def test_the_page_holds_what_articles_say_as_data() -> None:
    evil = "</script><script>alert(1)</script>"
    html = widget_page(FakeChain(first=(evil,)), Settings(), "en")  # type: ignore[arg-type]
    assert evil not in html
    assert given(html)["first"] == [evil]
    assert 'maxlength="2000"' in html


def test_it_comes_before_the_models_and_without_a_store(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = FakeChain(ready=False, first=("What?",))
    assert given(widget_page(chain, Settings(), "en"))["first"] == []  # type: ignore[arg-type]

    def broken() -> tuple[str, ...]:
        raise StoreError("the store is damaged", "mend it")

    chain.ready = True
    monkeypatch.setattr(chain, "starters", broken)
    assert given(widget_page(chain, Settings(), "en"))["first"] == []  # type: ignore[arg-type]
