"""What the support head of a reading model adds to the rules: when it is asked, of what, and what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from index.article import Article
from rag.reading.manifest import ClaimWeights
from rag.retrieve import Passage
from rag.verify.support import Verifier
from tests.fakes import FakeEmbeddings

TEXT = "The pool closes in winter. Carers get free permits from the town. Nobody asked the firms."
CLAIM = "The town hands carers permits for free."


@dataclass
class FakeHead:
    """A head that says the same of every claim, and remembers what it was asked."""

    weights: ClaimWeights | None
    said: Mapping[str, float] | None
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def evidence(self, claim: str, title: str, text: str) -> Mapping[str, float] | None:
        self.asked.append((claim, title, text))
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
    assert head.asked == [(CLAIM, "Permits", TEXT)]


def test_a_copy_needs_no_head_and_another_number_no_weighing() -> None:
    head = FakeHead(HEAD_ALONE, {"supported": -6.0})
    assert probability(head, "Carers get free permits from the town.") == 1.0
    sure = FakeHead(HEAD_ALONE, {"supported": 6.0})
    assert probability(sure, "Carers get 300 free permits from the town.") == 0.0
    assert not sure.asked


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
    assert not head.asked
