"""The command `move`: what servers remember goes along with the articles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from app import main
from evaluation.shared_feedback import open_feedback
from index.ingest import ingest
from index.sync.catalog import Catalog
from index.sync.source import Source
from settings import Settings, StorePlace, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server
from web.pages.runs import Runs
from web.security.keys import Keys

pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store


def text(place: StorePlace) -> str:
    return place.secret if isinstance(place, StoreUrl) else str(place)


def remembered(place: StorePlace) -> Sequence[object]:
    feedback = [
        (entry.answer["id"], entry.rating, entry.settled) for entry in open_feedback(Settings(store=place)).list()
    ]
    keys = [(key.name, key.hash) for key in Keys(place).list()]
    return (
        keys,
        [source.name for source, _ in Catalog(place).list()],
        [run.id for run in Runs(place).summaries()],
        feedback,
    )


def test_what_servers_remember_goes_along_and_back(postgres: Server, tmp_path: Path) -> None:
    folder, database, other = tmp_path / "one", postgres.place(), tmp_path / "other"
    (tmp_path / "a.txt").write_text("The brig sails in June.")
    ingest(folder, [tmp_path / "a.txt"], FakeEmbeddings())
    made = Keys(folder).add("reader", 5)
    Catalog(folder).add(Source("it", "folder", str(tmp_path)))
    Runs(folder).keep({"questions": "mine.jsonl"})
    for answer_id in ("a", "b"):
        open_feedback(Settings(store=folder)).add("down", "no", "Which brig?", ["And?"], {"id": answer_id})
    open_feedback(Settings(store=folder)).settle([2])
    before = remembered(folder)
    assert main(["move", "--to", text(database), "--store", str(folder)]) == 0
    assert remembered(database) == before == remembered(folder)
    Keys(database).add("second", 5)
    assert main(["move", "--to", str(other), "--store", text(database)]) == 0
    assert remembered(other) == remembered(database) != before
    assert Keys(other).find({"authorization": f"Bearer {made}"}) is not None
    assert (other / "keys.json").stat().st_mode & 0o777 == 0o600


def test_what_the_other_store_has_stays(postgres: Server, tmp_path: Path) -> None:
    folder, database = tmp_path / "one", postgres.place()
    (tmp_path / "a.txt").write_text("The brig sails in June.")
    ingest(folder, [tmp_path / "a.txt"], FakeEmbeddings())
    Keys(folder).add("reader", 5)
    Keys(database).add("there", 5)
    open_feedback(Settings(store=folder)).add("up", "", "q", [], {"id": "a"})
    open_feedback(Settings(store=database)).add("up", "", "q", [], {"id": "b"})
    assert main(["move", "--to", text(database), "--store", str(folder)]) == 0
    keys, _, _, feedback = remembered(database)
    assert isinstance(keys, list) and [name for name, _ in keys] == ["there"]
    assert feedback == [("b", "up", False)]
