"""A price is a sum of money, of several sums the one beside the name asked for; another unit gives way."""

from __future__ import annotations

import pytest

from index.article import Article
from rag.extract import Bars, Extract, Limits, extract_answer
from rag.reading.base import AnswerSpan, Reading
from rag.retrieve import Passage

BARS = Bars(0.5, 0.9)
KAYAK = "The Lume is just under five metres long. It weighs 21 kilograms. It sells for 940 euros with a paddle."
PRICES = "The Lume costs 940 euros, the Lume Duo 1,310 euros and the Lume Fold 1,150 euros."
FERRY = Article("f.txt", "The Ostvik ferry", "A return ticket for the Ostvik ferry is 12 euros.", "1" * 64)


def read(question: str, text: str, *answers: tuple[str, float], title: str = "The Lume kayak") -> Extract:
    article = Article("k.txt", title, text, "0" * 64)
    passages = [Passage(article, 0, len(text), 1.0), Passage(FERRY, 0, len(FERRY.text), 1.0)]
    highest = max(support for _, support in answers)
    spans = [AnswerSpan(text.index(said), text.index(said) + len(said), support / highest) for said, support in answers]
    ferry = AnswerSpan(FERRY.text.index("12 euros"), FERRY.text.index("."), 1.0)
    readings = [Reading(highest, tuple(spans)), Reading(highest, (ferry,))]
    return extract_answer(question, passages, readings, BARS, Limits())


def first_line(extract: Extract) -> str:
    return extract.sentences[0].text if extract.sentences else ""


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How much is the Lume?", "It sells for 940 euros with a paddle."),
        ("What does the Lume cost?", "It sells for 940 euros with a paddle."),
        ("price of the Lume", "It sells for 940 euros with a paddle."),
        ("How much does the Lume weigh?", "It weighs 21 kilograms."),
        ("How long is the Lume?", "The Lume is just under five metres long."),
    ],
)
def test_a_sentence_of_another_unit_gives_way_to_one_about_the_same_that_has_it(question: str, first: str) -> None:
    extract = read(question, KAYAK, ("five metres", 0.7), ("21 kilograms", 0.6), ("940 euros", 0.4))
    assert (first_line(extract), extract.certainty) == (first, "low")


def test_it_does_not_give_way_to_what_is_much_less_likely_or_about_something_else() -> None:
    length = "The Lume is just under five metres long."
    assert first_line(read("How much is the Lume?", KAYAK, ("five metres", 0.7), ("940 euros", 0.2))) == length
    extract = read("How much is the Lume?", length, ("five metres", 0.7))
    assert (first_line(extract), extract.certainty) == (length, "low")


@pytest.mark.parametrize(
    ("question", "support", "first", "certainty"),
    [
        ("How much does the Lume Duo cost?", 0.6, "1,310 euros", "high"),
        ("How much does the Lume Fold cost?", 0.95, "1,150 euros", "high"),
        ("How much does the Lume Fold cost in Norway?", 0.6, PRICES, "low"),
        ("How much did the Lume Fold cost in 2019?", 0.6, PRICES, "low"),
        ("How much does the Lume Duo cost?", 0.4, "", None),
    ],
)
def test_the_sum_beside_the_name_is_certain_where_all_of_the_question_is_told(
    question: str, support: float, first: str, certainty: str | None
) -> None:
    extract = read(question, PRICES, ("940 euros", support))
    assert (first_line(extract), extract.certainty) == (first, certainty)
    assert len(extract.citations) <= 1, "what is less sure does not stand beside it"


def test_an_unsure_sentence_with_no_word_of_the_question_gives_way_to_one_near_it_that_has_some() -> None:
    asked, text = "How do I mend the hull?", "Press it down for an hour. Mend the hull with resin."
    first, second = "Press it down for an hour.", "Mend the hull with resin."
    assert first_line(read(asked, text, (first, 0.6), (second, 0.57))) == second
    assert first_line(read(asked, text, (first, 0.6), (second, 0.4))) == first
    assert first_line(read(asked, text, (first, 0.95), (second, 0.9))) == first


@pytest.mark.parametrize(
    ("question", "text", "words", "first", "certainty"),
    [
        (
            "How much oil did the Lume carry in 1901?",
            "In 1901 it carried 410,000 barrels.",
            "410,000",
            "410,000 barrels",
            "high",
        ),
        ("How much did the Lume carry?", "It carried 410,000 in all.", "410,000", "410,000", "high"),
        ("How many barrels did the Lume carry?", "In 1901 it carried 410,000 barrels.", "410,000", "410,000", "high"),
        (
            "Where do patients have to drive?",
            "Patients will have to drive 41 kilometres to Grenlow or 55 kilometres to Hafen.",
            "Grenlow or 55 kilometres to Hafen",
            "Patients will have to drive 41 kilometres to Grenlow or 55 kilometres to Hafen.",
            "high",
        ),
        (
            "Who is the skipper?",
            "Skippers: Ada Weil (1926-1947), Runa Holm (since 1998).",
            "Ada Weil",
            "Skippers: Ada Weil (1926-1947), Runa Holm (since 1998).",
            "high",
        ),
        (
            "Who was the first skipper?",
            "Skippers: Ada Weil (1926-1947), Runa Holm (since 1998).",
            "Ada Weil",
            "Ada Weil",
            "high",
        ),
        (
            "What macOS does it need?",
            "It needs macOS 13, Windows 10 22H2 or a Linux kernel of 5.15.",
            "13",
            "13",
            "high",
        ),
        (
            "What did the yard lose in 1922?",
            "In 1923 it made a loss of 3 million crowns; in 1922 it had made a profit of 900,000 crowns.",
            "900,000 crowns",
            "In 1923 it made a loss of 3 million crowns; in 1922 it had made a profit of 900,000 crowns.",
            "low",
        ),
    ],
)
def test_the_words_that_answer_are_whole_and_of_what_is_asked(
    question: str, text: str, words: str, first: str, certainty: str
) -> None:
    extract = read(question, text, (words, 0.95))
    assert (first_line(extract), extract.certainty) == (first, certainty)
