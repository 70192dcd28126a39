"""What the support head of a reading model adds to the rules: when it is asked, of what, and what it counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.article import Article
from index.embed import DEFAULT, load_embeddings
from index.errors import ModelError
from rag.reading.head import SupportHead
from rag.reading.manifest import ClaimWeights
from rag.reading.onnx import OnnxReader
from rag.retrieve import Passage
from rag.verify.support import Verifier
from rag.verify.weigh import BESIDE_HEAD, HEAD
from settings import READER
from tests.fakes import FakeEmbeddings

TEXT = "The pool closes in winter. Carers get free permits from the town. Nobody asked the firms."
CLAIM = "The town hands carers permits for free."


@dataclass
class FakeHead:
    """A head that says the same of every claim, and remembers what it was asked."""

    weights: ClaimWeights | None
    said: Mapping[str, float] | None
    read: list[tuple[str, str, str]] = field(default_factory=list)
    order: float = 0.0
    sides_asked: list[tuple[str, str, str]] = field(default_factory=list)

    def sides(self, claim: str, title: str, text: str) -> float:
        self.sides_asked.append((claim, title, text))
        return self.order

    def decides(self, question: str, title: str, text: str) -> float:
        return 0.0

    def evidence(self, claim: str, title: str, text: str) -> Mapping[str, float] | None:
        self.read.append((claim, title, text))
        return self.said


HEAD_ALONE = ClaimWeights({"supported": 1.0}, 0.0)


def passage(text: str) -> Passage:
    return Passage(Article("a.txt", "Permits", text, "0" * 64), 0, len(text), 1.0)


def probability(head: FakeHead | None, claim: str = CLAIM) -> float:
    judged = Verifier(FakeEmbeddings(), head).judged(claim, [(TEXT, "Permits", None)])
    return max(found for _, found in judged)


@pytest.mark.parametrize(("said", "expected"), [(6.0, 0.9975), (0.0, 0.5), (-6.0, 0.0025)])
def test_what_the_head_says_counts_by_its_weights(said: float, expected: float) -> None:
    assert probability(FakeHead(HEAD_ALONE, {"supported": said})) == pytest.approx(expected, abs=1e-4)


def test_it_reads_a_passage_once_after_its_title() -> None:
    head = FakeHead(HEAD_ALONE, {"supported": 1.0})
    assert Verifier(FakeEmbeddings(), head).support(CLAIM, [passage(TEXT)]) is not None
    assert head.read == [(CLAIM, "Permits", TEXT)]


@pytest.mark.parametrize(("order", "expected"), [(3.0, 0.7311), (-1.0, 0.7311), (-3.0, 0.0)])
def test_a_claim_with_its_sides_exchanged_is_refused(order: float, expected: float) -> None:
    head = FakeHead(HEAD_ALONE, {"supported": 1.0}, order=order)
    assert probability(head) == pytest.approx(expected, abs=1e-4)
    assert head.sides_asked == [(CLAIM, "Permits", TEXT)]


def test_sides_are_not_read_of_what_is_not_supported_anyway() -> None:
    head = FakeHead(HEAD_ALONE, {"supported": -1.0}, order=-3.0)
    assert probability(head) == pytest.approx(0.2689, abs=1e-4)
    assert not head.sides_asked


def test_a_copy_needs_no_head_and_another_number_no_weighing() -> None:
    head = FakeHead(HEAD_ALONE, {"supported": -6.0})
    assert probability(head, "Carers get free permits from the town.") == 1.0
    sure = FakeHead(HEAD_ALONE, {"supported": 6.0})
    assert probability(sure, "Carers get 300 free permits from the town.") == 0.0
    assert not sure.read


@pytest.mark.parametrize(
    "head",
    [FakeHead(None, {"supported": 6.0}), FakeHead(HEAD_ALONE, None), FakeHead(None, None)],
    ids=["nothing fitted", "what it cannot read", "neither"],
)
def test_without_a_head_that_says_something_the_rules_judge_alone(head: FakeHead) -> None:
    assert probability(head) == probability(None)


def test_chinese_is_left_to_the_rules() -> None:
    head = FakeHead(HEAD_ALONE, {"supported": 6.0})
    text = "雷军在2021年宣布小米造车。他没有透露价格。"
    assert Verifier(FakeEmbeddings(), head).support("雷军在2022年宣布小米造车。", [passage(text)]) is None
    assert not head.read


SOLD = "The harbour council sold the old ferry to Ida Lund in 1932 for 12,000 crowns. Nobody had painted it."
TRUE = [
    "In 1932 the harbour council sold the old ferry to Ida Lund.",
    "Ida Lund paid 12,000 crowns for the old ferry.",
    "The old ferry went to Ida Lund for 12,000 crowns.",
]
FALSE = [
    "The harbour council sold the old ferry to Ida Lund in 1935.",
    "The harbour council sold the old ferry to Olaf Berg in 1932.",
    "The harbour council sold the old ferry to Ida Lund for 15,000 crowns.",
    "Ida Lund sold the old ferry to the harbour council in 1932.",
    "The harbour council did not sell the old ferry to Ida Lund.",
    "The harbour council sold the old ferry to Ida Lund because its engine had failed twice.",
    "The old ferry was painted red by Ida Lund.",
    "Die alte Fähre wurde 1932 an Olaf Berg verkauft.",
    "老渡轮于1935年卖给了艾达·伦德。",
    "",
    "The old ferry was sold. " * 417,
]


@pytest.fixture(scope="module")
def published(models: Path) -> Verifier:
    """The verifier with the published weights."""
    return Verifier(load_embeddings(DEFAULT, models), SupportHead(OnnxReader(READER)))


@pytest.mark.parametrize("claim", TRUE)
def test_the_published_weights_keep_what_is_said_in_other_words(published: Verifier, claim: str) -> None:
    found = published.support(claim, [passage(SOLD)])
    assert found is not None
    assert found.text in SOLD


@pytest.mark.parametrize(
    "claim", FALSE, ids=["year", "name", "price", "roles", "denial", "added", "action", "German", "Chinese", "0", "10k"]
)
def test_the_published_weights_refuse_what_is_not_said(published: Verifier, claim: str) -> None:
    assert published.support(claim, [passage(SOLD)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "1932年，港务委员会以12000克朗把旧渡轮卖给了艾达·伦德。",
        "В 1932 году совет порта продал старый паром Иде Лунд за 12 000 крон.",
    ],
    ids=["Chinese", "Russian"],
)
def test_the_published_weights_find_nothing_in_another_script(published: Verifier, text: str) -> None:
    assert published.support("The harbour council sold the old ferry to Ida Lund in 1932.", [passage(text)]) is None
    assert published.support("Old ferries were sold.", [passage(text)]) is None


@pytest.mark.parametrize(
    ("claim", "exchanged"),
    [
        (
            "The harbour council sold the old ferry to Ida Lund.",
            "The old ferry sold the harbour council to Ida Lund.",
        ),
        ("The council sold the ferry to Ida Lund in 1932.", "The ferry sold the council to Ida Lund in 1932."),
    ],
)
def test_the_published_weights_tell_who_did_it_to_whom(claim: str, exchanged: str) -> None:
    head = SupportHead(OnnxReader(READER))
    right, wrong = (head.sides(said, "The harbour", SOLD) for said in (claim, exchanged))
    assert right > 1
    assert wrong == pytest.approx(-right, abs=0.5)


def test_a_claim_without_a_verb_is_asked_nothing(supporting_folder: Path) -> None:
    assert SupportHead(OnnxReader(supporting_folder)).sides("The old ferry.", "", SOLD) == 0


def test_the_published_weights_say_how_head_and_rules_count() -> None:
    weights = SupportHead(OnnxReader(READER)).weights
    assert weights is not None
    assert set(weights.weights) == {*BESIDE_HEAD, *HEAD}
    assert weights.alone is not None
    assert set(weights.alone.weights) == set(HEAD)


@pytest.mark.parametrize(
    ("question", "quote", "sign"),
    [
        ("Did the harbour board support the new ferry?", "The harbour board supported the new ferry.", 1),
        ("Is the ferry captain accused of theft?", "The ferry captain is not accused of theft.", -1),
        ("Does the ferry have a restaurant?", "There is no restaurant on the ferry.", -1),
    ],
)
def test_the_published_head_tells_yes_from_no(question: str, quote: str, sign: int) -> None:
    verifier = Verifier(FakeEmbeddings(), SupportHead(OnnxReader(READER)))
    assert sign * verifier.decides(question, quote, "The ferry") > 0.5
    assert Verifier(FakeEmbeddings()).decides(question, quote, "The ferry") == 0


def test_a_folder_without_a_head_or_without_weights_for_it_leaves_the_rules(
    model_folder: Path, supporting_folder: Path
) -> None:
    for folder in (model_folder, supporting_folder):
        verifier = Verifier(FakeEmbeddings(), SupportHead(OnnxReader(folder)))
        text = (TEXT, "Permits", None)
        assert verifier.judged(CLAIM, [text]) == Verifier(FakeEmbeddings()).judged(CLAIM, [text])
        assert verifier.decides("Was the permit withdrawn?", TEXT, "Permits") == 0


@pytest.mark.parametrize(
    "claims",
    [
        {"weights": {"supported": float("nan")}, "constant": 0.0},
        {"weights": {"supported": 1.0}, "constant": float("inf")},
        {"weights": {"supported": "much"}, "constant": 0.0},
        {"weights": {"supported": 1.0}},
        {"weights": {}, "constant": 0.0, "alone": {"constant": 0.0}},
        [1.0],
    ],
)
def test_damaged_weights_are_one_clear_error(supporting_folder: Path, tmp_path: Path, claims: object) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(supporting_folder, copy)
    manifest = json.loads((copy / "reader.json").read_text())
    (copy / "reader.json").write_text(json.dumps(manifest | {"claims": claims}))
    with pytest.raises(ModelError, match="no usable reading model"):
        Verifier(FakeEmbeddings(), SupportHead(OnnxReader(copy))).judged(CLAIM, [(TEXT, "", None)])
