"""The stand-in for a reading model, alone and with the real embedding model over real articles."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.article import Article, Heading
from index.embed import load_embeddings
from index.ingest import ingest
from rag.chain import build_chain
from rag.extract import Limits
from rag.reading.similarity import SimilarityReader, wordings
from rag.retrieve import Passage
from settings import HOME, Settings
from tests.fakes import FakeEmbeddings

CORPUS = HOME.parent / "shared" / "corpus"


def passage(text: str, headings: tuple[Heading, ...] = ()) -> Passage:
    return Passage(Article("a.txt", "Batteries", text, "0" * 64, headings=headings), 0, len(text), 1.0)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Jia Yueting criticize?", ["What did criticize?", "criticize?"]),
        ("what did jia yueting's post praise", ["what did post praise", "post praise"]),
        ("Jia Yueting", ["Jia Yueting", "Jia Yueting"]),
        ("who is he", ["who is he", "who is he"]),
    ],
)
def test_the_wordings_of_a_question(question: str, expected: list[str]) -> None:
    assert wordings(question, ["A post by Jia Yueting's firm."]) == [question, *expected]


def test_each_passage_gets_its_nearest_sentences_best_first() -> None:
    reader = SimilarityReader(FakeEmbeddings())
    texts = ["Cats sleep. Lithium costs money in Chile.", "", "Nothing is here."]
    near, empty, far = reader.read("How much money does lithium cost?", [passage(text) for text in texts])
    assert (empty.probability, empty.spans) == (0.0, ())
    assert near.probability > far.probability > 0
    assert texts[0][near.spans[0].start : near.spans[0].end] == "Lithium costs money in Chile."
    assert [span.score for span in near.spans] == sorted((span.score for span in near.spans), reverse=True)
    assert near.spans[0].score == 1


def test_titles_and_headings_are_not_answers() -> None:
    text = "Batteries\n\nLithium\n\nIt is a metal."
    [reading] = SimilarityReader(FakeEmbeddings()).read("lithium", [passage(text, (Heading(11, "Lithium"),))])
    assert [text[span.start : span.end] for span in reading.spans] == ["It is a metal."]


def test_a_reading_does_not_depend_on_what_was_read_before() -> None:
    one, other = passage("Lithium costs money in Chile."), passage("Cats sleep at night.")
    reader = SimilarityReader(FakeEmbeddings())
    alone = reader.read("What costs money?", [one])
    assert reader.read("Who sleeps?", [one, other]) != alone
    assert reader.read("What costs money?", [one]) == alone


class Drifting(FakeEmbeddings):
    """As a runtime does: what else is in the batch moves the last digits."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return super().encode(texts, query=query) * np.float32(1 + 2e-7 * len(texts))


def test_a_reading_does_not_depend_on_what_is_embedded_at_the_same_time() -> None:
    texts = [f"Lithium costs money in Chile, said {n} people." for n in range(9)]
    fresh, partly = SimilarityReader(Drifting()), SimilarityReader(Drifting())
    partly.read("What costs money?", [passage(text) for text in texts[:4]])
    assert partly._embeddings.encode(texts[:1])[0, 0] != fresh._embeddings.encode(texts)[0, 0]
    every = [passage(text) for text in texts]
    assert fresh.read("What costs money?", every) == partly.read("What costs money?", every)


READERS = pytest.mark.parametrize("reader", ["none", None], ids=["similarity", "default"])


@READERS
def test_the_headline_question_over_the_starter_corpus(reader: str | None, seed_store: Path, models: Path) -> None:
    _ask_the_headline_question(Settings(store=seed_store, models=models, reader_model=reader))


@pytest.mark.store
@READERS
def test_the_headline_question_over_an_article_that_we_did_not_write(
    reader: str | None, models: Path, tmp_path: Path
) -> None:
    if not CORPUS.is_dir():
        pytest.skip("there is no ../shared/corpus here")
    ingest(tmp_path / "store", [CORPUS], load_embeddings(None, models))
    _ask_the_headline_question(Settings(store=tmp_path / "store", models=models, reader_model=reader))


def _ask_the_headline_question(settings: Settings) -> None:
    with closing(build_chain(settings)) as chain:
        answer = chain.invoke({"question": "what did Jia Yueting criticize?"})
        for citation in answer.citations:
            article = chain.index.article(citation.article_id)
            assert article is not None
            assert article.text[citation.start : citation.end] == citation.quote
    said = " ".join(citation.quote for citation in answer.citations).lower()
    assert all(words in said for words in ("copycat culture", "shortcut model", "follower"))
    assert sum(len(citation.quote) for citation in answer.citations) <= Limits().characters
