"""The pages of PDFs: where the original is kept, for whom, with which words marked, and gone with the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.article import Article
from index.ingest import ingest
from index.options import IngestOptions
from rag.chain import AnswerChain, build_chain
from settings import Settings
from tests.data.build import pdf, zipped
from tests.fakes import FakeEmbeddings
from tests.web.pages.test_library import ended, hurry, send
from tests.web.standins import HERE, interface
from web.pages import sheets
from web.pages.owner import owner_routes
from web.permalink import digest_of
from web.security.gate import FRAMED, Gate
from web.security.rates import Rates

STRANGER: dict[str, Any] = {"base_url": "http://192.0.2.1", "client": ("192.0.2.7", 5)}
PAGES = ("Tin is mined in Cornwall.\nIt melts early.", "Salt was taxed <b>in Cheshire</b>.\nSalt is white.")
QUOTE = "Salt was taxed <b>in Cheshire</b>."
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "metals.pdf").write_bytes(pdf(*PAGES, title="Metals & salt"))
    (folder / "plain.txt").write_text("Plain\n\nIt has no pages.")
    (folder / "packed.zip").write_bytes(zipped({"inside.pdf": pdf("Zinc is mined in Peru. It is blue.")}))
    return folder


def served(settings: Settings) -> Iterator[tuple[FastAPI, AnswerChain]]:
    chain = build_chain(settings, FakeEmbeddings())
    app = interface(chain, settings)
    app.include_router(owner_routes(chain, settings))
    app.add_middleware(Gate, settings=settings, rates=Rates())
    yield app, chain
    chain.close()


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    ingest(tmp_path / "store", [folder], FakeEmbeddings(), IngestOptions(collection="staff"))
    return Settings(store=tmp_path / "store", asks_per_minute=0)


@pytest.fixture
def app(settings: Settings) -> Iterator[tuple[FastAPI, AnswerChain]]:
    yield from served(settings)


@pytest.fixture
def client(app: tuple[FastAPI, AnswerChain]) -> Iterator[TestClient]:
    with TestClient(app[0], **HERE) as client:
        yield client


def named(chain: AnswerChain, name: str) -> Article:
    found = chain.index.article(next(info.id for info in chain.index.articles() if info.source.endswith(name)))
    assert found is not None
    return found


def marks(article: Article, quote: str = QUOTE) -> str:
    start = article.text.index(quote)
    return f"q={start}-{start + len(quote)}&w={digest_of(quote)}"


def test_a_quote_leads_to_its_page_with_its_words_marked(client: TestClient, app: tuple[FastAPI, AnswerChain]) -> None:
    article = named(app[1], "metals.pdf")
    text = client.get(f"/articles/{article.id}?{marks(article)}").text
    [link] = re.findall(r'href="([^"]*)">See page 2 of the PDF', text)
    address = urlsplit(link.replace("&amp;", "&"))
    assert (address.path, address.query, address.fragment) == (
        f"/articles/{article.id}/pages/2", marks(article), "words",
    )  # fmt: skip
    response = client.get(f"{address.path}?{address.query}")
    assert response.status_code == 200 and response.headers["content-security-policy"] == FRAMED
    page = response.text
    assert "<script" not in page and "style=" not in page
    assert page.count("<rect") == 1 and 'id="words"' in page and "Page 2 of 2" in page
    assert 'alt="Page 2 of Metals &amp; salt, as a picture. Its text stands below."' in page
    assert "Salt was taxed &lt;b&gt;in Cheshire&lt;/b&gt;.</mark>" in page and "Cornwall" not in page
    assert f'href="/articles/{article.id}/pages/1?{marks(article)}" rel="prev"'.replace("&w", "&amp;w") in page
    assert 'rel="next"' not in page
    picture = client.get(f"{address.path}/picture")
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(PNG)
    first = client.get(f"/articles/{article.id}/pages/1?{marks(article)}").text
    assert "<rect" not in first and "Cornwall" in first and 'rel="next"' in first
    assert "第 2 页" in client.get(link, headers={"Accept-Language": "zh"}).text


def test_a_picture_alone_is_drawn_too(client: TestClient, app: tuple[FastAPI, AnswerChain]) -> None:
    article = named(app[1], "metals.pdf")
    assert client.get(f"/articles/{article.id}/pages/1/picture").content.startswith(PNG)


@pytest.mark.parametrize("name", ["plain.txt", "inside.pdf"])
def test_where_there_is_no_file_of_its_own_there_is_no_page(
    client: TestClient, app: tuple[FastAPI, AnswerChain], name: str
) -> None:
    article = named(app[1], name)
    assert "of the PDF" not in client.get(f"/articles/{article.id}").text
    for path in ("pages/1", "pages/1/picture"):
        response = client.get(f"/articles/{article.id}/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "no_such_page")


@pytest.mark.parametrize("change", ["changed", "gone"])
def test_a_file_that_is_not_the_one_that_was_read_is_not_shown(
    client: TestClient, app: tuple[FastAPI, AnswerChain], folder: Path, change: str
) -> None:
    article = named(app[1], "metals.pdf")
    assert "See page 1 of the PDF" in client.get(f"/articles/{article.id}").text
    if change == "changed":
        (folder / "metals.pdf").write_bytes(pdf("Something else."))
    else:
        (folder / "metals.pdf").unlink()
    assert "of the PDF" not in client.get(f"/articles/{article.id}").text
    assert client.get(f"/articles/{article.id}/pages/1").status_code == 404


def test_pages_beyond_the_last(client: TestClient, app: tuple[FastAPI, AnswerChain]) -> None:
    article = named(app[1], "metals.pdf")
    answers = [client.get(f"/articles/{article.id}/pages/{number}") for number in ("3", "0", "x", "99999999")]
    assert [answer.status_code for answer in answers] == [404, 400, 400, 400]
    assert "has 2 pages" in answers[0].json()["message"]
    assert client.get("/articles/0123456789abcdef/pages/1").json()["code"] == "no_such_page"


def test_with_excerpts_only_strangers_get_no_pages(settings: Settings) -> None:
    for app, chain in served(Settings(store=settings.store, excerpt_characters=40)):
        article = named(chain, "metals.pdf")
        with TestClient(app, **HERE) as owner, TestClient(app, **STRANGER) as stranger:
            for path in ("pages/1", "pages/1/picture"):
                answers = [stranger.get(f"/articles/{at}/{path}") for at in (article.id, "0123456789abcdef")]
                assert [answer.json()["code"] for answer in answers] == ["excerpts_only"] * 2
                assert owner.get(f"/articles/{article.id}/{path}").status_code == 200


def test_whoever_may_not_see_the_article_is_told_what_is_told_of_none(settings: Settings) -> None:
    for app, chain in served(Settings(store=settings.store, public_collections=("help",))):
        article = named(chain, "metals.pdf")
        with TestClient(app, **STRANGER) as stranger:
            for path in ("pages/1", "pages/1/picture", "pages/7"):
                answers = [stranger.get(f"/articles/{at}/{path}") for at in (article.id, "0123456789abcdef")]
                assert answers[0].status_code == answers[1].status_code == 404
                assert answers[0].json()["message"] == answers[1].json()["message"]


def test_a_removed_article_takes_its_original_along(
    client: TestClient, app: tuple[FastAPI, AnswerChain], settings: Settings
) -> None:
    send(client, "zinc.pdf", pdf("Zinc is mined in Peru. It is blue."))
    ended(client)
    article, original = named(app[1], "zinc.pdf"), settings.folder / "uploads" / "zinc.pdf"
    assert client.get(f"/articles/{article.id}/pages/1/picture").status_code == 200 and original.is_file()
    client.post("/owner/articles/removals", json={"ids": [article.id]})
    client.post("/owner/articles/removals/publish")
    ended(client, 2)
    assert not original.exists()
    assert client.get(f"/articles/{article.id}/pages/1/picture").status_code == 404


def test_a_store_that_was_moved_keeps_its_pages(client: TestClient, settings: Settings, tmp_path: Path) -> None:
    send(client, "zinc.pdf", pdf("Zinc is mined in Peru. It is blue."))
    ended(client)
    settings.folder.rename(tmp_path / "elsewhere")
    for app, chain in served(Settings(store=tmp_path / "elsewhere")):
        with TestClient(app, **HERE) as moved:
            assert "of the PDF" in moved.get(f"/articles/{named(chain, 'zinc.pdf').id}").text


def test_only_some_are_drawn_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(sheets, "AT_ONCE", 0)
    for app, chain in served(settings):
        with TestClient(app, **HERE) as client:
            article = named(chain, "metals.pdf")
            assert client.get(f"/articles/{article.id}/pages/1").json()["code"] == "busy"
