from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.terms import index_terms, query_terms


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("What did Jia Yueting criticize?", ["jia", "yueting", "criticize"]),
        ("BYD, byd and ByD", ["byd"]),
        ("Who is who?", ["who", "is"]),
        ("1,789,226 cars_sold", ["1", "789", "226", "cars_sold"]),
        ("小米的SU7", ["小米", "米的", "su7"]),
        ("贾 jia", ["贾", "jia"]),
        ('"OR" NOT* (near)', ["near"]),
        ("?!", []),
        ("", []),
    ],
)
def test_a_question_becomes_its_telling_words(question, terms):
    assert query_terms(question) == terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The SU7 sold.", "The SU7 sold."),
        ("小米汽车SU7好", "小米 米汽 汽车 SU7 好"),
        ("東京タワー", "東京 京タ タワ ワー"),
    ],
)
def test_runs_of_cjk_are_indexed_as_pairs_and_other_words_as_they_are(text, terms):
    assert index_terms(text).split() == terms.split()


@given(st.text(alphabet=st.characters()))
def test_query_terms_are_distinct_and_hold_word_characters_only(question):
    terms = query_terms(question)
    assert all(re.fullmatch(r"\w+", term) for term in terms)
    assert len(set(terms)) == len(terms)


@given(st.text("小米汽车的", min_size=1), st.integers(0), st.integers(2))
def test_any_words_out_of_a_run_of_cjk_find_it(run, start, length):
    start %= len(run)
    words = query_terms(run[start : start + length])
    assert set(words) - set(run) <= set(index_terms(f"SU7{run}2024").split())


@given(st.text(alphabet=st.characters()))
def test_index_terms_add_nothing_and_lose_nothing(text):
    assert set(index_terms(text)) - {" "} == set(text) - {" "}
