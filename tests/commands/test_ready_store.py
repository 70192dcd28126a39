"""Servers that are started in the same moment over a store with nothing in it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from commands.store import ready_store
from index.errors import StoreBusyError
from index.status import read_status
from index.store.place import open_store
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.postgres import PLACES, a_place
from tests.web.standins import until

pytestmark = pytest.mark.store


@pytest.mark.parametrize("kind", PLACES)
def test_a_server_waits_for_another_that_builds_the_index(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("commands.store.embedding_model", lambda settings: FakeEmbeddings())
    monkeypatch.setattr("commands.store._WAIT_SECONDS", 0.01)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "tea.txt").write_text("Tea\n\nTea was first drunk in China.")
    settings = Settings(store=a_place(kind, request, tmp_path), articles=tmp_path / "articles")
    said = ""

    def has_told() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return "Waiting: another process is writing to the store" in " ".join(said.split())

    with open_store(settings.store).writing():
        with pytest.raises(StoreBusyError):
            ready_store(settings)
        server = threading.Thread(target=ready_store, args=(settings,), kwargs={"wait": True})
        server.start()
        until(has_told, 20)
        assert server.is_alive()
    server.join(60)
    assert read_status(settings.store).articles == 1
    assert said.count("Waiting") == 1 and "Waiting" not in capsys.readouterr().err
