"""The rows to learn from mark what they say they mark."""

from __future__ import annotations

import random

import pytest

from training.groups import Builder, Row
from training.heads import head
from training.sources import Paragraph, Question

TEXT = "Anna Bauer opened the mill in 1887. " + "It ground wheat for the towns along the river. " * 12
TEXT += "Her son sold it in 1921 for 300 crowns. " + "Nobody has lived there since the roof fell in. " * 12


def question(text: str, answer: str) -> Question:
    start = TEXT.index(answer)
    return Question(text, (answer,), start, start + len(answer))


@pytest.fixture(scope="module")
def paragraphs() -> list[Paragraph]:
    asked = (question("When did it open?", "1887"), question("What did he get for it?", "300 crowns"))
    return [Paragraph("squad", f"mill-{n}", "The old mill", TEXT, asked) for n in range(3)]


def said(row: Row) -> str:
    return row.passage[row.start : row.end]


def test_a_heads_author_and_date_stand_where_the_answer_is_marked() -> None:
    rng = random.Random(1)
    for _ in range(300):
        over = head("The old mill", rng)
        asked, start, end = over.asked("The old mill", rng)
        assert over.text[start:end] in (over.author, over.date)
        assert over.text.endswith("\n\n")
        assert (over.text[start:end] == over.author) is ("who" in asked.lower() or "whom" in asked)


def test_answers_are_marked_exactly_with_a_head_and_without(paragraphs: list[Paragraph]) -> None:
    builder = Builder(paragraphs, 1)
    rows = [builder.positive(paragraphs[0], each) for each in paragraphs[0].questions for _ in range(60)]
    assert {said(row) for row in rows} == {"1887", "300 crowns"}
    headed = [row for row in rows if "\n\n" in row.passage]
    assert 0.15 < len(headed) / len(rows) < 0.45


def test_a_question_about_the_head_is_answered_only_with_it(paragraphs: list[Paragraph]) -> None:
    builder = Builder(paragraphs, 2)
    for _ in range(30):
        first, other = builder.head_asked(paragraphs[0]).rows
        assert (first.label, other.label, other.start) == (1, 0, -1)
        assert said(first) not in other.passage
        assert first.question == other.question
