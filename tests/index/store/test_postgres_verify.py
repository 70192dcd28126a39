"""What `status --verify` finds wrong with a store in PostgreSQL, and what `--erase` leaves of a removed article."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import app
from index.ingest import ingest
from index.options import IngestOptions
from index.status import read_status
from index.store.place import open_store
from settings import StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store
GONE = "Zwölfboxkämpfer"


@pytest.fixture
def url(postgres: Server, tmp_path: Path) -> StoreUrl:
    url = postgres.place()
    for n in range(4):
        (tmp_path / f"{n}.txt").write_text(f"Title {n}\n\nWord{n} is here, and so is other{n}. " * 5)
    ingest(url, [tmp_path], FakeEmbeddings())
    return url


def change(url: StoreUrl, statement: str) -> None:
    with open_store(url).writing() as publication:
        database: Any = publication.database
        database.connection.execute(statement)


def vectors(url: StoreUrl) -> set[tuple[str, bytes]]:
    with closing(open_store(url).open()) as database, database.reading():
        return set(database.vectors())


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE totals SET chunks = chunks + 1", "not as many as there should be"),
        ("UPDATE terms SET chunks = chunks + 1 WHERE term = 'word1'", "words are not as many"),
        ("UPDATE postings SET term = 'word7' WHERE term = 'word1'", "words of .*1.txt are missing"),
        (
            "UPDATE postings SET chunk = chunk + 1000 WHERE term = 'word1'",
            "words or vectors of passages that are gone are left",
        ),
        (
            (
                "INSERT INTO vectors SELECT 'left', vector, near FROM vectors LIMIT 1;"
                " UPDATE totals SET vectors = vectors + 1"
            ),
            "words or vectors of passages that are gone are left",
        ),
        ("UPDATE vectors SET near = (SELECT near FROM vectors LIMIT 1)", "vectors are not found"),
    ],
)
def test_verify_sees_it(
    url: StoreUrl, statement: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read_status(url, verify=True).problem is None
    change(url, statement)
    # The nearest few are compared by their whole vectors, which would find all of so few.
    monkeypatch.setattr("index.store.postgres.vectors._WIDER", 1)
    problem = read_status(url, verify=True).problem or ""
    assert re.search(says, problem), problem
    assert app.main(["status", "--verify", "--store", url.secret]) == 4


def test_what_is_erased_is_in_no_file_of_the_tables(url: StoreUrl, postgres: Server, tmp_path: Path) -> None:
    before = vectors(url)
    (tmp_path / "secret.txt").write_text(f"{GONE} in a title\n\nThe {GONE} is a word. The end of it.")
    ingest(url, [tmp_path], FakeEmbeddings())
    [(digest, vector)] = vectors(url) - before
    wanted = [GONE.encode(), b"zwolfboxkampf", b"secret.txt", digest.encode(), vector]
    files = postgres.files()
    assert [word for word in wanted if word not in files] == []
    (tmp_path / "secret.txt").unlink()
    ingest(url, [tmp_path], FakeEmbeddings(), IngestOptions(prune=True, erase=True))
    left = postgres.files()
    assert [word for word in wanted if word in left] == []
    assert b"Word1" in left
    assert read_status(url, verify=True).problem is None
