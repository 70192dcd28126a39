from __future__ import annotations

import pytest

from rag.verify import supports

QUOTE = (
    "Xiaomi's SU7, first shown in March 2024, cost 215,900 yuan. It did not sell well at first. "
    "Lei Jun called it a dream."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "215,900 yuan",
        "lei  JUN called it\na dream",
        "It did not sell well at first.",
        "“Lei Jun” called it a dream!",
        "Xiaomi’s SU7 first shown in March 2024",
        "In March 2024, Xiaomi's SU7 was first shown, and it cost 215,900 yuan.",
        "It did not, at first, sell well",
    ],
)
def test_what_the_quote_says(sentence):
    assert supports(QUOTE, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "...",
        "the",
        "900 yuan",
        "SU",
        "In April 2024, Xiaomi's SU7 was first shown, and it cost 215,900 yuan.",
        "In March 2023, Xiaomi's SU7 was first shown, and it cost 215,900 yuan.",
        "In March 2024, Huawei's SU7 was first shown, and it cost 215,900 yuan.",
        "In March 2024, Xiaomi's SU7 was not first shown, and it cost 215,900 yuan.",
        "It did sell well at first.",
        "At first it sold badly.",
        "Lei Jun called the 215,900 yuan a dream.",
        "eibo",
    ],
)
def test_what_it_does_not_say(sentence):
    assert not supports(QUOTE, sentence)


PLANT = "Near Berlin, their new battery plant has two big halls and makes small cells that power cheap city cars."


def test_one_word_in_ten_may_differ():
    assert supports("Not far away. " + PLANT, PLANT.replace("makes", "produces"))
    assert not supports("Not far away. " + PLANT, PLANT.replace("makes", "produces").replace("new", "old"))


@pytest.mark.parametrize(("word", "other"), [("Berlin", "Leipzig"), ("two", "three")])
def test_a_name_or_a_number_may_not(word, other):
    assert not supports(PLANT, PLANT.replace(word, other))


def test_a_dropped_negation_is_noticed_in_its_short_form():
    assert not supports("Critics say the car can't charge fast.", "Critics say the car can charge fast.")
    assert supports("Critics say the car can't charge fast.", "The car can't charge fast, critics say.")


def test_chinese():
    premise = "雷军在2021年宣布小米造车。他没有透露价格。"
    assert supports(premise, "雷军在2021年宣布小米造车")
    assert not supports(premise, "雷军在2022年宣布小米造车")
    assert not supports(premise, "他透露价格")


def test_hostile_text_ends():
    assert not supports("a'" * 50_000, "1.1." * 20_000 + "b")
