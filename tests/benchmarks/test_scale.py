"""What benchmarks.scale builds and measures, in small."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpus import Synthesised
from benchmarks.scale_work import Database, fill
from index.ingest import ingest
from index.status import read_status
from index.store.place import open_store
from tests.benchmarks.test_speed import data
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store
__all__ = ["data"]


@pytest.fixture
def database(postgres: Server) -> Database:
    return Database(postgres.uri, postgres.pid)


def test_a_store_is_filled_whole(database: Database, data: Path, tmp_path: Path) -> None:
    place, model = database.place(), FakeEmbeddings()
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("A first article\n\nIt is here.")
    ingest(place, [tmp_path / "corpus"], model)
    before = database.processor_seconds()
    fill(place, data, tmp_path / "many", 30, Synthesised(model, model.encode(["one", "two", "three"])))
    assert database.processor_seconds() >= before > 0
    status = read_status(place, verify=True)
    assert (status.chunks, status.problem) == (30, None)
    with closing(open_store(place).open()) as reader, reader.reading():
        vectors = [np.frombuffer(vector, "<f4") for _, vector in reader.vectors()]
    assert [float(vector @ vector) for vector in vectors] == pytest.approx([1.0] * len(vectors), abs=1e-5)
