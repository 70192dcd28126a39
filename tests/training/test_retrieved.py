"""Rows of what the product shows its reading model."""

from __future__ import annotations

from index.article import Article
from rag.reading.excerpt import Shown
from rag.retrieve import Passage
from training.retrieved import row_of
from training.sources import Paragraph, Question

TEXT = "The mill opened in 1887. It burnt in 1921.\nThe owner died in 1887."
PARAGRAPH = Paragraph("own", "own/mill", "The mill", TEXT, ())
ARTICLE = Article("mill.txt", "The mill", "The mill\n\n" + TEXT.replace("\n", " "), "0" * 64, id="1")


def passage(first: str, last: str) -> Passage:
    return Passage(ARTICLE, ARTICLE.text.index(first), ARTICLE.text.rindex(last) + len(last), 1.0)


def asked(answer: str) -> Question:
    return Question("When did it open?", (answer,), TEXT.index(answer), TEXT.index(answer) + len(answer))


def test_a_passage_with_the_answer_marks_its_place() -> None:
    found = passage("It burnt", "1887.")
    row = row_of("When did it burn?", found, Shown("The mill", found.text), PARAGRAPH, asked("1921"))
    assert row is not None
    assert (row.label, row.passage[row.start : row.end], row.context) == (1, "1921", "The mill")


def test_an_answer_that_was_cut_away_is_none() -> None:
    found = passage("The mill opened", "1921.")
    shown = found.text.replace("It burnt in 1921.", " " * len("It burnt in 1921."))
    row = row_of("When did it burn?", found, Shown("", shown), PARAGRAPH, asked("1921"))
    assert row is not None
    assert (row.label, row.start, row.end) == (0, -1, -1)


def test_the_same_words_in_another_place_teach_nothing() -> None:
    found = passage("The owner", "1887.")
    assert row_of("When did it open?", found, Shown("", found.text), PARAGRAPH, asked("1887")) is None


def test_what_the_articles_do_not_say_is_answered_by_none() -> None:
    found = passage("The owner", "1887.")
    row = row_of("Who owned it?", found, Shown("", found.text), PARAGRAPH, Question("Who owned it?", ()))
    assert row is not None
    assert row.label == 0
