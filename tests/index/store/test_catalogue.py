"""The owner's list: pages, filters, search over words, and what its queries read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from index.store import catalogue as module
from index.store.catalogue import ArticleFilter, Catalogue
from tests.stores import small_store

EVERYTHING = ArticleFilter()
FILES = {
    "a.md": "---\ndate: 2023-05-01\ntags: [Metals]\n---\n# Tin\n\nTin is mined in Cornwall. It melts early.",
    "b.md": "---\ndate: 2024-03-02T10:00:00\n---\n# Zinc\n\nZinc was mined in Peru. Zürich uses it.",
    "c.md": "---\ntags: [metals, heavy]\n---\n# Lead\n\nLead is heavy. 公司在北京。",
    "d.txt": "Salt\n\nSalt is mined. Salt is mined again.",
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    store = small_store(tmp_path_factory.mktemp("catalogue"), FILES)
    with closing(Catalogue(store / "articles.sqlite3")) as catalogue:
        yield catalogue


def titles(entries: list[module.CatalogueEntry]) -> list[str]:
    return sorted(entry.title for entry in entries)


def test_pages_go_back_from_what_came_in_last(catalogue: Catalogue) -> None:
    first = catalogue.page(EVERYTHING, 3)
    rest = catalogue.page(EVERYTHING, 3, first[-1].place)
    assert titles(first + rest) == ["Lead", "Salt", "Tin", "Zinc"] and len(rest) == 1
    places = [entry.place for entry in first + rest]
    assert places == sorted(places, reverse=True)
    assert catalogue.page(EVERYTHING, 3, 0) == [] and catalogue.count() == 4


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ArticleFilter(tag="metals"), ["Lead", "Tin"]), (ArticleFilter(tag="heavy"), ["Lead"]),
        (ArticleFilter(since="2024"), ["Zinc"]), (ArticleFilter(until="2023"), ["Tin"]),
        (ArticleFilter(since="2023-05-01", until="2023-05-01"), ["Tin"]),
        (ArticleFilter(until="2024-03-02"), ["Tin", "Zinc"]),
        (ArticleFilter(source="files/"), ["Lead", "Salt", "Tin", "Zinc"]), (ArticleFilter(source="files/a"), ["Tin"]),
        (ArticleFilter(source="%"), []), (ArticleFilter(tag="metals", since="2000"), ["Tin"]),
    ],
)  # fmt: skip
def test_filters(catalogue: Catalogue, wanted: ArticleFilter, expected: list[str]) -> None:
    assert titles(catalogue.page(wanted, 10)) == expected


@pytest.mark.parametrize("ranked", [0, 20_000])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mining", ["Salt", "Tin", "Zinc"]), ("mined Peru", ["Zinc"]), ("zurich", ["Zinc"]), ("北京", ["Lead"]),
        ("mined Beijing", []), ('"', []), ("NEAR(a b)", []), ("* OR", []), ("", []), ("the", []),
    ],
)  # fmt: skip
def test_search(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, words: str, expected: list[str], ranked: int
) -> None:
    monkeypatch.setattr(module, "RANKED", ranked)
    hits = catalogue.search(words, EVERYTHING, 10)
    assert sorted({hit.entry.title for hit in hits}) == expected
    for hit in hits:
        article = catalogue.article(hit.entry.id)
        assert article is not None and article.text[hit.start : hit.end] == hit.text


def test_search_within_a_filter(catalogue: Catalogue) -> None:
    assert [hit.entry.title for hit in catalogue.search("mined", ArticleFilter(since="2024"), 10)] == ["Zinc"]
    assert len(catalogue.search("mined", EVERYTHING, 1)) == 1


@pytest.mark.parametrize("ranked", [0, 20_000])
def test_a_filtered_search_reads_no_text_of_what_it_leaves_out(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, ranked: int
) -> None:
    monkeypatch.setattr(module, "RANKED", ranked)
    seen: list[str] = []
    catalogue._sql.set_trace_callback(seen.append)
    wanted = ArticleFilter("files", "metals", "2000", "2030", collection="news")
    assert catalogue.search("mined", wanted, 10) == []
    catalogue._sql.set_trace_callback(None)
    said = next(statement for statement in seen if "CROSS JOIN" in statement)
    plan = [row[3] for row in catalogue._sql.execute(f"EXPLAIN QUERY PLAN {said}")]
    assert any("articles USING COVERING INDEX articles_by_collection" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_what_a_source_has_brought(catalogue: Catalogue) -> None:
    [path] = [path for path in catalogue.paths() if path.endswith("/a.md")]
    wanted = ArticleFilter(brought_by="shelf", paths=frozenset({path}))
    assert titles(catalogue.page(wanted, 10)) == ["Tin"]
    assert [hit.entry.title for hit in catalogue.search("mined", wanted, 10)] == ["Tin"]
    assert catalogue.page(ArticleFilter(brought_by="nobody"), 10) == []
    assert catalogue.place_of(catalogue.page(wanted, 1)[0].id) == path and catalogue.place_of("0" * 16) is None


def test_collections_by_name(catalogue: Catalogue) -> None:
    assert catalogue.collections() == []


def test_the_first_page_needs_no_list_of_all(catalogue: Catalogue) -> None:
    """Neither a scan of all articles nor a sort, so that it takes as long over many as over few."""
    seen: list[str] = []
    catalogue._sql.set_trace_callback(seen.append)
    catalogue.page(EVERYTHING, 3)
    catalogue._sql.set_trace_callback(None)
    plan = [row[3] for row in catalogue._sql.execute(f"EXPLAIN QUERY PLAN {seen[0]}")]
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_entries_digests_and_near_copies(catalogue: Catalogue) -> None:
    tin = catalogue.page(ArticleFilter(source="files/a"), 1)[0]
    assert catalogue.entries([tin.id, "0" * 16]) == [tin]
    assert catalogue.near_counts([tin.near or ""]) == {tin.near: 1}
    [path] = [path for path in catalogue.paths() if path.endswith("/a.md")]
    article = catalogue.article(tin.id)
    assert article is not None and catalogue.digests_at([path]) == {(path, tin.id, article.sha256)}
