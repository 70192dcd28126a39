"""Subject and plural things of a question."""

from __future__ import annotations

import pytest

from rag.language.parts import phrase_with_head, plural_in, possessed_in, subject_in


@pytest.mark.parametrize(
    ("question", "subject", "plural"),
    [
        ("How much energy does a battery bus use per kilometre?", "a battery bus", False),
        ("What pay rise did the tug crews at Gullmark get?", "the tug crews at Gullmark", True),
        ("When was Warmfjell's third hall finished?", "Warmfjell's third hall", False),
        ("How many cars had Faraday Future sold by 2023?", "Faraday Future", False),
        ("Did the report state this?", "the report", False),  # which could be what somebody does
    ],
)
def test_the_subject_stands_between_auxiliary_and_verb(question: str, subject: str, plural: bool) -> None:
    found = subject_in(question)
    assert found is not None
    assert (found.text, question[found.start : found.end], found.is_plural) == (subject, subject, plural)


@pytest.mark.parametrize("question", ["Who founded NIO?", "How fast is the SU7?", "batteries", "Did it?", ""])
def test_where_there_is_no_verb_no_subject_is_found(question: str) -> None:
    assert subject_in(question) is None


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("Does Trenka make its own cells?", "cells"),
        ("How many foreign visitors did Iceland receive?", "foreign visitors"),
        ("Who makes it?", None),
        ("How many days did it last?", None),
    ],
)
def test_things_in_the_plural(question: str, things: str | None) -> None:
    assert plural_in(question) == things


def test_what_belongs_to_a_name_ends_before_the_verb() -> None:
    question = "When was Warmfjell's third hall finished?"
    assert possessed_in(question, question.index("'")) == "third hall"
    assert possessed_in("Who leads NIO?", len("Who leads NIO")) is None


def test_a_thing_of_the_same_kind() -> None:
    question = "How much does a battery bus cost?"
    span = phrase_with_head(question, "a hydrogen bus")
    assert span is not None
    assert question[slice(*span)] == "a battery bus"
    assert phrase_with_head(question, "bus") is None
    assert phrase_with_head(question, "a hydrogen train") is None
