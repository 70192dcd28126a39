"""The words of a folder's chunks beside FTS5, which they are to agree with."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import index.store.word_writer as writer
import index.store.words as words
from index.article import Article, Chunk
from index.store.database import SqliteDatabase
from index.store.schema import TOKENIZE
from index.terms import index_terms

_WORDS = ["running", "runs", "run", "Café", "cafe", "snake_case", "the", "of", "stone", "stones", "2024", "tin", "中文"]


def article(n: int, text: str) -> Article:
    return Article(f"source-{n}", f"Tin {n % 3}", text, "0" * 64, id=f"article-{n:03}")


def put(database: SqliteDatabase, n: int, text: str) -> None:
    made = article(n, text)
    database.put_vectors({f"digest-{n}": b"\0" * 4})
    database.put_article(made, "/path", [Chunk(made.id, 0, len(text), text, f"digest-{n}")])


@pytest.fixture(params=[5, 2**15])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SqliteDatabase]:
    """A store whose words are in one part, or in many."""
    for module in (words, writer):
        monkeypatch.setattr(module, "PART", request.param)
    monkeypatch.setattr(writer, "_PENDING", 7)
    with closing(SqliteDatabase(tmp_path / "words.sqlite3", create=True)) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(5))
def test_scores_and_order_are_those_of_fts5(database: SqliteDatabase, seed: int) -> None:
    chance = random.Random(seed)
    texts = {n: " ".join(chance.choices(_WORDS, k=chance.randint(1, 30))) for n in range(60)}
    with database.writing():
        for n, text in texts.items():
            put(database, n, text)
    gone = chance.sample(sorted(texts), 20)
    with database.writing():
        for n in gone:
            database.drop_article(article(n, texts[n]).id)
    assert database.check() is None
    with closing(sqlite3.connect(":memory:")) as fts5:
        fts5.execute(f"CREATE VIRTUAL TABLE terms USING fts5 (title, body, content='', {TOKENIZE})")
        rows = [(n, article(n, text).title, index_terms(text)) for n, text in texts.items() if n not in gone]
        fts5.executemany("INSERT INTO terms (rowid, title, body) VALUES (?, ?, ?)", rows)
        for _ in range(10):
            asked = chance.sample([*_WORDS, "tins", "missing"], chance.randint(1, 5))
            match = " OR ".join(f'"{word}"' for word in asked)
            expected = fts5.execute(
                "SELECT rowid, -bm25(terms, 0.5, 1.0) AS score FROM terms WHERE terms MATCH ?"
                " ORDER BY round(score, 9) DESC, rowid LIMIT 15",
                (match,),
            ).fetchall()
            hits = database.search_terms(asked, 15)
            assert [hit.score for hit in hits] == pytest.approx([score for _, score in expected], abs=1e-9), asked
            assert {hit.article_id for hit in hits if hit.score > hits[-1].score + 1e-9} <= {
                f"article-{n:03}" for n, _ in expected
            }
            assert all(database.has_term(word) == bool(database.search_terms([word], 1)) for word in asked)


def test_of_equal_passages_the_earlier_come_first(database: SqliteDatabase) -> None:
    with database.writing():
        for n in range(12):
            put(database, n, "one stone" if n else "none at all")
    hits = database.search_terms(["stone"], 4)
    assert [hit.article_id for hit in hits] == [f"article-{n:03}" for n in range(1, 5)]
    kept = ["article-003", "article-009"]
    assert [hit.article_id for hit in database.search_terms(["stone"], 4, kept)] == kept


def test_a_removed_word_leaves_the_disk_at_the_commit(database: SqliteDatabase) -> None:
    with database.writing():
        put(database, 1, "A sentence with zyzzyva in it.")
        put(database, 2, "Another sentence.")
    file = database._path
    assert b"zyzzyva" in file.read_bytes()
    with database.writing():
        database.drop_article("article-001")
        database.drop_unused_vectors()
    assert not any(b"zyzzyva" in path.read_bytes() for path in file.parent.iterdir())
    assert database.stems("z", 5) == [] and not database.has_term("zyzzyva")
    assert database.texts_with_stem("sentenc", 5) == ["Tin 2\nAnother sentence."]


def test_what_is_rolled_back_leaves_no_words(database: SqliteDatabase) -> None:
    with pytest.raises(KeyError), database.writing():
        put(database, 1, "stone")
        raise KeyError
    with database.writing():
        put(database, 2, "tin")
    assert database.check() is None
    assert not database.has_term("stone")


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM words WHERE stem = 'stone'",
        "UPDATE words SET postings = x'00'",
        "UPDATE words SET postings = zeroblob(length(postings))",
        "DELETE FROM word_parts",
        "UPDATE word_parts SET chunks = chunks + 1",
    ],
)
def test_words_that_are_not_those_of_the_chunks_are_noticed(database: SqliteDatabase, damage: str) -> None:
    with database.writing():
        for n in range(3):
            put(database, n, "stone tin")
    assert database.check() is None
    database._sql.execute(damage)
    assert database.check() == "words of passages are missing"
