"""The memory of answers: bounded, by id, for many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rag.answer import Answer
from rag.condense import Turn
from rag.filters import Filters
from tests.web.standins import an_answer
from web.answers import AnswerStore


def answer(answer_id: str) -> Answer:
    return replace(an_answer("Why?"), id=answer_id)


def test_an_answer_is_found_with_what_it_answered() -> None:
    answers = AnswerStore()
    history: list[Turn] = ["Who?", {"question": "And?", "answer": "So."}]
    answers.put(answer("a"), "Why?", history, Filters(author=("Ada",)))
    history.clear()
    found = answers.get("a")
    assert found is not None
    assert (found.answer.id, found.question, len(found.history)) == ("a", "Why?", 2)
    assert found.filters == Filters(author=("Ada",))
    assert answers.get("b") is None


def test_what_nobody_used_goes_first() -> None:
    answers = AnswerStore(capacity=3)
    for answer_id in "abc":
        answers.put(answer(answer_id), "Why?", ())
    answers.get("a")
    answers.put(answer("b"), "Why not?", ())
    answers.put(answer("d"), "Why?", ())
    found = {name: answers.get(name) for name in "abcd"}
    assert [each for each in found if found[each] is None] == ["c"]
    assert found["b"] is not None and found["b"].question == "Why not?"


def test_threads_share_it() -> None:
    answers = AnswerStore(capacity=50)

    def work(n: int) -> None:
        answers.put(answer(str(n)), "Why?", ())
        answers.get(str(n - 25))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(5_000)))
    assert sum(answers.get(str(n)) is not None for n in range(5_000)) == 50
