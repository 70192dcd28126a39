"""Comparisons: both sides with their quotes, computed only where the numbers are alike."""

from __future__ import annotations

import pytest

from index.article import Article
from rag.forms.compare import compare, is_of_side
from rag.quotes import Quote
from tests.rag.forms.readings import Claim, assert_is_an_answer, findings

QUESTION = "NIO or XPeng, who lost more?"
NIO = ("NIO lost 20.7 billion yuan that year.", "20.7 billion yuan", 0.9)
XPENG = ("XPeng lost 10.4 billion yuan.", "10.4 billion", 0.8)


def sides(first: Claim, second: Claim) -> dict[str, list[Claim]]:
    return {"did NIO": [first], "did XPeng": [second]}


def test_numbers_of_one_unit_are_compared() -> None:
    body = compare(findings(QUESTION, [], sides(NIO, XPENG)))
    assert body is not None
    assert_is_an_answer(body)
    first, *quotes = body.sentences
    assert first.text == "NIO lost more: 20.7 billion yuan against 10.4 billion yuan."
    assert (first.kind, first.citations, first.support, body.certainty) == ("computed", (1, 2), 0.8, "high")
    assert [(s.text, s.kind) for s in quotes] == [(NIO[0], "quote"), (XPENG[0], "quote")]


@pytest.mark.parametrize(
    ("question", "first", "second", "said"),
    [
        ("Who lost less, NIO or XPeng?", NIO, XPENG, "XPeng lost less: 10.4 billion yuan against 20.7 billion yuan."),
        ("Did NIO or XPeng lose more?", NIO, XPENG, "NIO: 20.7 billion yuan against 10.4 billion yuan (XPeng)."),
        (QUESTION, NIO, ("XPeng lost 9 million dollars.", "9 million dollars", 0.8),
         "NIO: 20.7 billion yuan; XPeng: 9 million dollars."),
        (QUESTION, ("NIO lost 3 billion yuan in 2023.", "3 billion yuan", 0.9),
         ("XPeng lost 2 billion yuan in 2022.", "2 billion yuan", 0.9), "NIO: 3 billion yuan; XPeng: 2 billion yuan."),
        (QUESTION, NIO, ("XPeng lost 20.7 billion yuan.", "20.7 billion yuan", 0.8),
         "NIO and XPeng are level: 20.7 billion yuan and 20.7 billion yuan."),
        (QUESTION, NIO, ("XPeng lost almost everything.", "almost everything", 0.8),
         "NIO: 20.7 billion yuan; XPeng: almost everything."),
    ],
)  # fmt: skip
def test_what_is_said_of_the_two(question: str, first: Claim, second: Claim, said: str) -> None:
    body = compare(findings(question, [], sides(first, second)))
    assert body is not None and (body.sentences[0].kind, body.sentences[0].text) == ("computed", said)
    assert_is_an_answer(body)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Was the income of the club higher in 2024 than in 2023?",
            "Yes: £2.3 million (2024) against £2.1 million (2023).",
        ),
        ("Which income was lower, 2023 or 2024?", "2023 was lower: £2.1 million against £2.3 million."),
    ],
)
def test_years_are_sides(question: str, said: str) -> None:
    first = ("In 2023 the income was £2.1 million.", "£2.1 million", 0.9)
    second = ("In 2024 the income was £2.3 million.", "£2.3 million", 0.9)
    body = compare(findings(question, [], {"2023": [first], "2024": [second]}))
    assert body is not None and body.sentences[0].text == said
    assert_is_an_answer(body)


def test_each_year_takes_its_figure_of_a_sentence_about_both_and_of_nothing_else() -> None:
    both = ("The pool had 58,000 visits in 2023 and 61,500 in 2024.", "58,000", 0.9)
    body = compare(findings("Did the pool have more visits in 2023 or in 2024?", [], {"": [both]}))
    assert body is not None and body.sentences[0].text == "2024: 61,500 against 58,000 visits (2023)."
    assert compare(findings("Was the loss of the pool bigger in 2023 than in 2024?", [], {"": [both]})) is None


def test_a_sentence_without_a_year_is_of_that_in_its_title_or_else_of_its_date() -> None:
    for title, date, name, other, fits in (
        ("Report 2023", "2024-02-01", "2023", "2024", True),
        ("Report 2023", "2024-02-01", "2024", "2023", False),
        ("Report", "2024-02-01", "2024", "2023", True),
        ("Report", None, "2024", "2023", False),
    ):
        article = Article("a.txt", title, f"{title}\n\nIncome was £2 million.", "0" * 64, date=date)
        start = article.text.index("Income")
        quote = Quote(article, start, len(article.text), 0.9, ((start + 11, start + 21),))
        assert is_of_side(quote, name, other) is fits


def test_one_sentence_about_both_is_cited_once() -> None:
    text = "NIO lost 20.7 billion yuan and XPeng 10.4 billion yuan."
    both = sides((text, "20.7 billion yuan", 0.9), (text, "10.4 billion yuan", 0.9))
    body = compare(findings(QUESTION, [], both))
    assert body is not None
    assert body.sentences[0].text.startswith("NIO lost more: 20.7 billion")
    assert [citation.quote for citation in body.citations] == [text]


def test_a_side_of_which_nothing_was_found_may_stand_in_the_other_ones_quote() -> None:
    text = "NIO lost 20.7 billion yuan and XPeng 10.4 billion."
    body = compare(findings(QUESTION, [], {"did NIO": [(text, "20.7 billion yuan", 0.9)]}))
    assert body is not None and body.certainty == "high"
    assert body.sentences[0].text == "NIO lost more: 20.7 billion yuan against 10.4 billion."


def test_each_side_takes_its_own_figure_of_a_sentence_about_both() -> None:
    text = "NIO lost 20.7 billion yuan and XPeng 10.4 billion."
    claims = sides((text, "20.7 billion yuan and XPeng 10.4 billion", 0.9), (text, "20.7 billion", 0.7))
    body = compare(findings(QUESTION, [], claims))
    assert body is not None and body.certainty == "high"
    assert body.sentences[0].text == "NIO lost more: 20.7 billion yuan against 10.4 billion."
    assert [sentence.support for sentence in body.sentences] == [0.9, 0.9]
    [citation] = body.citations
    assert [text[start:end] for start, end in citation.answer_spans] == ["20.7 billion yuan", "10.4 billion"]


def test_a_figure_that_leaves_out_its_scale_is_not_compared() -> None:
    text = "NIO lost 20.7 billion yuan and XPeng 10.4."
    body = compare(findings(QUESTION, [], sides((text, "20.7 billion yuan", 0.9), (text, "20.7 billion yuan", 0.9))))
    assert body is not None and body.reason == "No passage that was found says this of XPeng."


def test_the_other_sides_words_are_not_taken() -> None:
    text = "NIO lost a lot and XPeng 10.4 billion yuan."
    body = compare(findings(QUESTION, [], sides((text, "10.4 billion yuan", 0.9), XPENG)))
    assert body is not None and body.reason == "No passage that was found says this of NIO."


def test_a_missing_side_is_said() -> None:
    body = compare(findings(QUESTION, [], {"did NIO": [NIO]}))
    assert body is not None
    assert_is_an_answer(body)
    assert body.certainty == "low" and body.reason == "No passage that was found says this of XPeng."
    assert body.notice is not None and body.notice.startswith("The articles may answer this:")
    assert [sentence.kind for sentence in body.sentences] == ["quote"]
    assert body.citations[0].answer_spans == ()


def test_nothing_found_of_either_leaves_the_ordinary_answer() -> None:
    assert compare(findings(QUESTION, [NIO])) is None
    assert compare(findings("Who founded NIO?", [NIO], sides(NIO, XPENG))) is None


def test_one_quote_that_compares_is_the_answer() -> None:
    text = ("NIO lost more than XPeng that year.", "NIO", 0.9)
    assert compare(findings(QUESTION, [text], {"did NIO": [NIO]})) is None


def test_little_support_gives_quotes_alone() -> None:
    body = compare(findings(QUESTION, [], sides(NIO, (*XPENG[:2], 0.6))))
    assert body is not None and body.certainty == "low"
    assert [sentence.kind for sentence in body.sentences] == ["quote", "quote"]
