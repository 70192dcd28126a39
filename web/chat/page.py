"""The chat's page in Gradio: the conversation beside its sources. Imported late, as Gradio takes seconds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.concurrency import run_in_threadpool

from index.errors import QuothError
from rag.filters import parse, without_words
from settings import Settings
from web import render
from web.chat import again, header
from web.chat.conversation import Exchange, messages, sorry
from web.chat.layout import QUOTES, WRITTEN, Layout, forms
from web.chat.sessions import ChatSessions
from web.locales import Language, preferred, say

if TYPE_CHECKING:
    from rag.chain import AnswerChain

WATCH_SECONDS = 120.0
WATCH_PAUSE_SECONDS = 0.3
EVENTS_WAITING = 512
_KEY = re.compile(r"([0-9a-f]{32})(\+?)")
Changes = dict[Any, Any]
"""What an event changes on the page: component -> update."""


@dataclass(frozen=True, slots=True)
class Tab:
    """Who looks at the page: their language, the conversation that the tab has, whether there was something in it."""

    language: Language
    key: str
    had: bool
    page: str

    @classmethod
    def of(cls, key: str, request: gr.Request) -> Tab:
        """Return the tab that sent a request."""
        match, page = _KEY.fullmatch(key or ""), str(request.session_hash)
        return cls(_language(request), match[1] if match else page, bool(match and match[2]), page)


class Page:
    """The conversation and the sources."""

    def __init__(self, chain: AnswerChain, settings: Settings, sessions: ChatSessions) -> None:
        self._chain = chain
        self._settings = settings
        self._sessions = sessions
        self._writes = chain.models.llm is not None
        with gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True) as self.blocks:
            self._parts = Layout()
            self._listen()
        self.blocks.queue(max_size=EVENTS_WAITING, default_concurrency_limit=None, api_open=False)

    def _listen(self) -> None:
        parts = self._parts
        how = [parts.key, parts.only, parts.how]
        everything = [
            parts.head, parts.talk, parts.box, parts.cards, parts.sources_title, parts.again, parts.retry, parts.edit,
            parts.topic, parts.sheet, parts.only, parts.how, parts.editing,
        ]  # fmt: skip

        def on(event: Callable[..., Any], do: Callable[..., Any], inputs: Sequence[Any]) -> None:
            event(do, list(inputs), everything, show_progress="hidden", api_visibility="private")

        on(self.blocks.load, self._greet, [])
        on(parts.key.change, self._restore, [parts.key])
        on(parts.box.submit, self._ask, [parts.box, *how, parts.editing])
        on(parts.box.stop, self._stop, [parts.key])
        on(parts.retry.click, self._try_again, how)
        on(parts.edit.click, self._edit_last, [parts.key, parts.editing])
        on(parts.topic.click, self._turn_topic, [parts.key])
        on(parts.plain.click, self._ask_as_typed, how)
        on(parts.quotes.click, self._ask_for_quotes, how)
        on(parts.wider.click, self._ask_wider, how)
        on(parts.anew.click, self._ask_again, how)

    async def _greet(self, request: gr.Request) -> AsyncGenerator[Changes]:
        """Show the page in the visitor's language; the heading, until the models are warm; what to ask first."""
        parts, language, wanted = self._parts, _language(request), _wanted(request)
        choices = await run_in_threadpool(header.choices, self._chain, wanted, language)
        yield {
            parts.talk: gr.Chatbot(label=say(language, "chat.talk")),
            parts.box: gr.Textbox(
                label=say(language, "chat.question"),
                placeholder=say(language, "chat.placeholder"),
                submit_btn=say(language, "chat.ask"),
            ),
            parts.again: gr.Button(say(language, "chat.again")),
            parts.retry: gr.Button(say(language, "chat.retry")),
            parts.edit: gr.Button(say(language, "chat.edit")),
            parts.sources_title: f"## {say(language, 'chat.sources')}",
            parts.only: gr.Dropdown(
                choices.words,
                label=say(language, "chat.filter"),
                info=None,
                visible=bool(choices.words),
                elem_classes=[choices.grouping],
                **(
                    {"value": choices.chosen} if choices.chosen else {}
                ),  # else one that comes back may have brought one
            ),
            parts.how: gr.Radio(forms(language), label=say(language, "script.how"), visible=self._writes),
        }
        for _ in range(int(WATCH_SECONDS / WATCH_PAUSE_SECONDS)):
            yield {parts.head: await run_in_threadpool(header.heading, self._chain, self._settings, language, wanted)}
            if self._chain.ready:
                break
            await asyncio.sleep(WATCH_PAUSE_SECONDS)
        # Found by reading, so they take a moment the first time.
        yield {
            parts.talk: gr.Chatbot(placeholder=await run_in_threadpool(header.welcome, self._chain, language, wanted))
        }

    async def _restore(self, key: str, request: gr.Request) -> Changes:
        """Show the conversation that the tab had before it was loaded again, or another one that was opened in it."""
        tab = await self._tab(key, request)
        is_other = self._sessions.shows(tab.page)
        exchanges = self._sessions.restored(tab.key, tab.page)
        if exchanges is None:
            return {self._parts.talk: gr.skip()}
        shown = self._shown(exchanges, tab.language) | {self._parts.editing: False}
        if tab.had and not exchanges:
            gone = render.line(say(tab.language, "chat.gone"), "gone")
            return shown | {self._parts.talk: [{"role": "assistant", "content": gone}]}
        wanted = _wanted(request)
        if exchanges and (is_other or (exchanges[-1].filters and not wanted)):
            choices = await run_in_threadpool(header.choices, self._chain, header.EVERYTHING, tab.language)
            chosen = {word for _, word in choices.words} & set(exchanges[-1].filters.words())
            shown[self._parts.only] = gr.Dropdown(choices.words, value=sorted(chosen), elem_classes=[choices.grouping])
        return shown

    async def _ask(
        self,
        asked: str,
        key: str,
        only: list[str],
        how: str,
        editing: bool,
        request: gr.Request,
        as_typed: bool = False,
    ) -> AsyncGenerator[Changes]:
        """Show each step of an answer."""
        tab, more = await self._tab(key, request), {"suggest": True, "filters": parse(" ".join(only or []))[1]}
        more["as_typed"] = as_typed
        if self._writes:
            more["written"] = how == WRITTEN
        try:
            async with aclosing(
                self._sessions.ask(tab.key, asked, tab.language, page=tab.page, again=editing, more=more)
            ) as steps:
                started = False
                async for exchanges in steps:
                    yield self._shown(exchanges, tab.language, empty=not started)
                    started = True
        except Exception as error:
            # The question stays in the box, to be shortened there.
            said = [*messages(self._sessions.exchanges(tab.key), tab.language, self._settings.contact)]
            yield {self._parts.talk: [*said, {"role": "assistant", "content": sorry(error, tab.language)}]}
        if self._sessions.shows(tab.page) != tab.key:
            yield {self._parts.talk: gr.skip()}  # Gradio shows the last step once more, over what was opened since

    async def _try_again(self, key: str, only: list[str], how: str, request: gr.Request) -> AsyncGenerator[Changes]:
        """Ask the last question again; where that would give the same, say so and what can be asked instead."""
        tab = await self._tab(key, request)
        exchanges = self._sessions.exchanges(tab.key)
        asked = again.Asked(tuple(only or ()), self._writes and how == WRITTEN)
        if await run_in_threadpool(self._is_same, exchanges, asked):
            yield self._shown(exchanges, tab.language, after=again.offer(exchanges[-1], tab.language))
            return
        async with aclosing(self._ask_again(key, only, how, request)) as steps:
            async for changes in steps:
                yield changes

    def _is_same(self, exchanges: Sequence[Exchange], asked: again.Asked) -> bool:
        try:
            return bool(exchanges) and again.is_same(exchanges[-1], asked, self._chain)
        except QuothError:  # asking says what is wrong
            return False

    async def _ask_again(
        self,
        key: str,
        only: list[str],
        how: str,
        request: gr.Request,
        as_typed: bool = False,
        wider: bool = False,
    ) -> AsyncGenerator[Changes]:
        """Ask the last question again; `wider` asks all articles."""
        if exchanges := self._sessions.exchanges((await self._tab(key, request)).key):
            last = exchanges[-1]
            question = without_words(last.question) if wider else last.question
            asked = self._ask(question, key, only, how, True, request, as_typed or last.as_typed)
            async with aclosing(asked) as steps:
                async for changes in steps:
                    yield changes

    async def _ask_as_typed(self, key: str, only: list[str], how: str, request: gr.Request) -> AsyncGenerator[Changes]:
        """Ask the last question again, as it was typed."""
        async with aclosing(self._ask_again(key, only, how, request, True)) as steps:
            async for changes in steps:
                yield changes

    async def _ask_for_quotes(
        self, key: str, only: list[str], how: str, request: gr.Request
    ) -> AsyncGenerator[Changes]:
        """Ask the last question again, for quotes."""
        async with aclosing(self._ask_again(key, only, QUOTES, request)) as steps:
            async for changes in steps:
                yield changes

    async def _ask_wider(self, key: str, only: list[str], how: str, request: gr.Request) -> AsyncGenerator[Changes]:
        """Ask the last question again, of all articles."""
        yield {self._parts.only: gr.Dropdown(value=[])}
        async with aclosing(self._ask_again(key, [], how, request, wider=True)) as steps:
            async for changes in steps:
                yield changes

    async def _turn_topic(self, key: str, request: gr.Request) -> Changes:
        tab = await self._tab(key, request)
        exchanges = self._sessions.turn_topic(tab.key)
        await self._sessions.save(tab.key)
        return self._shown(exchanges, tab.language)

    async def _edit_last(self, key: str, editing: bool, request: gr.Request) -> Changes:
        """Take the last question back into the box, or out of it again."""
        tab = await self._tab(key, request)
        exchanges = self._sessions.exchanges(tab.key)
        if editing or not exchanges:
            return self._shown(exchanges, tab.language, empty=True)
        return {
            self._parts.box: gr.Textbox(exchanges[-1].question),
            self._parts.edit: gr.Button(say(tab.language, "chat.keep")),
            self._parts.editing: True,
        }

    async def _stop(self, key: str, request: gr.Request) -> Changes:
        self._sessions.stop(Tab.of(key, request).key)
        return {self._parts.editing: False}

    async def _tab(self, key: str, request: gr.Request) -> Tab:
        """Return the tab, once it is known here what other servers have made of its conversation."""
        tab = Tab.of(key, request)
        await self._sessions.load(tab.key)
        return tab

    def _shown(
        self, exchanges: Sequence[Exchange], language: Language, *, empty: bool = False, after: str = ""
    ) -> Changes:
        """Return the conversation, its sources and what can be done next.

        `empty` takes the question out of the box; `after` stands below the last answer.
        """
        parts = self._parts
        running = bool(exchanges) and not exchanges[-1].done
        topic = "chat.topic_goes_on" if exchanges and exchanges[-1].ends_topic else "chat.topic"
        cited = exchanges[-1].citations if exchanges else ()
        articles = {citation.article_id for citation in cited}
        sources = render.sources(cited, language)
        changes: Changes = {
            parts.talk: [*messages(exchanges, language, self._settings.contact, after)],
            parts.cards: sources or render.no_sources(language),
            parts.sheet: gr.Button(say(language, "chat.sources_count", count=len(articles)), visible=bool(cited)),
            parts.again: gr.Button(visible=bool(exchanges)),
            parts.retry: gr.Button(visible=bool(exchanges) and not running),
            parts.edit: gr.Button(say(language, "chat.edit"), visible=bool(exchanges) and not running),
            parts.topic: gr.Button(say(language, topic), visible=bool(exchanges) and not running),
        }
        button = {
            "submit_btn": not running and say(language, "chat.ask"),
            "stop_btn": running and say(language, "chat.stop"),
        }
        if empty:
            return changes | {parts.box: gr.Textbox("", **button), parts.editing: False}
        return changes | {parts.box: gr.Textbox(**button)}


def _wanted(request: gr.Request) -> header.Wanted:
    """Return what the page's address says is to be asked."""
    query = request.query_params
    return header.Wanted.of(str(query.get("about", "")), str(query.get("collection", "")))


def _language(request: gr.Request) -> Language:
    return preferred(request.headers.get("accept-language"))
