"""Questions that ask the same of two, and those that only name two."""

from __future__ import annotations

import pytest

from rag.language.pairs import pair_in


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "How much did Prosser and Tollemache each lose?",
            "How much did Prosser lose?",
            "How much did Tollemache lose?",
        ),
        (
            "How have the ironmonger and the bookseller fared?",
            "How has the ironmonger fared?",
            "How has the bookseller fared?",
        ),
        (
            "How do the minister and Niamh Quilty differ on caps?",
            "What does the minister say about caps?",
            "What does Niamh Quilty say about caps?",
        ),
        (
            "What would it pay for Halle and for Feretti?",
            "What would it pay for Halle?",
            "What would it pay for Feretti?",
        ),
        (
            "How did the revenue of Velora and Kestrin change?",
            "How did the revenue of Velora change?",
            "How did the revenue of Kestrin change?",
        ),
    ],
)
def test_each_of_two_gets_a_question(question: str, first: str, second: str) -> None:
    pair = pair_in(question)
    assert pair is not None
    assert pair.questions == (first, second)


@pytest.mark.parametrize(
    "question",
    [
        "When did Skarv and Tern merge?",
        "How far is it between Bremen and Hull?",
        "How much do the Orvane, the Lark and the Mokka weigh?",
        "What do residents on the first floor and from the fourth upwards say?",
        "Who bakes bread and cake?",
        "",
    ],
)
def test_others_ask_of_no_two(question: str) -> None:
    assert pair_in(question) is None
