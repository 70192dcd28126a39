"""Questions in their order, each in its conversation, stopped when nobody wants the answer any more."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing

import pytest

from index.errors import QuestionError
from settings import Settings
from tests.web.standins import FakeChain
from web import asking
from web.answers import AnswerStore
from web.asking import Asking
from web.chat.conversation import Exchange
from web.chat.sessions import ChatSessions
from web.errors import ApiError
from web.queue import AdmissionQueue

QUESTION = "What did he criticize?"


@pytest.fixture
def answers() -> AnswerStore:
    return AnswerStore()


@pytest.fixture
def front(chain: FakeChain, settings: Settings, answers: AnswerStore) -> ChatSessions:
    return ChatSessions(chain, Asking(chain.stream, settings, answers, AdmissionQueue()))  # type: ignore[arg-type]


async def asked(
    front: ChatSessions, key: str, question: str = QUESTION, *, again: bool = False
) -> list[tuple[Exchange, ...]]:
    return [step async for step in front.ask(key, question, "en", again=again)]


def test_the_first_in_line_are_served() -> None:
    queue = AdmissionQueue(at_once=1, waiting=2)
    a, b, c = queue.enter(), queue.enter(), queue.enter()
    assert [queue.position(each) for each in (a, b, c)] == [0, 1, 2]
    with pytest.raises(ApiError) as refused:
        queue.enter()
    assert refused.value.status == 503 and refused.value.code == "full"
    queue.leave(b)
    assert queue.position(c) == 1
    queue.leave(a)
    assert queue.position(c) == 0


def test_an_answer_is_kept_in_its_conversation(front: ChatSessions, chain: FakeChain, answers: AnswerStore) -> None:
    async def talk() -> None:
        await asked(front, "a")
        last = (await asked(front, "a", "And then?"))[-1]
        assert last[0].answer is not None
        assert [each.question for each in last] == [QUESTION, "And then?"]
        assert front.exchanges("a") == last and front.exchanges("b") == ()
        answer = last[-1].answer
        assert answer is not None
        assert re.fullmatch("[0-9a-f]{32}", answer.id)
        given = answers.get(answer.id)
        assert given is not None and given.question == "And then?" and len(given.history) == 1
        assert chain.asked[-1]["history"] == [{"question": QUESTION, "answer": last[0].answer.answer}]
        await front.clear("a")
        assert front.exchanges("a") == ()

    asyncio.run(talk())


def test_more_goes_to_the_chain(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        async for _ in front.ask("a", QUESTION, "en", more={"written": False}):
            pass

    asyncio.run(talk())
    assert chain.asked[-1]["written"] is False


def test_again_replaces_the_last_exchange(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        await asked(front, "a", "First?")
        await asked(front, "a", "Second?")
        last = (await asked(front, "a", again=True))[-1]
        assert [each.question for each in last] == ["First?", QUESTION]
        assert [turn["question"] for turn in chain.asked[-1]["history"]] == ["First?"]
        assert [each.question for each in (await asked(front, "new", again=True))[-1]] == [QUESTION]

    asyncio.run(talk())


def test_what_is_asked_as_typed_begins_a_topic(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        await asked(front, "a", "First?")
        await asked(front, "a", "Second?")
        steps = [step async for step in front.ask("a", "Second?", "en", again=True, more={"as_typed": True})]
        assert [exchange.question for exchange in steps[-1]] == ["First?", "Second?"]
        assert [exchange.as_typed for exchange in steps[-1]] == [False, True]
        assert (chain.asked[-1]["history"], chain.asked[-1]["as_typed"]) == ([], True)
        await asked(front, "a", "Third?")
        assert [turn["question"] for turn in chain.asked[-1]["history"]] == ["Second?"]

    asyncio.run(talk())


def test_a_topic_ends_and_goes_on(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        assert front.turn_topic("a") == ()
        await asked(front, "a", "First?")
        assert [exchange.ends_topic for exchange in front.turn_topic("a")] == [True]
        await asked(front, "a", "Second?")
        assert chain.asked[-1]["history"] == []
        front.turn_topic("a")
        assert [exchange.ends_topic for exchange in front.turn_topic("a")] == [True, False]
        await asked(front, "a", "Third?")
        assert [turn["question"] for turn in chain.asked[-1]["history"]] == ["Second?"]

    asyncio.run(talk())


@pytest.mark.parametrize("question", ["", "  \n", "a" * 2001])
def test_what_cannot_be_asked_leaves_everything_as_it_was(front: ChatSessions, chain: FakeChain, question: str) -> None:
    async def talk() -> None:
        before = (await asked(front, "a"))[-1]
        with pytest.raises(QuestionError):
            await asked(front, "a", question)
        assert front.exchanges("a") == before
        assert len(chain.asked) == 1

    asyncio.run(talk())


def test_a_stop_is_seen_at_once_and_ends_the_work(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.pause = 0.5
        loop = asyncio.get_running_loop()
        last: tuple[Exchange, ...] = ()
        stopped_at = 0.0
        async for last in front.ask("a", QUESTION, "en"):
            if last[-1].said and not stopped_at:
                stopped_at = loop.time()
                front.stop("a")
        assert loop.time() - stopped_at < 0.4
        assert "The copycat culture." in last[-1].shown and "Stopped" in last[-1].shown
        assert front.exchanges("a") == last
        while not chain.closed:
            await asyncio.sleep(0.01)

    asyncio.run(talk())
    assert chain.closed == 1


def test_who_leaves_ends_the_work_and_finds_what_was_said(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.pause = 0.1
        async with aclosing(front.ask("a", QUESTION, "en")) as steps:
            async for step in steps:
                if step[-1].said:
                    break
        (kept,) = front.exchanges("a")
        assert "The copycat culture." in kept.shown and kept.done and kept.answer is None
        while not chain.closed:
            await asyncio.sleep(0.01)

    asyncio.run(talk())
    assert len(chain.asked) == 1


def test_who_waits_is_told_how_many_are_before(
    front: ChatSessions, chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LOOK_SECONDS", 0.01)
    front._asking._queue = AdmissionQueue(at_once=1, waiting=2)

    async def talk() -> None:
        chain.pause = 0.1
        conversations = [asked(front, key) for key in "abc"]
        a, b, c = await asyncio.gather(*conversations)
        assert not any("before yours" in step[-1].shown for step in a)
        assert "1 question before yours" in b[1][-1].shown
        assert "2 questions before yours" in c[1][-1].shown
        assert all(steps[-1][-1].answer for steps in (a, b, c))

    asyncio.run(talk())


def test_a_question_has_a_deadline(chain: FakeChain, answers: AnswerStore) -> None:
    front = ChatSessions(chain, Asking(chain.stream, Settings(deadline_seconds=1), answers, AdmissionQueue()))  # type: ignore[arg-type]

    async def talk() -> None:
        chain.pause = 0.4
        (late,) = (await asked(front, "a"))[-1]
        assert "The copycat culture." in late.shown and "no answer within 1 seconds" in late.shown
        assert late.done and late.answer is None and front.exchanges("a") == (late,)
        while not chain.closed:
            await asyncio.sleep(0.01)

    asyncio.run(talk())


def test_who_stops_waiting_makes_room(front: ChatSessions, chain: FakeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LOOK_SECONDS", 0.01)
    front._asking._queue = AdmissionQueue(at_once=1, waiting=1)

    async def talk() -> None:
        chain.pause = 0.2
        first = asyncio.create_task(asked(front, "a"))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(asked(front, "b"))
        await asyncio.sleep(0.05)
        front.stop("b")
        assert "Stopped" in (await second)[-1][-1].shown
        assert (await first)[-1][-1].answer
        assert (await asked(front, "b"))[-1][-1].answer

    asyncio.run(talk())
    assert len(chain.asked) == 2


def test_a_page_stops_what_the_one_before_it_asked_but_not_its_own(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.pause = 0.1
        async for step in front.ask("a", QUESTION, "en", page="new"):
            if step[-1].said and step[-1].answer is None:
                assert front.restored("a", "new") is None
        assert step[-1].answer and front.restored("a", "new") == step
        async for step in front.ask("a", QUESTION, "en", page="old"):
            if step[-1].said:
                front.restored("a", "new")
        assert step[-1].answer is None and "Stopped" in step[-1].shown

    asyncio.run(talk())


def test_a_second_question_in_one_conversation_stops_the_first(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.pause = 0.1
        first = asyncio.create_task(asked(front, "a", "First criticized?"))
        while not front.exchanges("a"):
            await asyncio.sleep(0.01)
        second = (await asked(front, "a", "Second?"))[-1]
        assert "Stopped" in (await first)[-1][-1].shown
        assert [each.question for each in front.exchanges("a")] == ["First criticized?", "Second?"]
        assert front.exchanges("a") == second

    asyncio.run(talk())


def test_a_cleared_conversation_stays_cleared(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.pause = 0.05
        async for step in front.ask("a", QUESTION, "en"):
            if step[-1].said:
                await front.clear("a")
        assert front.exchanges("a") == ()

    asyncio.run(talk())


def test_a_failure_is_kept_as_it_was_told(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.error = RuntimeError("secret")
        (failed,) = (await asked(front, "a"))[-1]
        assert "could not be answered" in failed.shown
        assert front.exchanges("a") == (failed,)

    asyncio.run(talk())


def test_what_a_page_has_left_is_told_no_more_and_kept(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.pause = 0.05
        async for step in front.ask("a", QUESTION, "en", page="p"):
            if step[-1].said and front.shows("p") == "a":
                assert front.restored("b", "p") == ()
            else:
                assert front.shows("p") == "a", "a step was told after the page had gone on"
        assert front.shows("p") == "b"
        (kept,) = front.exchanges("a")
        assert kept.done and "The copycat culture." in kept.shown and kept.answer is None
        while not chain.closed:
            await asyncio.sleep(0.01)

    asyncio.run(talk())


def test_another_page_goes_on(front: ChatSessions, chain: FakeChain) -> None:
    async def talk() -> None:
        chain.pause = 0.02
        async for step in front.ask("a", QUESTION, "en", page="p"):
            front.restored("b", "another")
            last = step
        assert last[-1].answer is not None

    asyncio.run(talk())


def test_the_list_of_conversations_and_its_search(front: ChatSessions) -> None:
    async def talk() -> None:
        await asked(front, "a", "Who is THE Mayor?")
        await asked(front, "a", QUESTION)
        await asked(front, "b", "Other?")
        assert [(each.key, each.title, each.questions, each.found) for each in front.summaries("bxa")] == [
            ("b", "Other?", 1, True),
            ("a", "Who is THE Mayor?", 2, True),
        ]
        found = {search: [each.key for each in front.summaries("ab", search) if each.found] for search in SEARCHES}
        assert found == SEARCHES

    asyncio.run(talk())


SEARCHES = {"mayor": ["a"], "copycat culture": ["a"], "OTHER": ["b"], "mayor other": [], "": ["a", "b"]}
"""Words, and the conversations that have all of them, in questions or answers."""


def test_what_is_forgotten_leaves_no_answer_behind(front: ChatSessions, answers: AnswerStore) -> None:
    async def talk() -> None:
        answer = (await asked(front, "a"))[-1][-1].answer
        other = (await asked(front, "b"))[-1][-1].answer
        assert answer and other and answers.get(answer.id)
        await front.clear("a")
        assert front.exchanges("a") == () and answers.get(answer.id) is None
        assert answers.get(other.id) is not None and front.summaries("ab") == front.summaries("b")

    asyncio.run(talk())
