"""Uploads and pages in the queue: each comes in exactly once, its bytes go with it, and what became of it is told."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import app
from index.article import Failure
from index.errors import ArticleError, StoreBusyError
from index.intake_log import IntakeEntry
from index.readers.source_metadata import SourceMetadata
from index.sources.fetch import Web, WebResponse
from index.status import read_status
from index.store.place import open_store
from index.store.postgres.queue import PostgresQueue
from index.store.queue import Queue
from index.worker import Worker, queue_of, work
from settings import HOME, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.index.test_worker import WORKER, expire
from tests.postgres import ABSENT, Server

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store
PAGE = "https://example.org/tin"


@pytest.fixture
def url(postgres: Server) -> StoreUrl:
    return postgres.place()


@pytest.fixture
def queue(url: StoreUrl) -> Queue:
    return queue_of(url)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is fetched from the web, which has one page."""
    asked: list[str] = []

    def fetch(web: Web, url: str) -> WebResponse:
        asked.append(url)
        if url != PAGE:
            raise ArticleError(f"{url} cannot be fetched (status 404)", "check the address")
        return WebResponse(200, b"Tin\n\nTin is mined in Cornwall.", SourceMetadata(media_type="text/plain"))

    monkeypatch.setattr(Web, "fetch", fetch)
    return asked


def send(queue: Queue, name: str, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    queue.add_upload(name, io.BytesIO(data), len(data), "the page")


def states(queue: Queue) -> dict[str, str]:
    return {entry.name: entry.state for entry in queue.intake(0).entries}


def parts(url: StoreUrl) -> int:
    """Return how many parts of uploads the database holds."""
    with psycopg.connect(url.secret) as sql:
        return int(sql.execute("SELECT count(*) FROM uploads").fetchone()[0])


def titles(url: StoreUrl) -> list[str]:
    with closing(open_store(url).open()) as database:
        return sorted(info.title for info in database.articles())


def test_an_upload_comes_in_and_its_bytes_go(url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store.postgres.intake._PART_BYTES", 1_000)
    send(queue, "news/zinc.txt", "Zinc\n\n" + "Zinc is mined in Peru. " * 200)
    assert parts(url) == 5 and states(queue) == {"news/zinc.txt": "waiting"}
    status = read_status(url)
    assert (status.queued, status.uploads, status.upload_bytes, status.pages) == (1, 1, 4_606, 0)
    assert work(url, FakeEmbeddings(), until_empty=True).files == 1
    assert parts(url) == 0 and titles(url) == ["Zinc"]
    [entry] = queue.intake(0).entries
    assert (entry.state, entry.title, entry.articles) == ("in", "Zinc", 1)
    counts = queue.intake(0).counts
    assert (counts.done, counts.added, counts.changed, counts.finished) == (1, 1, 0, 1)
    assert read_status(url, verify=True).problem is None


def test_a_name_that_a_file_has_is_not_taken_from_it(url: StoreUrl, queue: Queue, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The file\n\nIt lies in a folder.")
    send(queue, "a.txt", "The upload\n\nIt was sent.")
    work(url, FakeEmbeddings(), until_empty=True)
    for _ in range(2):
        assert app.main(["ingest", str(tmp_path / "a.txt"), "--queue", "--store", url.secret]) == 0
        work(url, FakeEmbeddings(), until_empty=True)
    assert titles(url) == ["The file", "The upload"]


def test_who_reads_what_is_sent_again_brings_nothing_in(url: StoreUrl, queue: Queue) -> None:
    send(queue, "a.txt", "One\n\nThe first.")
    slow = queue.take()
    assert slow is not None and queue.content(slow) == b"One\n\nThe first."
    send(queue, "a.txt", "Two\n\nThe second.")
    with pytest.raises(StoreBusyError, match="queued again"):
        queue.content(slow)
    with open_store(url).writing() as publication, pytest.raises(StoreBusyError), publication.database.writing():
        queue.finish(slow, publication.database)
    work(url, FakeEmbeddings(), until_empty=True)
    assert titles(url) == ["Two"] and parts(url) == 0


def test_what_cannot_be_read_is_told_and_kept_no_longer(url: StoreUrl, queue: Queue) -> None:
    for name, data in (("bad.pdf", b"%PDF-1.7 nothing"), ("empty.txt", b"")):
        send(queue, name, data)
    report = work(url, FakeEmbeddings(), until_empty=True)
    assert len(report.set_aside) == 2 and parts(url) == 0
    assert states(queue) == {"bad.pdf": "failed", "empty.txt": "failed"}
    assert all(entry.why and all(entry.why) for entry in queue.intake(0).entries)
    assert read_status(url).set_aside == 2 and queue.intake(0).counts.done == 2
    with psycopg.connect(url.secret) as sql:
        sql.execute("UPDATE jobs SET until = until - interval '2 days'")
    send(queue, "a.txt", "Here\n\nIt is.")
    assert queue.failures() == []


def test_an_upload_whose_worker_dies_three_times_is_given_up(url: StoreUrl, queue: Queue) -> None:
    send(queue, "deadly.txt", "It kills.")
    for _ in range(3):
        assert queue.take() is not None and states(queue) == {"deadly.txt": "being_read"}
        expire(url)
    assert queue.take() is None and parts(url) == 0
    [entry] = queue.intake(0).entries
    assert entry.state == "failed" and entry.why is not None and "its worker ended 3 times" in entry.why[0]


def test_killed_workers_lose_and_double_no_upload(url: StoreUrl, queue: Queue) -> None:
    for n in range(8):
        send(queue, f"{n}.txt", f"Title {n}\n\n" + f"Sentence of {n} ends. " * 9)
    command = [sys.executable, "-c", WORKER, url.secret]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert "new or changed" in worker.stdout.readline()
        worker.kill()
    expire(url)
    assert work(url, FakeEmbeddings(), until_empty=True).set_aside == []
    status = read_status(url, verify=True)
    assert (status.articles, status.queued, status.uploads, status.problem) == (8, 0, 0, None)
    assert set(states(queue).values()) == {"in"} and parts(url) == 0


def test_too_much_that_waits_is_refused(url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store.postgres.intake.UPLOADS_BYTES", 10)
    send(queue, "a.txt", "123456")
    with pytest.raises(StoreBusyError, match="wait in the database"):
        send(queue, "b.txt", "123456")
    assert states(queue) == {"a.txt": "waiting"}
    work(url, FakeEmbeddings(), until_empty=True)
    send(queue, "b.txt", "123456")


def test_stop_takes_what_waits_and_what_is_being_read(url: StoreUrl, queue: Queue, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("It stays in the queue.")
    queue.add({str(tmp_path / "file.txt"): "file.txt"}, "a folder")
    for n in range(3):
        send(queue, f"{n}.txt", "It is.")
    job = queue.take()
    assert job is not None and job.kind == "upload"
    queue.drop_intake()
    assert set(states(queue).values()) == {"stopped"} and parts(url) == 0
    with pytest.raises(StoreBusyError):
        queue.renew(job)
    assert queue.state().waiting == 1


def test_what_is_sent_goes_before_what_lies_in_folders(queue: Queue) -> None:
    queue.add({"/there/a.txt": "a.txt"}, "a folder")
    send(queue, "b.txt", "It is.")
    queue.add_pages([PAGE], "a page")
    assert [job.kind for job in (queue.take(), queue.take(), queue.take()) if job] == ["upload", "page", "file"]


def test_pages_are_for_those_who_may_fetch_them(
    url: StoreUrl, queue: Queue, fetched: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["ingest", f"{PAGE}#part", "https://example.org/none", "--queue", "--store", url.secret]
    assert app.main(command) == 2 and "add --allow-network" in capsys.readouterr().err
    assert app.main([*command, "--allow-network"]) == 0
    said = capsys.readouterr()
    assert "2 files and pages are queued" in said.out and "started with --allow-network" in said.err
    assert work(url, FakeEmbeddings(), until_empty=True).files == 0 and fetched == []
    assert (read_status(url).pages, read_status(url).uploads) == (2, 0)
    report = work(url, FakeEmbeddings(), until_empty=True, network=True)
    assert (report.files, [failure.source for failure in report.set_aside]) == (1, ["https://example.org/none"])
    assert titles(url) == ["Tin"] and states(queue) == {PAGE: "in", "https://example.org/none": "failed"}
    queue.add_pages([PAGE], "once more")
    work(url, FakeEmbeddings(), until_empty=True, network=True)
    assert titles(url) == ["Tin"] and states(queue)[PAGE] == "unchanged"


def test_workers_are_known_while_they_are_heard_of(url: StoreUrl, queue: Queue) -> None:
    other = queue_of(url)
    other.register(["file", "upload"])
    assert queue.is_served("upload") and not queue.is_served("page") and read_status(url).workers == 1
    with psycopg.connect(url.secret) as sql:
        sql.execute("UPDATE workers SET seen = seen - interval '2 minutes'")
    assert not queue.is_served("upload") and read_status(url).workers == 0
    send(queue, "a.txt", "It is.")
    job = other.take()
    assert job is not None
    other.renew(job)  # who is at a long file says so, too
    assert queue.is_served("upload")
    other.leave()
    assert not queue.is_served("upload")


def test_a_server_that_stops_leaves_its_file_to_the_next(
    url: StoreUrl, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(queue, "a.txt", "Here\n\nIt is.")
    server = Worker(url, FakeEmbeddings())
    server._stop.set()
    assert server.step() and server.report.files == 0
    assert queue.state().waiting == 1
    for _ in range(4):  # that was no try
        assert server.step()
    assert work(url, FakeEmbeddings(), until_empty=True).files == 1


def test_the_title_of_a_removed_article_is_told_no_more(url: StoreUrl, queue: Queue) -> None:
    send(queue, "a.txt", "A secret title\n\nIt is.")
    work(url, FakeEmbeddings(), until_empty=True)
    [entry] = queue.intake(0).entries
    assert entry.title == "A secret title" and entry.article_id is not None
    with open_store(url).writing() as publication, publication.database.writing():
        publication.database.drop_article(entry.article_id)
    assert queue.intake(0).entries[0].title == ""
    with psycopg.connect(url.secret) as sql:
        assert "secret" not in str(sql.execute("SELECT * FROM intake").fetchall())


def test_numbers_are_in_the_order_in_which_they_are_seen(url: StoreUrl, queue: Queue) -> None:
    send(queue, "first.txt", "It is.")
    seen = max(entry.number for entry in queue.intake(0).entries)
    assert isinstance(queue, PostgresQueue)
    with psycopg.connect(url.secret) as slow:  # has noted something and not committed
        from index.store.postgres import intake

        intake.note(slow, [IntakeEntry(0, "slow.txt", "in")])
        with psycopg.connect(url.secret) as quick:
            quick.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):  # a later one has to wait
                intake.note(quick, [IntakeEntry(0, "quick.txt", "in")])
    queue.note([IntakeEntry(0, "quick.txt", "in")])
    later = queue.intake(seen).entries
    assert [entry.name for entry in later] == ["slow.txt", "quick.txt"]


def test_hostile_names_and_errors_of_uploads(url: StoreUrl, queue: Queue) -> None:
    nasty: Any = "NUL \0, a lone \ud800 one.txt"
    send(queue, nasty, "It is.")
    queue.note([IntakeEntry(0, nasty, "left_out", why=(nasty, nasty))])
    job = queue.take()
    assert job is not None
    queue.set_aside(job, Failure(nasty, nasty, nasty))
    [entry] = queue.intake(0).entries
    assert entry.name == "NUL \ufffd, a lone \ufffd one.txt" and entry.state == "failed"
