"""The reading model's runtime, with a tiny random model: offsets, batches, long and odd passages, damage."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.errors import ModelError
from rag.reading.base import Reading
from rag.reading.onnx import OnnxReader
from rag.reading.windows import ANSWER_TOKENS, encode_windows
from rag.retrieve import Passage
from tests.rag.conftest import assert_in_order

TEXTS = [
    "The car costs 20 yuan.",
    "小米汽车发布了新车。雷军说：“很好。”",
    "🚗 emoji, and right to left: שלום",
    "word " * 900,
    "A sentence of middle length that says what the battery is made of.",
]


@pytest.fixture(scope="session")
def reader(model_folder: Path) -> OnnxReader:
    return OnnxReader(model_folder)


def passage(text: str, title: str = "Cars", lead: str = "") -> Passage:
    article = Article("a.txt", title, lead + text, "0" * 64)
    return Passage(article, len(lead), len(lead + text), 1.0)


def rewrite(folder: Path, **values: object) -> None:
    manifest = json.loads((folder / "reader.json").read_text())
    (folder / "reader.json").write_text(json.dumps(manifest | values))


def close(one: Reading, other: Reading) -> bool:
    places = [(span.start, span.end) for span in one.spans] == [(span.start, span.end) for span in other.spans]
    return places and one.probability == pytest.approx(other.probability, abs=1e-4)


def test_each_passage_is_read_the_same_alone_and_among_others(reader: OnnxReader) -> None:
    passages = [passage(text) for text in TEXTS]
    together = reader.read("What does the car cost?", passages)
    backwards = reader.read("What does the car cost?", passages[::-1])[::-1]
    for one, reading, other in zip(passages, together, backwards, strict=True):
        assert close(reading, other)
        assert close(reading, reader.read("What does the car cost?", [one])[0])
    assert reader.read("What does the car cost?", passages) == together
    assert len({reading.probability for reading in together}) == len(TEXTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=200), st.text(st.characters(codec="utf-8"), max_size=600))
def test_spans_are_inside_the_passage_best_first_and_do_not_overlap(
    reader: OnnxReader, question: str, text: str
) -> None:
    [reading] = reader.read(question.encode("utf-8", "ignore").decode(), [passage(text)])
    assert_in_order(reading, text)


def test_the_best_span_has_score_one_and_whole_words(reader: OnnxReader) -> None:
    [reading] = reader.read("What?", [passage(TEXTS[4])])
    assert reading.spans[0].score == pytest.approx(1)
    best = TEXTS[4][reading.spans[0].start : reading.spans[0].end]
    assert best == best.strip()
    assert best in TEXTS[4]


def test_an_empty_passage_answers_nothing(reader: OnnxReader) -> None:
    assert reader.read("What?", [passage(""), passage(" \n ")]) == [Reading(0.0, ())] * 2
    assert reader.read("What?", []) == []


def test_a_long_passage_is_read_to_its_end(reader: OnnxReader) -> None:
    text = " ".join(f"w{n}" for n in range(1000))
    windows = encode_windows(reader._loaded().tokenizer, "question", [passage(text, title="")], 288)
    assert len(windows) > 5
    assert (windows[0].offsets[0][0], windows[-1].offsets[-1][1]) == (0, len(text))
    assert all(after.offsets[0] in before.offsets for before, after in itertools.pairwise(windows))
    assert all(len(window.ids) <= 288 for window in windows)
    assert all(len(text[s.start : s.end].split()) <= ANSWER_TOKENS for s in reader.read("q", [passage(text)])[0].spans)


def test_long_questions_and_contexts_leave_room_for_the_passage(reader: OnnxReader) -> None:
    [reading] = reader.read("why " * 5000, [passage("It is so.", title="title " * 500, lead="Before. " * 300)])
    assert reading.spans


def test_marks_in_a_text_are_only_text(reader: OnnxReader) -> None:
    assert reader.read("What?", [passage("a [SEP] b")]) != reader.read("What?", [passage("a b")])
    [reading] = reader.read("[CLS] [SEP] ?", [passage("[SEP] [SEP] [SEP]")])
    assert all(0 <= span.start < span.end <= 17 for span in reading.spans)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "reader.onnx").write_bytes(b"no"), "is damaged"),
        (lambda folder: (folder / "reader.json").unlink(), "no usable reading model"),
        (lambda folder: (folder / "reader.json").write_text('{"format": 5}'), "of format 5"),
        (lambda folder: rewrite(folder, format=2), "no usable reading model"),
        (lambda folder: rewrite(folder, format=2, support={"temperature": 1}), "lacks its head 'support'"),
        (lambda folder: rewrite(folder, format=2, support={"temperature": 0}), "of temperature 0"),
        (lambda folder: (folder / "reader.json").write_text("[]"), "no usable reading model"),
        (lambda folder: rewrite(folder, max_length=100), "reads only 100 tokens"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "is damaged"),
    ],
)
def test_damaged_files_are_one_clear_error(model_folder: Path, tmp_path: Path, damage, message: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model_folder, copy)
    damage(copy)
    with pytest.raises(ModelError, match=message):
        OnnxReader(copy).read("What?", [passage("It is so.")])
