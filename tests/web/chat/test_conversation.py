"""An exchange as it grows, and what is kept of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from index.errors import StoreBusyError
from rag.events import StatusEvent
from tests.web.standins import FakeChain, an_answer
from web.chat.conversation import HISTORY_TURNS, Conversations, Exchange, begun, grown, messages, sorry, stopped, turns
from web.errors import ApiError
from web.locales import Language

QUESTION = "What did he criticize?"


def steps(chain: FakeChain, question: str, language: Language = "en", *, suggest: bool = False) -> list[Exchange]:
    exchange = begun(question, language, warm=chain.ready)
    made = [exchange]
    for event in chain.stream({"question": question, "id": "0af3", "suggest": suggest}):
        exchange = grown(exchange, event, language)
        if exchange != made[-1]:
            made.append(exchange)
    return made


def test_an_answer_comes_sentence_by_sentence(chain: FakeChain) -> None:
    first, searching, short, quoted, answer = steps(chain, QUESTION)
    assert "Searching" in first.shown and "Searching 1 article" in searching.shown
    assert "The copycat culture." in short.shown and "blockquote" not in short.shown
    assert [each.n for each in short.citations] == [1]
    assert "blockquote" in quoted.shown and "q-status" not in quoted.shown
    assert "Supported by 1 quote" in answer.shown
    assert answer.answer is not None and re.search(r"q-id-0af3\b", answer.shown)
    assert [each.done for each in (first, searching, short, quoted, answer)] == [False] * 4 + [True]


def test_models_that_are_not_warm_are_told(chain: FakeChain) -> None:
    chain.ready = False
    assert "Warming up the models" in steps(chain, QUESTION)[0].shown


def test_what_a_follow_up_was_understood_as_is_said() -> None:
    def shown(question: str, understood: str, **more: str) -> str:
        answer = an_answer(question, standalone_question=understood, **more)
        return list(messages([grown(Exchange(question), answer, "en")], "en"))[1]["content"]

    assert "<bdi>Understood as&#58; When &#60;b&#62;?" in shown("And <b>?", "When <b>?").splitlines()[0]
    assert "Understood" not in shown("And when? after:2024", "And when?"), "filter words are no other question"
    assert "Understood" not in shown("And \n when?", "And when?"), "nor are blanks and line breaks"
    words = shown("jia yuetng", "jia yueting", notice="Something else. Showing results for “jia yueting”.")
    assert "Something else." in words and "Showing results" not in words, "said once"


def test_what_was_understood_is_said_before_the_first_sentence_and_taken_back_in_the_last_exchange(
    chain: FakeChain,
) -> None:
    chain.understood = {QUESTION: "What did Jia criticize?"}
    _, _, _, short, *_, answer = steps(chain, QUESTION)
    [_, growing] = messages([short], "en")
    assert "What did Jia criticize?" in growing["content"] and "q-plain" not in growing["content"]
    contents = [message["content"] for message in messages([answer, replace(answer)], "en")]
    assert ["q-plain" in content for content in contents] == [False, False, False, True]


def test_a_new_topic_leaves_out_what_was_before(chain: FakeChain) -> None:
    first, second = steps(chain, "First?")[-1], steps(chain, "Second?")[-1]
    ended = replace(first, ends_topic=True)
    assert [turn["question"] for turn in turns([ended, second])] == ["Second?"]
    assert turns([first, replace(second, ends_topic=True)]) == []
    shown = [message["content"] for message in messages([ended, second], "en")]
    assert ["A new topic begins here." in content for content in shown] == [False, True, False, False]


def test_only_so_many_turns_go_along(chain: FakeChain) -> None:
    past = tuple(steps(chain, f"{n}?")[-1] for n in range(HISTORY_TURNS + 2))
    assert [turn["question"] for turn in turns(past)][:1] == ["2?"]
    assert len(turns(past)) == HISTORY_TURNS


def test_a_failure_is_one_plain_sentence_and_not_part_of_the_history() -> None:
    assert "The store is busy&#58; wait a moment." in sorry(StoreBusyError("the store is busy", "wait a moment"), "en")
    assert "secret" not in sorry(RuntimeError("secret"), "en")
    failed = Exchange(QUESTION, note="Sorry", done=True)
    assert turns([failed]) == []
    assert stopped(failed, "en") == failed


def test_what_was_said_before_a_stop_stays(chain: FakeChain) -> None:
    *_, short, _, _ = steps(chain, QUESTION)
    left = stopped(short, "en")
    assert "The copycat culture." in left.shown and "Stopped before the end." in left.shown
    assert left.done and turns([left]) == []


def test_hostile_questions_are_shown_as_text(chain: FakeChain) -> None:
    past = steps(chain, "<script>alert(1)</script>\n\n# [x](javascript:alert(1))")[-1]
    shown = str(list(messages([past], "en")))
    assert "<script" not in shown and "](" not in shown


def test_only_the_last_answer_says_what_to_ask_next(chain: FakeChain) -> None:
    chain.next = ("And <then>?",)
    past = [steps(chain, QUESTION, suggest=True)[-1] for _ in range(2)]
    shown = [each["content"] for each in messages(past, "en") if each["role"] == "assistant"]
    assert "q-next" not in shown[0]
    assert "Ask next&#58;" in shown[1] and "And &#60;then&#62;" in shown[1]


def test_in_chinese(chain: FakeChain) -> None:
    assert "正在搜索 1 篇文章…" in steps(chain, QUESTION, language="zh")[1].shown
    assert "文章中没有提到。" in steps(chain, "Who?", language="zh")[-1].shown
    assert "提问的人很多" in sorry(ApiError(503, "full", "many", "later"), "zh")
    assert "无法回答" in sorry(RuntimeError(), "zh")
    told = [StatusEvent("write", model="a <b> model"), StatusEvent("verify", 3)]
    chain._events = lambda asked: iter(told)  # type: ignore[method-assign]
    _, other, third = steps(chain, QUESTION, language="zh")
    assert "a &#60;b&#62; model 正在撰写…" in other.shown and "正在核对第 3 句…" in third.shown


@pytest.fixture
def some() -> tuple[Exchange, ...]:
    return tuple(Exchange(f"{n}?") for n in range(3))


def test_the_conversation_that_nobody_used_for_longest_goes_first(some: tuple[Exchange, ...]) -> None:
    kept = Conversations(capacity=2)
    kept.put("a", some)
    kept.put("b", some)
    assert kept.get("a") == some
    kept.put("c", some)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (some, (), some)
    kept.drop("a")
    assert kept.get("a") == ()


def test_the_oldest_exchanges_go_first(some: tuple[Exchange, ...]) -> None:
    kept = Conversations(exchanges=2)
    kept.put("a", some)
    assert kept.get("a") == some[1:]
