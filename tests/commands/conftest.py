"""A small store with the real embedding model, for tests of the command line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.commands.running import JIA, SHIPS, Ran, run


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles") / "news"
    folder.mkdir()
    (folder / "jia.md").write_text(JIA)
    (folder / "ships.txt").write_text(SHIPS)
    return folder


@pytest.fixture(scope="session")
def built(articles: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A store, and how it was made. Leave it as it is."""
    store = tmp_path_factory.mktemp("built") / "store"
    return store, run("ingest", articles, "--store", store, "--models", models, "--json")


@pytest.fixture
def store(built: tuple[Path, Ran], tmp_path: Path) -> Path:
    """A copy to change."""
    return shutil.copytree(built[0], tmp_path / "store")


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch, models: Path) -> None:
    for name in os.environ:
        if name.startswith("QUOTH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("QUOTH_MODELS", str(models))
    monkeypatch.setenv("QUOTH_READER_MODEL", "none")  # what a reading model makes of it is tested elsewhere
