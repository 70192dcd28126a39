"""Two articles differ where the same thing has another figure, and nowhere else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from index.article import Article
from rag.contradictions import conflicting_figures, figures


def differ(question: str, first: str, second: str) -> tuple[str, str] | None:
    texts = (f"The other companies pay. {first}", f"All the other companies pay. {second}")
    one, other = (Article(text, "", text, "0" * 64) for text in texts)
    return conflicting_figures(question, (one, first), (other, second))


@pytest.mark.parametrize(
    ("question", "first", "second", "expected"),
    [
        ("What duty does BYD pay?", "- BYD pays 17.4 percent.", "BYD now pays 17.0 percent, Geely 18.8 percent.",
         ("17.4 percent", "17.0 percent")),
        ("what does saic pay", "- SAIC, the owner of the MG brand, pays 37.6%.", "BYD pays 17.0% and SAIC 35.3%.",
         ("37.6%", "35.3%")),
        ("What do other companies pay?", "Other companies pay 20.8 percent.", "Companies pay 20.7 percent now.",
         ("20.8 percent", "20.7 percent")),
        ("How many people work at Nio?", "Nio employs 30 thousand people.", "Nio now employs 24,500 people.",
         ("30 thousand people", "24,500 people")),
        ("How many people does Nio employ?", "Nio employs 30,000 people here.", "Nio employs 24,500 people here.",
         ("30,000 people", "24,500 people")),
    ],
)  # fmt: skip
def test_the_same_thing_with_another_figure(question: str, first: str, second: str, expected: tuple[str, str]) -> None:
    assert differ(question, first, second) == expected
    assert differ(question, second, first) == expected[::-1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Nio employs 30,000 people here.", "Nio employs 30,000 people here and pays 5 people."),  # the same
        ("Nio employs 1.79 million people here.", "Nio employs 1,789,226 people here."),  # rounded
        ("Nio employs 30,000 people here.", "Nio employs 29,900 people here."),  # rounded
        ("Nio employs 30,000 people here.", "Nio employs about 20,000 people here."),  # said not to be exact
        ("Nio employs 30,000 people here.", "Nio employs 10,000 to 20,000 people here."),
        ("Nio employs 30,000 people here.", "Nio employs between 10,000 and 20,000 people here."),
        ("Nio employs 30,000 people here.", "BYD employs 20,000 people here."),  # someone else
        ("Nio employs 30,000 people here.", "Nio employs 20,000 robots here."),  # something else
        ("Nio employs 30,000 people here.", "Nio employs 20,000 people in Hefei."),  # somewhere else
        ("Nio employs 30,000 people here.", "In 2023 Nio employs 20,000 people here."),  # at another time
        ("In May Nio employs 30,000 people here.", "In June Nio employs 20,000 people here."),
        ("Nio employs 30,000 people here.", "Nio does not employ 20,000 people here."),
        ("Nio employs 30,000 people here.", "Nio sells its cars to 20,000 people."),
        ("Nio employs 30,000 people here.", "It had 20,000 people."),
        ("Nio employs people here since 2014.", "Nio employs people here since 2015."),  # dates are not compared
        ("蔚来有3万人。", "蔚来有2万人。"),
    ],
)
def test_silence(first: str, second: str) -> None:
    assert differ("How many people does Nio employ here?", first, second) is None
    assert differ("How many people does Nio employ here?", second, first) is None


def test_only_what_is_asked_for_differs() -> None:
    first, second = "Nio employs 30,000 people here.", "Nio employs 24,500 people here."
    assert differ("What does Nio pay people?", first, second) is not None
    assert differ("How many people does BYD employ?", first, second) is None


def test_an_article_does_not_differ_from_itself() -> None:
    article = Article("a", "A", "", "0" * 64)
    assert (
        conflicting_figures("Nio employs?", (article, "Nio employs 3 people."), (article, "Nio employs 4 people."))
        is None
    )


def test_figures_and_what_they_are_of() -> None:
    found = list(figures("On 4 May 2024 BYD, the maker, paid 17.0 percent, Geely $1.5 million dollars."))
    assert [(f.text, f.value, f.unit) for f in found] == [
        ("17.0 percent", Decimal("17.0"), "%"),
        ("$1.5 million dollars", Decimal(1_500_000), "$"),
    ]
    assert [f.last_digit for f in found] == [-1, 5]
    assert [set(f.words) & {"BYD", "Geely", "paid", "maker"} for f in found] == [{"BYD", "paid"}, {"Geely", "paid"}]
