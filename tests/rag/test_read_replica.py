"""Questions are read at a standby of the database, everything else at the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import StoreError
from index.ingest import ingest
from rag.chain import AnswerChain, build_chain
from settings import Settings, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import Server, running
from tests.web.standins import until

pytestmark = pytest.mark.store


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that no other test uses."""
    yield from running()


def answers(chain: AnswerChain, word: str) -> int:
    return sum(word in citation.quote for citation in chain.invoke({"question": f"Where was {word} drunk?"}).citations)


def test_questions_are_read_at_the_standby(server: Server, tmp_path: Path) -> None:
    store = server.place()
    (tmp_path / "tea.txt").write_text("Tea\n\nTea was first drunk in China. It spread by sea.")
    ingest(store, [tmp_path], FakeEmbeddings())
    with server.standby() as uri:
        standby = StoreUrl(store.secret.replace(server.uri, uri))
        with pytest.raises(StoreError, match="can only be read; give the address of the primary"):
            ingest(standby, [tmp_path], FakeEmbeddings())
        settings = Settings(store=store, store_read=standby, reader_model="none")
        with closing(build_chain(settings, FakeEmbeddings())) as chain:
            assert answers(chain, "Tea") == 1
            (tmp_path / "mate.txt").write_text("Mate\n\nMate was drunk in Paraguay. It is bitter.")
            ingest(store, [tmp_path], FakeEmbeddings())
            until(lambda: chain.index.counts()[1] == 2, 20)
            assert answers(chain, "Mate") == 1
            server.stop()
            assert answers(chain, "Tea") == 1  # the database is away, its standby is not
            with pytest.raises(StoreError, match="cannot be reached"):
                ingest(store, [tmp_path], FakeEmbeddings())
            server.start()


@pytest.mark.parametrize(
    ("store", "read"),
    [("news", "postgresql://db/news"), ("postgresql://db/news", "news"), ("news", "more")],
)
def test_a_folder_has_no_standby(store: str, read: str) -> None:
    with pytest.raises(ValueError, match="QUOTH_STORE_READ goes with a QUOTH_STORE in PostgreSQL"):
        Settings.read({}, {"QUOTH_STORE": store, "QUOTH_STORE_READ": read})


def test_a_standby_is_a_setting() -> None:
    given = {"QUOTH_STORE": "postgresql://db/news", "QUOTH_STORE_READ": "postgresql://u:s3cret@copy/news"}
    settings = Settings.read({}, given)
    assert settings.store_read == StoreUrl("postgresql://u:s3cret@copy/news")
    assert "s3cret" not in repr(settings)
