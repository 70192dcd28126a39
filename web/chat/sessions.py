"""The chat's conversations: each question is asked in one of them, and stopped when nobody waits for its answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool

from rag.filters import NO_FILTERS
from settings import StorePlace
from web.asking import Asking
from web.chat.conversation import (
    Conversations,
    Exchange,
    Summary,
    begun,
    grown,
    sorry,
    stopped,
    summary,
    turns,
)
from web.chat.header import described
from web.locales import Language

if TYPE_CHECKING:
    from rag.chain import AnswerChain, Question


PAGES = 1_000
"""Of so many pages it is known what they show."""


@dataclass(eq=False, slots=True)
class PendingAnswer:
    """One answer on its way, for which a page waits; whoever follows it looks often whether it is stopped.

    It is `left` where the page shows something else by now: then it is stopped and told to nobody.
    """

    page: str
    stopped: bool = False
    left: bool = False


class ChatSessions:
    """All conversations of the chat. To be used from one event loop."""

    def __init__(self, chain: AnswerChain, asking: Asking, store: StorePlace | None = None) -> None:
        """Take what answers; conversations are shared with other servers where `store` is a database."""
        self._chain = chain
        self._asking = asking
        self._runs: dict[str, PendingAnswer] = {}
        self._conversations = Conversations(store=store)
        self._pages: LRUCache[str, str] = LRUCache(PAGES)

    async def load(self, key: str) -> None:
        """Take over what another server has made of a conversation, unless an answer is on its way here."""
        if key not in self._runs:
            await self._conversations.load(key)

    async def save(self, key: str) -> None:
        """Let other servers know the conversation."""
        await self._conversations.save(key)

    def exchanges(self, key: str) -> tuple[Exchange, ...]:
        """Return what was said in this conversation so far; empty if it is not known."""
        return self._conversations.get(key)

    def restored(self, key: str, page: str) -> tuple[Exchange, ...] | None:
        """Return the conversation for a page that was loaded; the answer that another page waited for is stopped.

        None if this page has asked already, as somebody quick does: then it is being told. What the page showed before
        is told no more.
        """
        for other, run in self._runs.items():
            run.left = run.left or (run.page == page and other != key)
        self._pages[page] = key
        if key in self._runs and self._runs[key].page == page:
            return None
        self.stop(key)
        return self.exchanges(key)

    def shows(self, page: str) -> str | None:
        """Return which conversation a page shows; None for one that has told nothing yet, or is long gone."""
        return self._pages.get(page)

    def summaries(self, keys: Iterable[str], search: str = "") -> list[Summary]:
        """Return those of these conversations that are known; `search` says which of them have its words."""
        return [summary(key, exchanges, search) for key in keys if (exchanges := self.exchanges(key))]

    def stop(self, key: str) -> None:
        """Stop the answer that is on its way in this conversation, if there is one."""
        if key in self._runs:
            self._runs[key].stopped = True

    async def clear(self, key: str) -> None:
        """Forget the conversation and its answers."""
        if run := self._runs.pop(key, None):
            run.left = True
        await self._conversations.load(key)
        given = [exchange.answer.id for exchange in self.exchanges(key) if exchange.answer]
        self._conversations.drop(key)
        await self.save(key)
        await run_in_threadpool(self._asking.forget, given)

    def turn_topic(self, key: str) -> tuple[Exchange, ...]:
        """End the topic, so that the next question takes nothing over, or take that back; return the conversation."""
        exchanges = self.exchanges(key)
        is_over = bool(exchanges) and exchanges[-1].ends_topic
        exchanges = _topic_ended(exchanges, ended=not is_over)
        self._conversations.put(key, exchanges)
        return exchanges

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
        """Yield the conversation at each step of answering. `again` puts the exchange in the last one's place.

        `more` goes to the chain with the question; one that is asked `as_typed` begins a topic. Leaving early stops the
        work. Raises ApiError for a question that cannot be taken.
        """
        question = asked.strip()
        earlier = self._conversations.get(key)[:-1] if again else self._conversations.get(key)
        as_typed = bool(more and more.get("as_typed"))
        if as_typed:
            earlier = _topic_ended(earlier)
        given: Question = {"question": question, "history": turns(earlier), "id": secrets.token_hex(16)}
        given |= more or {}  # type: ignore[typeddict-item]
        async with aclosing(self._asking.events(given, pause=0)) as events:
            await anext(events)  # refused here, before anything changes
            self.stop(key)
            run = self._runs[key] = PendingAnswer(page)
            self._pages[page] = key
            exchange = begun(question, language, warm=self._chain.ready)
            filters = given.get("filters", NO_FILTERS)
            scope = described(self._chain, filters, language)
            exchange = replace(exchange, as_typed=as_typed, filters=filters, scope=scope)
            try:
                begun_with = self._keep(key, run, (*earlier, exchange), language)
                await self.save(key)
                yield begun_with
                async for event in events:
                    if run.left:
                        break
                    if run.stopped:
                        yield self._keep(key, run, (*earlier, stopped(exchange, language)), language)
                        break
                    if event is not None:
                        exchange = grown(exchange, event, language)
                        yield self._keep(key, run, (*earlier, exchange), language)
            except Exception as error:
                exchange = replace(exchange, note=sorry(error, language), done=True)
                yield self._keep(key, run, (*earlier, exchange), language)
            finally:
                if self._runs.get(key) is run:
                    del self._runs[key]
                    await asyncio.shield(self.save(key))  # also where nobody waits any more

    def _keep(
        self, key: str, run: PendingAnswer, exchanges: tuple[Exchange, ...], language: Language
    ) -> tuple[Exchange, ...]:
        """Remember the conversation as it would be found if this were its last step, unless it has gone on without."""
        if self._runs.get(key) is run:
            self._conversations.put(key, (*exchanges[:-1], stopped(exchanges[-1], language)))
        return exchanges


def _topic_ended(exchanges: tuple[Exchange, ...], *, ended: bool = True) -> tuple[Exchange, ...]:
    """Return the exchanges, the last of which ends its topic or not."""
    return (*exchanges[:-1], *(replace(exchange, ends_topic=ended) for exchange in exchanges[-1:]))
