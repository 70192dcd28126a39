"""What can go wrong with a store in PostgreSQL, and what only it does."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

import app
from index.article import Article, Chunk
from index.errors import StoreBusyError, StoreError, StoreOutdatedError
from index.ingest import ingest, rebuild
from index.options import IngestOptions
from index.status import read_facts, read_status
from index.store.place import open_store
from index.store.postgres import schema
from rag.snapshot import Index
from settings import HOME, Settings, StoreUrl, store_place
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server

psycopg = pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store

SECRET = "s3cr%2Bet"
ARTICLE = Article("a.md", "A title", "Some words of it.", "0" * 64)


@pytest.fixture
def url(postgres: Server) -> StoreUrl:
    return postgres.place()


@pytest.fixture
def database(url: StoreUrl) -> Iterator[Any]:
    with open_store(url).writing() as publication:
        yield publication.database


def put(database: Any, article: Article = ARTICLE) -> None:
    vector = np.array([0.6, 0.8], dtype="<f4").tobytes()
    database.put_vectors({"d1": vector})
    database.put_article(article, "p", [Chunk(article.id, 0, len(article.text), article.text, "d1")])


def opened(url: StoreUrl) -> Any:
    """Return a reader with all that it has in PostgreSQL."""
    return open_store(url).open()


def terminate_others(server: Server) -> None:
    """End all connections but this one, as a restart of the server does."""
    with psycopg.connect(server.uri, autocommit=True) as sql:
        sql.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid != pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.mark.parametrize(
    ("text", "shown", "password"),
    [
        (f"postgresql://quoth:{SECRET}@db:5432/news", "postgresql://quoth@db:5432/news", "s3cr+et"),
        (f"postgres://quoth@db/news?password={SECRET}&sslmode=require", "postgresql://quoth@db/news", "s3cr+et"),
        ("postgresql:///news?host=/run/db", "postgresql:///run/db/news", ""),
        ("postgresql://db/news", "postgresql://db/news", ""),
    ],
)
def test_an_address_is_shown_without_its_password(text: str, shown: str, password: str) -> None:
    settings = Settings.read({}, {"QUOTH_STORE": text})
    assert settings.store == store_place(text) == StoreUrl(text)
    assert (str(settings.store), repr(settings.store)) == (shown, shown)
    assert settings.store.password == password
    assert "s3cr" not in repr(settings)
    assert settings.folder == Path(".store")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"postgresql://quoth:{SECRET}@127.0.0.1:1/news", "cannot be reached"),
        (f"postgresql://quoth:{SECRET}%zz@127.0.0.1/news", "has no address that can be read"),
        (f"postgresql://quoth:{SECRET}@127.0.0.1:1/news?nonsense={SECRET}", "has no address that can be read"),
    ],
)
def test_no_error_has_the_password(text: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["status", "--store", text]) in (2, 4)
    said = capsys.readouterr().err
    assert says in said and "s3cr" not in said
    assert len(said.splitlines()) == 1


def test_without_psycopg_one_line_says_what_to_install() -> None:
    code = "import sys; sys.modules['psycopg'] = None; import app; sys.exit(app.main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "status", "--store", f"postgresql://quoth:{SECRET}@db/news"]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    needs = r"quoth: the store postgresql://quoth@db/news needs psycopg \(.*\): "
    assert re.fullmatch(rf"{needs}install it: `python -m pip install -r requirements-postgres\.txt`\n", done.stderr)


def test_a_database_that_can_only_be_read_is_said_to_be_so(url: StoreUrl) -> None:
    with open_store(url).writing():
        pass
    reading = StoreUrl(url.secret + quote(" -c default_transaction_read_only=on"))
    assert open_store(reading).exists()
    with pytest.raises(StoreError, match="it can only be read"), open_store(reading).writing():
        pass


def test_a_user_without_rights_is_told(postgres: Server) -> None:
    with psycopg.connect(postgres.uri, autocommit=True) as sql:
        sql.execute("CREATE ROLE poor LOGIN")
    url = StoreUrl(postgres.uri.replace("postgres:@", "poor:@"))
    assert not open_store(url).exists()
    with pytest.raises(StoreError, match="the right to make and change tables"), open_store(url).writing():
        pass


def test_who_owns_a_database_and_may_not_switch_pgvector_on_is_told(postgres: Server) -> None:
    with psycopg.connect(postgres.uri, autocommit=True) as sql:
        sql.execute("CREATE ROLE owner LOGIN")
        sql.execute("CREATE DATABASE owned OWNER owner")
    owned = postgres.uri.replace("/postgres?", "/owned?")
    url = StoreUrl(owned.replace("postgres:@", "owner:@"))
    with pytest.raises(StoreError, match="run `CREATE EXTENSION vector` in it once"), open_store(url).writing():
        pass
    with psycopg.connect(owned, autocommit=True) as sql:
        sql.execute("CREATE EXTENSION vector")
    with open_store(url).writing() as publication:
        assert publication.database.article_count() == 0


def test_tables_of_other_versions(url: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(url).writing() as publication, publication.database.writing():
        put(publication.database)
    now = schema.VERSION
    monkeypatch.setitem(schema.MIGRATIONS, now, "CREATE TABLE more (x integer)")
    for module in ("connection", "store"):
        monkeypatch.setattr(f"index.store.postgres.{module}.VERSION", now + 1)
    with pytest.raises(StoreOutdatedError, match=f"has format {now}, this version reads {now + 1}"):
        read_facts(url)
    rebuild(url)
    assert read_facts(url).generation is None
    with closing(opened(url)) as reader:
        assert reader.article(ARTICLE.id) == ARTICLE
    monkeypatch.undo()
    for attempt in (open_store(url).open, lambda: open_store(url).writing().__enter__()):
        with pytest.raises(StoreError, match="run a later version"):
            attempt()


def test_who_loses_the_connection_loses_the_lock_and_nothing_is_in(postgres: Server, url: StoreUrl) -> None:
    with pytest.raises(StoreError, match="cannot be"), open_store(url).writing() as publication:
        with publication.database.writing():
            put(publication.database)
        with publication.database.writing():
            publication.database.drop_article(ARTICLE.id)
            terminate_others(postgres)
            with open_store(url).writing() as other:
                assert other.database.article(ARTICLE.id) == ARTICLE
    with open_store(url).writing() as publication:
        assert publication.database.check() is None


def test_readers_go_on_after_a_restart(postgres: Server, url: StoreUrl, database: Any) -> None:
    with closing(opened(url)) as reader:
        assert reader.counts() == (0, 0, 0)
    terminate_others(postgres)
    with closing(opened(url)) as reader, pytest.raises(StoreError), reader.reading():
        terminate_others(postgres)
        reader.counts()
    with closing(opened(url)) as reader, reader.reading():
        assert reader.counts() == (0, 0, 0)


class Cut:
    """A connection that dies between COMMIT and its answer."""

    def __init__(self, sql: Any, *, before: bool) -> None:
        self._sql = sql
        self._before = before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sql, name)

    def execute(self, query: Any, *parameters: Any) -> Any:
        if query != "COMMIT":
            return self._sql.execute(query, *parameters)
        if not self._before:
            self._sql.execute(query)
        self._sql.close()
        raise psycopg.OperationalError("consuming input failed")


@pytest.mark.parametrize(("before", "says"), [(True, "the last change is not in"), (False, "the last change is in")])
def test_a_lost_answer_to_a_commit_is_looked_up(url: StoreUrl, database: Any, before: bool, says: str) -> None:
    database._sql = Cut(database._sql, before=before)
    with pytest.raises(StoreBusyError, match=says), database.writing():
        put(database)
    with closing(opened(url)) as reader:
        assert (reader.article(ARTICLE.id) is None) == before


class Interrupted:
    """A connection that is interrupted in the middle of a command."""

    closed = False

    def execute(self, query: Any, *_: Any) -> Any:
        if query == "ROLLBACK":
            raise psycopg.OperationalError("another command is already in progress")
        if query != "BEGIN":
            raise KeyboardInterrupt

    def close(self) -> None:
        self.closed = True


def test_an_interrupt_stays_one(url: StoreUrl, database: Any) -> None:
    whole, database._sql = database._sql, Interrupted()
    with pytest.raises(KeyboardInterrupt), database.writing():
        put(database)
    assert database._sql.closed
    database._sql = whole


def test_what_takes_too_long_is_busy(url: StoreUrl, database: Any) -> None:
    with closing(opened(url)) as reader, pytest.raises(StoreBusyError, match="is busy"), reader.reading():
        reader.connection.execute("SET LOCAL statement_timeout = '10ms'; SELECT pg_sleep(5)")


def test_who_writes_is_named(url: StoreUrl, database: Any) -> None:
    with (
        pytest.raises(StoreBusyError, match=r"\(quoth \S+ \d+, connected since \d\d:\d\d\)"),
        open_store(url).writing(),
    ):
        pass


def test_readers_cannot_write(url: StoreUrl, database: Any) -> None:
    with closing(opened(url)) as reader, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        reader.connection.execute("DELETE FROM facts")


@pytest.mark.parametrize("few", [5, 10_000], ids=["by the index", "compared"])
def test_many_vectors_are_found_by_an_index(
    url: StoreUrl, tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("store", "vectors"):
        monkeypatch.setattr(f"index.store.postgres.{module}.EXACT", few)
    for n in range(60):
        words = " ".join(f"word{(n * 7 + m * m) % 97}" for m in range(12))
        (tmp_path / f"{n}.txt").write_text(f"{words}.")
    model = FakeEmbeddings()
    ingest(url, [tmp_path], model)
    with closing(opened(url)) as reader:
        made = reader.connection.execute("SELECT to_regclass('vectors_by_nearness') IS NOT NULL").fetchone()
        assert made == (few == 5,)
        ids = [info.id for info in reader.articles()]
        rows = [row for article_id in ids for row in reader.chunk_vectors([article_id])]
    [vector] = model.encode(["word3 word10 word17"])
    with closing(Index(url)) as index, index.snapshot() as snapshot:
        for kept in (None, frozenset(ids[::2]), frozenset(ids[:3]), frozenset()):
            hits = snapshot.vectors.nearest(vector, 8, kept)
            among = [row for row in rows if kept is None or row[0] in kept]
            best = sorted((float(np.frombuffer(row[4], "<f4") @ vector) for row in among), reverse=True)[:8]
            assert [hit.score for hit in hits] == pytest.approx(best, abs=1e-6)
    assert read_status(url, verify=True).problem is None


@pytest.mark.parametrize("few", [3, 10_000], ids=["by the index", "compared"])
def test_an_audience_finds_what_is_near_among_what_it_sees(
    url: StoreUrl, tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("store", "vectors"):
        monkeypatch.setattr(f"index.store.postgres.{module}.EXACT", few)
    model = FakeEmbeddings()
    for name, numbers in (("open", range(8)), ("secret", range(8, 60))):
        (tmp_path / name).mkdir()
        for n in numbers:
            words = " ".join(f"word{(n * 7 + m * m) % 97}" for m in range(12))
            (tmp_path / name / f"{n}.txt").write_text(f"{words}.")
        ingest(url, [tmp_path / name], model, IngestOptions(collection=name))
    with closing(opened(url)) as reader:
        rows = [
            row for info in reader.articles() if info.collection == "open" for row in reader.chunk_vectors([info.id])
        ]
    [vector] = model.encode(["word3 word10 word17"])
    with closing(Index(url)) as index, index.seen_by(frozenset({"open"})).snapshot() as snapshot:
        for kept in (None, frozenset(row[0] for row in rows[:4])):
            hits = snapshot.vectors.nearest(vector, 6, kept)
            among = [row for row in rows if kept is None or row[0] in kept]
            best = sorted((float(np.frombuffer(row[4], "<f4") @ vector) for row in among), reverse=True)[:6]
            assert [hit.score for hit in hits] == pytest.approx(best, abs=1e-6)
    with closing(Index(url)) as index, index.seen_by(frozenset()).snapshot() as snapshot:
        assert snapshot.vectors.nearest(vector, 6, None) == []
        assert snapshot.database.search_terms(["word3"], 5) == []


def test_a_connection_that_was_restricted_is_given_back_whole(url: StoreUrl, database: Any) -> None:
    with database.writing():
        put(database)
    store = open_store(url)
    with closing(store.open(frozenset({"it's %s"}))) as reader, reader.reading():
        assert reader.articles() == [] and reader.article(ARTICLE.id) is None and reader.counts() == (0, 0, 0)
        assert not reader.has_term("words") and reader.texts_with_stem("word", 5) == []
        with pytest.raises(psycopg.NotSupportedError):
            reader.connection.cursor().executemany("SELECT 1", [])  # type: ignore[attr-defined]
    with closing(store.open()) as reader:
        assert [info.id for info in reader.articles()] == [ARTICLE.id]


def test_the_graph_is_made_in_the_memory_that_was_given_and_in_any_time(database: Any) -> None:
    from index.store.postgres.vectors import make_index

    put(database)
    sql = database.connection
    for given, had in (("64MB", "1GB"), ("3GB", "3GB")):
        sql.execute(f"SET maintenance_work_mem = '{given}'")
        with sql.transaction():
            sql.execute("DROP INDEX IF EXISTS vectors_by_nearness")
            make_index(sql)
            shown = [
                sql.execute(f"SHOW {name}").fetchone()[0] for name in ("maintenance_work_mem", "statement_timeout")
            ]
            assert shown == [had, "0"]
    assert sql.execute("SHOW statement_timeout").fetchone() == ("30min",)


def test_erasing_makes_the_graph_anew_in_the_same_memory_by_one_process(url: StoreUrl) -> None:
    with open_store(url).writing() as publication:
        database: Any = publication.database
        put(database)
        publication.forget_former()
        names = ("maintenance_work_mem", "max_parallel_maintenance_workers", "statement_timeout")
        sql = database.connection
        assert [sql.execute(f"SHOW {name}").fetchone()[0] for name in names] == ["1GB", "0", "0"]
