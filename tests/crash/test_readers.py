"""Two processes read while a third one publishes: each question sees text, terms and vectors that belong together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import pytest

from index.ingest import ingest
from index.store import local
from index.store.layout import DATABASE, GENERATIONS
from index.store.search import SqliteReader
from index.store.tail import sealed_folder
from settings import HOME
from tests.fakes import FakeEmbeddings

READER = """
import sys
from pathlib import Path
from rag.snapshot import Index
from tests.fakes import FakeEmbeddings

index, vector, seen = Index(Path(sys.argv[1])), FakeEmbeddings().encode(["round"])[0], set()
while not seen or max(seen) < int(sys.argv[2]):
    with index.snapshot() as snapshot:
        [info] = snapshot.database.articles()
        text = snapshot.database.article(info.id).text
        number = int(text.split()[1])
        assert text.split()[1::2] == [str(number)] * 30, text
        [hit, *_] = snapshot.vectors.nearest(vector, 5, None)
        assert text[hit.start : hit.end].startswith("round"), hit
        assert snapshot.database.search_terms([str(number)], 1), number
        if not seen:
            print("begun", flush=True)
        seen.add(number)
sys.stdout.write(str(len(seen)))
"""


@contextmanager
def reading(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that reads until it has seen the last round; none is left over."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=HOME, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_two_readers_survive_all_publications(tmp_path: Path, kills: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder changes all the time: none, a first one, a tail beside it, a copy with more, a new beginning."""
    monkeypatch.setattr(local, "REBUILD_SHARE", 10)
    # Checking takes a process each time, and is not what this is about.
    monkeypatch.setattr(local, "checker", lambda: nullcontext(lambda *_: None))
    rounds = max(5, kills // 2)
    article = tmp_path / "a.txt"
    article.write_text("round 1 " * 30)
    store = tmp_path / "store"
    ingest(store, [article], FakeEmbeddings())
    command = [sys.executable, "-c", READER, str(store), str(rounds)]
    with reading(command) as one, reading(command) as two:
        for reader in (one, two):
            assert reader.stdout is not None
            assert reader.stdout.readline() == "begun\n"
        for number in range(2, rounds + 1):
            article.write_text(f"round {number} " * 30)
            monkeypatch.setattr(local, "TAIL", number % 3)
            ingest(store, [article], FakeEmbeddings())
        for reader in (one, two):
            out, err = reader.communicate(timeout=60)
            assert reader.returncode == 0, err
            assert int(out) > 1
    ingest(store, [article], FakeEmbeddings())
    with closing(SqliteReader(store / DATABASE)) as database:
        sealed = sealed_folder(database)
    assert [path.name for path in (store / GENERATIONS).iterdir()] == ([sealed] if sealed else [])
