"""What benchmarks.scale builds and measures, in small."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scale_fill import fill
from benchmarks.scale_work import Database, table_sizes
from index.ingest import ingest
from index.status import read_status
from index.store.place import open_store
from index.store.postgres.schema import NEAREST
from settings import StoreUrl
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
    before = database.processor_seconds()
    filled = fill(place, data, 30, model.encode(["one", "two", "three"]), database.processor_seconds, 1)
    assert database.processor_seconds() >= before and filled.seconds > 0
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("A first article\n\nIt is here.")
    assert ingest(place, [tmp_path / "corpus"], model).articles_added == 1
    status = read_status(place, verify=True)
    assert (status.chunks, status.problem) == (31, None)
    with closing(open_store(place).open()) as reader, reader.reading():
        vectors = [np.frombuffer(vector, "<f4") for _, vector in reader.vectors()]
    assert [float(vector @ vector) for vector in vectors] == pytest.approx([1.0] * len(vectors), abs=1e-5)
    assert "postings" in table_sizes(place) or sum(table_sizes(place).values()) == 0


def test_the_indexes_are_those_of_the_product(database: Database, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = (database.place(), database.place())
    for place in places:
        with open_store(place).writing():
            pass
    model = FakeEmbeddings()
    fill(places[0], data, 8, model.encode(["one", "two"]), processes=1)
    ones, others = ({*definitions(place)} for place in places)
    assert others and others < ones and [name for name, _ in ones - others] == [NEAREST]


def definitions(place: StoreUrl) -> list[tuple[str, str]]:
    """Return the names and the definitions of all indexes and constraints."""
    with psycopg.connect(place.secret) as sql:
        return sql.execute(
            "SELECT indexname, split_part(indexdef, ' USING ', 2) FROM pg_indexes WHERE schemaname = current_schema()"
            " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace"
        ).fetchall()
