"""Workers that are killed at every stage, and a PostgreSQL that is restarted at once while all are busy.

Afterwards each passage is found by its words and its vector, nothing else is, and each file is in exactly once.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.errors import StoreError
from index.ingest import ingest
from index.status import read_status
from index.store.place import open_store
from index.worker import enqueue, queue_of, work
from rag.snapshot import Index
from settings import HOME, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server, running

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
OLD = range(1_000, 1_003)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that no other test uses."""
    yield from running()


@pytest.fixture
def shared_kills(kills: int) -> int:
    """How many workers are killed: each is a process that has to start. `make crash-shared` kills 100."""
    return max(3, kills // 5)


@pytest.fixture
def restarts(kills: int) -> int:
    """How many times the server is restarted; `make crash-shared` does it 30 times."""
    return max(2, kills * 3 // 50)


def write(folder: Path, numbers: range) -> None:
    folder.mkdir()
    for n in numbers:
        words = " ".join(f"The event{n}x{sentence} was seen by witness{n}." for sentence in range(12))
        (folder / f"{n}.txt").write_text(f"Article {n}\n\n{words}")


def victim(url: StoreUrl, deadly: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.crash.shared_victim", url.secret, str(deadly)]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)


def expire(url: StoreUrl) -> None:
    """Have the leases end of those who are dead, as five minutes would."""
    with psycopg.connect(url.secret, autocommit=True) as sql:
        sql.execute("UPDATE jobs SET until = now() - interval '1 second' WHERE until IS NOT NULL")


def sources(url: StoreUrl) -> Counter[str]:
    with closing(Index(url)) as index:
        return Counter(info.source for info in index.articles())


def check(url: StoreUrl, acknowledged: set[str]) -> None:
    """Nothing is lost, doubled, or found that should not be."""
    assert read_status(url, verify=True).problem is None
    found = sources(url)
    assert max(found.values(), default=1) == 1
    assert acknowledged <= found.keys()


def finish(url: StoreUrl, folder: Path, files: int) -> None:
    """Have the rest done, what was set aside after three deaths as well: then each file is in exactly once."""
    expire(url)
    assert all("its worker ended 3 times" in failure.error for failure in queue_of(url).failures())
    enqueue(url, [folder])
    report = work(url, FakeEmbeddings(), until_empty=True)
    assert report.set_aside == []
    check(url, {f"{folder.name}/{n}.txt" for n in range(files)})
    assert sum(sources(url).values()) == files + len(OLD)


@contextmanager
def meanwhile(*tasks: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run the tasks until the end of the block; what goes wrong in them goes wrong here."""
    stop, errors = threading.Event(), list[BaseException]()

    def run(task: Callable[[threading.Event], None]) -> None:
        try:
            task(stop)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []


class Reader:
    """Asks while others write: in each snapshot, a passage is found by its words and by its vector."""

    def __init__(self, url: StoreUrl) -> None:
        self._url = url
        self.seen = self.failed = 0

    def __call__(self, stop: threading.Event) -> None:
        chance, model = random.Random(1), FakeEmbeddings()
        with closing(Index(self._url)) as index:
            while not stop.is_set():
                try:
                    with index.snapshot() as snapshot:
                        self._look(snapshot, chance, model)
                except StoreError:
                    self.failed += 1
                    time.sleep(0.05)

    def _look(self, snapshot: Any, chance: random.Random, model: FakeEmbeddings) -> None:
        infos = snapshot.database.articles()
        if not infos:
            return
        article = snapshot.database.article(chance.choice(infos).id)
        start, end = chance.choice(snapshot.database.chunk_spans(article.id))
        number = article.title.split()[1]
        hits = snapshot.database.search_terms([f"witness{number}"], 50)
        assert {hit.article_id for hit in hits} == {article.id}
        assert start in {hit.start for hit in hits}
        [vector] = model.encode([article.text[start:end]])
        near = snapshot.vectors.nearest(vector, 5, None)
        assert near and {hit.article_id for hit in near} <= {info.id for info in infos}
        self.seen += 1


def started(url: StoreUrl, tmp_path: Path, files: int) -> Path:
    """Return a folder with so many files to be read for a store that has a few others already."""
    write(tmp_path / "old", OLD)
    ingest(url, [tmp_path / "old"], FakeEmbeddings())
    write(tmp_path / "news", range(files))
    return tmp_path / "news"


def test_workers_are_killed_at_every_stage(server: Server, tmp_path: Path, shared_kills: int) -> None:
    url, files = server.place(), shared_kills + 4
    folder = started(url, tmp_path, files)
    elsewhere = server.place()
    enqueue(elsewhere, [folder / "0.txt"])
    rehearsal = victim(elsewhere, 0)
    assert rehearsal.returncode == 0, rehearsal.stderr
    *lines, steps = rehearsal.stdout.splitlines()
    assert lines == ["in: 0.txt"] and {*steps} == {"i", "p", "q"}
    enqueue(url, [folder])
    chance, acknowledged, stages, reader = random.Random(2), set[str](), Counter[str](), Reader(url)
    with meanwhile(reader):
        for n in range(shared_kills):
            stage = "ipq"[n % 3]
            deadly = chance.choice([at for at, letter in enumerate(steps, start=1) if letter == stage])
            done = victim(url, deadly)
            assert done.returncode == -signal.SIGKILL, done.stderr
            acknowledged |= {line.removeprefix("in: ") for line in done.stdout.splitlines()}
            stages[stage] += 1
            expire(url)
            if n % 10 == 0:
                check(url, acknowledged)
    assert reader.seen and not reader.failed
    finish(url, folder, files)


def test_the_database_is_restarted_at_once_while_all_are_busy(server: Server, tmp_path: Path, restarts: int) -> None:
    url, files = server.place(), restarts * 12
    folder = started(url, tmp_path, files)
    enqueue(url, [folder])
    acknowledged: set[str] = set()

    def told(line: str) -> None:
        name, _, rest = line.partition(": ")
        if "new or changed" in rest:
            acknowledged.add(name)

    def worker(stop: threading.Event) -> None:
        work(url, FakeEmbeddings(), told=told, stop=stop)

    reader, chance = Reader(url), random.Random(3)
    with meanwhile(worker, worker, reader):
        for _ in range(restarts):
            time.sleep(chance.uniform(0.3, 1.5))
            server.stop()
            server.start()
            expire(url)
    time.sleep(1.1)  # who found it away asks again after a second
    assert reader.seen and open_store(url).exists()
    check(url, acknowledged)
    finish(url, folder, files)
