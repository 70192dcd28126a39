from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.acronyms import acronyms_in, with_other_form

LFP = {"LFP": "lithium iron phosphate"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Cells of lithium iron phosphate (LFP) are heavy.", LFP),
        ("LFP (lithium iron phosphate) is heavy.", LFP),
        ("LFP, short for lithium iron phosphate, is heavy.", LFP),
        ("Lithium iron phosphate, also known as LFP, is heavy.", {"LFP": "Lithium iron phosphate"}),
        (
            "Ten years ago lithium iron phosphate was thought heavy.\n\nThe material, known as LFP, is from the 1990s.",
            LFP,
        ),
        ("Battery electric vehicles (BEVs) sell.", {"BEV": "Battery electric vehicles"}),
        ("a plug-in hybrid electric vehicle (PHEV)", {"PHEV": "plug-in hybrid electric vehicle"}),
        ("the European Union (EU) and the Organisation for Security and Co-operation (OSCE)", {"EU": "European Union"}),
        ("BYD (the company from Shenzhen) and NIO (Hefei) met SAIC.", {}),
        ("He left for Paris, or so it was said. (USA)", {}),
        ("Many people like tea (GDP).", {}),
        ("LFP (Large Flying Ponies", {"LFP": "Large Flying Ponies"}),
    ],
)
def test_a_text_says_what_an_acronym_stands_for(text: str, found: dict[str, str]) -> None:
    assert acronyms_in([text]) == found


@pytest.mark.parametrize(
    ("question", "wider"),
    [
        ("Why are LFP cells heavy?", "Why are LFP (lithium iron phosphate) cells heavy?"),
        ("why is lfp heavy", "why is lfp (lithium iron phosphate) heavy"),
        ("Who makes lithium iron phosphate cells?", "Who makes lithium iron phosphate (LFP) cells?"),
        ("Is LFP lithium iron phosphate?", "Is LFP lithium iron phosphate?"),
        ("Who makes sodium cells?", "Who makes sodium cells?"),
        ("What is ALFP-LFP-x?", "What is ALFP-LFP-x?"),
    ],
)
def test_a_question_gets_the_other_form(question: str, wider: str) -> None:
    assert with_other_form(question, LFP) == wider


@given(st.text(alphabet="AB ab(),.known as\n", max_size=200))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    for acronym, words in acronyms_in([text]).items():
        assert acronym in text
        assert words in " ".join(text.split())


def test_hostile_text_costs_little() -> None:
    started = time.process_time()
    acronyms_in(["known as LFP " * 4_000, "(" * 20_000 + "LFP (" * 4_000])
    assert time.process_time() - started < 2
