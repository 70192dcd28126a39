"""What a person sees of an answer: the first line, its certainty, and what its form has to name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.questions import Row
from evaluation.result import EvidencePlace
from evaluation.shown import LINE_CHARACTERS, first_line, is_right
from evaluation.wording import contains
from rag.answer import Answer, Place, Sentence
from tests.evaluation.test_metrics import CATS, SAIL, SINK, SINK_TOO, TEXTS, answered, cite, values

LINE = "In 2023 the company delivered 141,601 cars, Hefei's 10.4 percent, with iron-phosphate cells."


def row(*answers: str, **more) -> Row:
    return Row("1", "q", answers=answers, **more)


def said(*texts: str, kind="written", certainty="high") -> Answer:
    """An answer of sentences that cite the same quote."""
    sentences = [Sentence(text, kind, (1,), 0.9) for text in texts]
    return answered([cite(1, "Ships rust.")], sentences, certainty=certainty)


@pytest.mark.parametrize(
    ("text", "accepted", "stands"),
    [
        (LINE, "141,601 cars", True),
        (LINE, "the 141,601 Cars!", True),
        (LINE, "Hefei", True),
        (LINE, "iron phosphate", True),
        (LINE, "10.4", True),
        (LINE, "104", False),
        (LINE, "41,601", False),
        (LINE, "phosphate iron", False),
        (LINE, "", False),
        (LINE, "...", False),
        ("1,947,000 cars", "947,000", False),
        ("乐视的创始人是贾跃亭。", "贾跃亭", True),
        ("", "a word", False),
    ],
)
def test_containment_is_of_whole_words_in_a_row(text, accepted, stands):
    assert contains(text, accepted) is stands


@given(st.lists(st.sampled_from(["ada", "bo", "1.5", "15", "x"]), min_size=1, max_size=6), st.data())
def test_every_run_of_words_is_contained(words, data):
    start = data.draw(st.integers(0, len(words) - 1))
    assert contains(" ".join(words), " ".join(words[start:]))


def test_the_first_line_is_one_sentence_and_not_too_long():
    assert first_line("One thing. Another.") == "One thing."
    assert first_line(" \n") == first_line("") == ""
    long = "many words " * 60 + "and then Ada"
    assert len(first_line(long)) == LINE_CHARACTERS
    assert not is_right(row("Ada"), first_line(long))


@pytest.mark.parametrize(
    ("line", "answers", "rejected", "right"),
    [
        (LINE, ("141,601",), (), True),
        (LINE, ("947,000", "141,601"), (), True),
        (LINE, ("947,000",), (), False),
        (LINE, ("141,601",), ("Hefei",), False),
        (LINE, ("141,601",), ("10",), True),
        ("Yes, it did.", ("Yes",), (), True),
        ("Yes: it lost money.", ("No",), (), False),
        ("No", ("No",), (), True),
        ("no — it made a profit", ("No",), (), True),
        ("是的，它做了。", ("是",), (), True),
        ("不是。", ("是",), (), False),
        ("Yes.", ("Yes",), ("yes",), False),
        # The deciding sentence alone leaves it to the reader to decide, and its "no" decides nothing.
        ("It signed an agreement for a plant that would belong to it alone.", ("No",), (), False),
        ("No. 1 was Tesla.", ("No",), (), False),
        ("No Chinese car was sold.", ("No",), (), False),
        ("There was no partner.", ("No",), (), False),
        # Other accepted wordings count wherever they stand.
        ("It would belong to Tesla alone.", ("No", "alone"), (), True),
        ("Yes, it lost money.", ("lost money",), (), True),
        ("", ("a",), (), False),
    ],
)
def test_the_first_line(line, answers, rejected, right):
    assert is_right(row(*answers, rejected=rejected), line) is right


def test_the_first_line_counts_by_intent_and_a_refusal_is_wrong():
    listed = row("far", intent="list")
    right = values(listed, answered([cite(1, "Ships sail far.")]), SAIL)
    assert (right["first_line_right"], right["first_line_right_list"]) == (1, 1)
    assert values(listed, answered([]), SAIL)["first_line_right"] == 0
    further_down = answered([cite(1, "Ships rust."), cite(2, "Ships sail far.")])
    assert values(row("far"), further_down, SAIL)["first_line_right"] == 0
    assert "first_line_right_list" not in values(row("far"), further_down, SAIL)


def test_rows_that_cannot_be_judged_have_no_first_line():
    for unknown in (row(), row("far", answerable=False)):
        assert "first_line_right" not in values(unknown, answered([cite(1, "Ships sail far.")]))


@pytest.mark.parametrize(
    ("asked", "certainty", "expected"),
    [
        (row("far"), "high", {"high_coverage": 1, "high_precision": 1}),
        (row("deep"), "high", {"high_coverage": 1, "high_precision": 0}),
        (row("far"), "low", {"high_coverage": 0, "low_precision": 1}),
        (row("far", answerable=False), "high", {"high_precision": 0}),
        (row(answerable=False), "low", {"low_precision": 0}),
        (row(), "high", {"high_coverage": 1}),
        (row("far"), None, {"high_coverage": 0}),
    ],
)
def test_certainty(asked, certainty, expected):
    found = values(asked, answered([cite(1, "Ships sail far.")], certainty=certainty))
    assert {name: found[name] for name in found if name.startswith(("high", "low"))} == expected


def test_low_certainty_is_an_answer():
    assert values(row(answerable=False), answered([cite(1, "Ships rust.")], certainty="low"))["refused"] == 0


ITEMS = (("Hefei",), ("CYVN", "Abu Dhabi"))


@pytest.mark.parametrize(
    ("answer", "recall", "precision"),
    [
        (said("Hefei", "CYVN"), 1, 1),
        (said("Hefei", "Abu Dhabi", "Volkswagen"), 1, 2 / 3),
        (said("Hefei and CYVN"), 1, 1),
        (said("Hefei", "the city of Hefei"), 1 / 2, 1),
        (said("Volkswagen", kind="quote"), 0, 0),
        (answered([]), 0, None),
    ],
)
def test_items_of_a_list(answer, recall, precision):
    found = values(row(items=ITEMS), answer)
    assert found["item_recall"] == recall
    assert found.get("item_precision") == (None if precision is None else pytest.approx(precision))


def test_a_heading_and_the_quotes_below_are_no_lines_of_a_list():
    sentences = [
        Sentence("1 item found", "computed", (1,), 0.9),
        Sentence("Hefei", "short", (1,), 0.9),
        Sentence("Ships rust.", "quote", (1,), 0.9),
    ]
    found = values(row(items=ITEMS), answered([cite(1, "Ships rust.")], sentences))
    assert (found["item_recall"], found["item_precision"]) == (1 / 2, 1)


def test_both_sides_of_a_comparison():
    compared = row(sides=(("far",), ("deep", "deeply")))
    one = answered([cite(1, "Ships sail far.")])
    both = answered([cite(1, "Ships sail far."), cite(2, "Ships sink deep.")])
    quoted = replace(both, sentences=(Sentence("Far", "written", (1, 2), 0.9),))
    assert [values(compared, answer)["both_sides"] for answer in (one, both, quoted, answered([]))] == [0, 1, 1, 0]


def test_evidence_that_is_needed():
    summary = row(need=2, evidence=("a", "b", "c"))
    rust = EvidencePlace("ships", 33, 44, "Ships rust.")
    one, two = [cite(1, "Ships sail far.")], [cite(1, "Ships sail far."), cite(2, "Ships sink deep.", "cats")]
    for citations, share, met in ((one, 1 / 3, 0), (two, 2 / 3, 1), ([], 0, 0)):
        found = values(summary, answered(citations), SAIL, SINK, SINK_TOO, rust)
        assert (found["need_share"], found["need_met"]) == (pytest.approx(share), met)
    assert "need_met" not in values(row(), answered(one), SAIL)


def test_cited_articles_are_ranked_by_their_first_citation():
    asked = row(articles=("cats.md", "gone.md"))
    first, later = cite(1, "Cats sleep.", "cats"), cite(2, "Cats sleep.", "cats")
    assert values(asked, answered([first]))["cited_map"] == 1 / 2
    assert values(asked, answered([cite(1, "Ships rust."), later]))["cited_map"] == 1 / 4
    assert values(asked, answered([first, later, cite(3, "Ships rust.")]))["cited_map"] == 1 / 2
    assert values(asked, answered([]))["cited_map"] == 0
    assert "cited_map" not in values(row("a"), answered([first]))


def test_a_quote_counts_for_every_article_that_has_it():
    twice = replace(cite(1, "Ships sink deep."), also=(Place("cats", 12, 28, "Ships sink deep."),))
    assert values(row(articles=("cats",)), answered([twice]))["cited_map"] == 1


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ('"Ships sink deep." [1]', 1),
        ('"SHIPS  sink deep." [1] “Ships sink high.” [1]', 1 / 2),
        ('"Cats" and "Ships sink"', None),
        ("Ships sink deep.", None),
    ],
)
def test_spans_between_quotation_marks(text, share):
    answer = replace(answered([cite(1, "Ships sink deep.")]), answer=text)
    assert values(row(), answer).get("quoted_spans") == share


def test_a_quote_within_a_quote_is_part_of_it():
    inner = '"Cats sleep. "Ships sink deep." Done now then" [1]'
    answer = replace(answered([cite(1, "Cats sleep.", "cats")]), answer=inner)
    assert values(row(), answer)["quoted_spans"] == 0  # its third part is in no article
    assert TEXTS["cats"] == CATS
