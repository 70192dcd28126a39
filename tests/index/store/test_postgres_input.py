"""Databases that are full or not as they should be, commits without an answer, clocks that disagree, hostile text."""

from __future__ import annotations

import datetime as dt
import io
import json
import threading
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

import app
from index.archive import move_store
from index.article import Article, Chunk, Failure
from index.errors import QuothError, StoreBusyError, StoreError, UsageError
from index.ingest import ingest
from index.status import read_status
from index.store.place import open_store
from index.store.postgres.database import PostgresDatabase
from index.worker import enqueue, queue_of, work
from settings import StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server
from tests.stores import small_store

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store
NASTY = "NUL \0, a lone \ud800 one"
NICE = "NUL \ufffd, a lone \ufffd one"


@pytest.fixture
def url(postgres: Server) -> StoreUrl:
    return postgres.place()


def test_a_database_without_pgvector_is_told_what_to_install(postgres: Server) -> None:
    with psycopg.connect(postgres.uri, autocommit=True) as sql:
        sql.execute("CREATE DATABASE plain TEMPLATE template0")
    secret = postgres.uri.replace("/postgres?", "/plain?") + "&options=" + quote("-cextension_control_path=/nowhere")
    with (
        pytest.raises(StoreError, match=r"has no pgvector: install pgvector 0\.8"),
        open_store(StoreUrl(secret)).writing(),
    ):
        pass


def test_an_old_postgresql_is_refused(url: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store.postgres.store._OLDEST", 99)
    with (
        pytest.raises(StoreError, match=r"is of PostgreSQL \d+: use PostgreSQL 99 or later"),
        open_store(url).writing(),
    ):
        pass
    assert not open_store(url).exists()


def test_a_wrong_password_is_said_and_never_shown(postgres: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with postgres.guarded("s3cr+et wrong") as url:
        for command in (["status"], ["worker"], ["ask", "What is tea?"], ["move", "--to", url.secret]):
            assert app.main([*command, *(["--store", url.secret] if command[0] != "move" else [])]) in (2, 4)
            said = capsys.readouterr()
            if command[0] != "move":  # there is nothing to be moved
                assert "password authentication failed" in said.err
            assert "s3cr" not in said.out + said.err and len(said.err.splitlines()) == 1


def test_of_two_moves_at_once_one_is_done(url: StoreUrl, tmp_path: Path) -> None:
    stores = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        stores.append(small_store(tmp_path / name, {f"{n}.txt": f"{name} {n}\n\nIt is {name}." for n in range(20)}))
    barrier, results = threading.Barrier(2), list[int | QuothError]()

    def move(store: Path) -> None:
        barrier.wait()
        try:
            results.append(move_store(store, url))
        except QuothError as error:
            results.append(error)

    threads = [threading.Thread(target=move, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [refused] = [result for result in results if isinstance(result, QuothError)]
    assert [result for result in results if result is not refused] == [20]
    assert isinstance(refused, StoreBusyError | UsageError)
    status = read_status(url, verify=True)
    assert (status.articles, status.problem) == (20, None)
    with closing(open_store(url).open()) as database:
        assert len({info.title.split()[0] for info in database.articles()}) == 1


def test_the_time_is_the_databases(url: StoreUrl, tmp_path: Path) -> None:
    schema = unquote(url.secret).partition("search_path=")[2].removesuffix(",public")
    path = f"-csearch_path={schema},pg_catalog,public"  # its own functions before PostgreSQL's
    ahead = StoreUrl(f"{url.secret.partition('&options=')[0]}&options={quote(path)}")
    with psycopg.connect(url.secret, autocommit=True) as sql:  # the clock of this database is an hour ahead of ours
        sql.execute(
            f"CREATE FUNCTION {schema}.now() RETURNS timestamptz STABLE"
            " RETURN pg_catalog.now() + interval '1 hour'".encode()
        )
    (tmp_path / "a.txt").write_text("It is here.")
    enqueue(ahead, [tmp_path / "a.txt"])
    queue = queue_of(ahead)
    assert queue.take() is not None
    assert queue.take() is None and queue.state().being_read == 1
    with psycopg.connect(ahead.secret, autocommit=True) as sql:
        left = sql.execute("SELECT until - now() FROM jobs").fetchone()
        sql.execute("UPDATE jobs SET until = now() - interval '1 second'")
    assert left is not None and dt.timedelta(minutes=4) < left[0] <= dt.timedelta(minutes=5)
    assert work(ahead, FakeEmbeddings(), until_empty=True).files == 1
    changed = open_store(ahead).changed()
    assert changed is not None and changed - dt.datetime.now(dt.UTC) > dt.timedelta(minutes=50)


def test_hostile_text_is_stored_everywhere(url: StoreUrl, tmp_path: Path) -> None:
    word = "x" * 10_000
    article = Article("NUL \0.txt", NASTY, f"{word} {NASTY}.", "0" * 64, NASTY, "2024", "en", tags=(NASTY,))
    with open_store(url).writing() as publication:
        database: Any = publication.database
        with database.writing():
            database.put_vectors({"d1": FakeEmbeddings().encode([word])[0].tobytes()})
            database.put_article(article, NASTY, [Chunk(article.id, 0, len(article.text), article.text, "d1")])
            database.set_path(article.id, NASTY)
            database.set_incomplete({NASTY: True})
        assert [len(database.search_terms([text], 5)) for text in (word, word[:-1], NASTY)] == [1, 0, 1]
        assert database.has_term(NASTY) and not database.has_term("\0")
        for prefix in (NASTY, "\0", "\ud7ff", "\U0010ffff", "\ud800"):
            assert database.stems(prefix, 5) == [] == database.texts_with_stem(prefix, 5)
        assert database.stems("lon", 5) == ["lone"]
        [info] = database.articles()
        assert (info.title, info.author, info.path) == (NICE, NICE, NICE)
        assert database.article(NASTY) is None and database.check() is None


def test_hostile_names_and_errors_go_through_the_queue(url: StoreUrl, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Here.")
    enqueue(url, [tmp_path / "a.txt"])
    queue = queue_of(url)
    queue.add({"/there/b.txt": NASTY}, NASTY)
    taken = [queue.take(), queue.take()]
    for job in taken:
        assert job is not None
        queue.set_aside(job, Failure(job.name, NASTY, NASTY))
    assert {failure.error for failure in queue.failures()} == {NICE}


def test_a_file_with_a_word_of_10_kb_comes_in(url: StoreUrl, tmp_path: Path) -> None:
    lines = [{"title": NASTY, "text": f"{'y' * 10_000} and {NASTY}. The end."}, {"title": "T", "text": "It is well."}]
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert ingest(url, [tmp_path], FakeEmbeddings(window=400)).errors == []
    status = read_status(url, verify=True)
    assert (status.articles, status.problem) == (2, None)


def fill_up(url: StoreUrl, table: str) -> None:
    """Have the database say, from the next row of a table on, that its disk is full."""
    with psycopg.connect(url.secret) as sql:
        sql.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';"
            " END$$"
        )
        sql.execute(f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION full_disk()".encode())


@pytest.mark.parametrize("table", ["articles", "vectors", "postings", "facts"])
def test_a_full_database_is_said_to_be_so_and_loses_nothing(
    url: StoreUrl, tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("Here\n\nIt is here.")
    ingest(url, [tmp_path], FakeEmbeddings())
    before = read_status(url)
    fill_up(url, table)
    (tmp_path / "b.txt").write_text("There\n\nIt is over there, and more.")
    (tmp_path / "a.txt").write_text("Here\n\nIt is here no more.")
    with pytest.raises(StoreError, match=r"cannot be written \(could not extend file.*: make room on its disk"):
        ingest(url, [tmp_path], FakeEmbeddings())
    after = read_status(url, verify=True)
    assert (after.articles, after.chunks, after.generation, after.problem) == (
        1,
        before.chunks,
        before.generation,
        None,
    )
    with psycopg.connect(url.secret) as sql:
        sql.execute(f"DROP TRIGGER full_disk ON {table}".encode())
    assert ingest(url, [tmp_path], FakeEmbeddings()).errors == []
    assert read_status(url, verify=True).articles == 2


def test_a_full_database_takes_no_upload(url: StoreUrl) -> None:
    queue = queue_of(url)
    fill_up(url, "uploads")
    with pytest.raises(StoreError, match="make room on its disk"):
        queue.add_upload("a.txt", io.BytesIO(b"It is."), 6, "the page")
    assert queue.state().waiting == 0 and queue.intake(0).entries == []


def test_a_database_that_can_only_be_read_takes_no_upload(url: StoreUrl) -> None:
    queue_of(url)
    reading = StoreUrl(url.secret + quote(" -c default_transaction_read_only=on"))
    with pytest.raises(StoreError, match="it can only be read; give the address of the primary server"):
        queue_of(reading).add_upload("a.txt", io.BytesIO(b"It is."), 6, "the page")
    assert queue_of(url).state().waiting == 0


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("kind", ["file", "upload"])
def test_a_worker_whose_commit_has_no_answer_brings_the_file_in_once(
    url: StoreUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, committed: bool
) -> None:
    (tmp_path / "a.txt").write_text("Here\n\nIt is here.")
    queue = queue_of(url)
    if kind == "file":
        enqueue(url, [tmp_path / "a.txt"])
    else:
        queue.add_upload("a.txt", io.BytesIO(b"Here\n\nIt is here."), 17, "the page")
    monkeypatch.setattr("index.store.postgres.queue.LEASE_SECONDS", 1)
    commit, cut = PostgresDatabase._commit, list[str]()

    def commit_cut(database: Any, revision: str) -> None:
        waits = database.connection.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
        if not cut and not waits:  # it is the transaction that takes the file off the queue
            cut.append(revision)
            if committed:
                database.connection.execute("COMMIT")
            database.connection.close()
        commit(database, revision)

    monkeypatch.setattr(PostgresDatabase, "_commit", commit_cut)
    told: list[str] = []
    work(url, FakeEmbeddings(), until_empty=True, told=told.append)
    assert any(f"the last change is {'in' if committed else 'not in'}" in line for line in told)
    status = read_status(url, verify=True)
    assert cut and (status.articles, status.queued, status.files_done, status.problem) == (1, 0, 1, None)
    if kind == "upload":
        assert [entry.state for entry in queue.intake(0).entries] == ["in"]
