"""What is synced to the disk when: kill -9 does not show a power cut, the order of calls does."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from index.ingest import ingest
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE, GENERATIONS
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store


@pytest.mark.usefixtures("no_tail")
def test_sealed_vectors_are_on_the_disk_before_they_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("One article.")
    store = tmp_path / "store"
    calls: list[object] = []
    fsync, set_fact = os.fsync, SqliteDatabase.set_fact

    def synced(descriptor: int) -> None:
        calls.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    def named(database: SqliteDatabase, name: str, value: str | bytes) -> None:
        calls.append(name)
        set_fact(database, name, value)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(SqliteDatabase, "set_fact", named)
    generation = ingest(store, [tmp_path / "a.txt"], FakeEmbeddings()).generation
    folder = store / GENERATIONS / generation
    named_at = calls.index("generation")
    assert {folder, *folder.rglob("*")} <= set(calls[:named_at])
    last = [each for each in calls[:named_at] if isinstance(each, Path)][-1]
    assert last == folder.parent  # the folder's own name
    for path in folder.rglob("*"):
        if path.is_file():
            assert calls.index(path) < calls.index(folder.parent)
    assert [each for each in calls[named_at:] if isinstance(each, Path)] == []
    with closing(SqliteDatabase(store / DATABASE)) as database:  # SQLite itself syncs its log at each commit
        assert database._sql.execute("PRAGMA synchronous").fetchone() == (2,)
        assert database._sql.execute("PRAGMA journal_mode").fetchone() == ("wal",)
