"""What servers remember beside the articles: each test runs over files in a folder and over PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import StoreError
from index.ingest import rebuild
from index.store.place import open_store
from index.store.postgres import schema
from index.store.records import Records, SharedRecords
from settings import StorePlace, StoreUrl
from tests.postgres import ABSENT, PLACES, Server, a_place

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    return a_place(request.param, request, tmp_path)


@pytest.fixture
def records(place: StorePlace) -> Records:
    return open_store(place).records()


@pytest.fixture
def shared(postgres: Server) -> SharedRecords:
    return shared_in(postgres.place())


def shared_in(place: StoreUrl) -> SharedRecords:
    shared = open_store(place).shared()
    assert shared is not None
    return shared


def refuse(_: bytes | None) -> bytes:
    raise ZeroDivisionError


def test_a_record_is_there_until_it_is_deleted(records: Records, place: StorePlace) -> None:
    assert (records.get("a.json"), records.version("a.json"), records.names("runs")) == (None, None, [])
    records.put("a.json", b"\0\xff" * 10)
    other = open_store(place).records()
    assert other.get("a.json") == b"\0\xff" * 10
    before = other.version("a.json")
    assert before == records.version("a.json") is not None
    records.put("a.json", b"")
    assert (other.get("a.json"), other.version("a.json") == before) == (b"", False)
    records.delete("a.json")
    records.delete("a.json")
    assert other.get("a.json") is None


def test_names_are_those_of_a_folder(records: Records) -> None:
    for name in ("runs/b.json", "runs/a.json", "runs.json", "runs0", "run/x"):
        records.put(name, b"1")
    assert records.names("runs") == ["a.json", "b.json"]


def test_a_change_that_fails_leaves_what_was_there(records: Records) -> None:
    with pytest.raises(ZeroDivisionError):
        records.change("n", refuse)
    assert records.get("n") is None
    records.change("n", lambda before: (before or b"") + b"1")
    with pytest.raises(ZeroDivisionError):
        records.change("n", refuse)
    assert records.get("n") == b"1"


def test_no_change_is_lost(place: StorePlace) -> None:
    def count(_: int) -> None:
        open_store(place).records().change("n", lambda before: str(int(before or b"0") + 1).encode())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(40)))
    assert open_store(place).records().get("n") == b"40"


def test_one_at_a_time_holds_a_lock(records: Records, place: StorePlace) -> None:
    other = open_store(place).records()
    with records.lock("it") as held, other.lock("it") as again, other.lock("else") as another:
        assert (held, again, another) == (True, False, True)
    with other.lock("it") as held:
        assert held


def test_only_what_is_private_is_this_users_alone(tmp_path: Path) -> None:
    open_store(tmp_path).records(private=True).put("keys.json", b"")
    open_store(tmp_path).records().put("runs/a.json", b"")
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "runs" / "a.json").stat().st_mode & 0o077


def test_a_folder_is_shared_with_nobody(tmp_path: Path) -> None:
    assert open_store(tmp_path).shared() is None


def test_numbers_are_given_once_and_a_change_keeps_them(shared: SharedRecords) -> None:
    for name in ("f/a", "f/b", "g/c"):
        shared.put(name, b"1")
    first, second = shared.records("f")
    assert (first.name, second.name, first.number < second.number) == ("f/a", "f/b", True)
    shared.change("f/a", lambda _: b"2")
    again = shared.records("f")[0]
    assert (again.number, again.body, again.changed > first.changed) == (first.number, b"2", True)
    shared.amend("f/a", lambda _: b"3")
    assert shared.records("f")[0].changed == again.changed
    numbers = [first.number, 0, -1, 2**70, shared.records("g")[0].number]
    assert shared.numbered("f", numbers) == ["f/a"]
    shared.delete("f/b")
    shared.put("f/b", b"1")
    assert shared.records("f")[1].number > second.number


def test_what_is_older_goes(shared: SharedRecords) -> None:
    for name in ("f/a", "f/b", "g/c"):
        shared.put(name, b"1")
    assert shared.clear("f", 60) == 0
    assert shared.clear("f") == 2
    assert (shared.records("f"), len(shared.records("g"))) == ([], 1)


def test_uses_are_counted_for_all_and_no_further_than_the_limit(postgres: Server) -> None:
    place = postgres.place()
    one, other = shared_in(place), shared_in(place)
    assert one.hit("x", 3, count=False) is None
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda n: (one, other)[n % 2].hit("x", 3, count=True), range(12)))
    assert taken.count(None) == 3
    assert all(0 < seconds <= 60 for seconds in taken if seconds is not None)
    left = other.hit("x", 3, count=False)
    assert left is not None and 0 < left <= 60
    assert one.hit("y", 3, count=True) is None and one.hit("x", 4, count=True) is None
    with psycopg.connect(place.secret, autocommit=True) as sql:
        assert sql.execute("SELECT count(*) FROM rates WHERE name IN ('x', 'y')").fetchone() == (0,)
        sql.execute("UPDATE rates SET uses = ARRAY(SELECT used - interval '61 s' FROM unnest(uses) AS used)")
    assert one.hit("x", 1, count=False) is None and one.hit("x", 1, count=True) is None


def test_nobody_waits_for_a_database_that_is_away(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = shared_in(StoreUrl("postgresql://quoth:s3cret@127.0.0.1:1/nowhere"))
    for call in (
        lambda: shared.get("a"),
        lambda: shared.put("a", b""),
        lambda: shared.names("a"),
        lambda: shared.hit("a", 1, count=True),
        lambda: shared.lock("a").__enter__(),
    ):
        with pytest.raises(StoreError, match="cannot be reached") as raised:
            call()
        assert "s3cret" not in str(raised.value)
    monkeypatch.setattr("index.store.postgres.connection.connect", lambda *_, **__: pytest.fail("it was tried again"))
    with pytest.raises(StoreError, match="cannot be reached"):
        shared.get("a")


def test_a_store_of_the_version_before_gets_the_tables(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    place = postgres.place()
    with monkeypatch.context() as patch:
        for module in ("connection", "store"):
            patch.setattr(f"index.store.postgres.{module}.VERSION", 1)
        with open_store(place).writing():
            pass
    shared = shared_in(place)
    assert shared.get("a") is None and shared.names("a") == []
    shared.put("a", b"1")
    assert shared.get("a") == b"1"
    rebuild(place)
    assert schema.VERSION > 1


def test_many_make_the_tables_at_once(postgres: Server) -> None:
    place = postgres.place()
    threads = [threading.Thread(target=lambda n=n: shared_in(place).put(f"f/{n}", b"")) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shared_in(place).names("f")) == 4
