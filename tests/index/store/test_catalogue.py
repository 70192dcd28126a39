"""The owner's list, of a folder and of PostgreSQL: pages, filters, search over words, and what its queries read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from index.archive import move_store
from index.store import catalogue as module
from index.store.catalogue import ArticleCatalogue, ArticleFilter, Catalogue
from index.store.place import open_store
from settings import StorePlace
from tests.postgres import PLACES, a_place
from tests.stores import small_store

EVERYTHING = ArticleFilter()
FILES = {
    "a.md": "---\ndate: 2023-05-01\ntags: [Metals]\n---\n# Tin\n\nTin is mined in Cornwall. It melts early.",
    "b.md": "---\ndate: 2024-03-02T10:00:00\n---\n# Zinc\n\nZinc was mined in Peru. Zürich uses it.",
    "c.md": "---\ntags: [metals, heavy]\n---\n# Lead\n\nLead is heavy. 公司在北京。",
    "d.txt": "Salt\n\nSalt is mined. Salt is mined again.",
}


@pytest.fixture(scope="module", params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StorePlace:
    folder = tmp_path_factory.mktemp("catalogue")
    store, place = small_store(folder, FILES), a_place(request.param, request, folder)
    if place != store:
        move_store(store, place)
    return place


@pytest.fixture
def catalogue(place: StorePlace) -> Iterator[ArticleCatalogue]:
    with closing(open_store(place).catalogue()) as catalogue, catalogue.reading():
        yield catalogue


@pytest.fixture(scope="module")
def in_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    store = small_store(tmp_path_factory.mktemp("catalogue"), FILES)
    with closing(Catalogue(store / "articles.sqlite3")) as catalogue:
        yield catalogue


def titles(entries: list[module.CatalogueEntry]) -> list[str]:
    return sorted(entry.title for entry in entries)


def test_pages_go_back_from_what_came_in_last(catalogue: ArticleCatalogue) -> None:
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
def test_filters(catalogue: ArticleCatalogue, wanted: ArticleFilter, expected: list[str]) -> None:
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
    catalogue: ArticleCatalogue,
    place: StorePlace,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    expected: list[str],
    ranked: int,
) -> None:
    monkeypatch.setattr(module, "RANKED", ranked)
    hits = catalogue.search(words, EVERYTHING, 10)
    assert sorted({hit.entry.title for hit in hits}) == expected
    with closing(open_store(place).open()) as reader:
        for hit in hits:
            article = reader.article(hit.entry.id)
            assert article is not None and article.text[hit.start : hit.end] == hit.text


def test_what_is_found_is_in_the_same_order_everywhere(place: StorePlace, in_folder: Catalogue) -> None:
    with closing(open_store(place).catalogue()) as catalogue:
        for words in ("mined", "salt mined", "is", "Zürich"):
            found, expected = (each.search(words, EVERYTHING, 10) for each in (catalogue, in_folder))
            assert [(hit.entry.title, hit.start) for hit in found] == [(hit.entry.title, hit.start) for hit in expected]


def test_a_phrase_is_found_where_its_parts_stand_side_by_side(catalogue: ArticleCatalogue) -> None:
    for words, titles in (
        ("Cornwall_It", ["Tin"]),
        ("It_Cornwall", []),
        ("mined_Cornwall", []),
        ("Zinc_was_mined", ["Zinc"]),
    ):
        assert [hit.entry.title for hit in catalogue.search(words, EVERYTHING, 10)] == titles


def test_search_within_a_filter(catalogue: ArticleCatalogue) -> None:
    assert [hit.entry.title for hit in catalogue.search("mined", ArticleFilter(since="2024"), 10)] == ["Zinc"]
    assert len(catalogue.search("mined", EVERYTHING, 1)) == 1


@pytest.mark.parametrize("ranked", [0, 20_000])
def test_a_filtered_search_reads_no_text_of_what_it_leaves_out(
    in_folder: Catalogue, monkeypatch: pytest.MonkeyPatch, ranked: int
) -> None:
    monkeypatch.setattr(module, "RANKED", ranked)
    seen: list[str] = []
    in_folder._sql.set_trace_callback(seen.append)
    wanted = ArticleFilter("files", "metals", "2000", "2030", collection="news")
    assert in_folder.search("mined", wanted, 10) == []
    in_folder._sql.set_trace_callback(None)
    said = next(statement for statement in seen if "CROSS JOIN" in statement)
    plan = [row[3] for row in in_folder._sql.execute(f"EXPLAIN QUERY PLAN {said}")]
    assert any("articles USING COVERING INDEX articles_by_collection" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_what_a_source_has_brought(in_folder: Catalogue) -> None:
    [path] = [path for path in in_folder.paths() if path.endswith("/a.md")]
    wanted = ArticleFilter(brought_by="shelf", paths=frozenset({path}))
    assert titles(in_folder.page(wanted, 10)) == ["Tin"]
    assert [hit.entry.title for hit in in_folder.search("mined", wanted, 10)] == ["Tin"]
    assert in_folder.page(ArticleFilter(brought_by="nobody"), 10) == []
    assert in_folder.place_of(in_folder.page(wanted, 1)[0].id) == path and in_folder.place_of("0" * 16) is None


def test_collections_by_name(in_folder: Catalogue) -> None:
    assert in_folder.collections() == []


def test_the_first_page_needs_no_list_of_all(in_folder: Catalogue) -> None:
    """Neither a scan of all articles nor a sort, so that it takes as long over many as over few."""
    seen: list[str] = []
    in_folder._sql.set_trace_callback(seen.append)
    in_folder.page(EVERYTHING, 3)
    in_folder._sql.set_trace_callback(None)
    plan = [row[3] for row in in_folder._sql.execute(f"EXPLAIN QUERY PLAN {seen[0]}")]
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_entries_digests_and_near_copies(in_folder: Catalogue) -> None:
    tin = in_folder.page(ArticleFilter(source="files/a"), 1)[0]
    assert in_folder.entries([tin.id, "0" * 16]) == [tin]
    assert in_folder.near_counts([tin.near or ""]) == {tin.near: 1}
    [path] = [path for path in in_folder.paths() if path.endswith("/a.md")]
    article = in_folder.article(tin.id)
    assert article is not None and in_folder.digests_at([path]) == {(path, tin.id, article.sha256)}
