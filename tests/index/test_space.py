"""Room on the disk is looked at before anything is written: one error, and the store is as it was."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from index.archive import export_store, import_store
from index.errors import StoreError
from index.ingest import ingest, repair
from index.status import read_facts, read_status
from index.store.durable import folder_bytes
from index.store.layout import DATABASE, GENERATIONS
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With one article that is in the store, and one that is not."""
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("The first article.")
    ingest(tmp_path / "store", [tmp_path / "news"], FakeEmbeddings())
    (tmp_path / "news" / "b.txt").write_text("The second article.")
    return tmp_path / "news"


def leave(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 2**40 - free, free))


def written(store: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}


def test_publishing_needs_room_for_what_comes_in(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    before = written(store)
    leave(monkeypatch, 100)
    with pytest.raises(StoreError, match=r"has \d+ MiB free, and \d+ MiB are needed: make room"):
        ingest(store, [folder], FakeEmbeddings())
    assert written(store) == before
    leave(monkeypatch, 10_000)
    assert ingest(store, [folder], FakeEmbeddings()).articles_added == 1


@pytest.mark.usefixtures("no_tail")
def test_sealing_needs_room_for_a_copy_of_the_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    repair(store, FakeEmbeddings())
    before = written(store)
    needed = folder_bytes(store / GENERATIONS / (read_facts(store).generation or ""))
    leave(monkeypatch, needed)  # so there is none for the article itself
    with pytest.raises(StoreError, match=r"has \d+ MiB free, and \d+ MiB are needed: make room") as told:
        ingest(store, [folder], FakeEmbeddings())
    assert told.value.exit_code == 4
    assert written(store) == before
    leave(monkeypatch, needed + 2**20)
    assert ingest(store, [folder], FakeEmbeddings()).articles_added == 1
    assert read_status(store, verify=True).articles == 2


def test_export_and_import_need_room(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, file = tmp_path / "store", tmp_path / "file"
    leave(monkeypatch, (store / DATABASE).stat().st_size - 1)
    with pytest.raises(StoreError, match="make room"):
        export_store(store, file)
    assert not file.exists()
    monkeypatch.undo()
    export_store(store, file)
    leave(monkeypatch, (store / DATABASE).stat().st_size)
    with pytest.raises(StoreError, match="make room"):
        import_store(tmp_path / "new", file)
    assert not list((tmp_path / "new" / GENERATIONS).iterdir())
    assert read_status(tmp_path / "new").articles == 0
