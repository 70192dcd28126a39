"""Ranks are fused as the formula says, passages are exact and do not overlap."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from index.article import Article, Hit
from index.ingest import ingest
from index.store import local, local_snapshots
from index.store.search import SqliteReader
from index.terms import query_terms
from rag.retrieve import HybridRetriever, Passage, fuse
from rag.runnable import DocumentRetriever
from rag.snapshot import Index
from tests.fakes import FakeEmbeddings

FILES = {
    "zug.txt": "Der Zug\n\n" + " ".join(f"Der Zug fährt um {n} Uhr nach Ort{n}." for n in range(60)),
    "auto.txt": "小米汽车\n\n小米汽车发布了新车。雷军在北京说了很多话。" + "价格是二十万元。" * 3,
    "copy one.txt": "A note\n\nExactly the same words stand in two places, about zebras.",
    "copy two.txt": "A note\n\nExactly the same words stand in two places, about zebras.",
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    folder = tmp_path_factory.mktemp("files")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    model = FakeEmbeddings()
    store = tmp_path_factory.mktemp("store")
    ingest(store, [folder], model)
    retriever = HybridRetriever(index=Index(store), embeddings=model, limit=50)
    yield retriever
    retriever.index.close()


def ask(retriever: HybridRetriever, *questions: str) -> list[Passage]:
    with retriever.index.snapshot() as snapshot:
        return retriever.passages(questions, snapshot)


def hit(article: str, start: int, score: float = 0.0) -> Hit:
    return Hit(article, start, start + 10, f"{article}{start}", score)


def test_fusion_by_hand() -> None:
    dense = [hit("a", 0, 0.9), hit("b", 0, 0.8)]
    lexical = [hit("b", 0, 7.0), hit("c", 0, 3.0)]
    fused = fuse([dense, lexical])
    assert [each.article_id for each in fused] == ["b", "a", "c"]
    assert [each.score for each in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])
    assert fuse([]) == []
    assert [each.score for each in fuse([dense], [lexical])] == pytest.approx([1 / 62 + 0.1 / 61, 1 / 61, 0.1 / 62])


def test_passages_are_exact_do_not_overlap_and_cover_the_chunks(retriever: HybridRetriever) -> None:
    passages = ask(retriever, "Wann fährt der Zug nach Ort7?")
    for passage in passages:
        assert passage.article.text[passage.start : passage.end] == passage.text == passage.text.strip()
    zug = sorted((p.start, p.end) for p in passages if p.article.title == "Der Zug")
    assert len(zug) > 2
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(zug))
    assert "nach Ort7." in passages[0].text
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)


def test_equal_passages_are_one_with_both_places(retriever: HybridRetriever) -> None:
    [passage] = [p for p in ask(retriever, "zebras") if "zebras" in p.text]
    [place] = passage.duplicates
    assert place.article_id != passage.article.id
    assert place.quote == passage.text


def test_chinese_finds_chinese(retriever: HybridRetriever) -> None:
    assert "雷军" in ask(retriever, "雷军在哪里说话？")[0].text


def test_the_lead_is_whole_sentences_from_before(retriever: HybridRetriever) -> None:
    passages = sorted(ask(retriever, "Zug"), key=lambda p: (p.article.title, p.start))
    first, _, third, *_ = [p for p in passages if p.article.title == "Der Zug"]
    assert first.lead == ""
    assert third.article.text[: third.start].rstrip().endswith(third.lead)
    assert third.lead.startswith("Der Zug fährt")


def test_as_a_runnable_it_gives_langchain_documents(retriever: HybridRetriever) -> None:
    [document, *_] = DocumentRetriever(retriever=retriever).invoke("zebras")
    assert document.page_content == ask(retriever, "zebras")[0].text
    assert document.metadata["title"] == "A note"


def test_two_wordings_count_together(retriever: HybridRetriever) -> None:
    both = ask(retriever, "zebras", "雷军")
    assert "zebras" in both[0].text
    alone = [p for p in ask(retriever, "zebras") if "雷军" in p.text]
    assert max(p.score for p in both if "雷军" in p.text) > max((p.score for p in alone), default=0.0)
    assert len(both) <= retriever.limit


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    """200 articles of random words, some of them twice."""
    folder = tmp_path_factory.mktemp("many")
    random = np.random.default_rng(7)
    for n in range(200):
        words = random.choice([f"word{i}" for i in range(120)], size=40 if n % 9 else 400)
        text = ". ".join(" ".join(words[i : i + 8]).capitalize() for i in range(0, len(words), 8))
        (folder / f"{n}.txt").write_text(f"Number {n % 150}\n\n{text}.")
    model = FakeEmbeddings()
    store = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "TAIL", 0)
        ingest(store, [folder], model)
    retriever = HybridRetriever(index=Index(store), embeddings=model, limit=10)
    yield retriever
    retriever.index.close()


@pytest.mark.parametrize("few", [0, 40, 100_000], ids=["by Chroma", "both ways", "all compared"])
@pytest.mark.parametrize("kept", [1, 2, 20, 90, 199])
def test_some_articles_only_is_what_comparing_all_of_theirs_gives(
    many: HybridRetriever, monkeypatch: pytest.MonkeyPatch, few: int, kept: int
) -> None:
    monkeypatch.setattr(local_snapshots, "_FEW_CHUNKS", max(few, 1))
    random = np.random.default_rng(kept)
    ids = sorted(info.id for info in many.index.articles())
    for _ in range(5):
        chosen = frozenset(random.choice(ids, size=kept, replace=False).tolist())
        question = " ".join(random.choice([f"word{i}" for i in range(120)], size=5))
        [vector] = many.embeddings.encode([question], query=True)
        with many.index.snapshot() as snapshot:
            database = snapshot.database
            assert isinstance(database, SqliteReader)
            dense = snapshot.vectors.nearest(vector, 10, chosen)
            lexical = database.search_terms(query_terms(question), 10, chosen)
            found = many.passages([question], snapshot, chosen)
            rows = [row for row in database.chunk_vectors(ids) if row[0] in chosen]
            terms = [hit for hit in database.search_terms(query_terms(question), 10**6) if hit.article_id in chosen]
        cosines = {row[:3]: float(np.frombuffer(row[4], "<f4") @ vector) for row in rows}
        best = np.array(sorted(cosines.values(), reverse=True)[:10])
        missed = [score for score in best if not np.isclose([h.score for h in dense], score, atol=1e-5).any()]
        assert len(dense) == len(best)
        assert len(missed) <= (few < len(cosines))  # Chroma's search is approximate
        assert [h.score for h in dense] == pytest.approx(
            [cosines[h.article_id, h.start, h.end] for h in dense], abs=1e-5
        )
        assert lexical == terms[:10]
        assert {passage.article.id for passage in found} == {hit.article_id for hit in fuse([dense, lexical])[:10]}


def test_one_article_of_many_still_gives_its_best_passages(many: HybridRetriever) -> None:
    [longest, *_] = sorted(many.index.articles(), key=lambda info: -info.characters)
    article = many.index.article(longest.id)
    assert article is not None
    sentence = article.text.split(". ")[25]
    with many.index.snapshot() as snapshot:
        everything = many.passages(["word1 word2 word3"], snapshot)
        assert longest.id not in {passage.article.id for passage in everything}
        [best, *others] = many.passages([sentence], snapshot, frozenset([longest.id]))
    assert sentence in best.text
    assert {passage.article.id for passage in [best, *others]} == {longest.id}


def test_keeping_all_changes_nothing_and_keeping_none_gives_nothing(many: HybridRetriever) -> None:
    every = frozenset(info.id for info in many.index.articles())
    with many.index.snapshot() as snapshot:
        for question in ("word1 word5 word99", "word7", "nothing of it"):
            assert many.passages([question], snapshot, every) == many.passages([question], snapshot)
        assert many.passages(["word1"], snapshot, frozenset()) == []


@pytest.mark.parametrize(
    ("title", "text", "context"),
    [
        ("Ships", "Ships\n\nThey sailed.", "Ships"),
        ("They sailed.", "They sailed. It was cold.", ""),
        ("A log of 1911", "They sailed. It was cold.", "A log of 1911"),
    ],
)
def test_a_title_that_is_the_first_sentence_is_no_context(title: str, text: str, context: str) -> None:
    article = Article("a.txt", title, text, "0" * 64)
    assert Passage(article, 0, len(text), 1.0).context == context
