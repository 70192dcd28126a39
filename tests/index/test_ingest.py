"""What an ingest does to a store, and what it leaves alone."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest

from index import ingest as ingesting
from index.chunk import sentence_spans
from index.errors import ModelError, StoreBusyError, StoreDamagedError, StoreError, UsageError
from index.ingest import ingest, rebuild
from index.options import IngestOptions
from index.status import read_facts, read_status
from index.store import local
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE, GENERATIONS, STARTER
from index.store.lock import write_lock
from rag.snapshot import Index
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu".split()


def prose(seed: int, sentences: int = 80) -> str:
    return " ".join(
        " ".join(f"{WORDS[(seed * i + j) % len(WORDS)]}{seed}x{i}" for j in range(8)).capitalize() + "."
        for i in range(sentences)
    )


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for n in range(4):
        (folder / f"{n}.txt").write_text(f"Title {n}\n\n{prose(n + 1)}")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def model() -> FakeEmbeddings:
    return FakeEmbeddings(window=254)


def files_with(store: Path, needle: bytes) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file() and needle in path.read_bytes()]


def test_a_first_ingest_brings_everything_in(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    report = ingest(store, [articles], model)
    assert (report.articles_added, report.errors) == (4, [])
    found = read_status(store, verify=True)
    assert found.healthy
    assert (found.articles, found.chunks) == (4, report.chunks_embedded + report.chunks_reused)
    assert [info.source for info in Index(store).articles()] == [f"news/{n}.txt" for n in range(4)]


def test_unchanged_articles_cost_nothing(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    first = ingest(store, [articles], model)
    model.encoded.clear()
    second = ingest(store, [articles], model)
    assert (second.articles_unchanged, second.chunks_embedded) == (4, 0)
    assert second.generation == first.generation
    assert len(model.encoded) == 1  # the probe that tells the model


def test_a_large_store_is_not_counted_for_each_file(
    articles: Path, store: Path, model: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    honest = SqliteDatabase.counts
    monkeypatch.setattr(SqliteDatabase, "counts", lambda database: counted.append(1) or honest(database))
    for n in range(4, 40):
        (articles / f"{n}.txt").write_text(f"Title {n}\n\nSentence {n} is short.")
    ingest(store, [articles], model)
    assert 1 <= len(counted) < 5


@pytest.mark.parametrize("words", ["Short.", "As many words as were there before, or so.", "Longer " * 60 + "now."])
def test_one_changed_sentence_embeds_only_its_chunks(
    articles: Path, store: Path, model: FakeEmbeddings, words: str
) -> None:
    ingest(store, [articles], model)
    path = articles / "2.txt"
    text = path.read_text()
    changed = list(sentence_spans(text))[20]
    new = text[: changed.start] + words + text[changed.end :]
    path.write_text(new)
    model.encoded.clear()
    report = ingest(store, [articles], model)
    assert (report.articles_changed, report.articles_unchanged) == (1, 3)
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        [info] = [info for info in snapshot.database.articles() if info.source == "news/2.txt"]
        spans = snapshot.database.chunk_spans(info.id)
    holding = sum(words in new[start:end] for start, end in spans)
    assert 1 <= report.chunks_embedded <= holding
    assert report.chunks_reused == len(spans) - report.chunks_embedded


def test_a_renamed_article_is_not_embedded_again(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    ingest(store, [articles], model)
    (articles / "0.txt").rename(articles / "zero.txt")
    report = ingest(store, [articles], model, IngestOptions(prune=True))
    assert (report.articles_added, report.articles_removed, report.chunks_embedded) == (1, 1, 0)


def test_equal_articles_share_their_vectors(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    shutil.copy(articles / "1.txt", articles / "copy.txt")
    report = ingest(store, [articles], model)
    assert report.chunks_reused > 0
    assert read_status(store).vectors == report.chunks_embedded


@pytest.mark.parametrize("tail", [0, 20_000])
def test_pruned_words_are_in_no_file_and_erased_vectors_neither(
    articles: Path, store: Path, model: FakeEmbeddings, tail: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "TAIL", tail)
    secret = "Supercalifragilistic is a secret word in here."
    (articles / "0.txt").write_text(f"Xylophonist\n\n{secret} {prose(9, 10)}")
    ingest(store, [articles], model)
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        before = dict(snapshot.database.vectors())
    assert files_with(store, b"upercalifragilistic")
    (articles / "0.txt").unlink()
    report = ingest(store, [articles], model, IngestOptions(prune=True, erase=True))
    assert report.articles_removed == 1
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        left = dict(snapshot.database.vectors())
        assert snapshot.database.search_terms(["supercalifragilistic"], 5) == []
    removed = [vector for digest, vector in before.items() if digest not in left]
    assert removed
    for needle in (b"upercalifrag", b"SUPERCALIFRAG", b"ylophonist", *(vector[:64] for vector in removed)):
        assert files_with(store, needle) == []
    assert files_with(store, next(iter(left.values()))[:64])  # the search itself works


def test_without_prune_a_vanished_file_stays(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    ingest(store, [articles], model)
    (articles / "0.txt").unlink()
    assert ingest(store, [articles], model).articles_removed == 0
    assert read_status(store).articles == 4


def test_prune_keeps_to_the_given_paths(articles: Path, store: Path, model: FakeEmbeddings, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.txt").write_text(prose(7))
    ingest(store, [articles, other], model)
    shutil.rmtree(articles)
    report = ingest(store, [articles], model, IngestOptions(prune=True))
    assert report.articles_removed == 4
    assert [info.source for info in Index(store).articles()] == ["other/o.txt"]


def test_own_articles_take_the_place_of_the_starter_corpus(
    articles: Path, store: Path, model: FakeEmbeddings, tmp_path: Path
) -> None:
    ingest(store, [articles], model, IngestOptions(origin=STARTER))
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.txt").write_text(prose(7))
    ingest(store, [own], model)
    assert [info.source for info in Index(store).articles()] == ["own/mine.txt"]
    (own / "more.txt").write_text(prose(8))
    ingest(store, [own], model)
    assert len(Index(store).articles()) == 2


def test_a_starter_corpus_stays_when_nothing_own_can_be_read(
    articles: Path, store: Path, model: FakeEmbeddings, tmp_path: Path
) -> None:
    ingest(store, [articles], model, IngestOptions(origin=STARTER))
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\0")
    report = ingest(store, [bad], model)
    assert [failure.source for failure in report.errors] == ["bad.txt"]
    assert len(Index(store).articles()) == 4


def test_a_bad_article_does_not_stop_the_others_nor_remove_what_it_was(
    articles: Path, store: Path, model: FakeEmbeddings
) -> None:
    ingest(store, [articles], model)
    before = (articles / "1.txt").read_text()
    (articles / "1.txt").write_bytes(b"\xff\xff broken")
    (articles / "2.txt").write_text(prose(11))
    report = ingest(store, [articles], model)
    assert [failure.source for failure in report.errors] == ["news/1.txt"]
    assert report.articles_changed == 1
    assert before in [article.text for i in Index(store).articles() if (article := Index(store).article(i.id))]


def test_an_empty_folder_and_a_missing_path_are_the_callers_mistakes(
    store: Path, model: FakeEmbeddings, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no articles under"):
        ingest(store, [tmp_path / "empty"], model)
    with pytest.raises(UsageError, match="does not exist"):
        ingest(store, [tmp_path / "nowhere"], model)


def test_another_model_is_refused(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    ingest(store, [articles], model)
    with pytest.raises(ModelError, match="built with the embedding model fake, not other"):
        ingest(store, [articles], FakeEmbeddings("other"))
    changed = FakeEmbeddings("other")
    changed.name = "fake"
    with pytest.raises(ModelError, match="has changed"):
        ingest(store, [articles], changed)


def _hold(store: Path, held: multiprocessing.synchronize.Event) -> None:
    with write_lock(store):
        held.set()
        time.sleep(60)


def test_a_second_writer_is_refused_at_once_and_a_dead_one_does_not_hold(
    articles: Path, store: Path, model: FakeEmbeddings
) -> None:
    ingest(store, [articles], model)
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    publisher = context.Process(target=_hold, args=(store, held))
    publisher.start()
    try:
        assert held.wait(30)
        started = time.monotonic()
        with pytest.raises(StoreBusyError):
            ingest(store, [articles], model)
        assert time.monotonic() - started < 1
        assert Index(store).articles()  # readers go on
    finally:
        publisher.kill()
        publisher.join()
    ingest(store, [articles], model)


@pytest.mark.usefixtures("no_tail")
def test_readers_go_on_and_move_to_the_next_generation(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    first = ingest(store, [articles], model).generation
    with closing(Index(store)) as index:
        with index.snapshot() as snapshot:
            (articles / "0.txt").write_text(prose(21))
            report = ingest(store, [articles], model)
            assert report.still_held == [first]
            assert snapshot.database.fact("generation") == snapshot.vectors.name == first
            assert len(snapshot.vectors.nearest(model.encode(["alpha"])[0], 3, None)) == 3
        with index.snapshot() as snapshot:
            assert snapshot.vectors.name == report.generation
    ingest(store, [articles], model)
    assert [path.name for path in (store / GENERATIONS).iterdir()] == [report.generation]


@pytest.mark.usefixtures("no_tail")
@pytest.mark.parametrize("damage", ["gone", "shorter", "no sizes"])
def test_damaged_vectors_are_noticed_and_made_again_without_a_model(
    articles: Path, store: Path, model: FakeEmbeddings, damage: str
) -> None:
    generation = ingest(store, [articles], model).generation
    folder = store / GENERATIONS / generation
    if damage == "gone":
        shutil.rmtree(folder)
    elif damage == "shorter":
        os.truncate(folder / "chroma.sqlite3", 1000)
    else:
        (folder / "sizes.json").unlink()
    assert not read_status(store).healthy
    with closing(Index(store)) as index, pytest.raises(StoreDamagedError), index.snapshot():
        pass
    rebuild(store)
    assert read_status(store, verify=True).healthy


@pytest.mark.usefixtures("no_tail")
def test_a_failure_before_the_commit_changes_nothing(
    articles: Path, store: Path, model: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = ingest(store, [articles], model).generation
    (articles / "0.txt").write_text(prose(31))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(local, "checker", full)
    with pytest.raises(StoreError, match="No space left"):
        ingest(store, [articles], model)
    monkeypatch.undo()
    assert read_facts(store).generation == generation
    assert [path.name for path in (store / GENERATIONS).iterdir()] == [generation]
    assert read_status(store, verify=True).healthy


def test_long_ingests_publish_on_the_way(
    articles: Path, store: Path, model: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingesting, "BATCH_CHUNKS", 5)
    told: list[str] = []
    ingest(store, [articles], model, progress=lambda stage, done, total: told.append(f"{stage} {done}/{total}"))
    assert len([each for each in told if each.startswith("publishing")]) > 1
    assert read_facts(store).generation != "000001"
    assert read_status(store, verify=True).articles == 4


@pytest.mark.usefixtures("no_tail")
def test_many_removals_rebuild_the_vectors(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    ingest(store, [articles], model)
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        before = dict(snapshot.database.vectors())
    for n in (0, 1):
        (articles / f"{n}.txt").unlink()
    ingest(store, [articles], model, IngestOptions(prune=True))
    with closing(Index(store)) as index, index.snapshot() as snapshot:
        left = snapshot.database.known_vectors(before)
    assert not any(files_with(store, before[digest][:64]) for digest in before.keys() - left)


def test_a_store_of_another_version_is_refused(articles: Path, store: Path, model: FakeEmbeddings) -> None:
    ingest(store, [articles], model)
    database = SqliteDatabase(store / DATABASE)
    database._sql.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="format 99"):
        ingest(store, [articles], model)


def test_prune_removes_nothing_below_a_folder_that_cannot_be_read(
    articles: Path, store: Path, model: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(store, [articles], model)
    scan = os.scandir

    def refused(path: str) -> object:
        if Path(path) == articles:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UsageError, match="cannot be read"):
        ingest(store, [articles], model, IngestOptions(prune=True))
    monkeypatch.undo()
    assert read_status(store).articles == 4
