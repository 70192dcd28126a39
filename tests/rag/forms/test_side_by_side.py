"""Two rows of one table side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.readers import read_article
from rag.forms.compare import compare
from rag.generate import AnswerBody
from rag.retrieve import Passage
from tests.rag.forms.readings import assert_is_an_answer, findings

PLANS = """# Oak Mail: plans

| Plan | Price | Users | Support |
|---|---|---|---|
| Twig | free | 1 | - |
| Bough | $6 | 40 | e-mail |
| Crown | $24 | 40 | e-mail, telephone |
"""
SHEET = """# Tarn routers

| | M2 | M4 |
|---|---|---|
| Power | 6.5 W | 11 W |
| Weight | 410 g | 730 g |
"""


def answered(question: str, text: str) -> AnswerBody | None:
    article = read_article(text.encode(), "a.md")
    asked = replace(findings(question, []), passages=[Passage(article, 0, len(article.text), 1.0)])
    body = compare(asked)
    if body is not None and body.certainty == "high":
        assert_is_an_answer(body)
        for citation in body.citations:
            assert article.text[citation.start : citation.end] == citation.quote
    return body


@pytest.mark.parametrize(
    ("question", "text", "first", "quotes"),
    [
        (
            "Compare Twig and Crown",
            PLANS,
            "Twig and Crown: Price free against $24; Users 1 against 40; Support - against e-mail, telephone.",
            ["Twig | free | 1 | -", "Crown | $24 | 40 | e-mail, telephone"],
        ),
        (
            "What is the difference between the Bough plan and the Crown plan?",
            PLANS,
            "Bough and Crown: Price $6 against $24; Users 40 against 40; Support e-mail against e-mail, telephone.",
            ["Bough | $6 | 40 | e-mail", "Crown | $24 | 40 | e-mail, telephone"],
        ),
        (
            "M2 vs M4",
            SHEET,
            "M2 and M4: Power 6.5 W against 11 W; Weight 410 g against 730 g.",
            ["Power | 6.5 W | 11 W", "Weight | 410 g | 730 g"],
        ),
    ],
)
def test_what_the_columns_say_of_both(question: str, text: str, first: str, quotes: list[str]) -> None:
    body = answered(question, text)
    assert body is not None
    assert (body.sentences[0].text, body.certainty, body.intent) == (first, "high", "compare")
    assert [citation.quote for citation in body.citations] == quotes


@pytest.mark.parametrize(
    "question",
    [
        "Compare Twig and Leaf",
        "Compare the price of Twig and Crown",
        "Compare Twig and Twig",
        "Compare the oak and Crown",
    ],
)
def test_nothing_where_a_side_is_no_row_or_one_column_is_meant(question: str) -> None:
    body = answered(question, PLANS)
    assert body is None or body.certainty != "high"


def test_columns_that_do_not_fit_into_the_line_are_counted() -> None:
    wide = "| Plan | " + " | ".join(f"Column {n} of many" for n in range(12)) + " |\n|" + "---|" * 13 + "\n"
    rows = "".join(f"| {name} | " + " | ".join(f"value {n}" for n in range(12)) + " |\n" for name in ("Twig", "Crown"))
    body = answered("Compare Twig and Crown", f"# Plans\n\n{wide}{rows}")
    assert body is not None and len(body.sentences[0].text) <= 300
    assert body.sentences[0].text.endswith("more.")
