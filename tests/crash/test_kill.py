"""kill -9 in the middle of an ingest: the store holds what it held before or what it should hold after."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from index.ingest import ingest
from index.options import IngestOptions
from index.status import read_status
from index.store import local
from rag.snapshot import Index
from settings import HOME
from tests.fakes import FakeEmbeddings

ALL, NONE = 20_000, 0
SELDOM, OFTEN = 10.0, 0.25
"""Shares of removed vectors from which on a folder is not copied."""


def run_victim(store: Path, folder: Path, deadly: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.crash.victim", str(store), str(folder), str(deadly)]
    command += [str(local.TAIL), str(local.REBUILD_SHARE)]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)


def texts(store: Path) -> dict[str, str]:
    with closing(Index(store)) as index:
        found = [index.article(info.id) for info in index.articles()]
        return {article.source: article.text for article in found if article is not None}


@pytest.mark.parametrize(
    ("before_tail", "tail", "share"),
    [(ALL, ALL, OFTEN), (ALL, NONE, OFTEN), (NONE, NONE, SELDOM), (NONE, ALL, SELDOM), (NONE, ALL, OFTEN)],
    ids=["tail alone", "first sealed", "sealed on a copy", "tail beside sealed", "sealed given up"],
)
def test_a_killed_ingest_leaves_a_complete_generation(
    tmp_path: Path, kills: int, before_tail: int, tail: int, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "TAIL", before_tail)
    monkeypatch.setattr(local, "REBUILD_SHARE", share)
    kills //= 5
    folder, store = tmp_path / "news", tmp_path / "store"
    folder.mkdir()
    for name in ("changes", "goes", "stays"):
        (folder / f"{name}.txt").write_text(f"{name}\n\n" + " ".join(f"The {name} no. {n} is here." for n in range(20)))
    ingest(store, [folder], FakeEmbeddings())
    before = texts(store)
    monkeypatch.setattr(local, "TAIL", tail)
    (folder / "changes.txt").write_text("changes\n\nNow it says something else.")
    (folder / "comes.txt").write_text("comes\n\nThis one is new.")
    (folder / "goes.txt").unlink()

    shutil.copytree(store, tmp_path / "rehearsal")
    rehearsal = run_victim(tmp_path / "rehearsal", folder, 0)
    assert rehearsal.returncode == 0, rehearsal.stderr
    after, calls = texts(tmp_path / "rehearsal"), rehearsal.stdout
    assert {*calls} == {"i", "p", "s"}
    assert after.keys() == {"news/changes.txt", "news/comes.txt", "news/stays.txt"}

    outcomes = set()
    points = sorted(random.Random(1).sample(range(1, len(calls) + 1), kills))
    assert sum(calls[deadly - 1] == "p" for deadly in points) >= kills // 4
    for deadly in points:
        copy = tmp_path / f"killed-at-{deadly}"
        shutil.copytree(store, copy)
        assert run_victim(copy, folder, deadly).returncode == -signal.SIGKILL
        assert read_status(copy, verify=True).problem is None, f"killed at call {deadly}"
        found = texts(copy)
        assert found in (before, after), f"killed at call {deadly}"
        outcomes.add(found == after)
        if deadly % 5 == 0:  # and the next ingest finishes the work
            ingest(copy, [folder], FakeEmbeddings(), IngestOptions(prune=True))
            assert texts(copy) == after
        shutil.rmtree(copy)
    assert False in outcomes  # some were killed before the commit
