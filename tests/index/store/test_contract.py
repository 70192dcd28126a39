"""What a store has to do, wherever it is: each test runs over a folder and over PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.archive import export_store, import_store
from index.article import Article, ArticleFacts, Chunk, Heading, Hit
from index.errors import StoreBusyError, StoreDamagedError, StoreError, UsageError
from index.ingest import ingest, rebuild, repair
from index.near_duplicates import sketch
from index.options import IngestOptions
from index.preview import preview
from index.status import read_facts, read_status
from index.store.base import Database, DatabaseReader
from index.store.place import open_store
from rag.snapshot import Index
from settings import StorePlace
from tests.fakes import FakeEmbeddings
from tests.postgres import PLACES, Server, a_place

pytestmark = pytest.mark.store

ARTICLE = Article(
    "a.md", "Reise nach 北京", "Der Zug fährt.\n\n小米汽车发布了新车。", "0" * 64, "N", "2024", "de",
    (Heading(0, "X"),), pages=(0, 16), link="https://example.org/a", tags=("b", "a"),
)  # fmt: skip


def vector(number: int) -> bytes:
    values = np.random.default_rng(number).normal(size=8).astype("<f4")
    return bytes((values / np.linalg.norm(values)).tobytes())


def chunk(start: int, end: int, digest: str, article: Article = ARTICLE) -> Chunk:
    return Chunk(article.id, start, end, article.text[start:end], digest)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    return a_place(request.param, request, tmp_path)


@contextmanager
def written(place: StorePlace) -> Iterator[Database]:
    with open_store(place).writing() as publication:
        yield publication.database


def put(database: Database, article: Article, *chunks: Chunk) -> None:
    database.put_vectors({chunk.digest: vector(int(chunk.digest[1:])) for chunk in chunks})
    database.put_article(article, f"/there/{article.source}", chunks)
    database.put_sketch(article.id, sketch(article.text))


@pytest.fixture
def database(place: StorePlace) -> Iterator[Database]:
    with written(place) as database:
        with database.writing():
            put(database, ARTICLE, chunk(0, 14, "d1"), chunk(16, 26, "d2"))
        yield database


def test_an_article_comes_back_as_it_was(database: Database) -> None:
    assert database.article(ARTICLE.id) == ARTICLE
    assert database.article("unknown") is None
    [info] = database.articles()
    assert (info.source, info.path, info.characters) == ("a.md", "/there/a.md", len(ARTICLE.text))
    assert (info.near, info.tags) == (None, ("b", "a"))
    assert database.article_facts() == [ArticleFacts(ARTICLE.id, "a.md", "N", "2024", ("b", "a"))]
    assert database.chunk_spans(ARTICLE.id) == [(0, 14), (16, 26)]
    assert list(database.vectors()) == [("d1", vector(1)), ("d2", vector(2))]
    assert database.known_vectors(["d1", "d9"]) == {"d1"}
    assert database.counts() == (1, 2, 2)
    assert database.articles_without_sketch() == []
    assert database.check() is None


@pytest.mark.parametrize(
    ("terms", "starts"),
    [
        (["zug"], [0]),
        (["fahrt"], [0]),
        (["小米"], [16]),
        (["米车"], []),
        (["北京"], [0, 16]),
        (["AND", "NEAR", "title"], []),
        (["zug_fährt", "zug"], [0]),
        (["zug_fahrt"], [0]),
        (["fahrt_zug"], []),
        (["_"], []),
        ([], []),
    ],
)
def test_words_are_found_without_accents_and_cjk_by_pairs(
    database: Database, terms: list[str], starts: list[int]
) -> None:
    assert sorted(hit.start for hit in database.search_terms(terms, 5)) == starts
    assert [database.has_term(term) for term in terms[:1]] == [bool(starts) for _ in terms[:1]]


def test_stems_lead_to_their_words(database: Database) -> None:
    assert database.stems("f", 5) == ["fahrt"]
    assert database.stems("z", 0) == []
    assert database.texts_with_stem("zug", 5) == ["Reise nach 北京\nDer Zug fährt."]


def test_an_exchanged_article_leaves_nothing_behind(database: Database) -> None:
    other = Article("a.md", "T", "Das Schiff sinkt.", "1" * 64)
    assert other.id == ARTICLE.id
    with database.writing():
        put(database, other, chunk(0, 17, "d3", other))
        assert sorted(database.drop_unused_vectors()) == ["d1", "d2"]
    assert [hit.end for hit in database.search_terms(["schiff"], 5)] == [17]
    for term in ("zug", "小米", "北京"):
        assert database.search_terms([term], 5) == []
        assert not database.has_term(term)
    assert database.counts() == (1, 1, 1)
    assert database.check() is None


def test_an_article_put_twice_in_one_transaction_is_there_once(database: Database) -> None:
    with database.writing():
        put(database, ARTICLE, chunk(0, 14, "d1"))
        put(database, ARTICLE, chunk(0, 14, "d1"), chunk(16, 26, "d2"))
        assert database.drop_unused_vectors() == []
    assert database.counts() == (1, 2, 2)
    assert database.check() is None
    with database.writing():
        database.drop_article(ARTICLE.id)
        database.drop_unused_vectors()
    assert database.counts() == (0, 0, 0)
    assert database.check() is None


def test_a_failed_transaction_leaves_everything_as_it_was(database: Database) -> None:
    revision = database.fact("revision")
    with pytest.raises(ZeroDivisionError), database.writing():
        database.drop_article(ARTICLE.id)
        _ = 1 / 0
    assert database.article(ARTICLE.id) == ARTICLE
    with database.writing():
        database.set_path(ARTICLE.id, "/elsewhere")
        database.set_incomplete({"a.md": True, "b.md": False})
    assert [info.path for info in database.articles()] == ["/elsewhere"]
    assert database.incomplete_files() == {"a.md"}
    assert database.fact("revision") != revision
    assert database.counts() == (1, 2, 2)
    assert database.check() is None


def test_a_reader_sees_one_state_until_it_is_done(database: Database, place: StorePlace) -> None:
    with closing(open_store(place).open()) as reader:
        with reader.reading():
            before = reader.fact("revision")
            with database.writing():
                database.drop_article(ARTICLE.id)
            assert reader.article(ARTICLE.id) == ARTICLE
            assert reader.fact("revision") == before
        with reader.reading():
            assert reader.article(ARTICLE.id) is None


@pytest.mark.parametrize(
    "text", ["NUL \0 here.", "A\ud800lone one.", "x" * 10_000 + " and more", "𝔘nicode 🏳️‍🌈 e\u0301."]
)
def test_hostile_text_keeps_its_offsets(place: StorePlace, text: str) -> None:
    if isinstance(place, Path) and "\ud800" in text:
        pytest.skip("readers replace lone surrogates; SQLite refuses them")
    article = Article("h.txt", text[:20], text, "2" * 64)
    with written(place) as database:
        with database.writing():
            put(database, article, chunk(0, len(text), "d1", article))
        stored = database.article(article.id)
        assert stored is not None and len(stored.text) == len(text)
        assert all(a == b or b in "\0\ud800" for a, b in zip(stored.text, text, strict=True))
        word = "".join(character for character in text.split()[-1] if character.isalnum())
        assert [(hit.start, hit.end) for hit in database.search_terms([word], 5)] == [(0, len(text))]
        assert database.check() is None
        with database.writing():
            database.drop_article(article.id)
        assert not database.has_term(word)


def test_near_copies_are_one_group_until_they_go(place: StorePlace) -> None:
    words = " ".join(f"word{n}" for n in range(200))
    articles = [Article(f"{n}.txt", "T", f"{words} end{n}", "0" * 64) for n in range(3)]
    with written(place) as database:
        with database.writing():
            for article in articles:
                put(database, article, chunk(0, len(article.text), "d1", article))
        groups = {info.near for info in database.articles()}
        assert len(groups) == 1 and None not in groups
        with database.writing():
            database.drop_article(next(iter(groups)) or "")
        left = [info.near for info in database.articles()]
        assert len(left) == 2 and left[0] == left[1] is not None
        with database.writing():
            database.drop_article(database.articles()[0].id)
        assert [info.near for info in database.articles()] == [None]


def test_only_one_writes_at_a_time(place: StorePlace) -> None:
    with written(place), pytest.raises(StoreBusyError, match="another process is writing"), written(place):
        pass
    with written(place) as database:
        assert database.counts() == (0, 0, 0)


def test_what_is_not_there_is_said(place: StorePlace) -> None:
    store = open_store(place)
    assert not store.exists()
    assert store.changed() is None
    with pytest.raises(StoreError, match="there is no store in"):
        store.open()
    with written(place):
        pass
    assert store.exists()
    with closing(Index(place)) as index, pytest.raises(StoreError, match="holds no articles yet"), index.snapshot():
        pass


def test_a_secret_is_made_once_and_is_in_no_copy(place: StorePlace, articles: Path, tmp_path: Path) -> None:
    ingest(place, [articles / "0.txt"], FakeEmbeddings())
    secret = open_store(place).secret("some.key", 32)
    assert len(secret) == 32
    assert open_store(place).secret("some.key", 32) == secret != open_store(place).secret("other.key", 32)
    with pytest.raises(StoreDamagedError):
        open_store(place).secret("some.key", 16)
    open_store(place).save(tmp_path / "copy")
    assert secret not in (tmp_path / "copy").read_bytes()


def corpus(count: int) -> list[tuple[Article, list[Chunk]]]:
    chance = random.Random(7)
    words = [f"word{n}" for n in range(80)] + ["running", "runs", "小米汽车", "Ünïcode", "e-mail", "snake_case"]
    made = []
    for n in range(count):
        parts = [" ".join(chance.choices(words, k=chance.randint(1, 60))) for _ in range(chance.randint(1, 4))]
        article = Article(f"{n:03}.txt", " ".join(chance.choices(words, k=3)), "\n".join(parts), f"{n:064}")
        chunks: list[Chunk] = []
        at = 0
        for part in parts:
            chunks.append(chunk(at, at + len(part), f"d{n * 10 + len(chunks)}", article))
            at += len(part) + 1
        made.append((article, chunks))
    return made


def fill(database: Database, articles: list[tuple[Article, list[Chunk]]]) -> None:
    with database.writing():
        for article, chunks in articles:
            put(database, article, *chunks)


def same(one: list[Hit], other: list[Hit]) -> bool:
    return [replace(hit, score=0) for hit in one] == [replace(hit, score=0) for hit in other] and np.allclose(
        [hit.score for hit in one], [hit.score for hit in other], rtol=0, atol=1e-5
    )


def test_both_rank_words_the_same(tmp_path: Path, postgres: Server) -> None:
    articles = corpus(60)
    chance = random.Random(8)
    words = [*(f"word{n}" for n in range(0, 80, 3)), "runner", "running", "run", "小米", "unicode", "e", "snake_case"]
    with ExitStack() as stack:
        one, other = (stack.enter_context(written(place)) for place in (tmp_path / "store", postgres.place()))
        for database in (one, other):
            fill(database, articles)
            fill(database, articles[::7])  # exchanged, with new chunks
            with database.writing():
                for article, _ in articles[::11]:
                    database.drop_article(article.id)
                database.drop_unused_vectors()
            assert database.check() is None
        assert one.counts() == other.counts()
        ids = [info.id for info in one.articles()]
        for _ in range(60):
            asked = chance.sample(words, chance.randint(1, 6))
            kept = None if chance.random() < 0.5 else chance.sample(ids, 9)
            expected = one.search_terms(asked, 10, kept)
            assert same(expected, other.search_terms(asked, 10, kept)), (asked, kept)
        assert one.stems("w", 100) == other.stems("w", 100)
        assert one.articles() == other.articles()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for n in range(12):
        (folder / f"{n}.txt").write_text(f"Title {n}\n\n" + " ".join(f"Sentence {n} of {m} ends." for m in range(20)))
    return folder


def content(database: DatabaseReader) -> object:
    infos = database.articles()
    return infos, [(database.article(i.id), database.chunk_spans(i.id)) for i in infos], dict(database.vectors())


def test_an_ingest_from_beginning_to_end(place: StorePlace, articles: Path) -> None:
    model = FakeEmbeddings()
    assert len(preview(place, [articles]).articles_added) == 12
    report = ingest(place, [articles], model, IngestOptions(prune=True))
    assert (report.articles_added, report.errors) == (12, [])
    assert read_facts(place).generation == report.generation
    status = read_status(place, verify=True)
    assert (status.articles, status.healthy, status.problem) == (12, True, None)
    assert status.bytes > 10_000
    (articles / "1.txt").write_text("A new one\n\nAbout zebras and nothing else.")
    (articles / "2.txt").unlink()
    report = ingest(place, [articles], model, IngestOptions(prune=True))
    assert (report.articles_changed, report.articles_removed, report.articles_unchanged) == (1, 1, 10)
    with closing(Index(place)) as index, index.snapshot() as snapshot:
        [best, *_] = snapshot.vectors.nearest(model.encode(["zebras"])[0], 3, None)
        assert [hit.article_id for hit in snapshot.database.search_terms(["zebra"], 3)] == [best.article_id]
        others = {info.id for info in index.articles()} - {best.article_id}
        assert {hit.article_id for hit in snapshot.vectors.nearest(model.encode(["zebras"])[0], 300, others)} == others
    assert rebuild(place).generation == report.generation
    repair(place, FakeEmbeddings("other"))
    assert read_facts(place).embedding_model == "other"
    assert read_status(place, verify=True).problem is None
    ingest(place, [articles], FakeEmbeddings("other"), IngestOptions(erase=True))
    assert read_status(place, verify=True).problem is None
    changed = open_store(place).changed()
    assert changed is not None


@pytest.mark.parametrize("source", PLACES)
@pytest.mark.parametrize("target", PLACES)
def test_a_store_moves_whole(
    source: str, target: str, request: pytest.FixtureRequest, articles: Path, tmp_path: Path
) -> None:
    one, other = a_place(source, request, tmp_path / "one"), a_place(target, request, tmp_path / "other")
    ingest(one, [articles], FakeEmbeddings())
    export_store(one, tmp_path / "file")
    ingest(other, [articles / "3.txt"], FakeEmbeddings())
    with pytest.raises(UsageError, match="has articles"):
        import_store(other, tmp_path / "file")
    assert import_store(other, tmp_path / "file", replace=True) == 12
    assert read_status(other, verify=True).problem is None
    with closing(open_store(one).open()) as a, closing(open_store(other).open()) as b:
        assert content(a) == content(b)
    assert ingest(other, [articles], FakeEmbeddings()).articles_unchanged == 12
