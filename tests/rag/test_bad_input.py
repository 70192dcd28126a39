"""What people type that is no proper question, asked of the real weights over the starter corpus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.answer import Answer
from rag.chain import AnswerChain, build_chain
from settings import Settings

ALLOWED = 2_000


@pytest.fixture(scope="module")
def chain(seed_store: Path, models: Path) -> Iterator[AnswerChain]:
    with closing(build_chain(Settings(store=seed_store, models=models))) as chain:
        yield chain


def ask(chain: AnswerChain, question: str) -> Answer:
    answer = chain.invoke({"question": question})
    for citation in answer.citations:
        article = chain.index.article(citation.article_id)
        assert article is not None and article.text[citation.start : citation.end] == citation.quote
    return answer


@pytest.mark.parametrize("question", ["a", "the", "why?", "Why", "what did he do?", "is it", "who are they?"])
def test_a_question_without_a_word_to_look_for_gets_a_line_that_helps(chain: AnswerChain, question: str) -> None:
    answer = ask(chain, question)
    assert (answer.abstained, answer.certainty, answer.intent) == (True, None, "small_talk")
    assert answer.answer.startswith("Ask me something") and not answer.nearest


def test_capitals_and_what_goes_before_are_words_to_look_for(chain: AnswerChain) -> None:
    assert ask(chain, "US").intent == "overview"
    after = chain.invoke({"question": "why?", "history": ["Did Faraday Future nearly lose its place on Nasdaq?"]})
    assert after.intent != "small_talk"


@pytest.mark.parametrize("letter", ["x", "X?", "七"])
def test_one_letter_is_a_topic_and_never_a_fact(chain: AnswerChain, letter: str) -> None:
    answer = ask(chain, letter)
    assert not any(sentence.kind == "short" for sentence in answer.sentences)
    assert answer.abstained or answer.intent == "overview"


def test_three_questions_in_three_hundred_words(chain: AnswerChain) -> None:
    filler = "We have read a good deal on cars of late. " * 11
    text = f"{filler}Who founded BYD? {filler}How many cars did Tesla deliver? {filler}Why is Xiaomi late?"
    assert len(text.split()) >= 300 and len(text) <= ALLOWED
    answer = ask(chain, text)
    assert "Wang Chuanfu" in answer.sentences[0].text
    assert answer.notice is not None
    assert "Only the first question is answered, “Who founded BYD?”" in answer.notice


@pytest.mark.parametrize(
    ("names", "named"),
    [("BYD, NIO, XPeng", ("BYD", "NIO")), ("Lei Jun and Li Bin", ("Lei Jun",)), ("Wang Chuanfu", ("Wang Chuanfu",))],
)
def test_names_alone_get_what_the_articles_say_about_each(
    chain: AnswerChain, names: str, named: tuple[str, ...]
) -> None:
    answer = ask(chain, names)
    assert (answer.intent, answer.abstained) == ("overview", False)
    said = " ".join(sentence.text for sentence in answer.sentences)
    assert all(name in said for name in named)
    assert all(any(name in sentence.text for name in names.replace(" and ", ", ").split(", "))
               for sentence in answer.sentences)  # fmt: skip


@pytest.mark.parametrize("year", ["2024", "2024?"])
def test_a_year_alone_gets_what_the_articles_say_about_it(chain: AnswerChain, year: str) -> None:
    answer = ask(chain, year)
    assert (answer.intent, answer.abstained) == ("overview", False)
    assert all("2024" in sentence.text for sentence in answer.sentences)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did BYD sell? after:2025 before:2024", "There are no articles after 2025 before 2024."),
        ("tariffs after:2024 before:2024", "There are no articles after 2024 before 2024."),
        ("Who founded BYD? article:nowhere source:byd-and-tesla.md", "There are no articles from "),
    ],
)
def test_filters_that_leave_no_article_are_told(chain: AnswerChain, question: str, said: str) -> None:
    answer = ask(chain, question)
    assert answer.abstained and not answer.citations
    assert answer.answer.startswith(said)
