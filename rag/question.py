"""The one check of what may be asked: for the chain, and for the faces, which refuse a question before it waits."""

from __future__ import annotations

from index.errors import EmptyQuestionError, QuestionError, QuestionTooLongError


def check_question(question: str, limit: int) -> str:
    """Return the question without blanks around it. Raises QuestionError for one that cannot be asked."""
    question = question.strip()
    if not question:
        raise EmptyQuestionError("the question is empty", "ask something")
    if not question.isprintable() and any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question is not UTF-8 text", "type it again")
    if len(question) > limit:
        raise QuestionTooLongError(f"the question has {len(question):,} characters", f"ask in at most {limit:,}")
    return question
