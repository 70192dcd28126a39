"""Comparisons: their sides, a question about each, and which number wins."""

from __future__ import annotations

import pytest

from rag.language.comparisons import comparison_of


@pytest.mark.parametrize(
    ("question", "sides", "first", "larger", "predicate"),
    [
        ("NIO or XPeng, who lost more?", ("NIO", "XPeng"), "How much did NIO lose?", True, "lost more"),
        ("Between NIO and XPeng, who lost more?", ("NIO", "XPeng"), "How much did NIO lose?", True, "lost more"),
        ("Did NIO or XPeng lose more in 2023?", ("NIO", "XPeng"), "How much did NIO lose in 2023?", True, ""),
        ("Which car is cheaper, the SU7 or the Model 3?", ("the SU7", "the Model 3"), "How much does the SU7 cost?",
         False, "is cheaper"),
        ("Which is less expensive: tea or coffee?", ("tea", "coffee"), "How much does tea cost?", False,
         "is less expensive"),
        ("Which costs more in China, the SU7 or the Model 3?", ("the SU7", "the Model 3"),
         "How much does the SU7 cost in China?", True, "costs more in China"),
        ("Which firm sold more cars in 2023: BYD or Tesla?", ("BYD", "Tesla"), "How many cars did BYD sell in 2023?",
         True, "sold more cars in 2023"),
        ("Whose loss was bigger, NIO's or XPeng's?", ("NIO", "XPeng"), "How big was NIO's loss?", True, ""),
        ("Which lake is shorter, Lake Garda or Lake Como?", ("Lake Garda", "Lake Como"), "How long is Lake Garda?",
         False, "is shorter"),
        ("Compare the range of the SU7 and the Model 3", ("the SU7", "the Model 3"), "What is the range of the SU7?",
         None, ""),
        ("compare NIO's losses with XPeng's", ("NIO", "XPeng"), "What is the losses of NIO?", None, ""),
        ("Who was faster, Ann or Bob?", ("Ann", "Bob"), "Who was faster Ann?", None, ""),
    ],
)  # fmt: skip
def test_the_two_sides_get_a_question_each(
    question: str, sides: tuple[str, str], first: str, larger: bool | None, predicate: str
) -> None:
    comparison = comparison_of(question)
    assert comparison is not None
    assert comparison.sides == sides
    assert comparison.questions == (first, first.replace(*sides))
    assert (comparison.larger, comparison.predicate) == (larger, predicate)


@pytest.mark.parametrize("question", ["Who is right or wrong?", "Who founded NIO?", "or", "", "Compare", "a or"])
def test_without_two_sides_there_is_no_comparison(question: str) -> None:
    assert comparison_of(question) is None
