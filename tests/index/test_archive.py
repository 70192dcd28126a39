"""A store as one file: what comes out is what went in, and what is no export changes nothing."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from index.archive import export_store, import_store
from index.errors import QuothError, StoreBusyError, UsageError
from index.ingest import ingest
from index.status import read_status
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE
from index.store.lock import write_lock
from rag.snapshot import Index
from tests.fakes import FakeEmbeddings
from tests.index.former import make_former
from tests.stores import small_store

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("first"), "The first store says this.")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return made(tmp_path, "The second store says that.")


def made(folder: Path, text: str) -> Path:
    return small_store(folder, {"a.txt": text})


def texts(store: Path) -> list[str]:
    with closing(Index(store)) as index:
        return [article.text for info in index.articles() if (article := index.article(info.id))]


def test_a_store_comes_back_elsewhere_and_nothing_of_the_export_is_left_in_it(first: Path, tmp_path: Path) -> None:
    with closing(Index(first)) as index, index.snapshot(), write_lock(first):  # read and written meanwhile
        assert export_store(first, tmp_path / "file") == 1
    assert import_store(tmp_path / "new", tmp_path / "file") == 1
    assert texts(tmp_path / "new") == texts(first)
    assert read_status(tmp_path / "new", verify=True).healthy
    for store in (first, tmp_path / "new"):
        assert [path for path in store.iterdir() if path.name.startswith(".")] == []
    (tmp_path / "a.txt").write_text("More.")
    ingest(tmp_path / "new", [tmp_path / "a.txt"], FakeEmbeddings())


def test_a_store_with_articles_is_replaced_only_where_that_is_said(first: Path, second: Path, tmp_path: Path) -> None:
    export_store(first, tmp_path / "file")
    with pytest.raises(UsageError, match="has articles"):
        import_store(second, tmp_path / "file")
    assert texts(second) == ["The second store says that."]
    with closing(Index(second)) as index:
        with index.snapshot() as snapshot:
            import_store(second, tmp_path / "file", replace=True)
            assert snapshot.database.articles()[0].characters == len("The second store says that.")
        assert index.articles()[0].characters == len("The first store says this.")
    assert texts(second) == ["The first store says this."]
    assert read_status(second, verify=True).healthy
    with write_lock(second), pytest.raises(StoreBusyError):
        import_store(second, tmp_path / "file", replace=True)


def packed(path: Path, database: bytes, **manifest: object) -> Path:
    facts = {"format": 3, "sha256": hashlib.sha256(database).hexdigest(), "bytes": len(database)} | manifest
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("manifest.json", json.dumps(facts))
        file.writestr(DATABASE, database)
        file.writestr("../outside", "x")
    return path


def tricked(first: Path, folder: Path) -> Path:
    """A store whose SQLite file does something when it is written."""
    path = folder / "tricked"
    with closing(sqlite3.connect(first / DATABASE)) as sql:
        sql.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(path)) as sql, sql:
        sql.execute("CREATE TRIGGER t AFTER INSERT ON articles BEGIN DELETE FROM articles; END")
    return packed(folder / "file", path.read_bytes())


@pytest.mark.parametrize(
    "trick", ["no zip", "nothing", "other bytes", "longer", "no database", "no manifest", "trigger", "missing"]
)
def test_what_is_no_export_is_refused_and_changes_nothing(
    first: Path, second: Path, tmp_path: Path, trick: str
) -> None:
    file = tmp_path / "file"
    match trick:
        case "no zip":
            file.write_bytes(b"no zip at all")
        case "nothing":
            file.write_bytes(b"")
        case "other bytes":
            packed(file, b"x" * 100, sha256="0" * 64)
        case "longer":
            packed(file, b"x" * 10_000_000, bytes=10)
        case "no database":
            packed(file, b"SQLite? no")
        case "no manifest":
            with zipfile.ZipFile(file, "w") as empty:
                empty.writestr(DATABASE, b"")
        case "trigger":
            tricked(first, tmp_path)
    before = {path: path.read_bytes() for path in second.rglob("*.sqlite3")}
    with pytest.raises(QuothError):
        import_store(second, file, replace=True)
    assert {path: path.read_bytes() for path in second.rglob("*.sqlite3")} == before
    assert not (tmp_path / "outside").exists() and not (second.parent / "outside").exists()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_export_of_a_former_version_is_brought_up_to_date(first: Path, tmp_path: Path, version: int) -> None:
    path = tmp_path / DATABASE
    with closing(sqlite3.connect(first / DATABASE)) as sql:
        sql.execute("VACUUM INTO ?", (str(path),))
    make_former(path, version)
    with closing(sqlite3.connect(path)) as sql:
        sql.execute("PRAGMA journal_mode = DELETE")
    import_store(tmp_path / "new", packed(tmp_path / "file", path.read_bytes(), format=version))
    assert texts(tmp_path / "new") == texts(first)
    with closing(SqliteDatabase(tmp_path / "new" / DATABASE)) as database:
        assert database.check() is None
