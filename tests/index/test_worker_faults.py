"""Workers whose database goes at any step: what they had taken is brought in once, and as soon as it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import worker as worker_module
from index.errors import StoreAwayError, StoreError, StoreRefusedError
from index.publisher import Publisher
from index.removals import Removals
from index.status import read_status
from index.store.queue import Queue
from index.worker import Worker, enqueue, queue_of, work
from settings import StoreUrl
from tests.fakes import FakeEmbeddings
from tests.index.test_worker_intake import parts, send, states, titles
from tests.postgres import ABSENT, Server, cut

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store

from index.store.postgres.connection import Pool  # noqa: E402
from index.store.postgres.database import PostgresDatabase  # noqa: E402
from index.store.postgres.queue import MAX_TRIES, PostgresQueue  # noqa: E402
from index.store.postgres.store import PostgresStore  # noqa: E402

STEPS: list[tuple[Any, str]] = [
    (PostgresQueue, "take"), (PostgresStore, "open"), (PostgresQueue, "content"), (worker_module, "change_of"),
    (PostgresQueue, "renew"), (Publisher, "__enter__"), (PostgresQueue, "claim"), (Publisher, "make_whole"),
    (Removals, "marked"), (PostgresDatabase, "put_article"), (PostgresQueue, "finish"), (PostgresDatabase, "_commit"),
    (Removals, "unmark"),
]  # fmt: skip
WITHIN = 30.0
Fault = Callable[[], None]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store.postgres.connection._AWAY_SECONDS", 0.05)
    monkeypatch.setattr("index.worker.IDLE_SECONDS", 0.05)


@pytest.fixture
def url(postgres: Server) -> StoreUrl:
    return postgres.place()


@pytest.fixture
def queue(url: StoreUrl) -> Queue:
    return queue_of(url)


def break_(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fault: Fault, *, after: bool = False, times: int = 1
) -> None:
    """Have a fault come before or after each of the first so many calls of a function."""
    real, calls = getattr(owner, name), iter(range(times))

    def function(*arguments: Any, **named: Any) -> Any:
        is_due = next(calls, None) is not None
        if is_due and not after:
            fault()
        result = real(*arguments, **named)
        if is_due and after:
            fault()
        return result

    monkeypatch.setattr(owner, name, function)


def worked(url: StoreUrl) -> list[str]:
    """Work until all is in, or for as long as a lease never lasts. Returns what was told."""
    told: list[str] = []
    stop = threading.Event()
    timer = threading.Timer(WITHIN, stop.set)
    timer.start()
    try:
        work(url, FakeEmbeddings(), told=told.append, stop=stop, until_empty=True)
    finally:
        timer.cancel()
    return told


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_database_that_goes_at_any_step(
    url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, after: bool
) -> None:
    send(queue, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    break_(monkeypatch, owner, name, lambda: cut(monkeypatch, url), after=after)
    worked(url)
    assert states(queue) == {"zinc.txt": "in"} or states(queue) == {"zinc.txt": "unchanged"}
    assert titles(url) == ["Zinc"] and parts(url) == 0
    assert (queue.intake(0).counts.finished, queue.intake(0).counts.added) == (1, 1)
    status = read_status(url, verify=True)
    assert (status.queued, status.set_aside, status.problem) == (0, 0, None)


def test_the_answer_to_what_was_taken_is_lost(url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    send(queue, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    worker = Worker(url, FakeEmbeddings())

    def lose() -> None:
        raise psycopg.OperationalError("the connection is lost")

    break_(monkeypatch, Pool, "give_back", lose, after=True)
    with pytest.raises(StoreAwayError, match="the connection is lost"):
        worker.step()
    assert queue.state().being_read == 1
    assert worker.step() and titles(url) == ["Zinc"]


def test_a_database_that_goes_again_and_again_is_no_fault_of_the_file(
    url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(queue, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    times = MAX_TRIES + 1
    break_(monkeypatch, PostgresQueue, "content", lambda: cut(monkeypatch, url), after=True, times=times)
    told = worked(url)
    assert titles(url) == ["Zinc"] and len([line for line in told if "cannot be reached" in line]) >= times


@pytest.mark.parametrize("error", [ValueError("a fault of ours"), StoreError("the store cannot be used", "look")])
def test_what_fails_by_itself_is_set_aside_after_three_tries(
    url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    send(queue, "deadly.txt", "It fails.")
    send(queue, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")

    def fail() -> None:
        raise error

    break_(monkeypatch, worker_module, "change_of", fail, times=MAX_TRIES)
    worker = Worker(url, FakeEmbeddings())
    for _ in range(MAX_TRIES):
        with pytest.raises(type(error)):
            worker.step()
    assert worker.step() and not worker.step()
    assert states(queue) == {"deadly.txt": "failed", "zinc.txt": "in"} and titles(url) == ["Zinc"]


def test_a_file_that_the_database_falls_over_is_set_aside(
    url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(queue, "deadly.txt", "It is too long for the database's memory.")
    break_(monkeypatch, PostgresDatabase, "put_article", lambda: cut(monkeypatch, url), after=True, times=MAX_TRIES)
    worked(url)
    assert states(queue) == {"deadly.txt": "failed"} and titles(url) == []


def test_a_full_disk_sets_nothing_aside(url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    send(queue, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")

    def fill() -> None:
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    break_(monkeypatch, PostgresDatabase, "put_article", fill, times=MAX_TRIES + 1)
    worker = Worker(url, FakeEmbeddings())
    for _ in range(MAX_TRIES + 1):
        with pytest.raises(StoreRefusedError, match="make room"):
            worker.step()
    assert worker.step() and titles(url) == ["Zinc"]


def test_a_file_that_too_much_memory_would_take_is_not_a_database_that_is_away(
    url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(queue, "long.txt", "It is long.")

    def refuse() -> None:
        raise psycopg.errors.OutOfMemory("out of memory")

    break_(monkeypatch, PostgresDatabase, "put_article", refuse, times=MAX_TRIES)
    assert all("cannot be used (out of memory)" in line for line in worked(url))
    assert states(queue) == {"long.txt": "failed"}


def test_a_file_of_a_folder_comes_back_as_well(url: StoreUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"{name}\n\nSomething of {name} is said here.")
    enqueue(url, [tmp_path])
    break_(monkeypatch, Publisher, "__enter__", lambda: cut(monkeypatch, url), after=True)
    begun = time.monotonic()
    worked(url)
    assert read_status(url).articles == 2 and time.monotonic() < begun + WITHIN
