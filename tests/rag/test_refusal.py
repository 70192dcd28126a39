"""An abstention says what was looked for and what is there instead."""

from __future__ import annotations

import pytest

from index.article import Article
from rag.reading.constraints import constraints_of
from rag.refusal import nearest, why_none
from rag.retrieve import Passage

TEXTS = {
    "Three makers": "XPeng delivered 141,601 cars in 2023. XPeng hopes for more in 2024, and it grew in 2020 and 2021.",
    "The praise": "Jia Yueting praised Xiaomi. Then Jia Yueting criticised Xiaomi, and so did Ada.",
}

NOT = "do not answer this. The nearest ones are from"
ABOUT = "The nearest ones are about XPeng, Jia Yueting and Xiaomi."


def passages(*titles: str) -> list[Passage]:
    articles = [Article(f"{title}.txt", title, TEXTS[title], "0" * 64, date="2024-02-01") for title in titles]
    return [Passage(article, 0, len(article.text), 0.0) for article in articles]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How many cars did XPeng deliver in 2022?", "What was found on XPeng names 2020, 2021 and 2023, not 2022."),
        ("how many cars did xpeng deliver in 2035", "What was found on xpeng names 2021, 2023 and 2024, not 2035."),
        ("What did Jia Yueting say in 2023?", "What was found on Jia Yueting names 2024, not 2023."),  # the date
        ("Who founded Lucid Motors?", f"No passage that was found names Lucid Motors. {ABOUT}"),
        ("Did Lucid buy XPeng or Fisker?", f"No passage that was found names Lucid or Fisker. {ABOUT}"),
        (
            "Who leads XPeng?",
            "The passages that were found on XPeng do not answer this. The nearest ones are from “Three makers”.",
        ),
        ("what is the weather like", f"The passages that were found {NOT} “Three makers” and “The praise”."),
    ],
)
def test_what_was_looked_for_and_what_is_there(question: str, reason: str) -> None:
    found = passages("Three makers", "The praise")
    known = constraints_of(question, [passage.text for passage in found])
    assert why_none(question, known, found) == reason


def test_days_units_and_words_are_no_names() -> None:
    text = (
        "Admission: on Thursday with 4 GB. Thursday, Friday, Friday, 8 GB."
        " Admission is free, admission to Oslo. Oslo is far."
    )
    article = Article("hours.txt", "Hours", text, "0" * 64)
    found = [Passage(article, 0, len(text), 0.0)]
    days = constraints_of("Is it open on Sundays?", [text])
    said = "The passages that were found do not answer this. The nearest ones are from “Hours”."
    assert why_none("Is it open on Sundays?", days, found) == said
    other = constraints_of("Is Lucid open?", [text])
    assert why_none("Is Lucid open?", other, found) == (
        "No passage that was found names Lucid. The nearest ones are about Oslo."
    )


def test_nothing_was_found() -> None:
    assert why_none("Who is he?", constraints_of("Who is he?", []), []) == "No passage was found."


def test_the_nearest_passages_are_three_without_the_title_and_byline_above_them() -> None:
    text = "Tea\n\nBy Ann Lee, 2 April 2024\n\nTea is drunk hot.\n\nIt grows in Assam."
    article = Article("tea.md", "Tea", text, "0" * 64, "Ann Lee", "2024-04-02")
    head = len("Tea\n\nBy Ann Lee, 2 April 2024\n\n")
    found = nearest([Passage(article, start, len(text), 0.0) for start in (0, text.index("It"), 5, 0)])
    assert [near.text for near in found] == [text[head:], "It grows in Assam.", text[head:]]
    assert all(text[near.start : near.end] == near.text for near in found)
    only = Article("tin.md", "Tin", "Tin\n\n", "0" * 64)
    assert nearest([Passage(only, 0, 5, 0.0)])[0].text == "Tin\n\n"
