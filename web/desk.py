"""Where questions are taken: a few at a time, in the order they came, each in its conversation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from settings import Settings
from web import render
from web.api import checked
from web.conversation import Conversations, Exchange, answering, stopped, turns
from web.recent import Recent
from web.refused import RefusedError
from web.strings import Language, count

if TYPE_CHECKING:
    from rag.chain import AnswerChain

AT_ONCE = 2
WAITING = 32
LOOK_SECONDS = 0.25


class Line:
    """Tickets in the order they were drawn; the first `at_once` of them are being served."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._tickets: list[object] = []

    def draw(self) -> object:
        """A ticket. Raises RefusedError where too many wait already."""
        if len(self._tickets) >= self._most:
            raise RefusedError(503, "full", "many questions are being answered right now", "ask again in a minute")
        ticket = object()
        self._tickets.append(ticket)
        return ticket

    def before(self, ticket: object) -> int:
        """How many have to leave before it is this one's turn; 0 means that it is."""
        return max(0, self._tickets.index(ticket) + 1 - self._at_once)

    def leave(self, ticket: object) -> None:
        """Make room for the next."""
        self._tickets.remove(ticket)


class Run:
    """One answer on its way: made in a thread of its own, followed from the event loop, stopped from there."""

    def __init__(self, page: str = "") -> None:
        self.page = page
        self.stopped = False
        self._left = threading.Event()
        self._steps: asyncio.Queue[Exchange | None] = asyncio.Queue()

    def stop(self) -> None:
        """Whoever follows is let go at once; the work ends with the step that it is at."""
        self.stopped = True
        self._left.set()
        self._steps.put_nowait(None)

    async def follow(self, made: Generator[Exchange], done: Callable[[], None]) -> AsyncGenerator[Exchange]:
        """The steps as they are made, until their end or `stop`. `done` is called when the work has ended."""
        loop = asyncio.get_running_loop()

        def work() -> None:
            with closing(made):
                for step in made:
                    if self._left.is_set():
                        return
                    loop.call_soon_threadsafe(self._steps.put_nowait, step)
            if not self._left.is_set():
                loop.call_soon_threadsafe(self._steps.put_nowait, None)

        loop.run_in_executor(None, work).add_done_callback(lambda _: done())
        try:
            while (step := await self._steps.get()) is not None and not self.stopped:
                yield step
        finally:
            self._left.set()


class Desk:
    """All conversations. To be used from one event loop."""

    def __init__(self, chain: AnswerChain, settings: Settings, recent: Recent) -> None:
        self._chain = chain
        self._settings = settings
        self._recent = recent
        self._line = Line()
        self._runs: dict[str, Run] = {}
        self._kept = Conversations()

    def exchanges(self, key: str) -> tuple[Exchange, ...]:
        """What was said in this conversation so far; none if it is not known."""
        return self._kept.get(key)

    def restored(self, key: str, page: str) -> tuple[Exchange, ...] | None:
        """The conversation, for a page that was loaded; the answer that another page waited for is stopped.

        None if this page has asked already, as somebody quick does: then it is being told.
        """
        if key in self._runs and self._runs[key].page == page:
            return None
        self.stop(key)
        return self.exchanges(key)

    def stop(self, key: str) -> None:
        """Stop the answer that is on its way in this conversation, if there is one."""
        if key in self._runs:
            self._runs[key].stop()

    def clear(self, key: str) -> None:
        """Forget the conversation."""
        self.stop(key)
        self._runs.pop(key, None)
        self._kept.drop(key)

    async def ask(
        self,
        key: str,
        asked: str,
        language: Language,
        *,
        page: str = "",
        again: bool = False,
        more: dict[str, Any] | None = None,
    ) -> AsyncGenerator[tuple[Exchange, ...]]:
        """The conversation at each step of answering. `again` puts the exchange in the last one's place.

        Leaving early stops the work. Raises RefusedError for a question that cannot be taken.
        """
        question = checked(asked, self._settings)
        ticket = self._line.draw()
        self.stop(key)
        earlier = self._kept.get(key)[:-1] if again else self._kept.get(key)
        exchange = Exchange(question)
        run = self._runs[key] = Run(page)
        working = False
        try:
            while (before := self._line.before(ticket)) and not run.stopped:
                waiting = replace(exchange, note=render.line(count(language, "chat.waits", before)))
                yield self._keep(key, run, (*earlier, waiting), language)
                await asyncio.sleep(LOOK_SECONDS)
            if not run.stopped:
                made = answering(self._chain, question, earlier, language, more)
                working = True
                async with aclosing(run.follow(made, lambda: self._line.leave(ticket))) as steps:
                    async for exchange in steps:
                        if exchange.answer is not None:
                            self._recent.keep(exchange.answer, question, turns(earlier))
                        yield self._keep(key, run, (*earlier, exchange), language)
            if run.stopped:
                yield self._keep(key, run, (*earlier, stopped(exchange, language)), language)
        finally:
            run.stop()
            if not working:
                self._line.leave(ticket)
            if self._runs.get(key) is run:
                del self._runs[key]

    def _keep(self, key: str, run: Run, exchanges: tuple[Exchange, ...], language: Language) -> tuple[Exchange, ...]:
        """Remember the conversation as it would be found if this were its last step, unless it has gone on without."""
        if self._runs.get(key) is run:
            self._kept.keep(key, (*exchanges[:-1], stopped(exchanges[-1], language)))
        return exchanges
