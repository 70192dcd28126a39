"""What may be asked."""

from __future__ import annotations

import pytest

from index.errors import EmptyQuestionError, QuestionError, QuestionTooLongError
from rag.question import check_question


def test_blanks_around_a_question_are_not_part_of_it() -> None:
    assert check_question(" \n Who?\u3000", 4) == "Who?"


@pytest.mark.parametrize(
    ("question", "error", "said"),
    [
        ("", EmptyQuestionError, "the question is empty: ask something"),
        (" \n\t", EmptyQuestionError, "the question is empty"),
        ("a" * 1001, QuestionTooLongError, "the question has 1,001 characters: ask in at most 1,000"),
        ("Who is \ud83d?", QuestionError, "not UTF-8"),
    ],
)
def test_what_cannot_be_asked(question: str, error: type[QuestionError], said: str) -> None:
    with pytest.raises(error, match=said):
        check_question(question, 1000)
