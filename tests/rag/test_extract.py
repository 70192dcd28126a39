"""Quotes are whole sentences of the article, numbered in reading order, within the limits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Heading
from rag.answer import Citation, Place
from rag.extract import Bars, Limits, extract_answer
from rag.quotes import find_quotes
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage

TEXT = "The car has a name. It costs 20 yuan, he said. Nobody knows why. 🚗 It is red and blue."
ARTICLE = Article("a.txt", "Cars", TEXT, "0" * 64, author="N", date="2024-01-02", headings=(Heading(0, "Top"),))
OTHER = Article("b.txt", "Others", "Some lead. It costs 20 yuan, he said.", "1" * 64)
BARS = Bars(0.5, HIGH)
LIMITS = Limits(quotes=4, characters=700, context=10)


def passage(
    article: Article = ARTICLE, start: int = 0, end: int | None = None, also: tuple[Place, ...] = ()
) -> Passage:
    return Passage(article, start, len(article.text) if end is None else end, 1.0, also)


def reading(text: str, *answers: str, probability: float = 0.9, falling: float = 0.0) -> Reading:
    spans = [(text.index(answer), len(answer)) for answer in answers]
    return Reading(probability, tuple(AnswerSpan(s, s + n, 1.0 - falling * i) for i, (s, n) in enumerate(spans)))


def test_the_short_answer_comes_first_then_the_sentence_that_carries_it() -> None:
    extract = extract_answer("", [passage()], [reading(TEXT, "20 yuan")], BARS, LIMITS)
    assert [(s.text, s.kind, s.citations) for s in extract.sentences] == [
        ("20 yuan", "short", (1,)),
        ("It costs 20 yuan, he said.", "quote", (1,)),
    ]
    [citation] = extract.citations
    assert TEXT[citation.start : citation.end] == citation.quote == "It costs 20 yuan, he said."
    assert [TEXT[start:end] for start, end in citation.answer_spans] == ["20 yuan"]
    assert (citation.before, citation.after) == (" a name. "[-9:].rjust(10, "s"), " Nobody kn")
    assert (citation.author, citation.date, citation.heading) == ("N", "2024-01-02", "Top")


def test_the_best_quote_is_first_and_the_others_are_in_reading_order() -> None:
    passages = [passage(), passage(OTHER)]
    readings = [
        reading(TEXT, "red", "Nobody knows why.", "The car has a name.", probability=0.95, falling=0.05),
        reading(OTHER.text, "Some lead.", probability=0.9),
    ]
    quotes = [citation.quote for citation in extract_answer("", passages, readings, BARS, LIMITS).citations]
    assert quotes == ["🚗 It is red and blue.", "The car has a name.", "Nobody knows why.", "Some lead."]


@pytest.mark.parametrize(("best", "shown"), [(0.9, 1), (0.7, 2)])
def test_beside_a_certain_quote_stand_certain_ones_alone(best: float, shown: int) -> None:
    readings = [reading(TEXT, "red", probability=best), reading(OTHER.text, "Some lead.", probability=0.6)]
    assert len(extract_answer("", [passage(), passage(OTHER)], readings, BARS, LIMITS).citations) == shown


def test_a_span_that_is_its_whole_sentence_is_not_said_twice() -> None:
    extract = extract_answer("", [passage()], [reading(TEXT, "Nobody knows why.")], BARS, LIMITS)
    assert [sentence.kind for sentence in extract.sentences] == ["quote"]
    assert extract.citations[0].answer_spans == ()


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("What has a name?", "The car", True),
        ("Which of the cars is the car with a name?", "The car", False),
        ("What colour, red or blue?", "red", True),
        ("What colour, red and blue?", "red and blue", False),
        ("What stands before it?", "🚗", True),
    ],
)
def test_words_that_only_repeat_the_question_are_no_short_answer(question: str, answer: str, said: bool) -> None:
    extract = extract_answer(question, [passage()], [reading(TEXT, answer)], BARS, LIMITS)
    assert (extract.sentences[0].kind == "short") is said
    assert len(extract.citations) == 1


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("What did he promise the town?", "a new bridge", "He promised a new bridge by Easter, a school and 20 buses."),
        ("What did he promise the town?", "a school", "He promised a new bridge by Easter, a school and 20 buses."),
        ("What did he promise the town?", "20 buses", "He promised a new bridge by Easter, a school and 20 buses."),
        (
            "Which of his two promises is kept?",
            "a school",
            "He promised a new bridge by Easter, a school and 20 buses.",
        ),
        ("What will she not write?", "a book", "She will write a book, he thinks."),
        ("Which bridge did he promise?", "a new bridge", "a new bridge"),
        ("What will she do?", "write a book", "write a book"),
    ],
)
def test_half_of_what_an_open_question_asks_for_is_no_short_answer(question: str, answer: str, said: str) -> None:
    text = "He promised a new bridge by Easter, a school and 20 buses. She will write a book, he thinks."
    article = Article("a.txt", "Promises", text, "0" * 64)
    extract = extract_answer(question, [Passage(article, 0, len(text), 1.0)], [reading(text, answer)], BARS, LIMITS)
    assert extract.sentences[0].text == said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("£550", "£550 a year"),
        ("2,000 people", "nearly 2,000 people"),
        ("20", "over 20"),
        ("unpaid hours", "unpaid hours"),
        ("to sell it", "not to sell it"),
        ("40 buses", "40 buses each"),
    ],
)
def test_a_short_answer_has_with_it_what_changes_its_meaning(answer: str, said: str) -> None:
    text = (
        "The levy is £550 a year. It fed nearly 2,000 people, over 20 of them twice. He sued over unpaid hours."
        " She swore not to sell it. Two firms own 40 buses each."
    )
    article = Article("a.txt", "Promises", text, "0" * 64)
    extract = extract_answer("Which one?", [Passage(article, 0, len(text), 1.0)], [reading(text, answer)], BARS, LIMITS)
    assert extract.sentences[0].text == said
    [citation] = extract.citations
    assert text[slice(*citation.answer_spans[0])] == said


@pytest.mark.parametrize(("probability", "answers"), [(0.49, 0), (0.5, 1)])
def test_below_the_threshold_there_is_no_answer(probability: float, answers: int) -> None:
    extract = extract_answer(
        "", [passage()], [reading(TEXT, "Nobody knows why.", probability=probability)], BARS, LIMITS
    )
    assert len(extract.citations) == answers


def test_two_spans_of_one_sentence_are_one_quote() -> None:
    extract = extract_answer("", [passage()], [reading(TEXT, "blue", "red")], BARS, LIMITS)
    [citation] = extract.citations
    assert [TEXT[start:end] for start, end in citation.answer_spans] == ["red", "blue"]
    assert extract.sentences[0].text == "blue"


def test_the_same_words_elsewhere_are_one_citation_with_two_places() -> None:
    readings = [reading(TEXT, "20 yuan"), reading(OTHER.text, "20 yuan", probability=0.8)]
    [citation] = extract_answer("", [passage(), passage(OTHER)], readings, BARS, LIMITS).citations
    assert citation.article_id == ARTICLE.id
    [place] = citation.also
    assert (place.article_id, OTHER.text[place.start : place.end]) == (OTHER.id, citation.quote)


def reprinted(first: str, second: str, dates: tuple[str | None, str | None] = (None, None)) -> list[list[str]]:
    """The quotes, each with those of its other places, of two articles that say `first` and `second`."""
    said = zip("ab", (first, second), dates, strict=True)
    articles = [Article(f"{name}.txt", "", text, "0" * 64, date=date) for name, text, date in said]
    readings = [reading(article.text, article.text) for article in articles]
    citations = extract_answer("", [passage(article) for article in articles], readings, BARS, LIMITS).citations
    texts = {article.id: article.text for article in articles}
    for each in citations:
        places: list[Citation | Place] = [each, *each.also]
        for place in places:
            assert texts[place.article_id][place.start : place.end] == place.quote
    return [[each.quote, *(place.quote for place in each.also)] for each in citations]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("He called it \u201cthe shortcut\u201d \u2013 twice.", 'He called it "the shortcut" - twice.'),
        ("A follower mentality, he said.", "A FOLLOWER mentality he said"),
        ("他说：“走捷径。”", "他说:「走捷径」"),
    ],
)
def test_a_reprint_is_one_quote_and_each_place_has_its_own_words(first: str, second: str) -> None:
    assert reprinted(first, second) == [[first, second]]
    assert reprinted(first, second, ("2023", "2024-05")) == [[second, first]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It costs 17.4 yuan.", "It costs 174 yuan."),
        ("It costs 5 yuan.", "It costs -5 yuan."),
        ("It costs $5 now.", "It costs €5 now."),
        ("He did say so.", "He did not say so."),
        ("🚗", "🚲"),
    ],
)
def test_a_corrected_sentence_is_another_quote(first: str, second: str) -> None:
    assert sorted(reprinted(first, second)) == sorted([[first], [second]])


def test_a_passage_that_stands_elsewhere_brings_its_places_along() -> None:
    also = (Place("other", 100, 100 + len(TEXT), TEXT),)
    [citation] = extract_answer("", [passage(also=also)], [reading(TEXT, "20 yuan")], BARS, LIMITS).citations
    assert [(p.article_id, p.start - 100, p.end - 100) for p in citation.also] == [
        ("other", citation.start, citation.end)
    ]


@given(st.text(min_size=1, max_size=300), st.data())
def test_whatever_the_reader_says_quotes_are_exact_and_within_the_limits(text: str, data: st.DataObject) -> None:
    article = Article("x.txt", "X", text, "0" * 64)
    spans = data.draw(
        st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 40), st.floats(0, 1)), min_size=1, max_size=6)
    )
    answers = tuple(AnswerSpan(start, min(start + size, len(text)), score) for start, size, score in spans)
    limits = Limits(quotes=3, characters=80, context=5)
    extract = extract_answer("", [passage(article)], [Reading(1.0, answers)], BARS, limits)
    assert len(extract.citations) <= 3
    assert sum(len(citation.quote) for citation in extract.citations) <= 80
    for citation in extract.citations:
        assert text[citation.start : citation.end] == citation.quote
        assert citation.before + citation.quote + citation.after in text


def differing(support: float, limits: Limits = LIMITS) -> tuple[list[str], list[str | None], str | None]:
    texts = {
        "new.txt": "BYD now pays 17.0 percent.", "old.txt": "BYD pays 17.4 percent.",
        "more.txt": "Ships carry cars.", "most.txt": "Boats carry them.", "x.txt": "Trains do too.",
    }  # fmt: skip
    dates = {"new.txt": "2024-11-06", "old.txt": "2024-07-08"}
    articles = [Article(name, name, text, "0" * 64, date=dates.get(name)) for name, text in texts.items()]
    supports = [0.9, support, 0.88, 0.87, 0.86]
    readings = [reading(a.text, a.text, probability=p) for a, p in zip(articles, supports, strict=True)]
    extract = extract_answer("What does BYD pay?", [passage(a) for a in articles], readings, BARS, limits)
    return [c.quote for c in extract.citations], [c.date for c in extract.citations], extract.notice


def test_articles_that_differ_are_both_shown_with_their_dates() -> None:
    quotes, dates, notice = differing(0.5)
    assert quotes == ["BYD now pays 17.0 percent.", "BYD pays 17.4 percent."]
    assert (dates[0], dates[-1]) == ("2024-11-06", "2024-07-08")
    assert notice == "The articles differ: 17.4 percent (8 July 2024), 17.0 percent (6 November 2024)."


def test_a_quote_that_hardly_answers_is_not_held_against_another() -> None:
    quotes, _, notice = differing(0.44)
    assert (len(quotes), notice) == (1, None)
    assert "BYD pays 17.4 percent." not in quotes


def test_where_both_do_not_fit_nothing_is_said() -> None:
    assert differing(0.5, Limits(4, 40, 10))[2] is None
    assert differing(0.5, Limits(1, 700, 10))[0] == ["BYD now pays 17.0 percent."]


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("What does it cost?", True),
        ("How much does it cost?", True),
        ("how long is the car", True),
        ("How did he explain it?", False),
        ("Why does it cost so much?", False),
        ("Did he say what it costs?", False),
        ("What is the reason for the price?", False),
        ("Summarise what he said.", False),
    ],
)
def test_reasons_accounts_and_yes_or_no_get_whole_sentences(question: str, short: bool) -> None:
    extract = extract_answer(question, [passage()], [reading(TEXT, "20 yuan")], BARS, LIMITS)
    assert [sentence.kind for sentence in extract.sentences] == (["short", "quote"] if short else ["quote"])
    assert [TEXT[start:end] for start, end in extract.citations[0].answer_spans] == ["20 yuan"]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ('A "big car", a "fast car" and a "red car".', 'A "big', 'A "big car", a "fast car" and a "red car"'),
        ("He named “big cars” or “fast cars”, I think.", "“big cars", "“big cars” or “fast cars”"),
        ('He said "a big car" and went home.', '"a big car', '"a big car"'),
        ('He said "a big car" and went home.', "a big car", "a big car"),
        ('It is 5" wide, no more.', '5" wide', '5" wide'),
    ],
)
def test_words_do_not_break_off_a_quotation_or_a_list_of_them(text: str, words: str, expected: str) -> None:
    article = replace(ARTICLE, text=text)
    extract = extract_answer("What?", [passage(article)], [reading(text, words)], BARS, LIMITS)
    assert extract.sentences[0].text == expected


def test_one_of_several_items_is_said_with_the_others() -> None:
    text = "Keys are given to Ada, Tomas and Runa Weil."
    article = replace(ARTICLE, text=text, headings=())
    extract = extract_answer("Who gets a key?", [passage(article)], [reading(text, "Tomas")], BARS, LIMITS)
    assert extract.sentences[0].text == "Ada, Tomas and Runa Weil"


YEARS = "In 2022 it sold 5 cars. In 2023 it sold 9 cars."


@pytest.mark.parametrize(
    ("question", "support", "first", "certainty"),
    [
        ("How many cars did it sell in 2023?", 0.9, "9", "high"),
        ("How many cars did it sell in 2023?", 0.6, "In 2023 it sold 9 cars.", "low"),
        ("Why did it sell 9 cars in 2023?", 0.9, "In 2023 it sold 9 cars.", "high"),
        ("How many cars did Voss sell in 2023?", 0.9, "In 2023 it sold 9 cars.", "low"),
    ],
)
def test_a_short_answer_needs_support_and_all_that_the_question_insists_on(
    question: str, support: float, first: str, certainty: str
) -> None:
    article = replace(ARTICLE, text=YEARS, title="Cars", headings=())
    extract = extract_answer(question, [passage(article)], [reading(YEARS, "9", probability=support)], BARS, LIMITS)
    assert (extract.sentences[0].text, extract.certainty) == (first, certainty)
    assert (extract.reason is None) is (certainty == "high")
    if certainty == "low":
        assert extract.notice == "The articles may answer this:"
        assert not any(citation.answer_spans for citation in extract.citations)


def test_another_year_is_no_answer_and_it_is_said_why() -> None:
    article = replace(ARTICLE, text=YEARS, title="Cars", headings=())
    readings = [reading(YEARS, "9", "5")]
    extract = extract_answer("How many cars did it sell in 2021?", [passage(article)], readings, BARS, LIMITS)
    assert (extract.sentences, extract.certainty) == ((), None)
    assert extract.reason == "What was found names 2022 and 2023, not 2021."


def test_a_row_that_was_looked_up_in_one_of_two_passages_is_looked_up() -> None:
    article = replace(ARTICLE, text="It sold 9 cars.", headings=())
    whole, twice = passage(article), reading(article.text, "9", probability=0.5)
    for readings in ((twice, replace(twice, looked_up=True)), (replace(twice, looked_up=True), twice)):
        [quote] = find_quotes([whole, whole], readings, 700)
        assert quote.looked_up
