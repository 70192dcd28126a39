"""The queue and its workers: each file comes in exactly once, whoever dies, and what cannot be read is set aside."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest

import app
from index.article import Failure
from index.errors import StoreBusyError, UsageError
from index.publisher import Publisher
from index.remembering import Remembering
from index.status import read_queue, read_status
from index.store.place import open_store
from index.store.queue import QueueState
from index.worker import enqueue, queue_of, work
from rag.snapshot import Index
from settings import HOME, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import Server

pytestmark = pytest.mark.store
WORKER = """
import sys
from index.worker import work
from settings import StoreUrl
from tests.fakes import FakeEmbeddings
work(StoreUrl(sys.argv[1]), FakeEmbeddings(), until_empty=True, told=lambda line: print(line, flush=True))
"""


@pytest.fixture
def url(postgres: Server) -> StoreUrl:
    return postgres.place()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    (folder / "old").mkdir(parents=True)
    for n in range(12):
        (folder / ("old" if n % 2 else ".") / f"{n}.txt").write_text(f"Title {n}\n\n" + f"Sentence of {n} ends. " * 9)
    return folder


def expire(url: StoreUrl) -> None:
    """Have all leases end, as if their workers had been silent for long."""
    with closing(open_store(url).open()), open_store(url).writing() as publication:
        sql = publication.database.connection  # type: ignore[attr-defined]
        sql.execute("UPDATE jobs SET until = now() - interval '1 second' WHERE until IS NOT NULL")


def test_two_workers_bring_each_file_in_once(url: StoreUrl, folder: Path) -> None:
    assert enqueue(url, [folder]) == (12, [])
    status = read_status(url)
    assert (status.articles, status.queued, status.set_aside) == (0, 12, 0)
    reports = []
    workers = [
        threading.Thread(target=lambda: reports.append(work(url, FakeEmbeddings(), until_empty=True))) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(report.files for report in reports) == 12
    status = read_status(url, verify=True)
    assert (status.articles, status.queued, status.set_aside, status.problem) == (12, 0, 0, None)
    assert status.built_from == str(folder)
    with closing(Index(url)) as index:
        assert {info.source for info in index.articles()} == {
            f"news/old/{n}.txt" if n % 2 else f"news/{n}.txt" for n in range(12)
        }
    enqueue(url, [folder])
    model = FakeEmbeddings()
    assert work(url, model, until_empty=True).files == 12
    assert len(model.encoded) <= 1  # nothing but the probe: all is as it was
    assert read_status(url).articles == 12


def test_what_cannot_be_read_is_set_aside_until_it_is_queued_again(url: StoreUrl, folder: Path) -> None:
    (folder / "0.txt").write_bytes(b"")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    enqueue(url, [folder])
    (folder / "2.txt").unlink()
    told: list[str] = []
    report = work(url, FakeEmbeddings(), until_empty=True, told=told.append)
    failures = queue_of(url).failures()
    assert {failure.source for failure in failures} == {"news/0.txt", "news/bad.pdf", "news/2.txt"}
    assert sorted(map(str, report.set_aside)) == sorted(map(str, failures))
    assert all(any(failure.error in line for line in told) for failure in failures)
    assert (read_status(url).queued, read_status(url).set_aside) == (0, 3)
    (folder / "bad.pdf").unlink()
    (folder / "2.txt").write_text("It is back.")
    enqueue(url, [folder / "2.txt"])
    state = queue_of(url).state()
    assert (state.waiting, state.set_aside) == (1, 2)


def test_a_file_whose_worker_dies_three_times_is_set_aside(url: StoreUrl, folder: Path) -> None:
    enqueue(url, [folder / "0.txt"])
    queue = queue_of(url)
    for _ in range(3):
        assert queue.take() is not None
        assert queue.take() is None
        expire(url)
    assert queue.take() is None
    [failure] = queue.failures()
    assert isinstance(failure, Failure) and "its worker ended 3 times" in failure.error
    assert queue.state() == QueueState(set_aside=1)


def test_how_far_the_queue_is(url: StoreUrl, folder: Path) -> None:
    assert read_queue(url) is None and not open_store(url).exists()
    enqueue(url, [folder])
    queue = queue_of(url)
    assert queue.take() is not None
    assert queue.state() == QueueState(waiting=11, being_read=1)
    expire(url)
    assert queue.state() == QueueState(waiting=12)
    (folder / "2.txt").unlink()
    work(url, FakeEmbeddings(), until_empty=True)
    assert queue.state() == QueueState(done=11, set_aside=1)
    found = read_queue(url)
    assert found is not None and [failure.source for failure in found[1]] == ["news/2.txt"]
    enqueue(url, [folder / "0.txt"])
    assert queue.state() == QueueState(waiting=1, set_aside=1)


class Hung(Publisher):
    """A publisher that stops for a while when it has begun."""

    begun: ClassVar[list[float]] = []

    def make_whole(self) -> None:
        super().make_whole()
        if not self.begun:
            self.begun.append(time.monotonic())
            time.sleep(4)


def test_a_worker_that_hangs_loses_file_and_lock(url: StoreUrl, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(url).writing():
        pass
    monkeypatch.setattr("index.store.postgres.queue.LEASE_SECONDS", 1)
    monkeypatch.setattr("index.worker.Publisher", Hung)
    enqueue(url, [folder / "0.txt"])
    told: list[str] = []
    hung = threading.Thread(
        target=work, args=(url, FakeEmbeddings()), kwargs={"told": told.append, "until_empty": True}
    )
    hung.start()
    while not Hung.begun:
        time.sleep(0.01)
    report = work(url, FakeEmbeddings(), until_empty=True)
    assert report.files == 1 and time.monotonic() < Hung.begun[0] + 4
    hung.join()
    assert [line for line in told if "cannot be reached" in line], told
    status = read_status(url, verify=True)
    assert (status.articles, status.queued, status.files_done, status.problem) == (1, 0, 1, None)


def test_who_has_lost_the_lease_brings_nothing_in(url: StoreUrl, folder: Path) -> None:
    enqueue(url, [folder / "0.txt"])
    queue = queue_of(url)
    slow = queue.take()
    assert slow is not None
    expire(url)
    quick = queue.take()
    assert quick is not None and quick.id == slow.id
    with pytest.raises(StoreBusyError, match="taken by another worker"):
        queue.renew(slow)
    with open_store(url).writing() as publication:
        with pytest.raises(StoreBusyError), publication.database.writing():
            publication.database.set_fact("origin", "slow")
            queue.finish(slow, publication.database)
        assert publication.database.fact("origin") is None
        with publication.database.writing():
            queue.finish(quick, publication.database)
    assert queue.state() == QueueState(done=1)


def test_a_file_that_is_queued_while_it_is_read_is_read_once_more(url: StoreUrl, folder: Path) -> None:
    enqueue(url, [folder / "0.txt"])
    queue = queue_of(url)
    first = queue.take()
    enqueue(url, [folder / "0.txt"])
    assert first is not None
    with pytest.raises(StoreBusyError):
        queue.renew(first)
    assert work(url, FakeEmbeddings(), until_empty=True).files == 1


def test_files_of_one_name_stay_apart(url: StoreUrl, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "more" / "news").mkdir(parents=True)
    (tmp_path / "more" / "news" / "0.txt").write_text("Another one\n\nWith other words.")
    for place in (folder, tmp_path / "more" / "news", folder):
        enqueue(url, [place])
    assert work(url, FakeEmbeddings(), until_empty=True).files == 13
    assert read_status(url).articles == 13


def test_killed_workers_lose_and_double_nothing(url: StoreUrl, folder: Path) -> None:
    enqueue(url, [folder])
    command = [sys.executable, "-c", WORKER, url.secret]
    for _ in range(2):
        with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            assert "new or changed" in worker.stdout.readline()
            worker.kill()
        expire(url)
    report = work(url, FakeEmbeddings(), until_empty=True)
    assert report.set_aside == []
    status = read_status(url, verify=True)
    assert (status.articles, status.queued, status.problem) == (12, 0, None)


def test_who_makes_the_tables_in_the_same_moment_is_waited_for(postgres: Server) -> None:
    import psycopg

    from index.store.postgres.store import _LOCK, _TRY_LOCK

    url = postgres.place()
    with psycopg.connect(url.secret, autocommit=True) as other:
        assert other.execute(_TRY_LOCK, (_LOCK,)).fetchone() == (True,)
        later = threading.Timer(0.5, other.close)
        later.start()
        state = queue_of(url).state()
        later.join()
    assert state.waiting == 0


def test_a_folder_has_no_queue(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="is a folder, which has no queue"):
        enqueue(tmp_path / "store", [folder])
    assert app.main(["worker", "--store", str(tmp_path / "store")]) == 2
    assert "has no queue" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--prune", "--erase", "--watch", "--text-field=Body"])
def test_what_workers_do_not_do_is_refused(option: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = option.lstrip("-").partition("=")[0]
    assert app.main(["ingest", str(folder), "--queue", option]) == 2
    assert f"--queue does not go with {name}" in capsys.readouterr().err


def test_commands_queue_and_tell(
    url: StoreUrl, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gave_way: list[int] = []
    monkeypatch.setattr("os.nice", gave_way.append)  # it would hold for all tests that follow
    monkeypatch.setattr("commands.store.embedding_model", lambda settings: FakeEmbeddings())
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert app.main(["ingest", str(folder), "--queue", "--store", url.secret]) == 0
    assert "13 files are queued" in capsys.readouterr().out
    assert app.main(["worker", "--until-empty", "--store", url.secret]) == 3
    assert gave_way == [5]
    said = capsys.readouterr()
    assert "12 files are in, 1 are set aside" in said.out and "bad.pdf" in said.err
    assert app.main(["worker", "--failed", "--store", url.secret]) == 3
    assert "bad.pdf" in capsys.readouterr().err
    assert app.main(["status", "--store", url.secret]) == 0
    said = capsys.readouterr()
    assert "queued: 0\nbeing read: 0\nfiles done: 12\nset aside: 1\n" in said.out and "bad.pdf" in said.err
    assert app.main(["status", "--json", "--store", url.secret]) == 0
    [failure] = json.loads(capsys.readouterr().out)["failures"]
    assert failure["source"] == "news/bad.pdf" and failure["error"] and failure["hint"]


def test_a_text_is_embedded_once() -> None:
    fake = FakeEmbeddings()
    model = Remembering(fake)
    one = model.encode(["a", "b"])
    assert (model.encode(["b", "a"]) == one[::-1]).all()
    assert fake.encoded == ["a", "b"]
    model.forget()
    model.encode(["a"])
    assert fake.encoded == ["a", "b", "a"]
    assert (model.probe() == model.probe()).all()
