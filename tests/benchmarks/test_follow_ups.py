"""Follow-ups beside the same in full: the rows, the asking and the table."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks.follow_ups import ALONE, BESIDE, LATER, ROWS, TALKS, Pair, ask, held_out, losses, table
from evaluation.questions import Row, read_questions
from index.errors import UsageError
from index.readers import read_article
from rag.chain import AnswerChain
from tests.web.standins import an_answer


def test_the_rows_are_of_every_kind_and_say_how_one_would_ask_alone() -> None:
    rows = read_questions(ROWS)
    kinds = Counter(row.tags[0] for row in rows)
    assert len(rows) >= 60
    assert set(kinds) >= {"and", "year", "time", "pronoun", "of them", "more", "sure", "why", "bare", ALONE}
    assert all(row.history and row.answers and row.standalone for row in rows)
    assert all(row.standalone == row.question for row in rows if row.tags == (ALONE,))


def test_the_conversations_can_be_answered_from_their_articles() -> None:
    rows = read_questions(TALKS / "questions.jsonl")
    folders = (TALKS / "articles", BESIDE)
    paths = [path for folder in folders for path in sorted(folder.iterdir())]
    texts = "\n".join(read_article(path.read_bytes(), path.name).text for path in paths)
    assert all(row.history and row.answers and row.standalone for row in rows)
    assert all(answer in texts for row in rows for answer in set(row.answers) - {"Yes", "No"})
    assert all(row.standalone == row.question for row in rows if row.tags[0] == ALONE)
    assert sum(LATER in row.tags for row in rows) >= 40
    assert len({(row.history, row.question) for row in rows}) == len(rows)


class _Chain:
    """Answers what it is asked with the question as it was understood, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def invoke(self, question: dict[str, Any]) -> Any:
        self.asked.append(question)
        understood = "Who founded NIO?" if question.get("history") else question["question"]
        return an_answer(question["question"], standalone_question=understood)


def test_a_row_is_asked_after_its_turns_with_their_answers_and_in_full() -> None:
    chain = _Chain()
    row = Row("1", "And NIO?", ("Who founded BYD?",), answers=("tea",), standalone="Who founded NIO?", tags=("and",))
    (pair,) = ask(cast("AnswerChain", chain), [row])
    first, followed, full = chain.asked
    assert (first["question"], first["history"]) == ("Who founded BYD?", [])
    answer = an_answer("Who founded BYD?").answer
    assert followed == {"question": "And NIO?", "history": [{"question": "Who founded BYD?", "answer": answer}]}
    assert full == {"question": "Who founded NIO?"}
    assert (pair.understood, pair.standalone, pair.carried) == ("Who founded NIO?", "Who founded NIO?", True)


def a_pair(kind: str, *, right: bool, full_right: bool, understood: str = "Q?") -> Pair:
    return Pair("1", kind, "Q?", understood, "In full?", "line", "line", right, full_right)


def test_the_table_compares_and_names_what_was_lost() -> None:
    pairs = [
        a_pair("and", right=True, full_right=True),
        a_pair("and", right=False, full_right=True, understood="R?"),
        a_pair(ALONE, right=True, full_right=False),
    ]
    lines = list(table(pairs))
    assert "| and (2) | 0.50 | 1.00 | 0.50 | 1 | 0 |" in lines
    assert "| all (3) | 0.67 | 0.67 | 1.00 | 1 | 1 |" in lines
    assert lines[-1].endswith("got something from before: 0 of 1.")
    assert list(losses(pairs)) == ["- 1, and: 'Q?' was understood as 'R?', not 'In full?'"]


def test_what_was_written_after_the_rules_is_counted_by_itself() -> None:
    pair = a_pair("and", right=True, full_right=True)
    later = replace(pair, right=False, later=True)
    assert "| later (1) | 0.00 | 1.00 | 0.00 | 1 | 0 |" in list(table([pair, later]))


def test_a_question_that_lost_its_opening_took_nothing_over() -> None:
    pair = a_pair(ALONE, right=True, full_right=True)
    assert not replace(pair, question="ok, who coaches NIO?", understood="Who coaches NIO?").carried
    assert replace(pair, question="Who coaches it?", understood="Who coaches NIO?").carried


def test_without_articles_it_says_which_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no articles"):
        held_out(tmp_path)
