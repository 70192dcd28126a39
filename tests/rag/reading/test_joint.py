"""The reading model and the nearness of sentences together, with a tiny random model."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article, Heading
from rag.reading.base import Reading
from rag.reading.joint import JointReader, Seen
from rag.reading.onnx import OnnxReader, TokenRow
from rag.reading.similarity import SimilarityReader
from rag.retrieve import Passage
from tests.fakes import FakeEmbeddings
from tests.rag.conftest import assert_in_order

TEXT = "Cats sleep all day. Lithium costs 20 yuan a gram in Chile. Nobody knows the rest of it."


def folder_with(model_folder: Path, folder: Path, passage: list[float], sentence: list[float]) -> Path:
    shutil.copytree(model_folder, folder)
    manifest = json.loads((folder / "reader.json").read_text())
    manifest["joint"] = {"embedding": "fake", "passage": passage, "sentence": sentence}
    (folder / "reader.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def reader(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> JointReader:
    folder = folder_with(model_folder, tmp_path_factory.mktemp("joint") / "m", [0.5, 0.1, 4.0, -1.0], [0.5, 6.0])
    return JointReader(OnnxReader(folder), FakeEmbeddings())


def passage(text: str, headings: tuple[Heading, ...] = ()) -> Passage:
    return Passage(Article("a.txt", "Batteries", text, "0" * 64, headings=headings), 0, len(text), 1.0)


def test_the_sums_are_those_of_the_manifest(reader: JointReader) -> None:
    [seen] = reader.see("What does lithium cost?", [passage(TEXT)], by_words=False)
    [reading] = reader.read("What does lithium cost?", [passage(TEXT)])
    assert isinstance(seen, Seen)
    near = max(sentence.nearness for sentence in seen.sentences)
    expected = 0.5 * seen.relevance + 0.1 * seen.gap + 4 * near - 1
    assert reading.probability == pytest.approx(1 / (1 + math.exp(-expected)))
    favours = [0.5 * sentence.share + 6 * sentence.nearness for sentence in seen.sentences]
    scores = sorted((math.exp(favour - max(favours)) for favour in favours), reverse=True)
    assert [span.score for span in reading.spans] == pytest.approx(scores)


def test_a_sentences_share_of_the_words_is_a_probability(reader: JointReader) -> None:
    [seen] = reader.see("What does lithium cost?", [passage(TEXT)], by_words=False)
    assert isinstance(seen, Seen)
    assert len(seen.sentences) == 3
    assert all(sentence.share <= 0 for sentence in seen.sentences)
    start_and_end = sum(math.exp(sentence.share / 2) for sentence in seen.sentences)
    assert start_and_end <= 1 + 1e-5  # of the products of two distributions over the same sentences, by Cauchy-Schwarz


def test_each_sentence_offers_its_own_words(reader: JointReader) -> None:
    [seen] = reader.see("What does lithium cost?", [passage(TEXT)], by_words=False)
    assert isinstance(seen, Seen)
    ends = [sentence.start for sentence in seen.sentences[1:]] + [len(TEXT)]
    for sentence, end in zip(seen.sentences, ends, strict=True):
        assert sentence.start <= sentence.words.start < sentence.words.end <= end


def test_nearness_decides_where_the_model_sees_no_difference(model_folder: Path, tmp_path: Path) -> None:
    folder = folder_with(model_folder, tmp_path / "m", [0, 0, 8, -6], [0, 8])
    joint = JointReader(OnnxReader(folder), FakeEmbeddings())
    near, far = joint.read("What does lithium cost?", [passage(TEXT), passage("Dogs bark at night.")])
    assert near.probability > far.probability
    assert "yuan" in TEXT[TEXT.index("Lithium") : near.spans[0].end + 20]
    assert TEXT.index("Lithium") <= near.spans[0].start < TEXT.index(" Nobody")


def test_beside_other_embeddings_the_model_judges_alone(reader: JointReader) -> None:
    other = JointReader(reader.model, FakeEmbeddings("other"))
    assert other.read("What costs money?", [passage(TEXT)]) == reader.model.read("What costs money?", [passage(TEXT)])


@pytest.mark.parametrize(
    ("question", "text"),
    [("雷军说了什么?", "小米汽车发布了新车。雷军说很好。"), ("Кто это?", TEXT), ("Who?", "Это он.")],
)
def test_other_scripts_are_left_to_nearness(reader: JointReader, question: str, text: str) -> None:
    alone = SimilarityReader(FakeEmbeddings()).read(question, [passage(text)])
    assert reader.read(question, [passage(text)]) == alone


def test_headings_and_nothing_answer_nothing(reader: JointReader) -> None:
    found = reader.read("What?", [passage("Batteries"), passage(""), passage("Li", (Heading(0, "Li"),))])
    assert found == [Reading(0.0, ())] * 3
    assert reader.read("What?", []) == []


def test_a_passage_is_read_the_same_alone_and_among_others(reader: JointReader) -> None:
    texts = [TEXT, "word " * 900, "🚗 emoji, and right to left: שלום", "The car is red."]
    together = reader.read("what is it made of", [passage(text) for text in texts])
    for text, reading in zip(texts, together, strict=True):
        [alone] = reader.read("what is it made of", [passage(text)])
        assert alone.probability == pytest.approx(reading.probability, abs=1e-4)
        assert [(s.start, s.end) for s in alone.spans] == [(s.start, s.end) for s in reading.spans]


def test_the_model_reads_the_nearest_passages_and_the_others_answer_nothing(reader: JointReader) -> None:
    texts = [f"Lithium costs {n} yuan." if n % 2 else f"Dogs bark at night {n} times." for n in range(1, 13)]
    found = reader.read("What does lithium cost?", [passage(text) for text in texts])
    assert [bool(reading.spans) for reading in found] == [text.startswith("Lithium") for text in texts]
    assert all(reading.probability > 0 for reading in found[::2])
    assert found[1::2] == [Reading(0.0, ())] * 6


@pytest.mark.parametrize(("question", "shown"), [("When was lithium found?", False), ("Who wrote this?", True)])
def test_the_model_is_shown_the_byline_only_where_it_may_be_asked_for(
    reader: JointReader, monkeypatch: pytest.MonkeyPatch, question: str, shown: bool
) -> None:
    texts: list[str] = []
    honest = OnnxReader.rows

    def rows(self: OnnxReader, question: str, passages: list[Passage]) -> list[list[TokenRow]]:
        texts.extend(each.text for each in passages)
        return honest(self, question, passages)

    monkeypatch.setattr(OnnxReader, "rows", rows)
    article = Article("a.txt", "Batteries", f"Batteries\n\nBy Ada Lund\n\n{TEXT}", "0" * 64, author="Ada Lund")
    reader.read(question, [Passage(article, 0, len(article.text), 1.0)])
    assert [len(text) for text in texts] == [len(article.text)]
    assert ("Ada Lund" in texts[0]) is shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=100), st.text(st.characters(codec="utf-8"), max_size=400))
def test_spans_are_inside_the_passage_best_first_and_do_not_overlap(
    reader: JointReader, question: str, text: str
) -> None:
    [reading] = reader.read(question.encode("utf-8", "ignore").decode(), [passage(text)])
    assert_in_order(reading, text)
