"""What may be asked."""

from __future__ import annotations

import pytest

from index.errors import EmptyQuestionError, QuestionError, QuestionTooLongError
from rag.question import First, check_question, first_question


def test_blanks_around_a_question_are_not_part_of_it() -> None:
    assert check_question(" \n Who?\u3000", 4) == "Who?"


def test_signs_that_nobody_sees_are_not_part_of_a_question() -> None:
    assert check_question("\u202eWho\0 is\u200b\x1b Ada\u2066?\ufeff", 20) == "Who is Ada?"
    assert check_question("می\u200cخواهم\n\tچه", 20) == "می\u200cخواهم\n\tچه"  # a joiner is part of the word


@pytest.mark.parametrize(
    ("question", "error", "said"),
    [
        ("", EmptyQuestionError, "the question is empty: ask something"),
        (" \n\t", EmptyQuestionError, "the question is empty"),
        ("\u202e \u202c\0", EmptyQuestionError, "the question is empty"),
        ("a" * 1001, QuestionTooLongError, "the question has 1,001 characters: ask in at most 1,000"),
        ("Who is \ud83d?", QuestionError, "not UTF-8"),
    ],
)
def test_what_cannot_be_asked(question: str, error: type[QuestionError], said: str) -> None:
    with pytest.raises(error, match=said):
        check_question(question, 1000)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Who founded BYD?", First("Who founded BYD?")),
        ("Who founded BYD? And when?", First("Who founded BYD?", others=1)),
        ("It sold three million. How many abroad?", First("It sold three million. How many abroad?")),
        ("BYD is large. Who leads it? Since when? Why?", First("Who leads it?", "BYD is large.", 2)),
        ("谁创立了比亚迪？什么时候？", First("谁创立了比亚迪？", others=1)),
        ("Is 'why?' a question?", First("Is 'why?' a question?")),
        ("? ? ?", First("? ? ?")),
        ("batteries", First("batteries")),
    ],
)
def test_the_first_of_several_questions(text: str, first: First) -> None:
    assert first_question(text) == first


def test_a_long_text_leads_to_its_question() -> None:
    text = "I have read all of the articles about the harbour. " * 5 + "Who drinks tea there?"
    assert first_question(text).question == "Who drinks tea there?"
