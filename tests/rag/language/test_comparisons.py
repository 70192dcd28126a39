"""Comparisons: their sides, a question about each, and which number wins."""

from __future__ import annotations

import pytest

from rag.language.comparisons import comparison_of


@pytest.mark.parametrize(
    ("question", "sides", "first", "larger", "predicate"),
    [
        ("NIO or XPeng, who lost more?", ("NIO", "XPeng"), "How much did NIO lose?", True, "lost more"),
        ("Between NIO and XPeng, who lost more?", ("NIO", "XPeng"), "How much did NIO lose?", True, "lost more"),
        ("Which of NIO and XPeng lost more?", ("NIO", "XPeng"), "How much did NIO lose?", True, "lost more"),
        ("Did NIO or XPeng lose more in 2023?", ("NIO", "XPeng"), "How much did NIO lose in 2023?", True, ""),
        ("Which car is cheaper, the SU7 or the Model 3?", ("the SU7", "the Model 3"), "How much does the SU7 cost?",
         False, "is cheaper"),
        ("Which is cheaper, the Studio or the Agency plan?", ("the Studio", "the Agency"),
         "How much does the Studio cost?", False, "is cheaper"),
        ("Which is less expensive: tea or coffee?", ("tea", "coffee"), "How much does tea cost?", False,
         "is less expensive"),
        ("Which costs more in China, the SU7 or the Model 3?", ("the SU7", "the Model 3"),
         "How much does the SU7 cost in China?", True, "costs more in China"),
        ("Which firm sold more cars in 2023: BYD or Tesla?", ("BYD", "Tesla"), "How many cars did BYD sell in 2023?",
         True, "sold more cars in 2023"),
        ("Whose loss was bigger, NIO's or XPeng's?", ("NIO", "XPeng"), "How big was NIO's loss?", True, ""),
        ("Which lake is shorter, Lake Garda or Lake Como?", ("Lake Garda", "Lake Como"), "How long is Lake Garda?",
         False, "is shorter"),
        ("Compare the range of the SU7 and the Model 3", ("the SU7", "the Model 3"), "What is the range of the SU7?",
         None, ""),
        ("compare NIO's losses with XPeng's", ("NIO", "XPeng"), "What is the losses of NIO?", None, ""),
        ("Who lost more in 2023 (NIO or XPeng)?", ("NIO", "XPeng"), "How much did NIO lose in 2023?", True,
         "lost more in 2023"),
        ("Which of the two lost more money: NIO or XPeng?", ("NIO", "XPeng"), "How much money did NIO lose?", True,
         "lost more money"),
        ("Who sold more electric cars, BYD or Tesla?", ("BYD", "Tesla"), "How many electric cars did BYD sell?", True,
         "sold more electric cars"),
        ("Which has the longer range, the SU7 or the Model 3?", ("the SU7", "the Model 3"),
         "How long is the SU7's range?", True, "has the longer range"),
        ("Who was faster, Ann or Bob?", ("Ann", "Bob"), "Who was faster Ann?", None, ""),
    ],
)  # fmt: skip
def test_the_two_sides_get_a_question_each(
    question: str, sides: tuple[str, str], first: str, larger: bool | None, predicate: str
) -> None:
    comparison = comparison_of(question)
    assert comparison is not None
    assert comparison.sides == sides
    assert comparison.questions == (first, first.replace(*sides))
    assert (comparison.larger, comparison.predicate) == (larger, predicate)


@pytest.mark.parametrize(
    ("question", "sides", "first", "larger"),
    [
        ("Did NIO lose more than XPeng in 2023?", ("NIO", "XPeng"), "How much did NIO lose in 2023?", True),
        ("Did BYD sell fewer cars in 2023 than Tesla?", ("BYD", "Tesla"), "How many cars did BYD sell in 2023?", False),
        ("is the Seagull cheaper than the Qin Plus", ("the Seagull", "the Qin Plus"),
         "How much does the Seagull cost?", False),
        ("Is the Team edition cheaper than the Enterprise edition?", ("the Team", "the Enterprise"),
         "How much does the Team cost?", False),
        ("Does Agency offer more storage than the Enterprise plan?", ("Agency", "the Enterprise"),
         "How much storage did Agency offer?", True),
        ("Does the Pro plan cost more than the Free plan?", ("the Pro", "the Free"),
         "How much did the Pro cost?", True),
        ("Was NIO's loss bigger than XPeng's?", ("NIO", "XPeng"), "How big was NIO's loss?", True),
    ],
)  # fmt: skip
def test_whether_one_side_is_the_one_is_a_comparison_with_a_claim(
    question: str, sides: tuple[str, str], first: str, larger: bool
) -> None:
    comparison = comparison_of(question)
    assert comparison is not None and comparison.claimed
    assert (comparison.sides, comparison.larger) == (sides, larger)
    assert comparison.questions == (first, first.replace(*sides))


@pytest.mark.parametrize("question", ["Did Tesla ever sell fewer cars than BYD?", "Is BYD better than Tesla?"])
def test_other_claims_are_no_comparison_of_numbers(question: str) -> None:
    assert comparison_of(question) is None


@pytest.mark.parametrize("question", ["Who is right or wrong?", "Who founded NIO?", "or", "", "Compare", "a or"])
def test_without_two_sides_there_is_no_comparison(question: str) -> None:
    assert comparison_of(question) is None


@pytest.mark.parametrize(
    ("question", "sides", "first", "larger", "claimed"),
    [
        ("Did the fair draw more visitors in 2024 than in 2023?", ("2024", "2023"),
         "How many visitors did the fair draw in 2024?", True, True),
        ("Is the turnout in Kirkgate higher than in Eastfield?", ("Kirkgate", "Eastfield"),
         "What is the turnout in Kirkgate?", True, True),
        ("Was the income higher in 2024 than 2023?", ("2024", "2023"), "What was the income in 2024?", True, True),
        ("Were there fewer complaints about gulls in 2024 than in 2023?", ("2024", "2023"),
         "How many complaints about gulls were there in 2024?", False, True),
        ("Was entry cheaper in 2024 than in 2025?", ("2024", "2025"), "How much did entry cost in 2024?", False, True),
        ("Is rent higher in Harbour or in Moorside in 2025?", ("Harbour", "Moorside"),
         "What is rent in Harbour in 2025?", True, False),
        ("In which year did the club sell more, 2023 or 2024?", ("2023", "2024"), "How much did the club sell in 2023?",
         True, False),
        ("Which budget was bigger, 2024 or 2025?", ("2024", "2025"), "How big is the budget of 2024?", True, False),
        ("Which year had more visitors, 2023 or 2024?", ("2023", "2024"), "How many visitors were there in 2023?", True,
         False),
        ("Which year was warmer, 2023 or 2024?", ("2023", "2024"), "How warm was it in 2023?", True, False),
        ("Does version 4 need more memory than version 3?", ("version 4", "version 3"),
         "How much memory did version 4 need?", True, True),
    ],
)  # fmt: skip
def test_sides_may_be_years_places_or_versions(
    question: str, sides: tuple[str, str], first: str, larger: bool, claimed: bool
) -> None:
    comparison = comparison_of(question)
    assert comparison is not None
    assert (comparison.sides, comparison.questions[0]) == (sides, first)
    assert (comparison.larger, comparison.claimed) == (larger, claimed)


@pytest.mark.parametrize(
    ("question", "sides", "first"),
    [
        ("What is the difference between version 3 and 4 in encryption?", ("version 3", "version 4"),
         "What is the encryption in version 3?"),
        ("what's the difference between versions 3.1 and 4.0", ("version 3.1", "version 4.0"),
         "What about version 3.1?"),
        ("What is the main difference between tea and coffee?", ("tea", "coffee"), "What about tea?"),
    ],
)  # fmt: skip
def test_a_difference_is_one_of_two_sides(question: str, sides: tuple[str, str], first: str) -> None:
    comparison = comparison_of(question)
    assert comparison is not None and comparison.larger is None
    assert (comparison.sides, comparison.questions[0]) == (sides, first)


@pytest.mark.parametrize("question", ["Did it rain in 2023 or in May?", "Did he sell more in 2023 than in Leeds?"])
def test_a_year_is_not_compared_with_a_place(question: str) -> None:
    assert comparison_of(question) is None
