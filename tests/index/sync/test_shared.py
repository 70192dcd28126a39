"""Sources of a store in PostgreSQL: any server may run them, and one at a time does."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from app import main
from index.errors import StoreBusyError
from index.publisher import Publisher
from index.store.place import open_store
from index.sync.catalog import Catalog
from index.sync.run import run_source
from index.sync.schedule import run_due
from index.sync.source import Source
from settings import StoreUrl
from tests.fakes import FakeEmbeddings
from tests.index.test_worker_faults import break_
from tests.postgres import ABSENT, Server, cut

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store


@pytest.fixture
def place(postgres: Server) -> StoreUrl:
    return postgres.place()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("brig", "yawl"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} sails in June.")
    return tmp_path


def sources(place: StoreUrl) -> list[str]:
    with closing(open_store(place).open()) as database:
        return [info.source for info in database.articles()]


def test_a_folder_in_step(place: StoreUrl, folder: Path) -> None:
    Catalog(place).add(Source("it", "folder", str(folder), prune=True, collection="ships"))
    report = run_source(place, "it", FakeEmbeddings)
    assert (report.added, report.errors) == (2, [])
    (folder / "yawl.txt").unlink()
    (folder / "brig.txt").write_text("The brig sails in July.")
    report = run_source(place, "it", FakeEmbeddings)
    assert (report.changed, report.removed, report.unchanged) == (1, 1, 0)
    assert len(sources(place)) == 1
    assert Catalog(place).get("it")[1].articles == 1
    Catalog(place).remove("it")
    assert Catalog(place).list() == [] and len(sources(place)) == 1


def test_one_server_at_a_time_runs_what_is_due(place: StoreUrl, folder: Path) -> None:
    Catalog(place).add(Source("it", "folder", str(folder)))
    with Catalog(place).running():
        run_due(place, FakeEmbeddings, Event(), allow_network=False)
        with pytest.raises(StoreBusyError, match="another process is running the sources"):
            run_source(place, "it", FakeEmbeddings)
        assert Catalog(place).get("it")[1].last_run == 0
    run_due(place, FakeEmbeddings, Event(), allow_network=False)
    ran = Catalog(place).get("it")[1]
    assert (ran.articles, ran.failures) == (2, 0)
    run_due(place, lambda: pytest.fail("it is not due"), Event(), allow_network=False)
    assert Catalog(place).get("it")[1] == ran


def test_a_database_that_goes_is_no_fault_of_the_source(
    place: StoreUrl, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Catalog(place).add(Source("it", "folder", str(folder), minutes=600))
    break_(monkeypatch, Publisher, "__enter__", lambda: cut(monkeypatch, place, vain=0), after=True)
    report = run_source(place, "it", FakeEmbeddings, clock=lambda: 1e9)
    assert report.failed and "cannot be reached" in report.errors[0].error
    assert Catalog(place).get("it")[1].next_run == 1e9 + 60
    report = run_source(place, "it", FakeEmbeddings, clock=lambda: 1e9)
    assert report.added == 2 and Catalog(place).get("it")[1].next_run == 1e9 + 36_000


def test_the_command_lists_those_of_the_database(
    place: StoreUrl, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sources", "add", "it", str(folder), "--store", place.secret]) == 0
    capsys.readouterr()
    assert main(["sources", "--store", place.secret]) == 0
    assert "it" in capsys.readouterr().out
    assert not (tmp_path / ".store").exists()
