"""A sealed folder is what was put into it, is checked from outside, and stays while somebody reads it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from index.errors import StoreDamagedError
from index.store.vectors import SealedVectors, check_sealed, checker, collect_garbage, is_complete, write_sealed
from settings import HOME

pytestmark = pytest.mark.process


def vectors(count: int, seed: int = 0) -> dict[str, bytes]:
    values = np.random.default_rng(seed).normal(size=(count, 16)).astype("<f4")
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return {f"{seed:016x}{row:016x}": value.tobytes() for row, value in enumerate(values)}


def nearest(folder: Path, vector: bytes) -> dict[str, float]:
    with closing(SealedVectors(folder)) as sealed:
        return sealed.search(np.frombuffer(vector, dtype="<f4"), 3)


def test_a_copy_with_more_leaves_the_original_alone(tmp_path: Path) -> None:
    first, more = vectors(20), vectors(5, seed=1)
    write_sealed(tmp_path / "1", None, first)
    write_sealed(tmp_path / "2", tmp_path / "1", more)
    check_sealed(tmp_path / "1", first)
    check_sealed(tmp_path / "2", first | more)
    digest, vector = next(iter(more.items()))
    found = nearest(tmp_path / "2", vector)
    assert next(iter(found)) == digest
    assert found[digest] == pytest.approx(1, abs=1e-5)
    assert digest not in nearest(tmp_path / "1", vector)


def test_the_check_sees_what_is_missing(tmp_path: Path) -> None:
    some = vectors(10)
    write_sealed(tmp_path / "1", None, some)
    with pytest.raises(StoreDamagedError, match="damaged"):
        check_sealed(tmp_path / "1", some | vectors(1, seed=2))


def test_the_check_survives_files_that_crash_their_reader(tmp_path: Path) -> None:
    some = vectors(1500)  # enough for Chroma to write its graph
    write_sealed(tmp_path / "1", None, some)
    for path in (tmp_path / "1").rglob("header.bin"):
        path.write_bytes(b"\xff" * path.stat().st_size)
    assert is_complete(tmp_path / "1")  # sizes alone do not tell
    with pytest.raises(StoreDamagedError):
        check_sealed(tmp_path / "1", some)


def test_a_journal_that_another_process_has_open_is_no_damage(tmp_path: Path) -> None:
    write_sealed(tmp_path / "1", None, vectors(10))
    (tmp_path / "1" / "chroma.sqlite3-journal").write_bytes(b"for a moment")
    assert is_complete(tmp_path / "1")
    (tmp_path / "1" / "chroma.sqlite3").write_bytes(b"cut")
    assert not is_complete(tmp_path / "1")


def test_what_chroma_notes_at_each_opening_is_no_damage(tmp_path: Path) -> None:
    write_sealed(tmp_path / "1", None, vectors(10))
    noted = tmp_path / "1" / "chroma.sqlite3"
    before = noted.stat().st_size
    with closing(sqlite3.connect(noted)) as sql:
        sql.executemany("INSERT INTO acquire_write (lock_status) VALUES (?)", [(1,)] * 1_000)
        sql.commit()
    assert noted.stat().st_size > before
    assert is_complete(tmp_path / "1")
    SealedVectors(tmp_path / "1").close()
    (tmp_path / "1" / "lock").write_text("no other file may grow")
    assert not is_complete(tmp_path / "1")


def alike(noise: float) -> dict[str, bytes]:
    """500 vectors around one point, among which a search of ten does not find each by itself."""
    random = np.random.default_rng(0)
    values = random.normal(size=384) + noise * random.normal(size=(500, 384))
    values = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype("<f4")
    return {f"{row:032x}": value.tobytes() for row, value in enumerate(values)}


@pytest.mark.parametrize("noise", [0, 0.001, 0.01])
def test_vectors_that_are_alike_do_not_fail_the_check(tmp_path: Path, noise: float) -> None:
    some = alike(noise)
    write_sealed(tmp_path / "1", None, some)
    check_sealed(tmp_path / "1", some)


def test_the_check_sees_another_vector(tmp_path: Path) -> None:
    some = vectors(20)
    first, second, *_ = some
    write_sealed(tmp_path / "1", None, some)
    with pytest.raises(StoreDamagedError, match="not what it was"):
        check_sealed(tmp_path / "1", some | {first: some[second], second: some[first]})


def test_an_open_folder_is_not_collected(tmp_path: Path) -> None:
    for name in ("1", "2"):
        write_sealed(tmp_path / name, None, vectors(3))
    (tmp_path / "3").mkdir()  # a writer died early
    with closing(SealedVectors(tmp_path / "1")):
        assert collect_garbage(tmp_path, keep="2") == ["1"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2"]
    assert collect_garbage(tmp_path, keep="2") == []
    assert [path.name for path in tmp_path.iterdir()] == ["2"]
    with pytest.raises(FileNotFoundError):
        SealedVectors(tmp_path / "1")


def test_every_file_and_folder_that_is_new_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = set[Path]()
    monkeypatch.setattr("index.store.vectors.sync", synced.add)
    write_sealed(tmp_path / "1", None, vectors(3))
    written = {tmp_path, tmp_path / "1", *(tmp_path / "1").rglob("*")}
    assert len(written) > 5
    assert written <= synced


def test_a_checker_that_is_not_asked_ends_with_the_one_who_started_it() -> None:
    with pytest.raises(ZeroDivisionError), checker() as check:
        assert isinstance(check, partial)
        child = check.args[0]
        assert child.poll() is None
        _ = 1 / 0
    assert child.poll() is not None
    forsaken = subprocess.run(
        [sys.executable, "-m", "index.store.vectors"],
        cwd=HOME,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (forsaken.returncode, forsaken.stderr) == (0, b"")
