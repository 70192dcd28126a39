"""Reading until an early judge is sure: how much is read, and when all of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ModelError
from rag.reading.excerpt import Shown
from rag.reading.joint import PASSAGES_READ, JointReader, Seen
from rag.reading.nearness import found_in
from rag.reading.onnx import OnnxReader, TokenRow
from rag.retrieve import Passage
from tests.fakes import FakeEmbeddings

QUESTION = "What does lithium cost?"
SURE = {"sure": 0.6, "none": 0.1}


class NoVectors(FakeEmbeddings):
    """Embeddings that must not be asked."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> None:  # type: ignore[override]
        raise AssertionError(f"embedded {texts}")


def passages(count: int) -> list[Passage]:
    """Return passages of which each shares less with the question than the one before, the last ones first."""
    texts = [f"Lithium has a cost of {n} yuan." if n < 3 else f"Dogs bark {n} times." for n in range(count)]
    found = [
        Passage(Article(f"{n}.txt", "Prices", text, "0" * 64, id=str(n)), 0, len(text), 1 / (60 + n))
        for n, text in enumerate(texts)
    ]
    return found[::-1]


def reader_with(model: Path, folder: Path, early: Sequence[dict[str, object]], **joint: object) -> JointReader:
    shutil.copytree(model, folder)
    manifest = json.loads((folder / "reader.json").read_text())
    weights = {"embedding": "fake", "nearness": "words", "passage": [0.0, 0.0, 1.0, 0.0], "sentence": [0.0, 1.0]}
    manifest["joint"] = weights | joint
    manifest["judge"] = {"weights": {}, "constant": 0.0, "high": 0.9, "low": 0.5, "early": list(early)}
    (folder / "reader.json").write_text(json.dumps(manifest))
    return JointReader(OnnxReader(folder), NoVectors())


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Shown]]:
    """What the model was given to read."""
    read: list[Shown] = []
    honest = OnnxReader.rows

    def counted(self: OnnxReader, question: str, passages: Sequence[Shown]) -> list[list[TokenRow]]:
        read.extend(passages)
        return honest(self, question, passages)

    monkeypatch.setattr(OnnxReader, "rows", counted)
    yield read


def stage(count: int, constant: float, **bars: float) -> dict[str, object]:
    return {"passages": count, "weights": {}, "constant": constant, **SURE, **bars}


@pytest.mark.parametrize(
    ("early", "read", "probability"),
    [
        ([stage(2, 2.0), stage(4, 2.0)], 2, 0.8808),
        ([stage(2, -4.0), stage(4, 2.0)], 2, 0.018),
        ([stage(2, 0.0), stage(4, 1.0)], 4, 0.7311),
        ([stage(2, 0.0), stage(4, 0.0)], PASSAGES_READ, 0.5),
        ([], PASSAGES_READ, 0.5),
    ],
)
def test_reading_ends_when_a_judge_is_sure_either_way(
    model_folder: Path, tmp_path: Path, rows: list[Shown], early: list[dict[str, object]], read: int, probability: float
) -> None:
    reader = reader_with(model_folder, tmp_path / "m", early)
    readings = reader.read(QUESTION, passages(9))
    assert len(rows) == read
    assert max(reading.probability for reading in readings) == pytest.approx(probability, abs=1e-3)
    assert [bool(reading.spans) for reading in readings] == [n >= 9 - read for n in range(9)], "the nearest are read"


def test_a_thorough_reading_reads_on(model_folder: Path, tmp_path: Path, rows: list[Shown]) -> None:
    reader = reader_with(model_folder, tmp_path / "m", [stage(2, 2.0)])
    readings = reader.read(QUESTION, passages(9), thorough=True)
    assert len(rows) == PASSAGES_READ
    assert max(reading.probability for reading in readings) == pytest.approx(0.5)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_last_judge_decides_where_an_early_one_would_have_seen_all(
    model_folder: Path, tmp_path: Path, count: int
) -> None:
    reader = reader_with(model_folder, tmp_path / "m", [stage(2, 2.0)])
    readings = reader.read(QUESTION, passages(count))
    assert [reading.probability for reading in readings if reading.spans][-1:] == [pytest.approx(0.5)] * min(count, 1)


def test_what_is_read_at_once_and_in_steps_is_the_same(model_folder: Path, tmp_path: Path) -> None:
    weights = [0.4, 0.2, 1.0, -1.0]
    at_once = reader_with(model_folder, tmp_path / "once", [], passage=weights)
    in_steps = reader_with(model_folder, tmp_path / "steps", [stage(2, 0.0), stage(4, 0.0)], passage=weights)
    assert at_once.read(QUESTION, passages(9)) == in_steps.read(QUESTION, passages(9))


def test_long_passages_are_cut_to_the_sentences_with_the_questions_words(
    model_folder: Path, tmp_path: Path, rows: list[Shown]
) -> None:
    dull = " ".join(f"The dogs of house number {n} bark all night." for n in range(20))
    text = f"{dull} It had been cheap before. Lithium now costs 20 yuan a gram. {dull}"
    long = replace(passages(1)[0], article=Article("a.txt", "Prices", text, "0" * 64), end=len(text))
    reader = reader_with(model_folder, tmp_path / "m", [], sentence=[1.0, 0.0])
    [reading] = reader.read(QUESTION, [long])
    [shown] = rows
    assert len(shown.text) == len(text)
    assert all(ours in (" ", theirs) for ours, theirs in zip(shown.text, text, strict=True)), "nothing moves"
    assert "Lithium now costs" in shown.text and len(" ".join(shown.text.split())) < 500
    assert shown.context.startswith("Prices\n") and shown.context.count("bark") <= 1
    best = reading.spans[0]
    assert shown.text[best.start : best.end].strip() == text[best.start : best.end]


def test_a_passage_that_shares_nothing_is_read_whole(model_folder: Path, tmp_path: Path, rows: list[Shown]) -> None:
    text = " ".join(f"The dogs of house number {n} bark all night." for n in range(20))
    dogs = Passage(Article("a.txt", "Prices", text, "0" * 64), 0, len(text), 1.0)
    reader_with(model_folder, tmp_path / "m", []).read(QUESTION, [dogs])
    assert [shown.text for shown in rows] == [text]


def test_nearness_by_words_counts_words_and_rank() -> None:
    first, second = (replace(passage, score=score) for passage, score in zip(passages(2), (0.01, 0.02), strict=True))
    [[(_, low)], [(_, high)]] = [found.near() for found in found_in(QUESTION, [first, second], None)]
    assert high - low == pytest.approx(1.5 * (1 - 0.5))
    [[(_, given)]] = [found.near() for found in found_in(QUESTION, [replace(first, score=0.0)], None)]
    assert given == pytest.approx(1.0 + 1.5), "texts given with the question have no rank"


def test_words_are_the_same_in_either_spelling() -> None:
    text = "They criticised the habit."
    [found] = found_in(
        "Who did criticize it?", [Passage(Article("a.txt", "", text, "0" * 64), 0, len(text), 1.0)], None
    )
    assert [near for _, near in found.near()] == [pytest.approx(1.0 + 1.5)]


def test_other_scripts_are_compared_by_vectors(model_folder: Path, tmp_path: Path) -> None:
    reader = reader_with(model_folder, tmp_path / "m", [])
    reader = JointReader(reader.model, FakeEmbeddings())
    text = "小米汽车发布了新车。"
    chinese = Passage(Article("c.txt", "小米", text, "0" * 64), 0, len(text), 1.0)
    mixed = reader.read(QUESTION, [*passages(1), chinese])
    assert [bool(reading.spans) for reading in mixed] == [True, True]
    seen = reader.see(QUESTION, [*passages(1), chinese], by_words=True)
    assert [isinstance(each, Seen) for each in seen] == [True, False]


def test_a_later_format_is_refused(model_folder: Path, tmp_path: Path) -> None:
    reader_with(model_folder, tmp_path / "m", [])
    path = tmp_path / "m" / "reader.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 5}))
    with pytest.raises(ModelError, match="is of format 5, not 1 to 4"):
        JointReader(OnnxReader(tmp_path / "m"), NoVectors()).read(QUESTION, [])
