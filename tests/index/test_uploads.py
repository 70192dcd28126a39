"""Uploaded files: the names that they may have, where they are put, and which of them stay."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import StoreBusyError, UsageError
from index.store.database import SqliteDatabase
from index.store.lock import write_lock
from index.uploads import WAITING, Uploads, WaitingFile, is_hidden, upload_name
from tests.stores import small_store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return small_store(tmp_path, {"tea.txt": "Tea\n\nTea was first drunk in China."})


def waiting(uploads: Uploads, name: str, text: str = "words") -> WaitingFile:
    path = uploads.new_path()
    path.write_text(text)
    return WaitingFile(name, path)


def files(store: Path) -> list[str]:
    folder = store / "uploads"
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "writer.lock")
    return sorted(path.relative_to(folder).as_posix() for path in found)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.txt", "a.txt"), ("news\\2024\\a b.md", "news/2024/a b.md"), ("Re: tea.eml", "Re: tea.eml"),
        ("a\u202e\0\n.md", "a___.md"), ("cafe\u0301.md", "café.md"), ("文章/一.md", "文章/一.md"), ("a..b", "a..b"),
        (".git/config", ".git/config"),
    ],
)  # fmt: skip
def test_names(given: str, name: str) -> None:
    assert upload_name(given) == name
    assert is_hidden(name) == name.startswith(".")


@pytest.mark.parametrize("given", ["", "/a", "a/", "..", "a/..", "a/./b", "\\a", "a/ . /b", "é" * 101, "a/" * 30 + "b"])
def test_names_that_are_refused(given: str) -> None:
    with pytest.raises(UsageError):
        upload_name(given)


def test_what_no_article_came_from_goes_again(store: Path) -> None:
    uploads = Uploads(store)
    with uploads.placing([waiting(uploads, "news/a.txt"), waiting(uploads, "b.txt")]) as placement:
        assert [placed.name for placed in placement.files.values()] == ["news/a.txt", "b.txt"]
        assert files(store) == ["b.txt", "news/a.txt"]
    assert placement.kept == set() and files(store) == [] and not (store / "uploads" / "news").exists()


def test_a_failure_brings_the_former_file_back(store: Path) -> None:
    uploads = Uploads(store)
    place = store / "uploads" / "a.txt"
    place.parent.mkdir()
    place.write_text("former")
    with pytest.raises(RuntimeError), uploads.placing([waiting(uploads, "a.txt")]):
        assert place.read_text() == "words"
        place.rename(place.with_name("seen.txt"))  # even where somebody took it away
        raise RuntimeError
    # No article came from it, so that it goes in the end.
    assert files(store) == []


def test_where_the_store_is_busy_they_wait_again(store: Path) -> None:
    uploads = Uploads(store)
    file = waiting(uploads, "a.txt")
    with pytest.raises(StoreBusyError), uploads.placing([file]):
        assert not file.path.exists()
        raise StoreBusyError("busy", "wait")
    assert file.path.read_text() == "words"
    with write_lock(store / "uploads" / WAITING), pytest.raises(StoreBusyError), uploads.placing([file]):
        pass
    assert file.path.read_text() == "words"


def test_files_of_a_store_that_was_moved_stay(store: Path) -> None:
    uploads = Uploads(store)
    for name in ("news/a.txt", "gone.txt"):
        (store / "uploads" / name).parent.mkdir(parents=True, exist_ok=True)
        (store / "uploads" / name).write_text("words")
    with closing(SqliteDatabase(store / "articles.sqlite3")) as database, database.writing():
        [article] = database.articles()
        database.set_path(article.id, "/elsewhere/uploads/store/uploads/news/a.txt")
    with uploads.placing([]):
        pass
    assert files(store) == ["news/a.txt"]


def test_only_what_has_waited_long_is_dropped(store: Path) -> None:
    uploads = Uploads(store)
    uploads.drop_waiting()
    old, new = waiting(uploads, "old.txt"), waiting(uploads, "new.txt")
    os.utime(old.path, (time.time() - 90_000,) * 2)
    uploads.drop_waiting()
    assert not old.path.exists() and new.path.exists()
