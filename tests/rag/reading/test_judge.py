"""The probability over all passages: what it is made of, and that it stays a probability."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article
from rag.reading.base import HIGH
from rag.reading.claims import statement
from rag.reading.constraints import Fit
from rag.reading.joint import JointReader
from rag.reading.judge import Sight, agree, covered, features, fits
from rag.reading.onnx import OnnxReader, Support
from rag.retrieve import Passage
from tests.fakes import FakeEmbeddings

SIGHT = Sight(
    logit=1.0,
    relevance=2.0,
    gap=3.0,
    nearness=0.9,
    share=-0.5,
    ahead=1.5,
    fit=Fit.LACKS,
    context="Lockmere sells more",
    text="It put up 1,150 lockers in 2024. It had promised 1,500.",
    before="Lockmere sells more",
    sentence="It put up 1,150 lockers in 2024.",
    words="1,150 lockers",
)
TEXTS = ["Lithium costs 20 yuan a gram in Chile.", "Cats sleep all day.", "Nobody knows the price of lithium in Peru."]


def folder_with(model: Path, folder: Path, judge: dict[str, object] | None) -> Path:
    shutil.copytree(model, folder)
    manifest = json.loads((folder / "reader.json").read_text())
    manifest["joint"] = {"embedding": "fake", "passage": [0.5, 0.1, 4.0, -1.0], "sentence": [0.5, 6.0]}
    if judge is not None:
        manifest["judge"] = judge
    (folder / "reader.json").write_text(json.dumps(manifest))
    return folder


def passages() -> list[Passage]:
    return [Passage(Article(f"{n}.txt", "Prices", text, "0" * 64), 0, len(text), 1.0) for n, text in enumerate(TEXTS)]


def test_what_is_asked_for_and_missing_shows() -> None:
    other = replace(SIGHT, logit=-1.0, words="1,150", relevance=4.0)
    seen = features("How many lockers did Lockmere put up in 2023?", [other, SIGHT], None)
    assert seen["best"] == 1.0 and seen["lead"] == 2.0
    assert seen["relevance"] == 2.0 and seen["highest_relevance"] == 4.0
    assert seen["missing_numbers"] == 1 and seen["missing_names"] == 0
    assert seen["agreeing"] == 1 and seen["fits"] == 1
    assert seen["ahead"] == 1.5 and (seen["meets"], seen["contradicts"]) == (0, 0)
    assert seen["supported"] == 0


def test_a_passage_whose_sentence_contradicts_gives_way_to_the_next() -> None:
    contradicting = replace(SIGHT, logit=3.0, words="4,000 lockers", fit=Fit.CONTRADICTS)
    seen = features("How many lockers did Lockmere put up in 2024?", [contradicting, SIGHT], None)
    assert (seen["best"], seen["lead"], seen["contradicts"]) == (1.0, -2.0, 0)
    alone = features("How many lockers did Lockmere put up in 2024?", [contradicting], None)
    assert (alone["best"], alone["contradicts"]) == (3.0, 1)


def test_the_claim_of_the_answer_is_held_against_its_sentence() -> None:
    asked: list[tuple[str, str, str]] = []

    def supports(claim: str, context: str, quote: str) -> Support:
        asked.append((claim, context, quote))
        return Support(0.9, 0.1, 0.0)

    seen = features("How many lockers are new?", [SIGHT], supports)
    assert asked == [("How many lockers are new? 1,150 lockers", SIGHT.before, SIGHT.sentence)]
    assert seen["supported"] > 0 > seen["contradicted"]


def test_words_are_compared_by_kind_and_content() -> None:
    assert fits("When did it open?", "the mill") == -1 and fits("When did it open?", "May") == 1
    assert fits("Who said so?", "Anna Bauer") == 1 and fits("Why?", "rain") == 0
    assert agree("the 20 yuan", "20 yuan a gram") and not agree("20 yuan", "Chile") and not agree("", "Chile")
    assert covered("lockers promised", SIGHT.text) == 1 and covered("fees", SIGHT.text) == 0
    assert statement("Who opened the mill?", "Anna Bauer") == "Anna Bauer opened the mill."


def test_without_a_judge_nothing_changes_and_with_one_the_best_has_its_probability(
    model_folder: Path, tmp_path: Path
) -> None:
    plain = JointReader(OnnxReader(folder_with(model_folder, tmp_path / "plain", None)), FakeEmbeddings())
    even = {"weights": {"best": 0.0, "unknown": 3.0}, "constant": 0.0, "high": 0.8, "low": 0.4}
    judged = JointReader(OnnxReader(folder_with(model_folder, tmp_path / "judged", even)), FakeEmbeddings())
    before = plain.read("What does lithium cost?", passages())
    after = judged.read("What does lithium cost?", passages())
    assert max(reading.probability for reading in after) == pytest.approx(0.5)
    assert [reading.spans for reading in before] == [reading.spans for reading in after]
    order = sorted(range(3), key=lambda n: -before[n].probability)
    assert order == sorted(range(3), key=lambda n: -after[n].probability)
    assert judged.read("What?", []) == []
    strange = JointReader(judged.model, FakeEmbeddings("another"))
    assert (judged.high, plain.high, strange.high) == (0.8, HIGH, HIGH), "it was fitted beside one embedding model"


def test_a_passage_that_gave_way_is_no_more_probable_than_the_one_judged(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    even = {"weights": {"best": 0.0}, "constant": 0.0, "high": 0.8, "low": 0.4}
    reader = JointReader(OnnxReader(folder_with(model_folder, tmp_path / "m", even)), FakeEmbeddings())
    before = reader.read("What does lithium cost?", passages())
    last = min(range(3), key=lambda n: before[n].probability)
    monkeypatch.setattr("rag.reading.joint.best_first", lambda sights: [last])
    after = reader.read("What does lithium cost?", passages())
    assert before[last].probability < 0.5 and after[last].probability == pytest.approx(0.5)
    assert max(reading.probability for reading in after) == pytest.approx(0.5)


def test_the_judge_asks_a_support_head_where_there_is_one(supporting_folder: Path, tmp_path: Path) -> None:
    weights = {"weights": {"supported": 1.0}, "constant": 0.0, "high": 0.8, "low": 0.4}
    reader = JointReader(OnnxReader(folder_with(supporting_folder, tmp_path / "m", weights)), FakeEmbeddings())
    readings = reader.read("What does lithium cost?", passages())
    assert max(reading.probability for reading in readings) != pytest.approx(0.5)
    assert readings == reader.read("What does lithium cost?", passages())
