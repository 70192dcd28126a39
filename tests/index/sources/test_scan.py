"""Files that hold several articles, ingested again and again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from index.ingest import ingest
from index.options import IngestOptions
from index.publisher import IngestReport
from index.sources import isolate
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE
from index.store.search import SqliteReader
from tests.data.build import pdf, zipped
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store

SHIPS = "Ships\n\nThey sailed to Hamburg."
TEA = "Tea\n\nIt was dear."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


def ingested(folder: Path, options: IngestOptions | None = None) -> tuple[IngestReport, dict[str, str]]:
    """What an ingest did, and the texts that are in the store then."""
    store = folder.parent / "store"
    report = ingest(store, [folder], FakeEmbeddings(), options)
    database = SqliteDatabase(store / DATABASE)
    texts = {info.source: database.article(info.id).text for info in database.articles()}
    database.close()
    return report, texts


def test_an_archive_is_read_again_only_when_it_has_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = folder / "old.zip"
    archive.write_bytes(zipped({"a/ships.txt": SHIPS, "tea.txt": TEA}))
    report, texts = ingested(folder)
    assert report.articles_added == 2
    assert texts == {"news/old.zip/a/ships.txt": SHIPS, "news/old.zip/tea.txt": TEA}
    with monkeypatch.context() as patch:
        patch.setattr(isolate.Isolation, "read", None)
        report, _ = ingested(folder)
    assert (report.articles_unchanged, report.articles_added, report.errors) == (2, 0, [])
    archive.write_bytes(zipped({"a/ships.txt": SHIPS, "silk.txt": TEA}))
    report, texts = ingested(folder)
    assert texts == {"news/old.zip/a/ships.txt": SHIPS, "news/old.zip/silk.txt": TEA}
    counts = (report.articles_added, report.articles_changed, report.articles_unchanged, report.articles_removed)
    assert counts == (1, 0, 1, 1)


def test_what_could_not_be_read_in_an_archive_is_told_each_time_and_stays_as_it_was(folder: Path) -> None:
    archive = folder / "old.zip"
    archive.write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": TEA}))
    ingested(folder)
    archive.write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": b"a\0b"}))
    for _ in range(2):
        report, texts = ingested(folder)
        assert [failure.source for failure in report.errors] == ["news/old.zip/tea.txt"]
        assert texts["news/old.zip/tea.txt"] == TEA
    archive.write_bytes(zipped({"ships.txt": SHIPS}))
    report, texts = ingested(folder)
    assert (report.errors, list(texts)) == ([], ["news/old.zip/ships.txt"])


def test_a_vanished_archive_goes_with_prune(folder: Path) -> None:
    (folder / "old.zip").write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": TEA}))
    (folder / "a.txt").write_text(SHIPS)
    ingested(folder)
    (folder / "old.zip").unlink()
    assert len(ingested(folder)[1]) == 3
    report, texts = ingested(folder, IngestOptions(prune=True))
    assert (report.articles_removed, list(texts)) == (2, ["news/a.txt"])


def test_one_bad_file_does_not_stop_the_rest_and_pages_are_stored(folder: Path) -> None:
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 no")
    (folder / "good.pdf").write_bytes(pdf("One and", "two."))
    report, texts = ingested(folder)
    assert [failure.source for failure in report.errors] == ["news/bad.pdf"]
    assert texts == {"news/good.pdf": "good\n\nOne and two."}
    database = SqliteDatabase(folder.parent / "store" / DATABASE)
    article = database.article(database.articles()[0].id)
    database.close()
    assert article is not None
    assert [article.page_at(article.text.index(word)) for word in ("One", "two")] == [1, 2]


def test_a_store_from_before_there_were_pages_is_read(folder: Path) -> None:
    (folder / "a.md").write_text("# Cargo\n\nTea.\n\n## More\n\nSilk.")
    ingested(folder)
    database = SqliteDatabase(folder.parent / "store" / DATABASE)
    database._sql.execute("""UPDATE articles SET headings = '[{"start": 13, "title": "More"}]'""")
    article = database.article(database.articles()[0].id)
    database.close()
    assert article is not None
    assert (article.heading_at(20), article.pages, article.page_at(0)) == ("More", (), None)


def transactions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that gets the revision of each transaction from now on."""
    revisions: list[str] = []
    set_fact = SqliteDatabase.set_fact

    def noted(database: SqliteDatabase, name: str, value: str | bytes) -> None:
        set_fact(database, name, value)
        if name == "revision":
            revisions.append(str(value))

    monkeypatch.setattr(SqliteDatabase, "set_fact", noted)
    return revisions


def paths(folder: Path) -> set[str]:
    with closing(SqliteReader(folder.parent / "store" / DATABASE)) as database:
        return {info.path for info in database.articles()}


def test_moved_files_are_one_transaction_and_nothing_else_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        (folder / f"{n}.txt").write_text(f"{SHIPS} {n}")
    (folder / "old.zip").write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": TEA}))
    before, texts = ingested(folder)
    (folder.parent / "moved").mkdir()
    moved = folder.rename(folder.parent / "moved" / "news")
    revisions = transactions(monkeypatch)
    report = ingest(folder.parent / "store", [moved], FakeEmbeddings())
    assert len(revisions) == 1
    assert (report.articles_unchanged, report.articles_added, report.articles_removed) == (22, 0, 0)
    assert report.generation == before.generation
    assert paths(folder) == {str(path) for path in moved.iterdir()}
    assert ingest(folder.parent / "store", [moved], FakeEmbeddings()).articles_unchanged == 22
    assert len(revisions) == 1
    assert len(texts) == 22


def test_what_an_incomplete_file_gave_and_that_it_is_incomplete_come_in_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.txt").write_text(TEA)
    ingested(folder)
    revisions = transactions(monkeypatch)
    for name in ("one", "two"):
        (folder / f"{name}.zip").write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": b"a\0b"}))
    report, _ = ingested(folder)
    assert (report.articles_added, len(report.errors), len(revisions)) == (2, 2, 1)
    with closing(SqliteReader(folder.parent / "store" / DATABASE)) as database:
        assert database.incomplete_files() == {"news/one.zip", "news/two.zip"}
    (folder / "one.zip").write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": TEA}))
    ingested(folder)
    with closing(SqliteReader(folder.parent / "store" / DATABASE)) as database:
        assert database.incomplete_files() == {"news/two.zip"}


def test_a_stopped_ingest_leaves_a_file_as_it_was_with_all_that_was_in_it(folder: Path) -> None:
    archive, store = folder / "old.zip", folder.parent / "store"
    archive.write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": TEA}))
    (folder / "a.txt").write_text(TEA)
    _, before = ingested(folder)
    archive.write_bytes(zipped({"ships.txt": f"{SHIPS} Later they sailed to Bremen.", "bad.txt": b"a\0b"}))
    (folder.parent / "moved").mkdir()
    moved = folder.rename(folder.parent / "moved" / "news")
    stop = Event()

    class Stopping(FakeEmbeddings):
        def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
            stop.set()  # while the archive's articles are being cut
            return super().token_ends(texts)

    report = ingest(store, [moved], Stopping(), stop=stop)
    assert (report.stopped, report.articles_changed, report.articles_removed) == (True, 0, 0)
    with closing(SqliteReader(store / DATABASE)) as database:
        infos = database.articles()
        assert {info.source: database.article(info.id).text for info in infos} == before
        assert database.incomplete_files() == frozenset()
        assert {info.path for info in infos} == {str(moved / "a.txt"), str(archive)}
