"""How true and false sentences are made, and what is computed from how they are judged."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from benchmarks import verification
from benchmarks.falsehoods import KINDS, kinds
from benchmarks.pairs import Pair, pairs_of, sources
from benchmarks.statements import declare, verbs_of
from rag.verify.align import FEATURES
from tests.fakes import FakeEmbeddings

TEXT = (
    "In 1850 the army of Denmark attacked Flensburg with 300 ships. The king wanted to attack, to build and to close"
    " many gates. He attacked and closed them, and nobody would attack or build or close again."
    " Later the city thanked Anna Berg."
)
OTHER = "Years later Oslo burned, because nobody had kept any water at all. The people of Oslo left."
VERBS = verbs_of([TEXT])


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("When did the army of Denmark attack Flensburg?", "1850", "The army of Denmark attacked Flensburg in 1850."),
        ("Where was the first gate closed?", "in Flensburg", "The first gate was closed in Flensburg."),
        ("Who attacked the city with ships?", "Denmark", "Denmark attacked the city with ships."),
        ("How many ships did the army have?", "300", "The army had 300 ships."),
        ("What is the name of the city?", "Flensburg", "The name of the city is Flensburg."),
        ("The army attacked which city?", "Flensburg", None),
        ("The army attacked the city when?", "1850", "The army attacked the city in 1850."),
        ("Why?", "because", None),
        ("Is there anything to be said of it?", "yes", None),
    ],
)
def test_a_question_becomes_a_statement_or_nothing(question, answer, said):
    assert declare(question, answer, VERBS) == said


def test_each_kind_changes_what_it_says_it_changes():
    said = "Denmark attacked Flensburg with 300 ships in 1850."
    made = dict(kinds(said, TEXT, [OTHER], VERBS, "seed"))
    assert set(made) == set(KINDS)
    assert made == dict(kinds(said, TEXT, [OTHER], VERBS, "seed"))
    assert "300" not in made["number"]
    assert made["number"].endswith("ships in 1850.")
    assert "1850" not in made["date"]
    assert "300 ships" in made["date"]
    assert any(word in made["name"] for word in ("Oslo", "Anna Berg"))
    assert any(word in made["negation"] for word in ("not", "never", "failed to", "refused to"))
    assert made["roles"] == "Flensburg attacked Denmark with 300 ships in 1850."
    assert made["added claim"].startswith("Denmark attacked Flensburg with 300 ships in 1850 because nobody")


def test_a_negation_is_left_out_where_there_is_one():
    said = "The city was not attacked by Denmark."
    assert KINDS["negation"](said, TEXT, [], VERBS, random.Random(0)) == "The city was attacked by Denmark."


def test_figures_by_hand():
    pairs = [Pair("name", (f"t{i}", "", ""), (f"f{i}", "", "")) for i in range(4)]
    scores = {"t0": 1.0, "t1": 1.0, "t2": 1.0, "t3": 0.0, "f0": 1.0, "f1": 0.0, "f2": 0.0, "f3": 0.0}
    found = verification.figures(lambda claim: scores[claim[0]], 0.5, pairs)
    assert (found["true_kept"], found["false_kept"]) == (0.75, 0.25)
    assert found["balanced_accuracy"]["value"] == 0.75
    assert found["f1"]["value"] == 0.75  # 3 right of 4 said to be supported, 3 found of 4 that are
    assert found["balanced_accuracy"]["low"] <= 0.75 <= found["balanced_accuracy"]["high"]


def test_the_threshold_is_the_one_that_tells_best():
    pairs = [Pair("name", ("t", "", ""), ("f", "", ""))]
    scores = {"t": 0.62, "f": 0.4}
    assert 0.4 < verification.best_threshold(lambda claim: scores[claim[0]], pairs) <= 0.62


def squad(title: str) -> dict:
    """An article with questions that have an answer and one that has none."""
    answers = {
        "When did Denmark attack Flensburg?": "1850",
        "Who attacked Flensburg with 300 ships?": "the army of Denmark",
    }
    asked = [{"question": q, "answers": [{"text": a}], "is_impossible": False} for q, a in answers.items()]
    none = {"question": "When did Denmark build Flensburg?", "answers": [], "plausible_answers": [{"text": "1850"}]}
    return {"title": title, "paragraphs": [{"context": TEXT, "qas": [*asked, none]}, {"context": OTHER, "qas": []}]}


@pytest.fixture
def data(tmp_path):
    (tmp_path / "squad2").mkdir()
    (tmp_path / "clapnq").mkdir()
    articles = [squad(title) for title in "ABCD"]
    (tmp_path / "squad2/dev-v2.0.json").write_text(json.dumps({"data": articles}))
    row = {
        "passages": [{"title": "P", "text": "The mill , built in 1901 , was sold to a bank by Olaf Berg ."}],
        "output": [{"answer": "Olaf Berg sold the mill, which was built in 1901, to a bank. The mill, built in 1901."}],
    }
    (tmp_path / "clapnq/clapnq_dev_answerable.jsonl").write_text(f"{json.dumps(row)}\n" * 2)
    return tmp_path


def test_the_halves_share_no_article_and_copies_are_left_out(data):
    tuning, reported = (sources(data, tuning=tuning) for tuning in (True, False))
    assert {source.title for source in tuning} == {"A", "C", "P"}
    assert {source.title for source in reported} == {"B", "D", "P"}
    assert [s.said for s in tuning if s.title == "P"] == [
        "Olaf Berg sold the mill, which was built in 1901, to a bank."
    ]
    assert {s.said for s in tuning if not s.supported} == {"Denmark built Flensburg in 1850."}


def test_the_false_sentence_of_a_pair_has_the_text_of_the_true_one(data):
    pairs = pairs_of(sources(data, tuning=True), VERBS)
    assert {pair.kind for pair in pairs} >= {"date", "negation", "unanswerable"}
    assert all(pair.true[1:] == pair.false[1:] for pair in pairs if pair.kind in KINDS)
    assert all(pair.true[0] != pair.false[0] for pair in pairs)


def test_the_program_prints_a_table_and_writes_json(data, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(verification, "load_embeddings", lambda *_: FakeEmbeddings())
    assert verification.main(["--data", str(data), "--json", str(tmp_path / "out.json")]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("| kind | pairs | judged by |")
    rows = json.loads((tmp_path / "out.json").read_text())
    assert {row["way"] for row in rows} == {"verifier", "rules", "head", "word overlap", "cosine"}
    date = next(row for row in rows if (row["kind"], row["way"]) == ("date", "verifier"))
    assert date["false_kept"] == 0
    assert date["true_kept"] > 0
    assert f"| date | {date['pairs']} | verifier | {date['balanced_accuracy']['value']:.3f}" in shown


def test_the_fit_prefers_what_tells(data, monkeypatch, capsys):
    monkeypatch.setattr(verification, "load_embeddings", lambda *_: FakeEmbeddings())
    assert verification.main(["--data", str(data), "--fit"]) == 0
    shown = capsys.readouterr().out
    weights = {line.split("'")[1]: float(line.split(": ")[1].rstrip(",")) for line in shown.splitlines()}
    assert set(weights) == {*FEATURES, "bias"}
    assert weights["negated_share"] < 0
    assert np.isfinite(list(weights.values())).all()
