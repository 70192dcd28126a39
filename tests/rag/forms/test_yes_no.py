"""Yes or no: said where the quote decides, and never against what it says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rag.forms.yes_no import claim_of, yes_or_no
from rag.reading.manifest import ClaimWeights
from tests.rag.forms.readings import assert_is_an_answer, findings

SOLD = "Tesla sold fewer cars than BYD in the last quarter of 2023."
ASKED = "Did Tesla ever sell fewer cars than BYD?"


@pytest.mark.parametrize(
    ("question", "quote", "said"),
    [
        (ASKED, SOLD, "Yes."),
        (ASKED, "Tesla did not sell fewer cars than BYD.", "No."),
        (ASKED, "Tesla never sold fewer cars than BYD.", "No."),
        ("Is Tesla accused of fraud?", "Tesla isn’t accused of fraud.", "No."),
    ],
)
def test_the_verdict_comes_first_and_the_deciding_sentence_after_it(question: str, quote: str, said: str) -> None:
    body = yes_or_no(findings(question, [(quote, "Tesla", 0.9)]))
    assert body is not None
    assert_is_an_answer(body)
    assert [(s.text, s.kind, s.citations) for s in body.sentences] == [(said, "computed", (1,)), (quote, "quote", (1,))]
    assert body.certainty == "high" and body.sentences[0].support <= 0.9


@pytest.mark.parametrize(
    ("question", "quote", "probability"),
    [
        (ASKED, SOLD, 0.6),
        (ASKED, "Tesla may have sold fewer cars than BYD.", 0.9),
        (ASKED, "Tesla sold fewer cars than BYD only in December.", 0.9),
        (ASKED, "Tesla denied that it sold fewer cars than BYD.", 0.9),
        (ASKED, "Tesla did not say that it never sold fewer cars than BYD.", 0.9),
        (ASKED, "BYD sold fewer cars than Tesla.", 0.9),
        (ASKED, "Tesla sold its office near BYD to a bank.", 0.9),
        ("Didn't Tesla sell fewer cars than BYD?", SOLD, 0.9),
        ("Did Tesla sell fewer cars than BYD or VW?", SOLD, 0.9),
        ("Did Tesla sell fewer cars than BYD in 2022?", SOLD, 0.9),
    ],
)
def test_else_the_ordinary_answer_stands(question: str, quote: str, probability: float) -> None:
    assert yes_or_no(findings(question, [(quote, "Tesla", probability)])) is None


class DecidingHead:
    """A support head that finds questions decided by so much, and claims neither supported nor contradicted."""

    weights = ClaimWeights({"supported": 1.0}, 0.0)

    def __init__(self, decided: float) -> None:
        self.decided = decided

    def decides(self, question: str, title: str, text: str) -> float:
        assert (question, text[-1:], title.splitlines()[0]) == (ASKED, ".", "Text 0")
        return self.decided

    def evidence(self, claim: str, title: str, text: str) -> Mapping[str, float] | None:
        return {"supported": -6.0, "contradicted": -6.0}

    def sides(self, claim: str, title: str, text: str) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("quote", "decided", "said"),
    [
        ("BYD outsold Tesla at the end of 2023.", 0.7, "Yes."),
        ("At the end of 2023 Tesla was still ahead of BYD.", -0.7, "No."),
        ("At the end of 2023 Tesla was still ahead of BYD.", -0.5, None),
        ("Tesla may have been behind BYD at the end of 2023.", 0.9, None),
    ],
)
def test_what_the_support_head_is_sure_of_is_said_as_uncertain(quote: str, decided: float, said: str | None) -> None:
    body = yes_or_no(findings(ASKED, [(quote, "Tesla", 0.95)], head=DecidingHead(decided)))
    assert (body and body.sentences[0].text) == said
    if body is not None:
        assert_is_an_answer(body)
        assert body.certainty == "low" and body.sentences[1].text == quote


def test_a_quote_beside_the_best_one_decides_too() -> None:
    beside = [("Tesla and BYD are rivals in every market.", "rivals", 0.9), (SOLD, "Tesla", 0.8)]
    body = yes_or_no(findings(ASKED, beside))
    assert body is not None
    assert [sentence.text for sentence in body.sentences] == ["Yes.", SOLD]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Did NIO lose more than XPeng?", "Yes: 20.7 billion yuan (NIO) against 10.4 billion yuan (XPeng)."),
        ("Did NIO lose less than XPeng?", "No: 20.7 billion yuan (NIO) against 10.4 billion yuan (XPeng)."),
        ("Was NIO's loss bigger than XPeng's?", "Yes: 20.7 billion yuan (NIO) against 10.4 billion yuan (XPeng)."),
    ],
)
def test_a_claim_that_compares_two_numbers_is_computed(question: str, said: str) -> None:
    further = {
        "NIO": [("NIO lost 20.7 billion yuan.", "20.7 billion yuan", 0.9)],
        "XPeng": [("XPeng lost 10.4 billion yuan.", "10.4 billion yuan", 0.9)],
    }
    body = yes_or_no(findings(question, [], further))
    assert body is not None and (body.intent, body.certainty) == ("yes_no", "high")
    assert body.sentences[0].text == said
    assert_is_an_answer(body)


def test_a_choice_by_a_measure_is_a_comparison() -> None:
    further = {
        "the SU7": [("The SU7 costs 215,900 yuan.", "215,900 yuan", 0.9)],
        "the Model 3": [("The Model 3 costs 245,900 yuan.", "245,900 yuan", 0.9)],
    }
    body = yes_or_no(findings("Is the SU7 or the Model 3 cheaper?", [], further))
    assert body is not None and body.intent == "compare"
    assert body.sentences[0].text == "The SU7: 215,900 yuan against 245,900 yuan (the Model 3)."


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("Did Tesla really lose?", "Tesla lose"), ("is it open", "it open"), ("Who lost?", None), ("", None),
        ("Is nobody there?", None), ("Is it red or blue?", None),
    ],
)  # fmt: skip
def test_a_question_becomes_a_claim(question: str, claim: str | None) -> None:
    assert claim_of(question) == claim
