"""Shared answers in their file: frozen, one id an answer, gone without a trace when their words are gone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.article import Article
from index.errors import StoreError
from index.ingest import ingest
from index.options import IngestOptions
from index.store.place import open_store
from rag.answer import Answer, Nearest, Sentence
from rag.filters import NO_FILTERS, Filters
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.web.standins import QUOTE, an_answer, citation
from web import shared_answers as shared
from web.shared_answers import SHARED, SharedAnswers, frozen, sweep_shared

QUESTION = "What did he criticize?"
WORDS = "The harbour was dredged in the winter of 1931."


def quoting(answer_id: str = "1") -> Answer:
    cited = citation()
    return an_answer(
        QUESTION, id=answer_id, answer="x", sentences=(Sentence(QUOTE, "quote", (1,), 0.9),), citations=(cited,)
    )


@pytest.fixture
def store(tmp_path: Path) -> SharedAnswers:
    return SharedAnswers(tmp_path / "store" / SHARED)


def test_an_answer_is_frozen_under_one_id(store: SharedAnswers) -> None:
    assert store.get("0" * 32) is None
    first = store.add(quoting("a"), "Asked?", Filters(author=("Li",)))
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert store.add(quoting("a"), "Asked?", NO_FILTERS) == first
    assert store.add(quoting("b"), "Other?", NO_FILTERS) != first
    found = store.get(first)
    assert found is not None
    assert (found.question, found.filters) == ("Asked?", Filters(author=("Li",)))
    assert found.answer == frozen(quoting("a")) and found.answer.citations[0].quote == QUOTE
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found.created)


def test_what_stands_around_the_quotes_is_not_kept() -> None:
    kept = frozen(quoting())
    assert (kept.citations[0].before, kept.citations[0].after, kept.citations[0].also) == ("", "", ())
    near = (Nearest("a", "A", "a", 0, 5, "Words"),)
    refused = an_answer("Secret?", answer="They do not say; Li Bin is in", reason="about Li Bin", nearest=near)
    assert (frozen(refused).answer, frozen(refused).reason, frozen(refused).nearest) == ("", None, ())


def test_the_oldest_goes(store: SharedAnswers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "CAPACITY", 2)
    ids = [store.add(quoting(name), "?", NO_FILTERS) for name in "abc"]
    assert [store.get(each) is not None for each in ids] == [False, True, True]


def test_what_does_not_stay_leaves_no_trace(store: SharedAnswers, tmp_path: Path) -> None:
    gone, kept = store.add(quoting("gone"), "Gone?", NO_FILTERS), store.add(quoting("kept"), "Kept?", NO_FILTERS)
    assert store.sweep(lambda answer: answer.id != "gone") == 1
    assert store.get(gone) is None and store.get(kept) is not None
    assert store.sweep(lambda answer: False) == 1
    data = b"".join(path.read_bytes() for path in (tmp_path / "store").iterdir())
    assert b"copycat" not in data and b"Kept?" not in data
    assert SharedAnswers(tmp_path / "none" / SHARED).sweep(lambda answer: False) == 0
    assert not (tmp_path / "none").exists()


def test_a_damaged_file_and_one_of_another_version_are_said(store: SharedAnswers, tmp_path: Path) -> None:
    store.add(quoting(), "?", NO_FILTERS)
    path = tmp_path / "store" / SHARED
    with closing(sqlite3.connect(path)) as sql:
        sql.execute("PRAGMA user_version = 7")
    with pytest.raises(StoreError, match="has format 7"):
        store.get("0" * 32)
    path.write_bytes(b"no database at all, of some length" * 50)
    with pytest.raises(StoreError):
        store.get("0" * 32)


@pytest.mark.parametrize(
    ("after", "erased", "stays"),
    [
        (f"# Port\n\n{WORDS} And more came.", False, True),
        (f"# Port\n\n{WORDS} And more came.", True, True),  # the words stand elsewhere, but they stand
        ("# Port\n\nNothing of that any more.", False, True),
        ("# Port\n\nNothing of that any more.", True, False),
        (None, False, False),
        (None, True, False),
    ],
)
def test_it_goes_with_its_article_and_with_its_words_where_they_are_erased(
    tmp_path: Path, after: str | None, erased: bool, stays: bool
) -> None:
    folder, place = tmp_path / "files", tmp_path / "store"
    folder.mkdir()
    (folder / "port.md").write_text(f"# Port\n\nBefore. {WORDS}", encoding="utf-8")
    (folder / "other.md").write_text("# Other\n\nSomething else.", encoding="utf-8")
    ingest(place, [folder], FakeEmbeddings())
    settings = Settings(store=place)
    assert sweep_shared(settings, erased=erased) == 0
    [article] = [each for each in _articles(place) if each.title == "Port"]
    cited = citation(1, article, WORDS, "harbour")
    said = Sentence(WORDS, "quote", (1,), 0.9)
    answer = an_answer("When?", id="x", answer="x", sentences=(said,), citations=(cited,))
    store = SharedAnswers(place / SHARED)
    name = store.add(answer, "When?", NO_FILTERS)
    if after is None:
        (folder / "port.md").unlink()
    else:
        (folder / "port.md").write_text(after, encoding="utf-8")
    ingest(place, [folder], FakeEmbeddings(), IngestOptions(prune=True, erase=erased))
    assert sweep_shared(settings, erased=erased) == (not stays)
    assert (store.get(name) is not None) == stays
    assert (b"dredged" in (place / SHARED).read_bytes()) == stays


def _articles(place: Path) -> list[Article]:
    with closing(open_store(place).open()) as database, database.reading():
        found = [database.article(each.id) for each in database.articles()]
    return [each for each in found if each is not None]
