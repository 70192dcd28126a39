"""A full disk: whatever room there is, the ingest says so in one line or succeeds, and the store answers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index.ingest import ingest
from index.status import read_status
from index.store import local
from settings import HOME
from tests.crash.test_kill import texts
from tests.fakes import FakeEmbeddings

SIZE = 12 * 2**20
ENOUGH = 2 * 2**20
CODE = """
import sys
from pathlib import Path
from index.errors import StoreError
from index.ingest import ingest
from index.options import IngestOptions
from index.store import local
from tests.fakes import FakeEmbeddings

local.TAIL = int(sys.argv[3])
local.require_space = lambda *_: None  # it would say so before anything is written
try:
    ingest(Path(sys.argv[1]), [Path(sys.argv[2])], FakeEmbeddings(), IngestOptions(prune=True))
except StoreError as error:
    sys.exit(str(error))
"""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@pytest.mark.parametrize("tail", [0, 20_000])
def test_the_store_answers_however_little_room_there_is(
    tmp_path: Path, kills: int, tail: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "TAIL", tail)
    news = tmp_path / "news"
    news.mkdir()
    for name in ("changes", "goes", "stays"):
        (news / f"{name}.txt").write_text(f"{name}\n\n" + " ".join(f"The {name} no. {n} is here." for n in range(200)))
    with small_disk(tmp_path / "disk") as disk:
        store = disk / "store"
        ingest(store, [news], FakeEmbeddings())
        (news / "changes.txt").write_text("changes\n\n" + " ".join(f"Now {n} says something else." for n in range(200)))
        (news / "goes.txt").unlink()
        before, failed = texts(store), 0
        for room in np.linspace(0, ENOUGH, max(2, kills // 10), dtype=int).tolist():
            (disk / "ballast").write_bytes(bytes(max(0, free(disk) - room)))
            command = [sys.executable, "-c", CODE, str(store), str(news), str(tail)]
            done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
            (disk / "ballast").unlink()
            found = texts(store)
            assert read_status(store, verify=True).healthy, f"with {room} bytes free"
            if done.returncode == 0:
                assert found.keys() == {"news/changes.txt", "news/stays.txt"}
                break
            assert len(done.stderr.strip().splitlines()) == 1, done.stderr
            assert found == before, f"with {room} bytes free"
            failed += 1
        else:
            pytest.fail("it never had room enough")
        assert failed
