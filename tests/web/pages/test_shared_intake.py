"""The owner's page of articles at two servers of one database, with workers and without, and as servers go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.archive import move_store
from index.store.place import open_store
from index.worker import queue_of, work
from rag.chain import build_chain
from settings import Settings, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.index.test_worker_faults import break_
from tests.postgres import ABSENT, Server, cut, running
from tests.stores import small_store
from tests.web.monitoring.test_queue import figures
from tests.web.pages.test_library import FILES, ended, hurry, ids, send, serve, states, uploads_of
from tests.web.pages.test_library import work as told
from tests.web.standins import HERE, FakeChain, until
from web.pages.owner import owner_routes

pytest.importorskip("psycopg", reason=ABSENT)
from index.store.postgres.queue import PostgresQueue

pytestmark = pytest.mark.store
ZINC = "Zinc\n\nZinc is mined in Peru."


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
def url(postgres: Server, tmp_path: Path) -> StoreUrl:
    return moved(postgres, tmp_path)


def moved(server: Server, folder: Path) -> StoreUrl:
    url = server.place()
    move_store(small_store(folder, FILES), url)
    return url


@contextmanager
def a_server(url: StoreUrl, **more: Any) -> Iterator[TestClient]:
    settings = Settings(store=url, **more)
    with (
        closing(build_chain(settings, FakeEmbeddings())) as chain,
        TestClient(serve(chain, settings), **HERE) as client,
    ):
        yield client


@pytest.fixture
def servers(url: StoreUrl) -> Iterator[tuple[TestClient, TestClient]]:
    with a_server(url) as one, a_server(url) as other:
        yield one, other


def test_every_server_tells_and_does_the_same(servers: tuple[TestClient, TestClient], url: StoreUrl) -> None:
    one, other = servers
    assert send(one, "zinc.txt", ZINC).status_code == 202
    assert ended(other)["said"] == "Done: 1 added, 0 changed, 0 removed."
    assert states(told(one)) == states(told(other)) == {"zinc.txt": "in"}
    [zinc] = ids(other, "?search=Peru")
    assert "4 articles" in one.get("/owner/articles").text and uploads_of(url) == []
    assert one.post("/owner/articles/removals", json={"ids": [zinc]}).json()["marked"] == [zinc]
    assert "1 article goes with the next publication" in other.get("/owner/articles").text
    assert other.post("/owner/articles/removals/undo", json={"ids": [zinc]}).json() == {"marked": []}
    assert other.post("/owner/articles/removals", json={"ids": [zinc]}).json()["marked"] == [zinc]
    assert one.post("/owner/articles/removals/publish").status_code == 202
    assert ended(one, 2)["removed"] == 1 and told(other)["removed"] == 1
    assert ids(other, "?search=Peru") == [] and "3 articles" in other.get("/owner/articles").text


def test_where_there_are_workers_they_bring_it_in(servers: tuple[TestClient, TestClient], url: StoreUrl) -> None:
    one, other = servers
    queue = queue_of(url)
    queue.register(["file", "upload"])
    send(one, "zinc.txt", ZINC)
    assert (told(other)["stage"], told(other)["said"]) == ("queued", "Waiting for a worker or a server")
    assert "1 uploads (0.0 MiB)" in one.get("/owner").text and "1 worker is there" in one.get("/owner").text
    said = figures(url)
    for line in ('quoth_queue_intake{kind="upload"} 1.0', "quoth_queue_upload_bytes 28.0", "quoth_workers 1.0"):
        assert line in said
    assert uploads_of(url) == ["zinc.txt"]
    assert queue.take() is not None
    assert (told(one)["stage"], told(one)["said"]) == ("reading", "Reading: 0 of 1 files")
    assert states(told(one)) == {"zinc.txt": "being_read"}
    queue_of(url).drop_intake()
    send(other, "zinc.txt", ZINC)
    assert work(url, FakeEmbeddings(), until_empty=True).files == 1
    assert states(ended(other))["zinc.txt"] == "in" and ids(other, "?search=Peru") != []


def test_what_a_server_had_when_it_went_another_brings_in(url: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.shared_intake.POLL_SECONDS", 0.1)
    with a_server(url) as one:
        monkeypatch.setattr("index.worker.Worker.step", lambda *_: False)
        send(one, "zinc.txt", ZINC)
    monkeypatch.undo()
    with a_server(url) as other:
        assert states(ended(other)) == {"zinc.txt": "in"}


def test_what_is_marked_goes_with_what_a_worker_brings_in(
    servers: tuple[TestClient, TestClient], url: StoreUrl
) -> None:
    one, other = servers
    queue_of(url).register(["upload"])
    [tin] = ids(one, "?search=Cornwall")
    one.post("/owner/articles/removals", json={"ids": [tin]})
    send(other, "zinc.txt", ZINC)
    work(url, FakeEmbeddings(), until_empty=True)
    assert ended(one)["removed"] == 1 and ids(other, "?search=Cornwall") == []
    assert one.post("/owner/articles/removals/undo", json={"ids": [tin]}).json() == {"marked": []}


def test_stop_at_another_server(servers: tuple[TestClient, TestClient], url: StoreUrl) -> None:
    one, other = servers
    queue_of(url).register(["upload"])
    for name in ("a.txt", "b.txt"):
        send(one, name, ZINC)
    assert other.post("/owner/articles/intake/stop").json()["stage"] == "idle"
    assert states(told(one)) == {"a.txt": "stopped", "b.txt": "stopped"} and uploads_of(url) == []


def test_while_others_publish_it_waits(servers: tuple[TestClient, TestClient], url: StoreUrl) -> None:
    one, _ = servers
    with open_store(url).writing():
        one.post("/owner/articles/removals", json={"ids": ids(one)[:1]})
        one.post("/owner/articles/removals/publish")
        until(lambda: told(one)["stage"] == "busy")
        assert "goes on by itself" in told(one)["said"]
    assert ended(one)["removed"] == 1


def test_limits_are_said(servers: tuple[TestClient, TestClient], monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = servers
    page = one.get("/owner/articles").text
    assert "A file may have 64 MiB." in page and "in which 1,024 MiB may wait" in page
    assert 'data-limit="67108864"' in page
    monkeypatch.setattr("index.store.postgres.intake.UPLOADS_BYTES", 10)
    refused = send(one, "zinc.txt", ZINC)
    assert (refused.status_code, refused.json()["code"]) == (503, "busy") and "retry-after" in refused.headers
    assert "wait in the database" in refused.json()["message"] and told(one)["entries"] == []


def test_a_failure_is_told_without_its_secrets(
    servers: tuple[TestClient, TestClient], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one, _ = servers
    monkeypatch.setattr("web.pages.shared_intake.marked_articles", lambda *_: 1 / 0)
    one.post("/owner/articles/removals/publish")
    one.post("/owner/articles/removals", json={"ids": ids(one)[:1]})
    one.post("/owner/articles/removals/publish")
    until(lambda: told(one)["error"] is not None)
    assert "ZeroDivisionError" in caplog.text and "ZeroDivisionError" not in json.dumps(told(one))
    assert "look into the server's log" in told(one)["said"]


@pytest.fixture
def own() -> Iterator[Server]:
    """A database server that may be stopped."""
    yield from running()


def test_a_database_that_goes_and_comes_back(own: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.shared_intake.POLL_SECONDS", 0.1)
    with a_server(moved(own, tmp_path)) as one:
        own.stop()
        try:
            assert send(one, "zinc.txt", ZINC).status_code == 503
            assert one.get("/owner/articles").status_code == one.get("/owner/articles/intake").status_code == 503
        finally:
            own.start()
        until(lambda: send(one, "zinc.txt", ZINC).status_code == 202)
        assert states(ended(one)) == {"zinc.txt": "in"}


@pytest.mark.parametrize("step", ["take", "content", "finish"])
def test_a_database_that_goes_while_a_file_comes_in(
    servers: tuple[TestClient, TestClient], url: StoreUrl, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr("web.pages.shared_intake.POLL_SECONDS", 0.1)
    break_(monkeypatch, PostgresQueue, step, lambda: cut(monkeypatch, url), after=True)
    until(lambda: send(servers[0], "zinc.txt", ZINC).status_code == 202)
    for client in servers:
        until(lambda client=client: is_in(client), 120)  # type: ignore[misc]


def is_in(client: TestClient) -> bool:
    """Return whether a server tells that all is in and nothing wrong; without the database it tells nothing."""
    response = client.get("/owner/articles/intake")
    if response.status_code != 200:
        return False
    progress = response.json()
    is_over = (progress["stage"], progress["error"]) == ("idle", None)
    return is_over and states(progress)["zinc.txt"] in ("in", "unchanged")


def test_no_database_is_asked_before_a_request() -> None:
    settings = Settings(store=StoreUrl("postgresql://quoth@127.0.0.1:1/news"))
    assert owner_routes(FakeChain(), settings).routes  # type: ignore[arg-type]
