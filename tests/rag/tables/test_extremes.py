"""The most or the least of a column is computed over all of a table's rows, or nothing is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.article import Article
from index.readers import read_article
from rag.forms.extreme import most_or_least
from rag.generate import AnswerBody
from rag.reading.base import Reading
from rag.retrieve import Passage
from tests.rag.forms.readings import assert_is_an_answer, findings

PLANS = """# Plans of Birch Mail

| Plan | Price | Storage | Users | Support |
|---|---|---|---|---|
| Twig | free | 2 GB | 3 | none |
| Bough | 9 dollars | 100 GB | 40 | by e-mail |
| Crown | 24 dollars | 1 TB | 40 | by telephone |
"""
WARDS = """# The vote in Selwick

| Ward | Winner | Votes 2021 | Votes 2025 | Turnout |
|---|---|---|---|---|
| Kirkgate | Anneke Dray | 1,990 | 2,114 | 61.3 % |
| Old Quay | Lewin Tasker | 2,050 | 1,870 | 48.0 % |
| Eastfield | Joss Winter | 1,700 | 2,480 | - |
| Total | | 5,740 | 6,464 | 55 % |
"""
ROUTERS = """# Tarn routers

| | Tarn M2 | Tarn M4 |
|---|---|---|
| Weight | 310 g | 540 g |
| Ports | 2 | 4 |
"""
FINES = """# Borrowing

| Item | Loan period | Fine per day |
|---|---|---|
| Book | 28 days | 0.20 euros |
| Film | 7 days | 0.50 euros |
"""
HOURS = """# Opening hours of the libraries

| Branch | Monday to Friday | Saturday | Sunday |
|---|---|---|---|
| Central | 9:00-20:00 | 10:00-18:00 | 13 to 17 |
| Weir Street | 10:00-18:00 | 9.30-18:30 | closed |
| Ashcombe | 12:00-19:00 | closed | by appointment |
"""
TOURS = """# Tours of the Mirren valley

| Tour | Price | Guests |
|---|---|---|
| Dawn walk | 12 francs | 30 |
| All-inclusive | 80 francs | 45 |
| Lake by boat | 25 francs | 60 |
| All tours | - | 135 |
| Others | 5 francs | 900 |
"""
SLOPES = """# Slopes and tickets of the Mirren valley

| Place | Single | Week ticket | Highest point |
|---|---|---|---|
| Serrat | 3.20 euros | 24 euros | 2,260 m |
| Pra Vieux | 5.60 euros | 41 euros | 2,020 m |
"""
TEXTS = {
    "slopes.md": SLOPES,
    "hours.md": HOURS,
    "tours.md": TOURS,
    "plans.md": PLANS,
    "wards.md": WARDS,
    "routers.md": ROUTERS,
    "fines.md": FINES,
}


def article(name: str, text: str = "") -> Article:
    return read_article((text or TEXTS[name]).encode(), name)


def answered(question: str, *articles: Article) -> AnswerBody | None:
    passages = [Passage(each, 0, len(each.text), 1.0) for each in articles]
    readings = [Reading(0.0, ())] * len(passages)
    body = most_or_least(replace(findings(question, []), passages=passages, readings=readings))
    if body is not None:
        assert_is_an_answer(body)
        for citation in body.citations:
            text = next(each.text for each in articles if each.id == citation.article_id)
            assert text[citation.start : citation.end] == citation.quote
    return body


@pytest.mark.parametrize(
    ("name", "question", "first"),
    [
        ("plans.md", "Which plan is the cheapest?", "Twig: free, the lowest of the 3 under “Price”."),
        ("plans.md", "which plan costs the most", "Crown: 24 dollars, the highest of the 3 under “Price”."),
        ("plans.md", "Which plan has the most storage?", "Crown: 1 TB, the highest of the 3 under “Storage”."),
        ("plans.md", "Which plan has the most users?", "Bough and Crown: 40, the highest of the 3 under “Users”."),
        ("wards.md", "In which ward was the turnout lowest?", "Old Quay: 48.0 %, the lowest of the 2 under “Turnout”."),
        (
            "wards.md",
            "Who got the most votes in 2021?",
            "Lewin Tasker: 2,050, the highest of the 3 under “Votes 2021”.",
        ),
        (
            "wards.md",
            "Which winner had the most votes in 2025?",
            "Joss Winter: 2,480, the highest of the 3 under “Votes 2025”.",
        ),
        (
            "hours.md",
            "Which branch is open the longest on Saturdays?",
            "Weir Street: 9.30-18:30, the longest of the 3 under “Saturday”.",
        ),
        (
            "tours.md",
            "Which tour is the most expensive?",
            "All-inclusive: 80 francs, the highest of the 3 under “Price”.",
        ),
        ("tours.md", "Which tour had the most guests?", "Lake by boat: 60, the highest of the 3 under “Guests”."),
        (
            "slopes.md",
            "Which place has the highest point?",
            "Serrat: 2,260 m, the highest of the 2 under “Highest point”.",
        ),
        (
            "slopes.md",
            "Which place has the cheapest week ticket?",
            "Serrat: 24 euros, the lowest of the 2 under “Week ticket”.",
        ),
        ("routers.md", "Which router is the heaviest?", "Tarn M4: 540 g, the highest of the 2 under “Weight”."),
        (
            "fines.md",
            "Which item has the highest fine?",
            "Film: 0.50 euros, the highest of the 2 under “Fine per day”.",
        ),
    ],
)
def test_the_row_with_the_most_or_least_answers(name: str, question: str, first: str) -> None:
    body = answered(question, article(name))
    assert body is not None
    assert (body.sentences[0].kind, body.sentences[0].text, body.certainty) == ("computed", first, "high")
    assert first.split(" and ")[0].split(":")[0] in body.citations[0].quote or name == "routers.md"


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("plans.md", "Which plan has the most templates?"),
        ("plans.md", "Which plan is the longest?"),
        ("plans.md", "Which plan is not the cheapest?"),
        ("plans.md", "Which is the cheapest?"),
        ("plans.md", "Which of the three plans is the second cheapest?"),
        ("plans.md", "Which plan of Oak Mail is the cheapest?"),
        ("plans.md", "Is Twig the cheapest plan?"),
        ("plans.md", "Who is the cheapest?"),
        ("plans.md", "Which plan has the youngest users?"),
        ("plans.md", "Which plan has the longest storage?"),
        ("wards.md", "Who got the most votes in 2017?"),
        ("wards.md", "Who got the most votes?"),  # of which year
        ("wards.md", "Which ward has the most polling stations?"),
        ("fines.md", "Which item is the cheapest?"),  # a fine is no price
        ("routers.md", "Which router is the loudest?"),
        ("slopes.md", "Which place has the lowest point?"),  # of the highest
        ("slopes.md", "Which ticket is the cheapest?"),  # of single ones, too
        ("hours.md", "Which branch has the longest hours?"),  # of which day
        ("hours.md", "Which branch is open the longest on Sundays?"),  # by appointment
    ],
)
def test_nothing_is_said_where_a_cell_or_a_word_of_the_question_does_not_fit(name: str, question: str) -> None:
    assert answered(question, article(name)) is None


def test_the_newest_of_several_years_counts_and_other_tables_make_it_undecided() -> None:
    def plans(year: int, least: str) -> Article:
        text = PLANS.replace("Plans of Birch Mail", f"Plans of Birch Mail {year}").replace("free", least)
        return article(f"{year}.md", f"---\ndate: {year}-01-01\n---\n{text}")

    body = answered("Which plan is the cheapest?", plans(2024, "11 dollars"), plans(2025, "1 dollar"))
    assert body is not None
    assert body.sentences[0].text == "Twig: 1 dollar, the lowest of the 3 under “Price”."
    other = article("other.md", PLANS.replace("Birch Mail", "Oak Post").replace("free", "30 dollars"))
    assert answered("Which plan is the cheapest?", article("plans.md"), other) is None
