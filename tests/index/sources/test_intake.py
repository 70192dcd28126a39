"""Files that hold several articles, ingested again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index.ingest import ingest
from index.publisher import IngestReport
from index.sources.isolate import Isolation
from index.store.database import Database
from index.store.layout import DATABASE
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


def taken(folder: Path, **options: Any) -> tuple[IngestReport, dict[str, str]]:
    """What an ingest did, and the texts that are in the store then."""
    store = folder.parent / "store"
    report = ingest(store, [folder], FakeEmbeddings(), **options)
    database = Database(store / DATABASE)
    texts = {info.source: database.article(info.id).text for info in database.articles()}
    database.close()
    return report, texts


def test_an_archive_is_read_again_only_when_it_has_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = folder / "old.zip"
    archive.write_bytes(zipped({"a/ships.txt": SHIPS, "tea.txt": TEA}))
    report, texts = taken(folder)
    assert report.articles_added == 2
    assert texts == {"news/old.zip/a/ships.txt": SHIPS, "news/old.zip/tea.txt": TEA}
    with monkeypatch.context() as patch:
        patch.setattr(Isolation, "read", None)
        report, _ = taken(folder)
    assert (report.articles_unchanged, report.articles_added, report.errors) == (2, 0, [])
    archive.write_bytes(zipped({"a/ships.txt": SHIPS, "silk.txt": TEA}))
    report, texts = taken(folder)
    assert texts == {"news/old.zip/a/ships.txt": SHIPS, "news/old.zip/silk.txt": TEA}
    counts = (report.articles_added, report.articles_changed, report.articles_unchanged, report.articles_removed)
    assert counts == (1, 0, 1, 1)


def test_what_could_not_be_read_in_an_archive_is_told_each_time_and_stays_as_it_was(folder: Path) -> None:
    archive = folder / "old.zip"
    archive.write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": TEA}))
    taken(folder)
    archive.write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": b"a\0b"}))
    for _ in range(2):
        report, texts = taken(folder)
        assert [failure.source for failure in report.errors] == ["news/old.zip/tea.txt"]
        assert texts["news/old.zip/tea.txt"] == TEA
    archive.write_bytes(zipped({"ships.txt": SHIPS}))
    report, texts = taken(folder)
    assert (report.errors, list(texts)) == ([], ["news/old.zip/ships.txt"])


def test_a_vanished_archive_goes_with_prune(folder: Path) -> None:
    (folder / "old.zip").write_bytes(zipped({"ships.txt": SHIPS, "tea.txt": TEA}))
    (folder / "a.txt").write_text(SHIPS)
    taken(folder)
    (folder / "old.zip").unlink()
    assert len(taken(folder)[1]) == 3
    report, texts = taken(folder, prune=True)
    assert (report.articles_removed, list(texts)) == (2, ["news/a.txt"])


def test_one_bad_file_does_not_stop_the_rest_and_pages_are_stored(folder: Path) -> None:
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 no")
    (folder / "good.pdf").write_bytes(pdf("One and", "two."))
    report, texts = taken(folder)
    assert [failure.source for failure in report.errors] == ["news/bad.pdf"]
    assert texts == {"news/good.pdf": "good\n\nOne and two."}
    database = Database(folder.parent / "store" / DATABASE)
    article = database.article(database.articles()[0].id)
    database.close()
    assert article is not None
    assert [article.page_at(article.text.index(word)) for word in ("One", "two")] == [1, 2]


def test_a_store_from_before_there_were_pages_is_read(folder: Path) -> None:
    (folder / "a.md").write_text("# Cargo\n\nTea.\n\n## More\n\nSilk.")
    taken(folder)
    database = Database(folder.parent / "store" / DATABASE)
    database._sql.execute("""UPDATE articles SET headings = '[{"start": 13, "title": "More"}]'""")
    article = database.article(database.articles()[0].id)
    database.close()
    assert article is not None
    assert (article.heading_at(20), article.pages, article.page_at(0)) == ("More", (), None)
