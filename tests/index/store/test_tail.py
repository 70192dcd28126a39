"""Vectors in a sealed folder and in the tail beside it are searched as if they lay in one place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.article import Audience
from index.errors import StoreError
from index.ingest import ingest, rebuild
from index.options import IngestOptions
from index.status import read_status
from index.store import local, local_snapshots
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE, GENERATIONS
from index.store.restricted import Totals, open_reader
from index.store.search import SqliteReader
from index.store.tail import sealed_folder, tail_digests
from rag.snapshot import Index
from settings import HOME
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store

MODEL = FakeEmbeddings()
WORDS = [f"word{n}" for n in range(60)]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


def write(folder: Path, name: str, seed: int, subject: str = "") -> None:
    random = np.random.default_rng(seed)
    sentences = (" ".join([subject, *random.choice(WORDS, size=8)]).strip().capitalize() for _ in range(24))
    (folder / f"{name}.txt").write_text(f"Title {name}\n\n{'. '.join(sentences)}.")


def publish(store: Path, folder: Path) -> list[str]:
    """Ingest the folder; return the names of the sealed folders that are on the disk."""
    ingest(store, [folder], MODEL, IngestOptions(prune=True))
    assert read_status(store, verify=True).problem is None
    return [path.name for path in (store / GENERATIONS).iterdir()]


def seal_three(store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ingest three articles that go into a sealed folder at once; return its name."""
    for n in range(3):
        write(folder, str(n), n)
    monkeypatch.setattr(local, "TAIL", 0)
    [first] = publish(store, folder)
    return first


def assert_exact(store: Path, questions: Iterator[str] | list[str]) -> None:
    """Assert that the nearest are those that comparing all passages of the store gives."""
    with closing(Index(store)) as index:
        for question in questions:
            [vector] = MODEL.encode([question], query=True)
            with index.snapshot() as snapshot:
                database = snapshot.database
                assert isinstance(database, SqliteReader)
                hits = snapshot.vectors.nearest(vector, 10, None)
                cosines = [float(np.frombuffer(row[4], "<f4") @ vector) for row in database.chunk_vectors(None)]
            assert [hit.score for hit in hits] == pytest.approx(sorted(cosines, reverse=True)[:10], abs=1e-5)


def places(store: Path) -> tuple[str | None, int]:
    with closing(SqliteReader(store / DATABASE)) as database:
        return sealed_folder(database), len(tail_digests(database))


def test_a_small_store_has_no_folder_and_needs_no_chroma(store: Path, folder: Path) -> None:
    write(folder, "one", 1)
    code = (
        "import sys; from pathlib import Path; from index.ingest import ingest; from rag.snapshot import Index\n"
        "from tests.fakes import FakeEmbeddings\n"
        "store, folder = map(Path, sys.argv[1:])\n"
        "ingest(store, [folder], FakeEmbeddings())\n"
        "with Index(store).snapshot() as snapshot:\n"
        "    assert snapshot.vectors.nearest(FakeEmbeddings().encode(['word1'])[0], 3, None)\n"
        "assert 'chromadb' not in sys.modules\n"
    )
    command = [sys.executable, "-c", code, str(store), str(folder)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list((store / GENERATIONS).iterdir()) == []
    assert_exact(store, ["word1 word2", "word30"])


def test_what_comes_in_lies_beside_the_sealed_folder_until_it_is_sealed_too(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seal_three(store, folder, monkeypatch)
    monkeypatch.setattr(local, "TAIL", 20)
    write(folder, "3", 3)
    assert publish(store, folder) == [first]
    sealed, beside = places(store)
    assert sealed == first
    assert 0 < beside <= 20
    assert_exact(store, WORDS[:20])
    monkeypatch.setattr(local, "TAIL", beside)
    write(folder, "4", 4)
    [second] = publish(store, folder)
    assert second != first
    assert places(store) == (second, 0)
    assert_exact(store, WORDS[:20])


@pytest.mark.parametrize("widest", [0, 10_000], ids=["compared", "searched"])
def test_removed_vectors_in_the_folder_hide_nothing(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, widest: int
) -> None:
    """All that is about one subject is removed: the nearest fifty, and more, are not there."""
    monkeypatch.setattr(local, "TAIL", 0)
    monkeypatch.setattr(local, "REBUILD_SHARE", 10)
    for n in range(30):
        write(folder, str(n), n, subject="" if n % 3 else "zebra zebra zebra")
    [first] = publish(store, folder)
    monkeypatch.setattr(local, "TAIL", 20_000)
    monkeypatch.setattr(local_snapshots, "_WIDEST", widest)
    for n in range(0, 30, 3):
        (folder / f"{n}.txt").unlink()
    write(folder, "new", 99)
    assert publish(store, folder) == [first]
    assert_exact(store, ["zebra zebra zebra word1", "zebra", "word1"])


def test_what_was_removed_and_comes_back_is_found_once(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "REBUILD_SHARE", 10)
    for n in range(4):
        write(folder, str(n), n)
    for tail in (0, 20_000, 20_000, 0):
        monkeypatch.setattr(local, "TAIL", tail)
        publish(store, folder)
        assert_exact(store, WORDS[:10])
        if (folder / "2.txt").exists():
            (folder / "2.txt").unlink()
        else:
            write(folder, "2", 2)


def test_a_store_of_an_earlier_version_is_read_and_goes_on_as_it_is(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seal_three(store, folder, monkeypatch)
    with closing(SqliteDatabase(store / DATABASE)) as database, database.writing():
        database._sql.execute("DELETE FROM facts WHERE name IN ('sealed', 'tail')")  # which it did not have
    monkeypatch.undo()
    assert read_status(store, verify=True).problem is None
    assert_exact(store, WORDS[:5])
    encoded = len(MODEL.encoded)
    write(folder, "3", 3)
    assert publish(store, folder) == [first]
    assert len(MODEL.encoded) - encoded < 20  # of the new article alone
    assert places(store)[0] == first
    assert_exact(store, WORDS[:5])
    rebuild(store)
    assert publish(store, folder) == [first]


def test_readers_keep_the_folder_open_over_publications_beside_it(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "0", 0)
    monkeypatch.setattr(local, "TAIL", 0)
    [first] = publish(store, folder)
    monkeypatch.setattr(local, "TAIL", 20_000)
    with closing(Index(store)) as index, index.snapshot() as before:
        write(folder, "1", 1)
        report = ingest(store, [folder], MODEL)
        assert report.still_held == []
        [vector] = MODEL.encode(["word1 word2 word3"], query=True)
        with index.snapshot() as after:
            assert (before.vectors.name, after.vectors.name) == (first, report.generation)
            counts = [len(one.vectors.nearest(vector, 1_000, None)) for one in (before, after)]
            assert counts == [one.database.counts()[1] for one in (before, after)]
            assert counts[0] < counts[1]


def test_who_follows_a_store_opens_it_only_when_it_was_written_to(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "0", 0)
    publish(store, folder)
    opened: list[Path] = []
    plain = open_reader

    def counted(path: Path, audience: Audience, totals: Totals) -> SqliteReader:
        opened.append(path)
        return plain(path, audience, totals)

    monkeypatch.setattr(local_snapshots, "open_reader", counted)
    with closing(Index(store)) as index:
        for _ in range(3):
            index.refresh()
        assert len(opened) == 1
        write(folder, "1", 1)
        publish(store, folder)
        index.refresh()
        index.refresh()
        assert len(opened) == 2
        (store / DATABASE).unlink()
        for _ in range(2):
            with pytest.raises(StoreError):
                index.refresh()
