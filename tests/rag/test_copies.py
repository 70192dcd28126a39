"""Equal articles are indexed once and found with all their places, and with those that are left when one goes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from index.ingest import ingest
from index.options import IngestOptions
from index.status import read_status
from rag.retrieve import HybridRetriever
from rag.snapshot import Index
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store

TEXT = "The tin mine\n\nThe tin mine of Oruro was closed in 1985. It had been open for ninety years."


def places(store: Path) -> list[list[str]]:
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        sources = {info.id: info.source for info in snapshot.database.articles()}
        found = HybridRetriever(index=index, embeddings=FakeEmbeddings()).passages(
            ["When was the mine closed?"], snapshot
        )
        for passage in found:
            for place in passage.duplicates:
                other = snapshot.database.article(place.article_id)
                assert other is not None and other.text[place.start : place.end] == place.quote == passage.text
        return [sorted(sources[p] for p in (f.article.id, *(each.article_id for each in f.duplicates))) for f in found]


def test_one_passage_many_places(tmp_path: Path) -> None:
    folder, store = tmp_path / "news", tmp_path / "store"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(TEXT)
    report = ingest(store, [folder], FakeEmbeddings())
    assert (report.chunks_embedded, report.chunks_reused) == (1, 2)
    assert places(store) == [["news/a.txt", "news/b.txt", "news/c.txt"]]
    (folder / "a.txt").unlink()
    assert ingest(store, [folder], FakeEmbeddings(), IngestOptions(prune=True)).articles_removed == 1
    assert places(store) == [["news/b.txt", "news/c.txt"]]
    assert read_status(store, verify=True).vectors == 1


def test_the_newer_of_equal_articles_is_cited(tmp_path: Path) -> None:
    folder, store = tmp_path / "news", tmp_path / "store"
    folder.mkdir()
    body = " ".join(f"Mine number {n} was closed." for n in range(40))
    for name, year in (("a", 2019), ("b", 2018), ("c", 2020)):
        (folder / f"{name}.md").write_text(f"---\ntitle: Mines\ndate: {year}-01-01\n---\n{body}")
    ingest(store, [folder], FakeEmbeddings())
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        found = HybridRetriever(index=index, embeddings=FakeEmbeddings()).passages(["Mine number 35"], snapshot)
        [passage] = [each for each in found if "number 35" in each.text]
        others = [snapshot.database.article(place.article_id) for place in passage.duplicates]
        for place, other in zip(passage.duplicates, others, strict=True):
            assert other is not None and other.text[place.start : place.end] == place.quote == passage.text
    assert passage.article.date == "2020-01-01"
    assert {other.date for other in others if other} == {"2019-01-01", "2018-01-01"}
