"""What a question insists on, and quotes that keep to it, lack it, or are about something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Table
from rag.reading.constraints import Constraints, Fit, constraints_of

TEXT = """Three makers

In 2023 Tesla delivered 947,000 cars in China. XPeng delivered 141,601 cars that year.

NIO went another way. It delivered 160,038 cars in 2023. In 2022 it had been 122,486. \
It would build stations with CATL. Stations with CATL were planned.

The Max costs 299,900 yuan. It has two motors."""
ARTICLE = Article("makers.txt", "Three makers", TEXT, "0" * 64, date="2024-02-01")


def fit(question: str, quote: str, article: Article = ARTICLE) -> Fit:
    start = article.text.index(quote)
    return constraints_of(question, [article.text]).fit(article, (start, start + len(quote)))


@pytest.mark.parametrize(
    ("question", "quote", "expected"),
    [
        ("How many cars did XPeng deliver in 2023?", "XPeng delivered 141,601 cars that year.", Fit.MEETS),
        ("How many cars did XPeng deliver in 2023?", "In 2023 Tesla delivered 947,000 cars in China.", Fit.CONTRADICTS),
        ("how many cars did xpeng deliver in 2023", "In 2023 Tesla delivered 947,000 cars in China.", Fit.CONTRADICTS),
        ("How many cars did NIO deliver in 2023?", "It delivered 160,038 cars in 2023.", Fit.MEETS),
        ("How many cars did NIO deliver in 2022?", "In 2022 it had been 122,486.", Fit.MEETS),
        ("How many cars did NIO deliver in 2022?", "It delivered 160,038 cars in 2023.", Fit.CONTRADICTS),
        ("How many cars did NIO deliver in 2021?", "It delivered 160,038 cars in 2023.", Fit.CONTRADICTS),
        ("What does the Max cost?", "The Max costs 299,900 yuan.", Fit.MEETS),
        ("What does the Pro cost?", "The Max costs 299,900 yuan.", Fit.CONTRADICTS),
        ("What has two motors?", "It has two motors.", Fit.MEETS),
        ("What did NIO plan?", "It would build stations with CATL.", Fit.MEETS),
        ("What did NIO plan?", "Stations with CATL were planned.", Fit.LACKS),
    ],
)
def test_another_year_or_name_is_not_what_was_asked(question: str, quote: str, expected: Fit) -> None:
    assert fit(question, quote) == expected


@pytest.mark.parametrize("question", ["Is LFP heavy?", "is lfp heavy?", "Is Lithium Iron Phosphate heavy?"])
def test_what_an_acronym_stands_for_is_the_same_name(question: str) -> None:
    quotes = ["Cells of lithium iron phosphate, which BYD makes, are heavy.", "The LFP cells of BYD are heavy."]
    article = Article("a.txt", "Cells", f"Cells\n\n{quotes[0]}\n\nThey are big.\n\n{quotes[1]}", "0" * 64)
    for quote in quotes:
        start = article.text.index(quote)
        known = constraints_of(question, ["lithium iron phosphate (LFP) is BYD's"])
        assert known.fit(article, (start, start + len(quote))) is Fit.MEETS


def test_the_date_of_an_article_stands_for_a_year_that_it_does_not_name() -> None:
    article = Article("a.txt", "News", "News\n\nThe plant has opened.", "0" * 64, date="2024-02-01")
    assert fit("Did the plant open in 2024?", "The plant has opened.", article) is Fit.MEETS
    assert fit("Did the plant open in 2023?", "The plant has opened.", article) is Fit.LACKS


def test_a_year_that_another_is_compared_with_is_not_what_the_next_sentence_is_about() -> None:
    text = "In 2023 the hall had 105 guests, after 92 in 2022. It lent 210 chairs."
    article = Article("a.txt", "Report", text, "0" * 64)
    assert fit("How many chairs did it lend in 2023?", "It lent 210 chairs.", article) is Fit.MEETS
    assert fit("How many chairs did it lend in 2022?", "It lent 210 chairs.", article) is Fit.LACKS


def test_a_pronoun_below_the_name_is_about_the_person_in_the_title() -> None:
    text = (
        "Ada Renshaw (1731-1804), weaver\n\nAda Renshaw was born in Leeds.\n\nRenshaw was ruined in 1793. She sold the"
        " mill to Ann Tolliver for 900 pounds. She died on 2 November 1804 in Abbey Lane."
    )
    article = Article("a.txt", "Ada Renshaw (1731-1804), weaver", text, "0" * 64)
    assert fit("When did Ada Renshaw die?", "She died on 2 November 1804 in Abbey Lane.", article) is Fit.MEETS
    assert fit("When did Odile Brankley die?", "She died on 2 November 1804 in Abbey Lane.", article) is not Fit.MEETS


def test_names_among_the_words_that_answer_are_no_other_names() -> None:
    text = (
        "On the EU's duties\n\nThe European Union has voted. Five were against.\n\nGermany and Hungary were among them."
    )
    article = Article("a.txt", "On the duties", text, "0" * 64)
    start = text.index("Germany")
    quote, words = (start, len(text)), (start, start + len("Germany and Hungary"))
    constraints = constraints_of("Which countries voted against the EU duties?", [text])
    assert constraints.fit(article, quote) is Fit.CONTRADICTS
    assert constraints.fit(article, quote, [words]) is Fit.LACKS
    assert constraints.fit(article, quote, [quote]) is Fit.CONTRADICTS


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("is it louder on friday nights", ()),
        ("Why can't Polish customers use them?", ()),
        ("what did xpeng say in december", (("xpeng",),)),
    ],
)
def test_days_months_and_peoples_are_no_names(question: str, names: tuple[tuple[str, ...], ...]) -> None:
    text = "It was loud on Friday. The Polish customers asked XPeng in December."
    assert constraints_of(question, [text]).names == names


@pytest.mark.parametrize("question", ["Did the EU vote?", "Did the European Union vote?"])
def test_some_acronyms_are_known_without_being_explained(question: str) -> None:
    for text in ("The EU has voted.", "The European Union has voted."):
        article = Article("a.txt", "Votes", text, "0" * 64)
        assert constraints_of(question, [text]).fit(article, (0, len(text))) is Fit.MEETS


def test_what_is_missing_is_named() -> None:
    constraints = constraints_of("How many cars did Lucid deliver in 2021?", [TEXT])
    assert constraints.unmet(ARTICLE, (0, len("Three makers"))) == ["lucid", "2021"]


@given(st.integers(1900, 2099), st.integers(1900, 2099))
def test_a_year_changed_in_the_question_never_keeps_the_quote_of_the_other_year(asked: int, said: int) -> None:
    quote = f"It delivered 5 cars in {said}."
    article = Article("a.txt", "Cars", f"Cars\n\n{quote}", "0" * 64)
    found = fit(f"How many cars were delivered in {asked}?", quote, article)
    assert found is (Fit.MEETS if asked == said else Fit.CONTRADICTS)


@given(st.text(max_size=60), st.text(min_size=1, max_size=80))
def test_any_question_over_any_text_has_a_fit(question: str, text: str) -> None:
    article = Article("a.txt", "", text, "0" * 64)
    constraints = constraints_of(question, [text])
    assert isinstance(constraints.fit(article, (0, len(text))), Fit)
    assert (constraints == Constraints()) <= (constraints.fit(article, (0, len(text))) is Fit.MEETS)


def test_an_apostrophe_makes_no_name_of_a_letter() -> None:
    constraints = constraints_of("I'm asking: what was Trenka's profit?", ["It is Trenka's. I'm sure. S and M say so."])
    assert constraints.names == (("trenka",),)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is against closing the pool?", [Fit.CONTRADICTS, Fit.MEETS, Fit.MEETS]),
        ("Which people support closing the pool?", [Fit.MEETS, Fit.CONTRADICTS, Fit.MEETS]),
        ("Why does she oppose closing the pool?", [Fit.MEETS, Fit.MEETS, Fit.MEETS]),
    ],
)
def test_who_is_for_it_is_not_who_is_against_it(question: str, expected: list[Fit]) -> None:
    quotes = [
        "The council voted for closing the pool.",
        "Swimmers oppose closing the pool.",
        "Ten were for closing it, five against.",
    ]
    article = Article("pool.txt", "The pool", " ".join(quotes), "0" * 64)
    assert [fit(question, quote, article) for quote in quotes] == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which countries voted for the tax?", Fit.CONTRADICTS),
        ("Which countries voted against the tax?", Fit.MEETS),
        ("Which countries abstained in the vote on the tax?", Fit.CONTRADICTS),
        ("What did the countries vote for?", Fit.MEETS),
    ],
)
def test_a_number_takes_its_side_from_what_was_counted_before(question: str, expected: Fit) -> None:
    text = "Ten countries voted for the tax, five voted against it and twelve abstained. Malta was among the five."
    article = Article("tax.txt", "The tax", text, "0" * 64)
    assert fit(question, "Malta was among the five.", article) is expected


@pytest.mark.parametrize("question", ["How high are the EU duties?", "How high are the duties of Europe?"])
def test_a_people_stands_for_its_country(question: str) -> None:
    article = Article("d.txt", "Duties", "The European duties are final. NIO pays 20.7 percent of it.", "0" * 64)
    assert fit(question, "The European duties are final.", article) is Fit.MEETS
    german = Article("d.txt", "Duties", "The German duties are final. NIO pays 20.7 percent of it.", "0" * 64)
    assert fit(question, "NIO pays 20.7 percent of it.", german) is not Fit.MEETS


LANE = """The lane

The two Green councillors voted for it. The market is on Saturdays. The pool is open Tuesday to Thursday.

Walter Brandow has collected 1,450 names. He repairs clocks. Dr Osei wrote a letter."""
COUNCIL = Article("l.txt", "The lane", LANE, "0" * 64)


@pytest.mark.parametrize(
    ("question", "quote", "expected"),
    [
        ("How did the Greens vote?", "The two Green councillors voted for it.", Fit.MEETS),
        ("How did the Reds vote?", "The two Green councillors voted for it.", Fit.CONTRADICTS),
        ("Is the market on Saturday?", "The market is on Saturdays.", Fit.MEETS),
        ("Is there a market on Saturdays?", "The market is on Saturdays.", Fit.MEETS),
        ("Is the pool open on Wednesdays?", "The pool is open Tuesday to Thursday.", Fit.MEETS),
        ("Is the pool open on Fridays?", "The pool is open Tuesday to Thursday.", Fit.CONTRADICTS),
        ("How many names has Walter Brandow?", "Walter Brandow has collected 1,450 names.", Fit.MEETS),
        ("How many names has Leopold Brandow?", "Walter Brandow has collected 1,450 names.", Fit.CONTRADICTS),
        ("What did Ama Osei write?", "Dr Osei wrote a letter.", Fit.MEETS),
    ],
)
def test_names_in_the_plural_days_and_first_names(question: str, quote: str, expected: Fit) -> None:
    assert fit(question, quote, COUNCIL) is expected


def test_the_row_above_is_not_near_to_a_row_of_a_table() -> None:
    text = "Codes\n\nCode | Meaning\n\nLB-1 | Too hot\n\nLB-2 | Too cold"
    rows = text.index("LB-1")
    article = Article("c.txt", "Codes", text, "0" * 64, tables=(Table(7, rows, len(text)),))
    assert fit("What does LB-1 mean?", "LB-1 | Too hot", article) is Fit.MEETS
    assert fit("What does LB-1 mean?", "LB-2 | Too cold", article) is Fit.CONTRADICTS
