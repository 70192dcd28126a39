"""`ingest` as a process of its own: stopped by Ctrl-C, and following a folder."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest

import app
from index.errors import StoreError
from index.status import read_facts, read_status
from rag.snapshot import Index
from settings import HOME
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.process

SLOW = """
import sys, time
import app, index.embed
from tests.fakes import FakeEmbeddings

class Slow(FakeEmbeddings):
    def encode(self, texts, *, query=False):
        if len(texts) > 1:
            time.sleep(SECONDS)
        return super().encode(texts, query=query)

index.embed.load_embeddings = lambda *_: Slow()
sys.exit(app.main(sys.argv[1:]))
"""


@contextmanager
def running(seconds: float, store: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    code = SLOW.replace("SECONDS", str(seconds))
    command = [sys.executable, "-c", code, "ingest", "--store", str(store), "--embedding-model", "fake", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=HOME, text=True, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def until(true: Callable[[], bool], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def sources(store: Path) -> list[str]:
    with closing(Index(store)) as index:
        return [info.source for info in index.articles()]


def is_begun(store: Path) -> bool:
    try:
        return read_facts(store).generation is not None
    except StoreError:  # its file is being made
        return False


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for n in range(60):
        text = " ".join(f"Sentence {k} of article {n} has several words in it." for k in range(100))
        (folder / f"{n:03}.txt").write_text(f"Article {n}\n\n{text}")
    return folder


def test_ctrl_c_keeps_what_is_done_and_the_next_ingest_does_the_rest(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with running(0.3, store, str(folder)) as process:
        until(lambda: is_begun(store))
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=240)
    assert process.returncode == 130, err
    kept = sources(store)
    assert 0 < len(kept) < 60
    assert f"{len(kept)} added" in out
    assert f"quoth: stopped; {len(kept)} new or changed articles are in" in err
    assert "Traceback" not in err
    assert read_status(store, verify=True).healthy
    with running(0, store, str(folder)) as process:
        out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert f"{60 - len(kept)} added, 0 changed, 0 removed, {len(kept)} unchanged" in out
    assert len(sources(store)) == 60


def test_a_followed_folder_brings_in_prunes_and_survives_what_cannot_be_read(tmp_path: Path) -> None:
    folder, store = tmp_path / "news", tmp_path / "store"
    folder.mkdir()
    (folder / "one.txt").write_text("One is here.")
    with running(0, store, "--watch", "--prune", str(folder)) as process:
        until(lambda: is_begun(store))
        (folder / "bad.txt").write_bytes(b"\0")
        (folder / "two.txt").write_text("Two is here.")
        until(lambda: sources(store) == ["news/one.txt", "news/two.txt"])
        (folder / "one.txt").unlink()
        until(lambda: sources(store) == ["news/two.txt"])
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert "bad.txt" in err
    assert "Traceback" not in err


def test_following_waits_while_another_program_has_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, store = tmp_path / "news", tmp_path / "store"
    folder.mkdir()
    (folder / "one.txt").write_text("One is here.")
    monkeypatch.setattr("commands.store.embedding_model", lambda settings: FakeEmbeddings())
    monkeypatch.setattr("index.store.sqlite.BUSY_SECONDS", 0.05)
    seen: list[list[str]] = []

    def follow(paths: Sequence[Path], stop: Event) -> Iterator[bool]:
        (folder / "two.txt").write_text("Two is here.")
        with closing(sqlite3.connect(store / "articles.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield True
            seen.append(sources(store))
        yield False
        seen.append(sources(store))

    monkeypatch.setattr("index.sources.watch.follow", follow)
    assert app.main(["ingest", "--store", str(store), "--watch", str(folder)]) == 0
    assert seen == [["news/one.txt"], ["news/one.txt", "news/two.txt"]]
