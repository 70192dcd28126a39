"""Questions of people and programs: taken into the line, answered before a deadline, given up when nobody waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable
from contextlib import aclosing, closing
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from index.article import Audience
from rag.answer import Answer
from rag.events import Ask, Event, StatusEvent
from rag.filters import NO_FILTERS
from rag.question import check_question
from settings import Settings
from web.answers import AnswerStore
from web.errors import ApiError
from web.queue import LOOK_SECONDS, AdmissionQueue

if TYPE_CHECKING:
    from rag.chain import Question

KEEP_ALIVE_SECONDS = 10.0
KEEP_ALIVE = ": still working\n\n"
Events = AsyncGenerator[Event | None]


def deadline_error(settings: Settings) -> ApiError:
    """Return the error for a question that took too long."""
    message = f"there was no answer within {settings.deadline_seconds} seconds"
    return ApiError(504, "deadline", message, "ask again later, or ask about less")


class Asking:
    """Where questions are taken, whichever face they came by. To be used from one event loop."""

    def __init__(self, ask: Ask, settings: Settings, answers: AnswerStore, queue: AdmissionQueue) -> None:
        self._audience: Audience = None
        self._ask = ask
        self._settings = settings
        self._answers = answers
        self._queue = queue

    def seen_by(self, audience: Audience) -> Asking:
        """Return the same line of questions for an audience, whatever the questions say."""
        asking = Asking(self._ask, self._settings, self._answers, self._queue)
        asking._audience = audience
        return asking

    def forget(self, answer_ids: Iterable[str]) -> None:
        """Forget answers that were given."""
        self._answers.drop(answer_ids)

    async def answer(self, asked: Question, request: Request) -> Answer:
        """Return the Answer. The work ends when the client leaves. Raises ApiError, and what the chain raises."""
        working = asyncio.create_task(self._answer(asked))
        leaving = asyncio.create_task(_has_left(request))
        try:
            await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise ApiError(499, "left", "the client has left", "nobody reads this")
        finally:
            working.cancel()
            leaving.cancel()

    async def events(self, asked: Question, pause: float | None = None) -> Events:
        """Yield what happens on the way to the Answer, which comes last.

        The first is None and comes at once: the question is taken. After that None means that nothing else has come
        for `pause` seconds (KEEP_ALIVE_SECONDS), as seen every LOOK_SECONDS. Leaving early ends the work. Raises
        ApiError, and what the chain raises.
        """
        asked = {**asked, "question": check_question(asked["question"], self._settings.question_characters)}
        if self._audience is not None:
            asked = {**asked, "audience": self._audience}
        pause = KEEP_ALIVE_SECONDS if pause is None else pause
        clock = asyncio.get_running_loop().time
        end, told = clock() + self._settings.deadline_seconds, -pause
        async with aclosing(self._queued(asked)) as steps:
            async for event in steps:
                if isinstance(event, Answer):
                    filters = asked.get("filters", NO_FILTERS)
                    self._answers.put(event, asked["question"], asked.get("history", ()), filters)
                    if self._answers.is_shared:
                        await run_in_threadpool(self._answers.share, event.id)
                elif clock() >= end:
                    raise deadline_error(self._settings)
                if event is not None or clock() >= told + pause:
                    yield event
                    told = clock()

    async def _queued(self, asked: Question) -> Events:
        """Yield the same with None every LOOK_SECONDS, without an end until the Answer."""
        ticket = self._queue.enter()
        working, told = False, 0
        try:
            yield None
            while before := self._queue.position(ticket):
                yield StatusEvent("wait", before) if before != told else None
                told = before
                await self._queue.changed(LOOK_SECONDS)
            made = self._ask(asked)
            working = True
            async with aclosing(_followed(made, lambda: self._queue.leave(ticket))) as events:
                async for event in events:
                    yield event
        finally:
            if not working:
                self._queue.leave(ticket)

    async def _answer(self, asked: Question) -> Answer:
        async with aclosing(self.events(asked)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise AssertionError("the events end with an Answer or an error")


async def _followed(made: Generator[Event], done: Callable[[], None]) -> Events:
    """Yield what is made, and None every LOOK_SECONDS without it; leaving early stops it. `done` is called at its end.

    One thread makes all of it: what the chain opens is used by the thread that opened it.
    """
    loop, left = asyncio.get_running_loop(), threading.Event()
    steps: asyncio.Queue[Event | Exception] = asyncio.Queue()

    def work() -> None:
        try:
            with closing(made):
                for event in made:
                    if left.is_set():
                        return
                    loop.call_soon_threadsafe(steps.put_nowait, event)
        except Exception as error:  # handed over to whoever follows
            if not left.is_set():
                loop.call_soon_threadsafe(steps.put_nowait, error)

    loop.run_in_executor(None, work).add_done_callback(lambda _: done())
    step: Event | Exception | None = None
    try:
        while not isinstance(step, Answer):
            try:
                step = await asyncio.wait_for(steps.get(), LOOK_SECONDS)
            except TimeoutError:
                step = None
            if isinstance(step, Exception):
                raise step
            yield step
    finally:
        left.set()


class EventStream(StreamingResponse):
    """Server-sent events, as `written` from `events`. Whatever becomes of the connection, the work ends with it."""

    def __init__(self, events: Events, written: AsyncIterator[str]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(written, media_type="text/event-stream", headers=headers)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)


async def _has_left(request: Request) -> None:
    """Wait until the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
