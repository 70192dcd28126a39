from __future__ import annotations

import json
from typing import Any

import pytest

from rag.answer import Answer, BrokenAnswerError, Citation, Models, Nearest, Place, Retrieved, Sentence, Timings


def citation(n: int = 1, **changed: Any) -> Citation:
    return Citation(
        **dict[str, Any](n=n, article_id="a", title="A", source="a.md", start=3, end=8, quote="fives") | changed
    )


def sentence(*citations: int) -> Sentence:
    return Sentence("fives", "quote", citations, 0.9)


def answer(**changed: Any) -> Answer:
    values: dict[str, Any] = {
        "id": "1",
        "question": "How many?",
        "standalone_question": "How many?",
        "abstained": False,
        "answer": '"fives" [1]',
        "confidence": 0.9,
        "engine": "reader",
        "models": Models("fake"),
        "generation": "1",
        "timings_ms": Timings(),
        "sentences": (sentence(1),),
        "citations": (citation(),),
    }
    return Answer(**values | changed)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"n": 0}, "below 1"),
        ({"end": 9}, "do not fit"),
        ({"start": 8, "quote": ""}, "do not fit"),
        ({"answer_spans": ((2, 5),)}, "outside"),
        ({"answer_spans": ((3, 8), (7, 9))}, "outside"),
        ({"answer_spans": ((5, 5),)}, "outside"),
    ],
)
def test_a_citation_that_does_not_fit_its_quote_cannot_be_made(changed, says):
    assert citation(answer_spans=((3, 8), (4, 5))).quote == "fives"
    with pytest.raises(BrokenAnswerError, match=says):
        citation(**changed)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"citations": (citation(2),), "sentences": (sentence(2),)}, "numbered"),
        ({"citations": (citation(2), citation(1)), "sentences": (sentence(1, 2),)}, "numbered"),
        ({"sentences": (sentence(1, 2),)}, "do not match"),
        ({"citations": (citation(1), citation(2))}, "do not match"),
        ({"sentences": (sentence(1), sentence())}, "without a citation"),
        ({"abstained": True}, "either abstains"),
        ({"sentences": (), "citations": ()}, "either abstains"),
    ],
)
def test_an_answer_whose_marks_point_nowhere_cannot_be_made(changed, says):
    assert answer().citations
    assert answer(abstained=True, sentences=(), citations=()).abstained
    with pytest.raises(BrokenAnswerError, match=says):
        answer(**changed)


@pytest.mark.parametrize(
    ("kind", "text"), [("quote", '"fives" [1] [2]'), ("short", "fives [1] [2]"), ("written", "fives [1] [2]")]
)
def test_only_quotes_are_set_in_quotation_marks(kind, text):
    assert str(Sentence("fives", kind, (1, 2), 0.9)) == text


def test_the_ranked_passages_are_in_the_json_only_with_a_trace():
    assert "retrieved" not in answer().to_dict()
    traced = answer(retrieved=(Retrieved("a", "a.md", 3, 8, 0.5, None),))
    assert json.loads(json.dumps(traced.to_dict()))["retrieved"] == [
        {"article_id": "a", "source": "a.md", "start": 3, "end": 8, "score": 0.5, "read_score": None}
    ]


def test_an_answer_survives_json():
    full = answer(
        citations=(citation(answer_spans=((3, 5),), also=(Place("b", 0, 5, "fives"),)),),
        retrieved=(Retrieved("a", "a.md", 3, 8, 0.1, None),),
        suggestions=("How few?",),
    )
    refused = answer(abstained=True, sentences=(), citations=(), nearest=(Nearest("a", "A", "a.md", 0, 2, "ab"),))
    for each in (full, refused):
        assert Answer.from_dict(json.loads(json.dumps(each.to_dict()))) == each


@pytest.mark.parametrize(
    "data", [{}, {"models": None}, answer().to_dict() | {"more": 1}, answer().to_dict() | {"citations": []}]
)
def test_data_that_is_no_answer_is_refused(data):
    with pytest.raises(ValueError):
        Answer.from_dict(data)
