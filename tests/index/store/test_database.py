"""The one SQLite file: what goes in comes out, and removed words are gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article, ArticleFacts, Chunk, Heading
from index.errors import StoreBusyError, StoreDamagedError, StoreError
from index.store.database import SqliteDatabase
from index.store.search import SqliteReader
from index.store.sqlite import empty_log

ARTICLE = Article(
    "a.md", "Reise nach 北京", "Der Zug fährt.\n\n小米汽车发布了新车。", "0" * 64, "N", "2024", "de", (Heading(0, "X"),)
)


def chunk(start: int, end: int, digest: str, article: Article = ARTICLE) -> Chunk:
    return Chunk(article.id, start, end, article.text[start:end], digest)


class FailingConnection:
    """Fails at everything, as SQLite does with this code."""

    def __init__(self, code: int) -> None:
        self._code = code

    def execute(self, statement: str) -> None:
        error = sqlite3.OperationalError(statement)
        error.sqlite_errorcode = self._code
        raise error


def test_what_is_committed_may_wait_in_the_log_for_room_and_for_nothing_else() -> None:
    empty_log(FailingConnection(sqlite3.SQLITE_FULL))  # type: ignore[arg-type]
    with pytest.raises(sqlite3.OperationalError):
        empty_log(FailingConnection(sqlite3.SQLITE_IOERR))  # type: ignore[arg-type]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "articles.sqlite3", create=True)
    with database.writing():
        database.put_vectors({"d1": b"1234", "d2": b"5678"})
        database.put_article(ARTICLE, "/there/a.md", [chunk(0, 14, "d1"), chunk(16, 26, "d2")])
    yield database
    database.close()


def test_an_article_comes_back_as_it_was(database: SqliteDatabase) -> None:
    assert database.article(ARTICLE.id) == ARTICLE
    assert database.article("unknown") is None
    [info] = database.articles()
    assert (info.source, info.path, info.characters) == ("a.md", "/there/a.md", len(ARTICLE.text))


@pytest.mark.parametrize(
    ("terms", "starts"),
    [
        (["zug"], [0]),
        (["fahrt"], [0]),
        (["小米"], [16]),
        (["汽车"], [16]),
        (["米车"], []),
        (["北京"], [0, 16]),
        ([], []),
    ],
)
def test_words_are_found_without_accents_and_cjk_by_pairs(
    database: SqliteDatabase, terms: list[str], starts: list[int]
) -> None:
    assert sorted(hit.start for hit in database.search_terms(terms, 5)) == starts


def test_a_term_that_looks_like_a_query_is_a_word(database: SqliteDatabase) -> None:
    assert database.search_terms(["AND", "NEAR", "title"], 5) == []


def test_vectors_lead_to_their_chunks_best_first(database: SqliteDatabase) -> None:
    hits = database.chunks_of_vectors({"d1": 0.5, "d2": 0.9, "unknown": 1.0})
    assert [(hit.start, hit.score) for hit in hits] == [(16, 0.9), (0, 0.5)]


def test_searching_some_articles_only(database: SqliteDatabase) -> None:
    other = Article("b.md", "Zug um Zug", "Der Zug fährt.", "1" * 64, date="2025-01")
    with database.writing():
        database.put_article(other, "p", [chunk(0, 14, "d1", other)])
    assert {hit.article_id for hit in database.search_terms(["zug"], 5)} == {ARTICLE.id, other.id}
    [hit] = database.search_terms(["zug"], 1, [ARTICLE.id])  # the other one is better
    assert hit == next(hit for hit in database.search_terms(["zug"], 5) if hit.article_id == ARTICLE.id)
    assert database.search_terms(["zug"], 5, []) == []
    assert (database.chunk_count([ARTICLE.id]), database.chunk_count([other.id, "unknown"])) == (2, 1)
    assert sorted(database.chunk_vectors([ARTICLE.id])) == [
        (ARTICLE.id, 0, 14, "d1", b"1234"),
        (ARTICLE.id, 16, 26, "d2", b"5678"),
    ]
    assert database.article_facts() == [
        ArticleFacts(ARTICLE.id, "a.md", "N", "2024"),
        ArticleFacts(other.id, "b.md", None, "2025-01"),
    ]


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ("often seldom once", {0, 1, 2, 3, 4, 5, 9}),
        ("everywhere often seldom once", {0, 1, 2, 3, 4, 5, 9}),
        ("everywhere once nowhere", {9}),
        ("everywhere nowhere", {*range(12)}),
        ("everywhere oftener often", {*range(6)}),
        ("nowhere", set()),
        ("everywhere mostly", {*range(11)}),
    ],
)
def test_common_words_are_left_out_where_there_are_rarer_ones(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, terms: str, found: set[int]
) -> None:
    monkeypatch.setattr("index.store.words.MAX_SCORED", 9)
    articles = [Article(f"{n}.md", "", "", "0" * 64) for n in range(12)]
    with database.writing():
        for n, article in enumerate(articles):
            text = "Everywhere" + " often" * (n < 6) + " seldom" * (n < 2) + " once" * (n == 9) + " mostly" * (n < 11)
            database.put_article(replace(article, text=text), "p", [Chunk(article.id, 0, len(text), text, "d1")])
    hits = database.search_terms(terms.split(), 50)
    assert {hit.article_id for hit in hits} == {articles[n].id for n in found}


def test_an_exchanged_article_leaves_no_terms_behind(database: SqliteDatabase) -> None:
    other = Article("a.md", "T", "Das Schiff sinkt.", "1" * 64)
    assert other.id == ARTICLE.id
    with database.writing():
        database.put_article(other, "p", [chunk(0, 17, "d1", other)])
        assert database.drop_unused_vectors() == ["d2"]
    assert [hit.end for hit in database.search_terms(["schiff"], 5)] == [17]
    for term in ("zug", "小米", "北京"):
        assert database.search_terms([term], 5) == []
    assert database.check() is None
    assert database.counts() == (1, 1, 1)


def test_a_failed_transaction_leaves_everything_as_it_was(database: SqliteDatabase) -> None:
    with pytest.raises(ZeroDivisionError), database.writing():
        database.drop_article(ARTICLE.id)
        _ = 1 / 0
    assert database.article(ARTICLE.id) == ARTICLE


@pytest.mark.store
def test_a_reader_sees_one_state_until_it_is_done(database: SqliteDatabase, tmp_path: Path) -> None:
    reader = SqliteDatabase(tmp_path / "articles.sqlite3")
    with reader.reading():
        assert reader.fact("x") is None
        with database.writing():
            database.set_fact("x", "new")
        assert reader.fact("x") is None
    with reader.reading():
        assert reader.fact("x") == "new"
    reader.close()


def test_what_is_no_store_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        SqliteDatabase(tmp_path / "nothing")
    (tmp_path / "garbage").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreDamagedError, match="damaged"):
        SqliteDatabase(tmp_path / "garbage")


@contextmanager
def locked(path: Path, begin: str) -> Iterator[None]:
    """Another program has the file to itself for writing (IMMEDIATE) or altogether (EXCLUSIVE)."""
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        if begin == "EXCLUSIVE":
            sql.execute("PRAGMA locking_mode = EXCLUSIVE")
        sql.execute(f"BEGIN {begin}")
        sql.execute("INSERT INTO facts VALUES ('other', 'x')")
        yield


def test_a_store_that_another_program_writes_to_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store.sqlite.BUSY_SECONDS", 0.05)
    path = tmp_path / "articles.sqlite3"
    with closing(SqliteDatabase(path, create=True)) as database:
        with locked(path, "IMMEDIATE"):
            with database.reading():
                assert database.fact("other") is None
            with pytest.raises(StoreBusyError, match=f"the store in {tmp_path} is busy"), database.writing():
                database.set_fact("mine", "x")
        with database.writing():
            database.set_fact("mine", "x")
    with locked(path, "EXCLUSIVE"), pytest.raises(StoreBusyError):
        SqliteDatabase(path)


def test_a_reader_is_refused_whatever_it_tries_to_write(database: SqliteDatabase, tmp_path: Path) -> None:
    with closing(SqliteReader(tmp_path / "articles.sqlite3")) as reader:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._sql.execute("DELETE FROM facts")
        assert reader.article(ARTICLE.id) == ARTICLE
        assert [hit.start for hit in reader.search_terms(["zug"], 5)] == [0]
