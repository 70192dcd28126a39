"""The owner's sources: added, run, watched and removed, and what may be named at the machine alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.sync.catalog import Catalog
from rag.chain import AnswerChain, build_chain
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.index.sync.site import HOST, rss, serving
from tests.stores import small_store
from tests.web.pages.test_library import FILES, HOSTILE, hurry, serve
from tests.web.standins import HERE, until

FAR: dict[str, Any] = {"base_url": "https://quoth.example", "client": ("192.0.2.7", 5)}
TOKEN = "an-owner-token-of-25-signs"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("web.pages.source_runner.RETRY_SECONDS", 0.05)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=small_store(tmp_path, FILES), allow_network=True)


@pytest.fixture
def chain(settings: Settings) -> Iterator[AnswerChain]:
    chain = build_chain(settings, FakeEmbeddings())
    yield chain
    chain.close()


@pytest.fixture
def client(chain: AnswerChain, settings: Settings) -> Iterator[TestClient]:
    with TestClient(serve(chain, settings), **HERE) as client:
        yield client


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "brig.txt").write_text("The brig\n\nIt sailed to Hamburg.")
    return folder


def add(client: TestClient, **more: Any) -> Any:
    return client.post("/owner/sources", json={"name": "notes", "kind": "folder"} | more)


def run(client: TestClient, name: str = "notes") -> str:
    """Run a source to its end, and return the page then."""
    assert client.post("/owner/sources/runs", json={"name": name}).status_code == 202
    until(lambda: 'data-busy="0"' in client.get("/owner/sources").text, 60)
    return client.get("/owner/sources").text


def test_a_folder_is_added_run_and_removed(
    client: TestClient, chain: AnswerChain, settings: Settings, notes: Path
) -> None:
    assert "Nothing yet." in client.get("/owner/sources").text
    assert "Folders, feeds and mailboxes" in client.get("/owner").text
    response = add(client, place=str(notes), collection="My Ships", tags=[" sea ", ""], minutes=15, prune=True)
    assert (response.status_code, response.json()["name"]) == (201, "notes")
    page = client.get("/owner/sources").text
    assert "never run" in page and "next run soon" in page and "my-ships" in page and "removes what is gone" in page
    page = run(client)
    assert re.search(r"1 article</a>\s*· last run 20\d\d-", page) and "next run 20" in page
    [info] = [info for info in chain.index.articles() if info.title == "The brig"]
    assert (info.collection, info.tags) == ("my-ships", ("sea",))
    listed = client.get("/owner/articles?from=notes").text
    assert "The brig" in listed and "Tea" not in listed
    assert "1 source is kept in step." in client.get("/owner").text
    (notes / "brig.txt").unlink()
    run(client)
    assert "The brig" not in [info.title for info in chain.index.articles()]
    assert client.post("/owner/sources/removals", json={"name": "notes"}).status_code == 200
    # Another browser still shows it.
    assert client.post("/owner/sources/removals", json={"name": "notes"}).status_code == 200
    assert client.post("/owner/sources/runs", json={"name": "notes"}).status_code == 400
    assert Catalog(settings.folder).list() == []


def test_a_feed_that_fails_says_so(client: TestClient) -> None:
    with serving() as site:
        site.pages["/feed"] = rss(site.page("/tin", "Tin is mined."), site.url("/down"))
        site.pages["/down"] = 503
        assert add(client, kind="feed", place=site.url("/feed"), private_hosts=[HOST]).status_code == 201
        page = run(client)
        assert "status 503" in page and "1 article</a>" in page and "failed" not in page
        site.pages["/feed"] = 500
        run(client)
        page = run(client)
        assert "The last 2 runs failed." in page and "status 500" in page
    assert "One fails." in client.get("/owner").text


def test_what_is_on_the_network_is_run_only_where_that_is_allowed(chain: AnswerChain, settings: Settings) -> None:
    app = serve(chain, Settings(store=settings.store))
    with TestClient(app, **HERE) as client:
        assert add(client, kind="feed", place="https://example.org/feed").status_code == 201
        response = client.post("/owner/sources/runs", json={"name": "notes"})
        assert (response.status_code, response.json()["code"]) == (403, "network_off")
        page = client.get("/owner/sources").text
        assert "not run without --allow-network" in page and re.search(r"data-run=[^>]*disabled", page)


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "folder", "place": "/etc"}, {"kind": "feed", "place": "https://x.org/", "private_hosts": ["x.org"]},
        {"kind": "mailbox", "place": "imaps://x.org/", "user": "a", "password_env": "QUOTH_OWNER_TOKEN"},
        {"kind": "webdav", "place": "https://x.org/", "user": "a", "password_file": "/etc/quoth/password"},
    ],
)  # fmt: skip
def test_what_reaches_into_the_machine_is_named_there_alone(
    chain: AnswerChain, settings: Settings, wanted: dict[str, Any]
) -> None:
    served = Settings(store=settings.store, owner_token=TOKEN, hosts=("quoth.example",), allow_network=True)
    with TestClient(serve(chain, served), **FAR) as far:
        far.headers["Authorization"] = f"Bearer {TOKEN}"
        response = add(far, **wanted)
        assert (response.status_code, response.json()["code"]) == (403, "at_the_machine")
        assert 'value="folder"' not in far.get("/owner/sources").text
        assert add(far, kind="feed", place="https://example.org/feed").status_code == 201
    # Behind a proxy on the machine a stranger looks like one who sits there.
    with TestClient(serve(chain, served), **HERE) as near:
        near.headers["Authorization"] = f"Bearer {TOKEN}"
        assert add(near, **wanted | {"name": "other"}).json()["code"] == "at_the_machine"


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "a b", "place": "."}, {"place": "/does/not/exist"}, {"kind": "feed", "place": "ftp://x.org/"},
        {"kind": "mailbox", "place": "imaps://x.org/"}, {"kind": "what", "place": "."}, {"place": ".", "minutes": 0},
        {"kind": "feed", "place": "https://ada:secret@x.org/"}, {"place": ".", "more": 1}, {"place": ".", "limit": 0},
        {"kind": "bucket", "place": "s3://../x"}, {"kind": "bucket", "place": "s3://press", "endpoint": "file:///etc"},
        {"kind": "feed", "place": "https://x.org/", "user": "ada"},
        {"kind": "bucket", "place": "s3://press", "region": "eu/../x"},
    ],
)  # fmt: skip
def test_what_nobody_can_mean(client: TestClient, settings: Settings, wanted: dict[str, Any]) -> None:
    response = add(client, **wanted)
    assert response.status_code == 400 and "secret" not in response.text
    assert Catalog(settings.folder).list() == []


def test_hostile_words_are_shown_as_text(client: TestClient) -> None:
    assert add(client, kind="feed", place=f"https://example.org/{HOSTILE}", tags=[HOSTILE]).status_code == 201
    page = client.get("/owner/sources").text
    assert "<img" not in page and "&lt;img src=x" in page


def test_strangers_get_nothing(chain: AnswerChain, settings: Settings) -> None:
    served = Settings(store=settings.store, hosts=("quoth.example",))
    with TestClient(serve(chain, served), **FAR) as stranger:
        assert stranger.get("/owner/sources").status_code == 403
        for path in ("", "/runs", "/removals"):
            assert stranger.post(f"/owner/sources{path}", json={"name": "notes"}).status_code == 403
    with TestClient(serve(chain, settings), **HERE) as here:
        other = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert here.post("/owner/sources/runs", json={"name": "notes"}, headers=other).status_code == 403


def test_while_the_server_itself_runs_sources_it_waits(client: TestClient, settings: Settings, notes: Path) -> None:
    add(client, place=str(notes))
    with Catalog(settings.folder).running():
        client.post("/owner/sources/runs", json={"name": "notes"})
        page = client.get("/owner/sources").text
        assert 'data-busy="1"' in page and "never run" in page
        assert client.post("/owner/sources/removals", json={"name": "notes"}).json()["code"] == "busy"
    until(lambda: 'data-busy="0"' in client.get("/owner/sources").text, 60)
    assert "1 article</a>" in client.get("/owner/sources").text
