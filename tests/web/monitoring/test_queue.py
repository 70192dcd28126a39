"""What the owner sees of the queue, at `/metrics` and on the start page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest
from starlette.testclient import TestClient

from index.store.place import open_store
from index.worker import enqueue, queue_of
from settings import Settings, StoreUrl
from tests.postgres import ABSENT, Server
from tests.web.standins import HERE, FakeChain
from web.errors import add_error_handlers
from web.monitoring.queue import QueueFigures
from web.pages.owner import owner_routes

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store
HOSTILE = "z<img src=x onerror=alert(1)>.txt"


@pytest.fixture
def url(postgres: Server, tmp_path: Path) -> StoreUrl:
    """A store with three files in its queue: one waits, one is being read, one is set aside."""
    for name in ("a.txt", "b.txt", HOSTILE):
        (tmp_path / name).write_text(name)
    url = postgres.place()
    enqueue(url, [tmp_path])
    queue = queue_of(url)
    assert queue.take() is not None
    set_aside = "UPDATE jobs SET error = name || ' is bad', hint = 'mend it' WHERE name LIKE '%onerror%'"
    with closing(opened(url)) as reader:
        reader.connection.execute("SET default_transaction_read_only = off")
        reader.connection.execute(set_aside)
        reader.connection.execute("SET default_transaction_read_only = on")
    return url


def opened(url: StoreUrl) -> Any:
    return open_store(url).open()


def figures(place: StoreUrl | Path) -> str:
    registry = CollectorRegistry()
    registry.register(QueueFigures(place))
    return generate_latest(registry).decode()


@pytest.fixture
def client(url: StoreUrl) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(owner_routes(FakeChain(), Settings(store=url)))  # type: ignore[arg-type]
    add_error_handlers(app)
    with TestClient(app, **HERE) as client:
        yield client


def test_the_figures_say_how_far_it_is(url: StoreUrl, postgres: Server, tmp_path: Path) -> None:
    said = figures(url)
    for state in ("waiting", "being_read", "set_aside"):
        assert f'quoth_queue_files{{state="{state}"}} 1.0' in said
    assert "quoth_queue_done_total 0.0" in said
    assert figures(postgres.place()) == figures(tmp_path / "store") == ""
    assert figures(StoreUrl("postgresql://quoth@127.0.0.1:1/news")) == ""


def test_the_start_page_says_what_could_not_be_read(client: TestClient) -> None:
    page = client.get("/owner").text
    assert "1 waiting, 1 being read, 0 in since the queue was last empty, 1 set aside." in page
    assert "&lt;img src=x onerror=alert(1)&gt;.txt is bad" in page and "<img" not in page
    assert "1 个搁置" in client.get("/owner", headers={"Accept-Language": "zh"}).text
