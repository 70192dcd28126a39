"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index.embed import DEFAULT, load_embeddings
from index.ingest import ingest
from index.onnx_export import export_default
from index.options import IngestOptions
from index.store import local
from index.store.layout import STARTER
from settings import HOME, SEEDS
from tests.postgres import Server, running

settings.register_profile("quoth", settings(), deadline=None)  # the first example pays for the imports
settings.load_profile("quoth")


SLOW = ("browser", "process", "crash", "store")
"""The markers of what `make test-fast` leaves out."""


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder with the exported default model."""
    export_default(HOME / ".models")
    return HOME / ".models"


@pytest.fixture(scope="session")
def seed_store(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store built from the starter corpus. Only read it."""
    store = tmp_path_factory.mktemp("seeds") / "store"
    report = ingest(store, [SEEDS], load_embeddings(DEFAULT, models), IngestOptions(origin=STARTER))
    assert not report.errors
    return store


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with pgvector."""
    yield from running()


@pytest.fixture
def no_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each publication seal a folder of Chroma's files, as one of more than 20,000 passages does."""
    monkeypatch.setattr(local, "TAIL", 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-fast` leaves out: by the folder, and by the fixtures that take long."""
    for item in items:
        folder = item.path.relative_to(HOME / "tests").parts[0]
        fixtures = getattr(item, "fixturenames", ())
        if folder == "browser" or "browser" in fixtures:
            item.add_marker("browser")
        if folder == "crash":
            item.add_marker("crash")
        if folder in ("crash", "llm"):  # as long as `--kills` and a slow model make it
            item.add_marker(pytest.mark.timeout(0))
        if {"seed_store", "built"} & set(fixtures):
            item.add_marker("store")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("torch"):
        pytest.importorskip(
            "sentence_transformers", reason="PyTorch is not installed: requirements-dev-full.txt has it"
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", default=20, help="how many times an ingest is killed (make crash takes more)")
    parser.addoption("--budget", type=float, help="seconds that a test without a marker may take")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that belongs into `make test-fast` and takes longer than `--budget` allows."""
    report = yield
    budget = item.config.getoption("--budget")
    if budget and report.passed and report.duration > budget and not any(map(item.get_closest_marker, SLOW)):
        report.outcome = "failed"
        report.longrepr = f"{report.when} took {report.duration:.1f} s, at most {budget:g}; mark it, or make it faster"
    return report
