"""Feedback on disk: kept, replaced, settled, deleted for good, and no concern of the index beside it."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from evaluation import feedback as module
from evaluation.feedback import FEEDBACK, FeedbackStore
from index.errors import StoreBusyError, StoreDamagedError, StoreError
from index.ingest import ingest, rebuild
from index.options import IngestOptions
from index.status import read_facts, read_status
from index.store import side_file
from index.store.layout import STARTER
from rag.condense import Turn
from tests.fakes import FakeEmbeddings

HISTORY: list[Turn] = ["Who is he?", {"question": "And now?", "answer": "The articles do not say."}]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / FEEDBACK


@pytest.fixture
def store(path: Path) -> FeedbackStore:
    return FeedbackStore(path)


def rate(store: FeedbackStore, answer_id: str = "a", rating: module.Rating = "down", comment: str = "") -> None:
    store.add(
        rating, comment, f"question {answer_id}?", HISTORY, {"id": answer_id, "answer": "So. [1]", "citations": []}
    )


def rate_many(path: Path, first: int) -> None:
    for n in range(first, first + 20):
        rate(FeedbackStore(path), f"id-{n}")


def test_what_was_said_is_kept(store: FeedbackStore) -> None:
    rate(store, comment="wrong 错 \u2028 person")
    [kept] = store.list()
    assert (kept.id, kept.rating, kept.comment, kept.settled) == (1, "down", "wrong 错 \u2028 person", False)
    assert (kept.question, list(kept.history), kept.answer["answer"]) == ("question a?", HISTORY, "So. [1]")
    assert len(kept.created) == 20 and kept.created.endswith("Z")


def test_the_file_comes_with_the_first_feedback(store: FeedbackStore, path: Path) -> None:
    assert (store.list(), store.delete(), store.delete([1]), store.settle([1]), store.expire(1)) == ((), 0, 0, 0, 0)
    assert not path.parent.exists()
    rate(store)
    assert [each.name for each in path.parent.iterdir()] == [FEEDBACK]


def test_a_second_thumb_on_an_answer_replaces_the_first(store: FeedbackStore) -> None:
    rate(store, rating="up")
    rate(store, "b")
    rate(store, rating="down", comment="no")
    assert [(each.id, each.rating, each.comment) for each in store.list()] == [(1, "down", "no"), (2, "down", "")]


def test_settled_is_settled_until_something_else_is_said(store: FeedbackStore) -> None:
    rate(store, comment="no")
    assert store.settle([1, 1, 7]) == 1
    rate(store, comment="no")
    assert store.list()[0].settled
    rate(store, comment="not at all")
    assert not store.list()[0].settled


def test_the_list_can_be_narrowed(store: FeedbackStore) -> None:
    for answer_id, rating in (("a", "up"), ("b", "down"), ("c", "down")):
        rate(store, answer_id, rating)  # type: ignore[arg-type]
    store.settle([3])
    assert [each.id for each in store.list("down")] == [2, 3]
    assert [each.id for each in store.list("down", settled=False)] == [2]
    assert [each.id for each in store.list(settled=True)] == [3]
    assert [each.id for each in store.list("up", settled=True)] == []


def test_a_number_never_comes_to_mean_another_row(store: FeedbackStore) -> None:
    rate(store)
    assert store.delete([1, 10**30, -1]) == 1
    rate(store)
    assert [each.id for each in store.list()] == [2]


def on_disk(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.iterdir())


@pytest.mark.parametrize("how", ["delete", "delete all", "replace", "expire"])
def test_deleted_words_leave_the_disk(store: FeedbackStore, path: Path, how: str) -> None:
    for answer_id in ("x", "y", "z"):
        rate(store, answer_id, comment=f"NEEDLE{answer_id} " * 2000)  # on pages of its own
        rate(store, answer_id + "short", comment=f"NEEDLE{answer_id}")
    assert b"NEEDLEy" in on_disk(path)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM feedback").fetchone() == (6,)
        reader.execute("COMMIT")  # a reader that stays connected must not keep anything alive
        match how:
            case "delete":
                assert store.delete([3, 4]) == 2
            case "delete all":
                assert store.delete() == 6
            case "replace":
                rate(store, "y")
                rate(store, "yshort", comment="no")
            case "expire":
                reader.execute("UPDATE feedback SET created = '2020-01-01T00:00:00Z' WHERE id IN (3, 4)")
                reader.commit()
                assert store.expire(30) == 2
        assert b"NEEDLEy" not in on_disk(path)
        assert (b"NEEDLEx" in on_disk(path)) == (how != "delete all")


@pytest.mark.parametrize(("days", "left"), [(0, 2), (-5, 2), (364, 1), (366, 2), (10**12, 2)])
def test_old_feedback_expires(store: FeedbackStore, path: Path, days: int, left: int) -> None:
    rate(store, "old")
    rate(store, "new")
    with closing(sqlite3.connect(path)) as sql:
        sql.execute("UPDATE feedback SET created = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-365 days') WHERE id = 1")
        sql.commit()
    assert store.expire(days) == 2 - left
    assert len(store.list()) == left


def test_threads_write_at_once(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: rate(FeedbackStore(path), f"id-{n % 50}", comment=str(n)), range(100)))
    assert len(FeedbackStore(path).list()) == 50


@pytest.mark.process
def test_processes_write_while_one_reads(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=rate_many, args=(path, first)) for first in (0, 20)]
    for worker in workers:
        worker.start()
    counts = [0]
    while any(worker.is_alive() for worker in workers):
        counts.append(len(FeedbackStore(path).list()))
    assert counts == sorted(counts)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(FeedbackStore(path).list()) == 40


def test_a_busy_file_is_told(store: FeedbackStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_file, "BUSY_SECONDS", 0.05)
    rate(store)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError, match="busy"):
            rate(store, "b")
        with pytest.raises(StoreBusyError, match="busy"):
            store.list()
    assert len(store.list()) == 1


def test_a_file_of_another_version_is_left_alone(store: FeedbackStore, path: Path) -> None:
    rate(store)
    with closing(sqlite3.connect(path)) as sql:
        sql.execute("PRAGMA user_version = 7")
    before = path.read_bytes()
    for call in (store.list, store.delete, lambda: rate(store, "b")):
        with pytest.raises(StoreError, match="format 7"):
            call()
    assert path.read_bytes() == before


def test_a_damaged_file_is_told(store: FeedbackStore, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreDamagedError, match="damaged"):
        store.list()


def test_a_file_that_was_only_begun_is_empty_and_can_be_written(store: FeedbackStore, path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert store.list() == ()
    rate(store)
    assert len(store.list()) == 1


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be used"):
        rate(FeedbackStore(tmp_path / "store" / FEEDBACK))


def test_a_failed_write_changes_nothing(store: FeedbackStore) -> None:
    rate(store)
    with pytest.raises(StoreError):
        store.add("sideways", "", "q", [], {"id": "b"})  # type: ignore[arg-type]
    assert [each.rating for each in store.list()] == ["down"]


def test_an_answer_with_any_text_is_kept_as_it_is(store: FeedbackStore) -> None:
    answer = {"id": "a", "answer": "\x00 🚗 \u2029 '; DROP TABLE feedback; --", "support": 0.97}
    store.add("up", "'; --", "q\x00q", [], answer)
    assert store.list()[0].answer == answer
    assert store.list()[0].question == "q\x00q"
    assert json.dumps(store.list()[0].answer) == json.dumps(answer)


@pytest.mark.store
def test_the_index_does_not_mind_the_file(tmp_path: Path) -> None:
    """Feedback that comes before, between and after: nothing is swept, pruned or taken for articles."""
    store = tmp_path / "store"
    rate(FeedbackStore(store / FEEDBACK))  # before there is an index
    assert read_facts(store).generation is None
    article = tmp_path / "articles" / "a.md"
    article.parent.mkdir()
    article.write_text("# Values\n\nValues determine the ceiling. Benchmarking cannot bring about leaps.\n")
    ingest(store, [article.parent], FakeEmbeddings(), IngestOptions(origin=STARTER))
    rate(FeedbackStore(store / FEEDBACK), "b")
    own = tmp_path / "own"
    own.mkdir()
    (own / "b.md").write_text("# Other\n\nSomething else stands here, and nothing of the former.\n")
    report = ingest(store, [own], FakeEmbeddings(), IngestOptions(prune=True, erase=True))
    assert (report.articles_added, report.articles_removed) == (1, 1)
    assert read_facts(store).origin != STARTER
    rebuild(store)
    status = read_status(store, verify=True)
    assert (status.healthy, status.articles) == (True, 1)
    assert [each.answer["id"] for each in FeedbackStore(store / FEEDBACK).list()] == ["a", "b"]
