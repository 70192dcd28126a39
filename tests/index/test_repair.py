"""A store that is damaged, of another model or of an earlier version becomes whole again without the originals."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import StoreError, StoreOutdatedError
from index.ingest import ingest, rebuild, repair
from index.options import IngestOptions
from index.status import read_facts, read_status
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE, GENERATIONS
from rag.snapshot import Index
from tests.fakes import FakeEmbeddings
from tests.index.former import make_former
from tests.stores import small_store

pytestmark = pytest.mark.store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Its originals are gone."""
    sentences = {n: " ".join(f"Sentence {k} of {n} ends." for k in range(40)) for n in range(3)}
    store = small_store(tmp_path, {f"{n}.txt": f"Title {n}\n\n{text}" for n, text in sentences.items()}, name="news")
    shutil.rmtree(tmp_path / "news")
    return store


def content(store: Path) -> tuple[list[object], list[object]]:
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        database = snapshot.database
        articles = [database.article(info.id) for info in database.articles()]
        spans = [span for article in articles if article for span in database.chunk_spans(article.id)]
        assert len(database.search_terms(["sentence"], 1_000)) == len(spans)
        return list(articles), list(spans)


def test_vectors_are_made_again_from_those_stored_and_nothing_is_embedded(store: Path) -> None:
    before = content(store)
    shutil.rmtree(store / GENERATIONS)
    model = FakeEmbeddings()
    report = repair(store, model)
    assert (report.chunks_embedded, len(model.encoded)) == (0, 1)  # the probe
    assert read_status(store, verify=True).healthy
    assert content(store) == before


@pytest.mark.parametrize("lost", ["vectors", "passages", "words"])
def test_what_is_lost_is_made_again_from_the_stored_articles(store: Path, lost: str) -> None:
    before = content(store)
    with closing(sqlite3.connect(store / DATABASE)) as sql, sql:
        if lost == "words":
            sql.execute("UPDATE words SET postings = x'00'")
        else:
            sql.execute("DELETE FROM vectors" if lost == "vectors" else "DELETE FROM chunks")
    report = repair(store, FakeEmbeddings())
    assert report.chunks_embedded > 0
    assert read_status(store, verify=True).healthy
    assert content(store) == before


def test_another_model_takes_over(store: Path) -> None:
    before = content(store)
    other = FakeEmbeddings("other")
    repair(store, other)
    assert read_facts(store).embedding_model == "other"
    assert content(store) == before
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        [hit] = snapshot.vectors.nearest(other.encode(["Sentence 1 of 2 ends."], query=True)[0], 1, None)
    assert hit.score > 0.5


def test_there_is_nothing_to_repair_where_there_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        repair(tmp_path / "nowhere", FakeEmbeddings())
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_store_of_a_former_version_is_brought_up_to_date_and_its_copy_kept(
    store: Path, tmp_path: Path, version: int
) -> None:
    before = content(store)
    make_former(store / DATABASE, version)
    with pytest.raises(StoreOutdatedError, match=f"format {version}"):
        read_facts(store)
    copy = rebuild(store).upgraded
    assert copy == store / f"articles-format-{version}.sqlite3"
    assert read_status(store, verify=True).healthy
    assert content(store) == before
    with closing(SqliteDatabase(store / DATABASE)) as database:
        assert database.articles_without_sketch() == []
    with closing(sqlite3.connect(copy)) as sql:
        assert sql.execute("PRAGMA user_version").fetchone() == (version,)
        assert sql.execute("SELECT count(*) FROM articles").fetchone() == (3,)
        assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert rebuild(store).upgraded is None
    (tmp_path / "more.txt").write_text("More\n\nOne more article.")
    ingest(store, [tmp_path / "more.txt"], FakeEmbeddings(), IngestOptions(erase=True))
    assert not copy.exists()
