"""A "when" is answered by a time, a "how many" by a number."""

from __future__ import annotations

import pytest

from rag.answer_kind import is_nearest_figure, is_of_kind, is_singled_out


@pytest.mark.parametrize(
    ("question", "words", "fits"),
    [
        ("When did it open?", "in July 2024", True),
        ("When did it open?", "last spring", True),
        ("When did it open?", "near the harbour", False),
        ("In what year was it founded?", "1995", True),
        ("How many cars were sold?", "141,601", True),
        ("How many cars were sold?", "a dozen", True),
        ("How many cars were sold?", "the Model Y", False),
        ("How long is it?", "five metres", True),
        ("Who sold it?", "the city council", True),
        ("How much is the Xiaomi SU7?", "five metres long", False),
        ("How much is the Xiaomi SU7?", "215,900 yuan", True),
        ("How much does it cost?", "£3", True),
        ("How much of the roof is new?", "half", True),
        ("How much is the tram?", "It is 30 metres long.", False),
        ("What does a day ticket cost?", "A day ticket is 6 euros.", True),
        ("How much did the team pay?", "The team won the cup.", False),
        ("How much were sales in Korea?", "3 billion won", True),
        ("By how much was the speech cut?", "by three minutes", True),
        ("How much is the new train faster?", "by 3 minutes", True),
        ("How much does the bell weigh?", "The bell cost 3 million euros.", False),
        ("How much does the bell weigh?", "It weighs 420kg.", True),
        ("How tall is the mast?", "The mast weighs 3 tonnes.", False),
        ("How tall is the mast?", "At 41 metres it is the tallest.", True),
        ("How many visitors came?", "It took €3 million in 2019.", False),
        ("How many visitors came?", "In 2019 there were 2,000 visitors.", True),
        ("How many visitors came?", "Visitors rose by 3 percent.", False),
        ("How many euros did it take?", "It took 300 euros.", True),
        ("What share of the voters came?", "a fifth", True),
    ],
)
def test_the_kind(question: str, words: str, fits: bool) -> None:
    assert is_of_kind(question, words) is fits


@pytest.mark.parametrize(
    ("name", "words", "nearest"),
    [
        ("max", "215,900 yuan", False),
        ("max", "299,900 yuan", True),
        ("basic", "215,900 yuan", True),
        ("max", "yuan", True),
    ],
)
def test_of_two_figures_the_nearer_to_the_name_is_its_own(name: str, words: str, nearest: bool) -> None:
    quote = "The basic version costs 215,900 yuan, the Pro 245,900 yuan and the Max 299,900 yuan."
    start = quote.index(words)
    assert is_nearest_figure([name], quote, start, start + len(words)) is nearest


@pytest.mark.parametrize(
    ("asked", "words", "singled_out"),
    [
        (["max"], "299,900 yuan", True),
        (["xiaomi", "max"], "299,900 yuan", True),
        (["max"], "245,900 yuan", False),
        (["pro", "max"], "299,900 yuan", False),
        (["xiaomi"], "299,900 yuan", False),
        ([], "299,900 yuan", False),
    ],
)
def test_a_figure_is_singled_out_by_what_stands_beside_it_alone(
    asked: list[str], words: str, *, singled_out: bool
) -> None:
    quote = "The basic version costs 215,900 yuan, the Pro 245,900 yuan and the Max 299,900 yuan."
    start = quote.index(words)
    assert is_singled_out(asked, quote, start, start + len(words)) is singled_out


def test_one_figure_is_not_singled_out() -> None:
    assert not is_singled_out(["max"], "The Max costs 299,900 yuan.", 14, 26)
