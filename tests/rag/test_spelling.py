"""Misspelt words are found in the articles' own vocabulary; what is right, quoted or somebody else's stays."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index.store.layout import DATABASE
from index.store.search import SqliteReader
from rag.chain import AnswerChain, build_chain
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage
from rag.spelling import Spelling
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.stores import small_store

FILES = {
    "jia.md": "---\ntitle: The praise\n---\nJia Yueting criticised three habits."
    " Xiaomi pays the duties. Ada summarised it. The cat is here.",
    "byd.md": "---\ntitle: Batteries\n---\nBYD and XPeng deliver a Shenxing battery in Shanghai."
    " A cart and a card are here.",
}
KNOWN = frozenset("what did who praise lawsuit invent found factory where city criticised".split())


class Pieces(FakeEmbeddings):
    """Knows few words whole, as a tokenizer of pieces does."""

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        return [[len(text)] if text in KNOWN else [1, len(text)] for text in texts]


class AnyReader:
    """Takes the first words of each passage for an answer."""

    name: str | None = None
    high = HIGH

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        return [Reading(0.9, (AnswerSpan(0, 3, 1.0),)) for _ in passages]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return small_store(tmp_path, FILES)


@pytest.fixture
def database(store: Path) -> Iterator[SqliteReader]:
    reader = SqliteReader(store / DATABASE)
    with reader.reading():
        yield reader
    reader.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jia yuetng criticise", "jia yueting criticise"),
        ("What did Jia Yuetnig say?", "What did Jia Yueting say?"),
        ("xiomi", "xiaomi"),
        ("Xiomi's habbits", "Xiaomi's habits"),
        ("xpneg", "XPeng"),  # as it is written there, where that is no ordinary word
        ("the batery", "the battery"),
        ("Shenxng battery in Shangai", "Shenxing battery in Shanghai"),
        ("shanghii", "shanghai"),
        ("wher is xiomi", "where is xiaomi"),
        ("Waht did Ada say?", "What did Ada say?"),
        ("Who is wen?", "Who is wen?"),  # only where a question begins
        ("wen", "wen"),
    ],
)
def test_a_word_that_no_article_has_gives_way_to_the_nearest_one(
    typed: str, meant: str, database: SqliteReader
) -> None:
    assert Spelling(Pieces()).corrected(typed, database) == meant


@pytest.mark.parametrize(
    "question",
    [
        "what did Jia Yueting criticised, delivered and pay?",  # forms of words that are there
        "the lawsuit of the factories",  # words of the language that are not there
        'who is "yuetng"?',
        "who is “Yuetng”?",
        "XPEN and BYDD",  # names in capitals are other names
        "carb",  # cart or card
        "cot",
        "yuetng.com @yuetng yuetng-12 yue7tng",
        "Volkswagen in Wolfsburg",
        "Summarize it, enumerate them",
        "yuetng xiomi batery shangai",  # too many to be mistakes
        "贾跃亭批评了什么？",
        "",
    ],
)
def test_what_may_be_meant_as_it_is_stays(question: str, database: SqliteReader) -> None:
    assert Spelling(Pieces()).corrected(question, database) == question


def test_a_form_of_a_known_word_is_no_misspelt_other(tmp_path: Path) -> None:
    reader = SqliteReader(small_store(tmp_path, {"a.md": "A criticism of the habits."}) / DATABASE)
    with reader.reading():
        corrected = Spelling(Pieces()).corrected
        assert corrected("who criticise the habbits", reader) == "who criticise the habits"
        assert corrected("the critiscism", reader) == "the criticism"
    reader.close()


def test_the_connection_still_reads_only(database: SqliteReader) -> None:
    assert Spelling(Pieces()).corrected("yuetng", database) == "yueting"
    assert database._sql.execute("PRAGMA query_only").fetchone() == (1,)


def test_a_long_question_costs_little(database: SqliteReader) -> None:
    spelling = Spelling(Pieces())
    started = time.process_time()
    spelling.corrected("yuetng " + "batery'' “ " * 200, database)
    assert time.process_time() - started < 0.5


def test_it_is_said_and_searched_for(store: Path) -> None:
    chain: AnswerChain = build_chain(Settings(store=store), Pieces(), AnyReader())
    answer = chain.invoke({"question": "What did Jia Yuetng do?"})
    assert answer.question == "What did Jia Yuetng do?"
    assert answer.standalone_question == "What did Jia Yueting do?"
    assert answer.notice is not None
    assert answer.notice.endswith("Showing results for “What did Jia Yueting do?”.")
    again = chain.invoke({"question": "What did Jia Yueting do?"})
    assert "Showing" not in (again.notice or "")
    assert chain.invoke({"question": "What did he do?", "history": ["Who is Jia Yuetng?"]}).standalone_question == (
        "What did Jia Yueting do?"
    )
    typed = chain.invoke({"question": "What did Jia Yuetng do?", "as_typed": True})
    assert typed.standalone_question == typed.question
    assert "Showing" not in (typed.notice or "")
    typed = chain.invoke({"question": "What did he do?", "history": ["Who is Jia Yueting?"], "as_typed": True})
    assert typed.standalone_question == typed.question
    assert chain.invoke({"question": "Is it the Yuetng?", "contexts": ["It is."]}).notice != answer.notice
    chain.close()
