"""Chroma's engine, called without its client: what one writes the other reads."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import StoreError
from index.store.chroma import open_collection
from settings import HOME

NAME = "vectors"
CONFIGURATION = {"hnsw": {"space": "cosine", "ef_search": 100}}


def vectors(count: int) -> NDArray[np.float32]:
    values = np.random.default_rng(0).normal(size=(count, 16)).astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def schema(folder: Path) -> Any:
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as sql:
        [(found,)] = sql.execute("SELECT schema_str FROM collections WHERE name = ?", (NAME,)).fetchall()
    return json.loads(found)


def test_what_the_client_writes_is_read_and_the_other_way_round(tmp_path: Path) -> None:
    import chromadb
    from chromadb.config import Settings

    some, ids = vectors(1200), [f"{number:04}" for number in range(1200)]  # enough for Chroma to write its graph
    (tmp_path / "ours").mkdir()
    with open_collection(tmp_path / "ours", NAME, create=True) as collection:
        for at in range(0, 1200, 400):
            collection.upsert(ids[at : at + 400], some[at : at + 400])
    quiet = Settings(anonymized_telemetry=False)
    with chromadb.PersistentClient(tmp_path / "theirs", quiet) as client:  # type: ignore[attr-defined]
        made = client.get_or_create_collection(NAME, embedding_function=None, configuration=CONFIGURATION)
        made.upsert(ids=ids, embeddings=some)
    assert schema(tmp_path / "ours") == schema(tmp_path / "theirs")
    with chromadb.PersistentClient(tmp_path / "ours", quiet) as client:  # type: ignore[attr-defined]
        opened = client.get_collection(NAME, embedding_function=None)
        found = opened.query(query_embeddings=some[:50], n_results=5, include=["distances"])
        assert opened.count() == 1200
    with open_collection(tmp_path / "theirs", NAME) as collection:
        nearest = collection.nearest(some[:50], 5)
        assert [[found_id for found_id, _ in row] for row in nearest] == found["ids"]
        assert [distance for row in nearest for _, distance in row] == pytest.approx(
            [distance for row in found["distances"] for distance in row], abs=1e-5
        )
        present, stored = collection.get([ids[3], "missing"])
        assert present == [ids[3]]
        assert np.allclose(stored, some[3:4])


def test_what_is_closed_lets_go_of_its_files(tmp_path: Path) -> None:
    with open_collection(tmp_path, NAME, create=True) as collection:
        collection.upsert(["a"], vectors(1))
    until = time.monotonic() + 5  # its threads close the files, which takes a moment
    while held := [path for path in Path("/proc/self/fd").iterdir() if path.resolve().is_relative_to(tmp_path)]:
        assert time.monotonic() < until, held
        time.sleep(0.01)
    with pytest.raises(AttributeError):
        collection.nearest(vectors(1), 1)


def test_an_error_of_chroma_is_one_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Chroma failed in"), open_collection(tmp_path, "missing"):
        pass


@pytest.mark.process
def test_the_client_is_not_imported() -> None:
    told = "import sys, index.store.vectors; print('chromadb' in sys.modules, 'grpc' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
