"""Lists: every item once, with the quotes that have it; the first line has them all."""

from __future__ import annotations

import pytest

from rag.forms.list import SHOWN, list_of_items
from tests.rag.forms.readings import assert_is_an_answer, findings

QUESTION = "Which countries does the maker build in?"


def test_items_of_all_articles_are_merged_and_cited() -> None:
    body = list_of_items(
        findings(
            QUESTION,
            [
                ("The maker builds in Thailand, Hungary and Brazil.", "Hungary", 0.9),
                ("The works in Turkey and Brazil are new.", "Turkey and Brazil", 0.8),
                ("Perhaps it will build in Spain.", "Spain", 0.6),
            ],
        )
    )
    assert body is not None
    assert_is_an_answer(body)
    assert body.sentences[0].text == "Thailand, Hungary, Brazil and Turkey."
    assert (body.sentences[0].kind, body.sentences[0].citations, body.sentences[0].support) == ("computed", (1, 2), 0.8)
    assert [(s.text, s.citations) for s in body.sentences if s.kind == "short"] == [
        ("Thailand", (1,)), ("Hungary", (1,)), ("Brazil", (1, 2)), ("Turkey", (2,)),
    ]  # fmt: skip
    assert [s.text for s in body.sentences if s.kind == "quote"] == [c.quote for c in body.citations]
    marked = [[c.quote[a - c.start : b - c.start] for a, b in c.answer_spans] for c in body.citations]
    assert marked == [["Thailand", "Hungary", "Brazil"], ["Turkey", "Brazil"]]
    assert body.notice == "4 items found."


def test_the_last_words_of_a_name_are_no_further_item() -> None:
    claims = [
        ("Odile Brankley was for it.", "Odile Brankley", 0.9),
        ("So was Brankley again.", "Brankley", 0.85),
        ("Piers Addo joined.", "Piers Addo", 0.8),
    ]
    body = list_of_items(findings("Which people were for it?", claims))
    assert body is not None and body.sentences[0].text == "Odile Brankley and Piers Addo."


@pytest.mark.parametrize(
    "claims",
    [
        [("The maker builds in Spain.", "Spain", 0.9)],
        [("The maker builds in Spain, Hungary and Brazil.", "Spain", 0.45)],
        [("The maker builds in Spain.", "Spain", 0.7), ("It builds in Hungary and Brazil.", "Hungary", 0.65)],
        [("The maker builds cars.", "The maker", 0.9), ("It builds in Spain.", "It builds in Spain.", 0.9)],
        [],
    ],
)
def test_too_few_or_uncertain_items_are_no_list(claims: list[tuple[str, str, float]]) -> None:
    assert list_of_items(findings(QUESTION, claims)) is None


def test_a_sentence_that_enumerates_what_is_asked_for_may_be_less_sure() -> None:
    body = list_of_items(findings(QUESTION, [("The maker builds in Spain, Hungary and Brazil.", "Spain", 0.65)]))
    assert body is not None and body.sentences[0].text == "Spain, Hungary and Brazil."


def test_where_countries_are_asked_for_only_countries_are_items() -> None:
    claims = [
        ("The maker builds in Spain and Hungary.", "Spain and Hungary", 0.9),
        ("Its maker Geely builds there.", "Geely", 0.9),
    ]
    body = list_of_items(findings(QUESTION, claims))
    assert body is not None and body.sentences[0].text == "Spain and Hungary."


@pytest.mark.parametrize("quoted", ["The maker builds:", "- lorries, since 2020"])
def test_the_lines_of_a_list_are_items_each_with_its_own_quote(quoted: str) -> None:
    text = "The maker builds:\n\n- cars\n\n- lorries, since 2020\n\n- boats.\n\nIt sells elsewhere."
    body = list_of_items(findings("What things does the maker build?", [(text, quoted, 0.65)]))
    assert body is not None
    assert_is_an_answer(body)
    assert body.sentences[0].text == "Cars; lorries, since 2020; boats."
    assert [citation.quote for citation in body.citations] == ["cars", "lorries, since 2020", "boats"]


def test_a_line_of_a_list_that_has_the_questions_words_is_no_list() -> None:
    text = "Changes:\n\n- The port is 8443.\n\n- The page is available in French, Polish and Czech.\n\n- Fees rise."
    body = list_of_items(findings("Which languages is the page available in?", [(text, "French", 0.9)]))
    assert body is not None and body.sentences[0].text == "French, Polish and Czech."
    one = text.replace("French, Polish and Czech", "French")
    assert list_of_items(findings("Which languages is the page available in?", [(one, "French", 0.9)])) is None


def test_a_paragraph_with_all_of_the_words_may_be_less_sure() -> None:
    text = "The maker builds in ten countries. Spain and Hungary are two of these."
    for question, is_list in (
        (QUESTION, True),
        ("Which countries does the maker sell boats in?", False),
        ("Which countries does the maker not build in?", False),
    ):
        body = list_of_items(findings(question, [(text, "Spain", 0.3)]))
        assert (body is not None) is is_list, question


def test_where_makers_are_asked_for_countries_are_no_items() -> None:
    claims = [("Germany and Hungary are against the tax.", "Germany and Hungary", 0.9)]
    assert list_of_items(findings("Which carmakers are against the tax?", claims)) is None


def test_a_long_list_is_cut_and_says_so() -> None:
    names = [f"Town{number}-upon-the-Long-River" for number in range(200)]
    claims = [(f"Stations: {name}.", name, 0.9) for name in names]
    many = list_of_items(findings("Which towns have stations?", claims))
    assert many is not None
    assert_is_an_answer(many)
    assert many.notice == f"200 items found, the first {SHOWN} are shown."
    assert sum(sentence.kind == "short" for sentence in many.sentences) == SHOWN
    assert many.sentences[0].text.endswith(" more.")


def test_when_and_where_are_no_things_beside_others() -> None:
    claims = [
        (
            "It makes batteries, motors, chips and seats, and since January 2024, it has even carried its cars.",
            "motors",
            0.9,
        ),
        ("In Rayong a plant was opened.", "In Rayong a plant was opened", 0.9),
    ]
    body = list_of_items(findings("Which parts does the maker make itself?", claims))
    assert body is not None and body.sentences[0].text == "Batteries; motors; chips and seats."
    claims = [("They are sold in Spain, in Hungary and in Brazil.", "in Spain, in Hungary and in Brazil", 0.9)]
    body = list_of_items(findings("Where are they sold?", claims))
    assert body is not None and len([s for s in body.sentences if s.kind == "short"]) == 3
