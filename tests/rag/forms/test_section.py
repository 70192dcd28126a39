"""What stands under a heading that is the question."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from index.article import Article, Heading
from rag.forms.findings import Findings
from rag.forms.section import asked_sections, under_heading
from rag.generate import AnswerBody
from rag.intents import intent_of
from rag.reading.base import AnswerSpan, Reading
from rag.retrieve import Passage
from tests.rag.forms.readings import assert_is_an_answer, findings

NOTES = """Release notes: Kilnmaster 7.2

New

- Firing by night. It needs the large kiln.

- A second fan

Removed

- The gas burner. Use the electric one.

- Clay of type B"""
QUESTIONS = """Closure of the coast road: questions

Is the closure permanent?

No. It lasts nine weeks, until 31 August. Then the road opens again.

Can I cross on foot?

Yes, on the upstream path.

Why is the road closed?

Two reasons led to it. First, the cliff moves. Second, the wall has cracks.

What was cut

The bus to Moorside ends in March. Lamps are lit an hour later.

The next review is in May."""
LED = "Notes on 7.2\n\nReleased in May.\n\nNew in 7.2:\n\n- A second fan\n\n- Firing by night\n\nThe rest stays."
PAINTER = "Ada Renshaw, painter\n\nWhy did she stop painting? Her sight failed in 1922. She wrote from then on."


def article(text: str, source: str = "a.md", date: str | None = None) -> Article:
    lines = text.split("\n\n")
    headings = [line for line in lines[1:] if len(line) < 30 and line[-1] != "." and line[0] != "-"]
    return Article(
        source, lines[0], text, source.ljust(64, "0"), date=date,
        headings=tuple(Heading(text.index(f"\n\n{each}\n") + 2, each) for each in headings),
    )  # fmt: skip


def found(question: str, *articles: Article) -> Findings:
    passages = [Passage(each, 0, len(each.text), 1.0) for each in articles]
    readings = [Reading(0.1, (AnswerSpan(0, 4, 1.0),)) for _ in articles]
    return replace(findings(question, []), passages=passages, readings=readings)


def answered(question: str, *articles: Article) -> AnswerBody | None:
    body = under_heading(found(question, *articles), intent_of(question))
    if body is not None:
        assert_is_an_answer(body)
        for citation in body.citations:
            text = next(each.text for each in articles if each.id == citation.article_id)
            assert text[citation.start : citation.end] == citation.quote
    return body


@pytest.mark.parametrize(
    ("question", "text", "first", "quotes"),
    [
        ("Is the road closure permanent?", QUESTIONS, "No.", ["No. It lasts nine weeks, until 31 August."]),
        ("Can I cross the coast road on foot?", QUESTIONS, "Yes.", ["Yes, on the upstream path."]),
        ("Why is the coast road closed?", QUESTIONS, "First, the cliff moves.",
         ["First, the cliff moves.", "Second, the wall has cracks."]),
        ("Why did Ada Renshaw stop painting?", PAINTER, "Her sight failed in 1922.",
         ["Her sight failed in 1922.", "She wrote from then on."]),
        ("What was removed in 7.2?", NOTES, "The gas burner and Clay of type B.",
         ["The gas burner. Use the electric one", "Clay of type B"]),
        ("What's new in Kilnmaster 7.2?", NOTES, "Firing by night and A second fan.",
         ["Firing by night. It needs the large kiln", "A second fan"]),
        ("What was new in Kilnmaster 7.2?", NOTES, "Firing by night and A second fan.",
         ["Firing by night. It needs the large kiln", "A second fan"]),
        ("What are the removed parts, please?", NOTES.replace("Removed", "Removed parts"),
         "The gas burner and Clay of type B.", ["The gas burner. Use the electric one", "Clay of type B"]),
        ("What is new in 7.2?", LED,
         "A second fan and Firing by night.", ["A second fan", "Firing by night"]),
        ("What was removed in 7.2?", LED.replace("The rest", "Removed: the small door. It"), "the small door.",
         ["the small door.", "It stays."]),
        ("What was cut?", QUESTIONS, "The bus to Moorside ends in March; Lamps are lit an hour later.",
         ["The bus to Moorside ends in March.", "Lamps are lit an hour later."]),
    ],
)  # fmt: skip
def test_what_stands_under_the_question_answers_it(question: str, text: str, first: str, quotes: list[str]) -> None:
    body = answered(question, article(text))
    assert body is not None and body.certainty == "high"
    assert body.sentences[0].text == first
    assert [citation.quote for citation in body.citations] == quotes


@pytest.mark.parametrize(
    "question", ["Is the road closure expensive?", "What was removed in 7.1?", "Who closed the road?", "NIO or XPeng?"]
)
def test_another_question_is_not_answered_so(question: str) -> None:
    assert answered(question, article(QUESTIONS), article(NOTES, "b.md")) is None


def test_a_certain_answer_stands_unless_it_only_announces_reasons() -> None:
    for claim, stands in (("The cliff moves.", True), ("Two reasons led to it.", False)):
        question = "Why is the coast road closed?"
        certain = findings(question, [(claim, claim, 0.95)])
        assert certain.extract.certainty == "high"
        asked = replace(certain, passages=found(question, article(QUESTIONS)).passages)
        assert (under_heading(asked, "why") is None) is stands


def test_of_several_articles_only_a_list_is_made_the_newest_first() -> None:
    old = article(NOTES, "a.md", "2030-01-01")
    new = article(NOTES.replace("7.2", "7.3").replace("burner", "meter"), "b.md", "2031-01-01")
    body = answered("What was removed?", old, new)
    assert body is not None and body.citations[0].quote.startswith("The gas meter")
    assert len(body.citations) == 4
    twins = [article(QUESTIONS, name) for name in ("a.md", "b.md")]
    assert answered("Is the closure permanent?", *twins) is None


def test_questions_above_their_paragraphs_are_headings_in_plain_text_too() -> None:
    plain = Article("a.txt", "Boats", "Boats\n\nQ: May I rent boats?\n\nA: Yes, by the hour.", "0" * 64)
    assert [plain.text[each.start : each.end] for each in asked_sections("May I rent boats?", [plain])] == [
        "Yes, by the hour."
    ]


VERSIONS = """Kilnmaster: release notes

Version 7.2 (19 June 2031)

New

- A second fan

- Firing by night

Removed

- The gas burner

- Clay of type B

Version 7.1 (1 May 2031)

New

- A timer

- A lid

Known problems

The lid sticks."""


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is new in version 7.2?", "A second fan and Firing by night."),
        ("what is new in Kilnmaster 7.1", "A timer and A lid."),
        ("What was removed in 7.2?", "The gas burner and Clay of type B."),
        ("When was Kilnmaster 7.1 released?", "1 May 2031"),
        ("What are the known problems?", "The lid sticks."),
    ],
)
def test_a_heading_with_a_number_says_what_those_below_it_are_about(question: str, first: str) -> None:
    body = answered(question, versions())
    assert body is not None and body.certainty == "high"
    assert body.sentences[0].text == first


@pytest.mark.parametrize(
    "question", ["What was removed in 7.1?", "What is new in 7.3?", "When was 7.3 released?", "When was it released?"]
)
def test_what_stands_below_another_number_is_no_answer(question: str) -> None:
    assert answered(question, versions()) is None


def versions() -> Article:
    made = article(VERSIONS)
    starts = [match.start() for match in re.finditer(r"(?m)^(?:Version|New|Removed|Known)", VERSIONS)]
    headings = tuple(Heading(start, VERSIONS[start : VERSIONS.index("\n", start)]) for start in starts)
    return replace(made, headings=headings)
