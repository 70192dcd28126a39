"""The memory of answers: bounded, by id, for many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rag.answer import Answer
from rag.condense import Turn
from tests.web.standins import an_answer
from web.answers import Recent


def answer(answer_id: str) -> Answer:
    return replace(an_answer("Why?"), id=answer_id)


def test_an_answer_is_found_with_what_it_answered() -> None:
    recent = Recent()
    history: list[Turn] = ["Who?", {"question": "And?", "answer": "So."}]
    recent.keep(answer("a"), "Why?", history)
    history.clear()
    found = recent.get("a")
    assert found is not None
    assert (found.answer.id, found.question, len(found.history)) == ("a", "Why?", 2)
    assert recent.get("b") is None


def test_what_nobody_used_goes_first() -> None:
    recent = Recent(most=3)
    for answer_id in "abc":
        recent.keep(answer(answer_id), "Why?", ())
    recent.get("a")
    recent.keep(answer("b"), "Why not?", ())
    recent.keep(answer("d"), "Why?", ())
    found = {each: recent.get(each) for each in "abcd"}
    assert [each for each in found if found[each] is None] == ["c"]
    assert found["b"] is not None and found["b"].question == "Why not?"


def test_threads_share_it() -> None:
    recent = Recent(most=50)

    def work(n: int) -> None:
        recent.keep(answer(str(n)), "Why?", ())
        recent.get(str(n - 25))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(5_000)))
    assert sum(recent.get(str(n)) is not None for n in range(5_000)) == 50
