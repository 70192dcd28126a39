"""A dry run says what an ingest then does, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UsageError
from index.ingest import ingest
from index.options import IngestOptions
from index.preview import preview
from index.store.lock import write_lock
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite3-shm"}


def test_it_says_what_then_happens(tmp_path: Path) -> None:
    folder, store = tmp_path / "news", tmp_path / "store"
    folder.mkdir()
    for name in ("changes", "goes", "stays", "moves"):
        (folder / f"{name}.txt").write_text(f"{name}\n\nThe {name} is here.")
    ingest(store, [folder], FakeEmbeddings())
    (folder / "changes.txt").write_text("changes\n\nNow it says something else.")
    (folder / "copy.txt").write_text((folder / "stays.txt").read_text())
    (folder / "bad.txt").write_bytes(b"\0")
    (folder / "goes.txt").unlink()
    before = files(store)
    with write_lock(store):  # an ingest that runs is not in its way
        found = preview(store, [folder], IngestOptions(prune=True))
    assert files(store) == before
    assert found.articles_added == found.duplicates == ["news/copy.txt"]
    assert (found.articles_changed, found.articles_removed) == (["news/changes.txt"], ["news/goes.txt"])
    assert (found.articles_unchanged, [failure.source for failure in found.errors]) == (2, ["news/bad.txt"])
    report = ingest(store, [folder], FakeEmbeddings(), IngestOptions(prune=True))
    assert (report.articles_added, report.articles_changed, report.articles_removed) == (1, 1, 1)
    assert report.articles_unchanged == found.articles_unchanged


def test_it_makes_no_store(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("The same.")
    found = preview(tmp_path / "store", [tmp_path / "a.txt", tmp_path / "b.txt"])
    assert found.articles_added == found.duplicates == ["a.txt", "b.txt"]
    assert not (tmp_path / "store").exists()
    with pytest.raises(UsageError):
        preview(tmp_path / "store", [tmp_path / "nowhere"])
