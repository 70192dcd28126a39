"""Databases that are not as they should be, clocks that disagree, two who move at once, and text that is hostile."""

from __future__ import annotations

import datetime as dt
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
