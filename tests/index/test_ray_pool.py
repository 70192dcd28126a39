"""What an ingest does with Ray, without Ray: who is asked, and what becomes of it when that one is lost.

tests/crash/test_ray.py has a real cluster.
"""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from index.embed import BATCH, DEFAULT
from index.errors import ModelError, UsageError
from index.ingest import ingest
from index.ray_pool import Driver, RayEmbeddings, embedding_on_ray
from index.status import read_status
from tests.fakes import FakeEmbeddings

TEXTS = [f"Town {n} is known for its market." for n in range(5 * BATCH // 2)]


class NearDriver(Driver):
    """Embeds here, the last batch first; says nothing now and then, and is lost after `most` batches."""

    def __init__(self, most: int = 1_000, end: tuple[str, ...] | None = None) -> None:
        self.actors = 2
        self.asked: deque[tuple[int, int, bool, list[str]]] = deque()
        self.most = most
        self.end = end
        self.turns = 0
        self.model = FakeEmbeddings()

    def send(self, batch: tuple[int, int, bool, list[str]]) -> None:
        assert len(batch[3]) <= BATCH
        self.asked.append(batch)
        assert sum(asked[0] == batch[0] for asked in self.asked) <= 4  # two for each actor

    def receive(self) -> tuple[Any, ...] | None:
        self.turns += 1
        if self.turns % 2:
            return None
        if self.turns // 2 > self.most:
            if self.end is None:
                raise EOFError
            return self.end
        job, place, _, texts = self.asked.pop()
        return "vectors", job, place, self.model.encode(texts)


def embedded(model: RayEmbeddings) -> np.ndarray:
    vectors = np.zeros((len(TEXTS), 64), dtype=np.float32)
    seen: list[int] = []
    for places, found in model.encode_all(TEXTS):
        assert len(places) == len(found)
        if places:
            vectors[places] = found
        seen += places
    assert sorted(seen) == list(range(len(TEXTS)))
    return vectors


def test_each_text_gets_its_vector_whoever_is_first() -> None:
    driver, here = NearDriver(), FakeEmbeddings()
    assert np.array_equal(embedded(RayEmbeddings(here, driver)), FakeEmbeddings().encode(TEXTS))
    assert here.encoded == []
    assert sorted(driver.model.encoded) == sorted(TEXTS)


@pytest.mark.parametrize("end", [None, ("failed", "its actors die")])
@pytest.mark.parametrize("most", [0, 1, 2])
def test_what_a_lost_cluster_has_not_done_is_done_here(end: tuple[str, str] | None, most: int) -> None:
    driver, here = NearDriver(most, end), FakeEmbeddings()
    model = RayEmbeddings(here, driver)
    assert np.array_equal(embedded(model), FakeEmbeddings().encode(TEXTS))
    assert model.lost == (end[1] if end else "its connection ended")
    assert len(here.encoded) + len(driver.model.encoded) == len(TEXTS)
    assert set(here.encoded).isdisjoint(driver.model.encoded)
    assert np.array_equal(embedded(model), FakeEmbeddings().encode(TEXTS))  # and it is not asked again
    assert len(driver.model.encoded) + len(here.encoded) == 2 * len(TEXTS)


def test_what_comes_late_for_an_earlier_ingest_is_nobodys() -> None:
    driver = NearDriver()
    model = RayEmbeddings(FakeEmbeddings(), driver)
    for places, _ in model.encode_all(TEXTS):
        if places:
            break
    late = driver.asked.copy()
    assert late
    assert np.array_equal(embedded(model), FakeEmbeddings().encode(TEXTS))
    assert {job for job, *_ in late} == {1}


def test_questions_and_probes_stay_here() -> None:
    driver = NearDriver(most=0)
    model = RayEmbeddings(FakeEmbeddings(), driver)
    assert np.array_equal(model.encode(["Why?"], query=True), FakeEmbeddings().encode(["Why?"]))
    assert np.array_equal(model.probe(), FakeEmbeddings().probe())
    assert (model.name, model.window, model.bulk()) == ("fake", 60, model)
    assert model.token_ends(["One two."]) == FakeEmbeddings().token_ends(["One two."])
    assert driver.turns == 0


def test_an_ingest_that_waits_for_a_cluster_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("\n\n".join(TEXTS))
    stop = Event()

    class Silent(NearDriver):
        def receive(self) -> None:
            self.turns += 1
            if self.turns == 3:
                stop.set()

    driver = Silent()
    report = ingest(tmp_path / "store", [tmp_path / "one.txt"], RayEmbeddings(FakeEmbeddings(), driver), stop=stop)
    assert (report.stopped, report.articles_added, report.chunks_embedded, driver.turns) == (True, 0, 0, 3)


def test_a_lost_cluster_costs_no_article(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for n in range(200):
        (articles / f"{n}.txt").write_text(f"Article {n}\n\n{TEXTS[n % len(TEXTS)]} It has {n} gates.")
    model = RayEmbeddings(FakeEmbeddings(), NearDriver(most=2))
    report = ingest(tmp_path / "store", [articles], model)
    assert (report.articles_added, report.errors, model.lost) == (200, [], "its connection ended")
    assert read_status(tmp_path / "store", verify=True).healthy


@pytest.mark.parametrize(
    ("address", "name", "message", "hint"),
    [
        ("127.0.0.1:1", DEFAULT, "no Ray cluster can be reached at 127.0.0.1:1", "ray start --head"),
        ("ray://127.0.0.1:1", DEFAULT, "'ray://127.0.0.1:1' is no address", "HOST:PORT"),
        ("a:b", DEFAULT, "'a:b' is no address", "HOST:PORT"),
        ("", DEFAULT, "'' is no address", "HOST:PORT"),
        ("auto", "another", f"Ray embeds by {DEFAULT}, not by another", "--embedding-model"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    address: str, name: str, message: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    with (
        pytest.raises(UsageError) as raised,
        embedding_on_ray(address, FakeEmbeddings(name), tmp_path, 1, Event()),
    ):
        pass
    assert message in raised.value.message
    assert hint in raised.value.hint
    assert "\n" not in str(raised.value)


def test_without_ray_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(ModelError, match="needs the package ray, which is not installed") as raised,
        embedding_on_ray("auto", FakeEmbeddings(DEFAULT), tmp_path, 1, Event()),
    ):
        pass
    assert raised.value.hint == "run `pip install -r requirements-ray.txt`"
