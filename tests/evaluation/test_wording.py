from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.wording import exact_match, f1, normalise, stands_in

WORDS = st.lists(
    st.sampled_from(["the", "a", "an", "Cat", "cats", "U.S.", "3.5%", "The", "co-op", "theatre", "-", "été", ""]),
    max_size=8,
).map(" ".join)
TEXT = WORDS | st.text(string.ascii_letters + string.digits + string.punctuation + " \t\n", max_size=30)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The  Cat,\n a dog!", "cat dog"),
        ("U.S. 3.5%", "us 35"),
        ("theatre another", "theatre another"),
        ("“Curly”—quotes…", "curlyquotes"),
        ("小米汽车。", "小 米 汽 车"),
        ("小米SU7发布", "小 米 su7 发 布"),
        ("東京タワー", "東 京 タ ワ ー"),
        ("서울 타워", "서울 타워"),
        ("the", ""),
    ],
)
def test_what_squad_compares(text, words):
    assert normalise(text) == words


@pytest.mark.torch
@given(TEXT, TEXT)
def test_exact_match_and_f1_are_those_of_torchmetrics(said, accepted):
    from torchmetrics.functional.text import squad

    theirs = squad(
        [{"prediction_text": said, "id": "1"}], [{"answers": {"answer_start": [0], "text": [accepted]}, "id": "1"}]
    )
    assert exact_match(said, accepted) * 100 == pytest.approx(theirs["exact_match"].item())
    assert f1(said, accepted) * 100 == pytest.approx(theirs["f1"].item(), abs=1e-4)


def test_f1_by_hand():
    assert f1("its marketing and execution", "the marketing") == pytest.approx(2 * (1 / 4) * 1 / (1 / 4 + 1))
    assert f1("cat cat dog", "cat dog dog") == pytest.approx(2 / 3)
    assert f1("小米汽车", "小米") == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Lei Jun", "It was lei\n jun."),
        ("SU7", "the SU7's price"),
        ("$5", "US$5 a month"),
        ("no", "No, never"),
        ("follower", "the follower-mentality"),
        ("小米", "北京小米公司"),
        ("서울", "서울에서"),
        ("12", "in 2012, 12 of them"),
    ],
)
def test_an_accepted_answer_stands_there(words, text):
    assert stands_in(words, text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("no", "nobody knows"),
        ("19", "in 1987"),
        ("2", "SU2"),
        ("car", "scar"),
        ("", "anything"),
        (" ", "a b"),
        ("x", ""),
    ],
)
def test_a_part_of_a_word_or_number_is_no_answer(words, text):
    assert not stands_in(words, text)
