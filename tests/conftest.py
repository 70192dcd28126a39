"""What tests of several folders share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from index.embed import DEFAULT, load_embeddings
from index.ingest import ingest
from index.onnx_export import export_default
from index.options import IngestOptions
from index.store.layout import STARTER
from settings import HOME, SEEDS

settings.register_profile("quoth", settings(), deadline=None)  # the first example pays for the imports
settings.load_profile("quoth")


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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", default=20, help="how many times an ingest is killed (make crash takes more)")
