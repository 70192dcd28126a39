"""The chat's page in Gradio: the conversation beside its sources. Imported late, as Gradio takes seconds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.concurrency import run_in_threadpool

from rag.filters import parse
from settings import Settings
from web import render
from web.chat import header
from web.chat.conversation import Exchange, messages, sorry
from web.chat.sessions import ChatSessions
from web.locales import Language, preferred, say

if TYPE_CHECKING:
    from rag.chain import AnswerChain

WATCH_SECONDS = 120.0
WATCH_PAUSE_SECONDS = 0.3
EVENTS_WAITING = 512
WRITTEN, QUOTES = "written", "quotes"
_KEY = re.compile(r"([0-9a-f]{32})(\+?)")
Changes = dict[Any, Any]
"""What an event changes on the page: component -> update."""


class Page:
    """The conversation and the sources.

    All of it is Markdown to Gradio, which sanitises that once more. Its HTML component does not,
    and needs a policy that lets scripts be made from strings.
    """

    def __init__(self, chain: AnswerChain, settings: Settings, sessions: ChatSessions) -> None:
        self._chain = chain
        self._settings = settings
        self._sessions = sessions
        self._writes = chain.models.llm is not None
        # In English until it is known who looks at it.
        with gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True) as self.blocks:
            self._editing = gr.State(value=False)
            with gr.Row(elem_id="q-desk"):
                with gr.Column(elem_id="q-talk"):
                    self._lay_out_talk()
                with gr.Column(elem_id="q-side"):
                    self._sources_title = gr.Markdown(elem_id="q-sources-title")
                    self._cards = gr.Markdown(elem_id="q-sources")
            self._listen()
        self.blocks.queue(max_size=EVENTS_WAITING, default_concurrency_limit=None, api_open=False)

    def _lay_out_talk(self) -> None:
        with gr.Row(elem_id="q-top"):
            self._head = gr.Markdown("# Quoth", elem_id="q-head")
            self._again = gr.Button(say("en", "chat.again"), elem_id="q-again", size="sm", visible=False)
        self._talk = gr.Chatbot(
            label=say("en", "chat.talk"),
            elem_id="q-chat",
            show_label=False,
            container=False,
            height=None,
            buttons=[],
            feedback_options=None,
            latex_delimiters=[],
            layout="bubble",
            group_consecutive_messages=False,
            placeholder="",
        )
        with gr.Row(elem_id="q-actions"):
            self._retry = gr.Button(say("en", "chat.retry"), elem_id="q-retry", size="sm", visible=False)
            self._edit = gr.Button(say("en", "chat.edit"), elem_id="q-edit", size="sm", visible=False)
            self._topic = gr.Button(say("en", "chat.topic"), elem_id="q-topic", size="sm", visible=False)
            # Clicked by the script, for the button that stands in the answer.
            self._plain = gr.Button(say("en", "chat.as_typed"), elem_id="q-as-typed")
            self._sheet = gr.Button(say("en", "chat.sources"), elem_id="q-sheet-open", size="sm", visible=False)
            self._only = gr.Dropdown(
                [],
                value=[],
                multiselect=True,
                label=say("en", "chat.filter"),
                elem_id="q-only",
                container=False,
                show_label=False,
                visible=False,
            )
            self._how = gr.Radio(
                _forms("en"),
                value=WRITTEN,
                label=say("en", "script.how"),
                elem_id="q-how",
                container=False,
                show_label=False,
                visible=False,
            )
        self._box = gr.Textbox(
            label=say("en", "chat.question"),
            elem_id="q-box",
            show_label=False,
            container=False,
            placeholder=say("en", "chat.placeholder"),
            submit_btn=say("en", "chat.ask"),
            autofocus=True,
            max_lines=6,
        )
        # The script writes into it which conversation the tab has; a plus says that there was something in it.
        self._key = gr.Textbox(elem_id="q-key", show_label=False, container=False)

    def _listen(self) -> None:
        asked = [self._box, self._key, self._only, self._how, self._editing]
        everything = [
            self._head, self._talk, self._box, self._cards, self._sources_title, self._again, self._retry, self._edit,
            self._topic, self._sheet, self._only, self._how, self._editing,
        ]  # fmt: skip

        def on(event: Callable[..., Any], do: Callable[..., Any], inputs: Sequence[Any]) -> None:
            event(do, list(inputs), everything, show_progress="hidden", api_visibility="private")

        on(self.blocks.load, self._greet, [])
        on(self._key.change, self._restore, [self._key])
        on(self._box.submit, self._ask, asked)
        on(self._box.stop, self._stop, [self._key])
        on(self._retry.click, self._ask_again, [self._key, self._only, self._how])
        on(self._edit.click, self._edit_last, [self._key, self._editing])
        on(self._again.click, self._start_over, [self._key])
        on(self._topic.click, self._turn_topic, [self._key])
        on(self._plain.click, self._ask_as_typed, [self._key, self._only, self._how])

    async def _greet(self, request: gr.Request) -> AsyncGenerator[Changes]:
        """Show the page in the visitor's language; the heading, until the models are warm; what to ask first."""
        language, about = _language(request), str(request.query_params.get("about", ""))
        choices, chosen = await run_in_threadpool(header.choices, self._chain, about, language)
        yield {
            self._talk: gr.Chatbot(label=say(language, "chat.talk")),
            self._box: gr.Textbox(
                label=say(language, "chat.question"),
                placeholder=say(language, "chat.placeholder"),
                submit_btn=say(language, "chat.ask"),
            ),
            self._again: gr.Button(say(language, "chat.again")),
            self._retry: gr.Button(say(language, "chat.retry")),
            self._edit: gr.Button(say(language, "chat.edit")),
            self._sources_title: f"## {say(language, 'chat.sources')}",
            self._only: gr.Dropdown(
                choices,
                label=say(language, "chat.filter"),
                info=None,
                visible=bool(choices),
                **({"value": chosen} if chosen else {}),  # else a conversation that comes back may have brought one
            ),
            self._how: gr.Radio(_forms(language), label=say(language, "script.how"), visible=self._writes),
        }
        for _ in range(int(WATCH_SECONDS / WATCH_PAUSE_SECONDS)):
            yield {self._head: await run_in_threadpool(header.heading, self._chain, self._settings, language)}
            if self._chain.ready:
                break
            await asyncio.sleep(WATCH_PAUSE_SECONDS)
        # Found by reading, so they take a moment the first time.
        yield {self._talk: gr.Chatbot(placeholder=await run_in_threadpool(header.welcome, self._chain, language))}

    async def _restore(self, key: str, request: gr.Request) -> Changes:
        """Show the conversation that the tab had before it was loaded again."""
        language, (name, had) = _language(request), await self._loaded(key, request)
        exchanges = self._sessions.restored(name, str(request.session_hash))
        if exchanges is None:
            return {self._talk: gr.skip()}
        if had and not exchanges:
            gone = render.line(say(language, "chat.gone"), "gone")
            return {self._talk: [{"role": "assistant", "content": gone}]}
        shown = self._shown(exchanges, language)
        if exchanges and exchanges[-1].filters and not request.query_params.get("about"):
            choices, _ = await run_in_threadpool(header.choices, self._chain, "", language)
            words = {word for _, word in choices} & set(exchanges[-1].filters.words())
            shown[self._only] = gr.Dropdown(choices, value=sorted(words))
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
        language, (name, _) = _language(request), await self._loaded(key, request)
        page, more = str(request.session_hash), {"suggest": True, "filters": parse(" ".join(only or []))[1]}
        more["as_typed"] = as_typed
        if self._writes:
            more["written"] = how == WRITTEN
        try:
            async with aclosing(
                self._sessions.ask(name, asked, language, page=page, again=editing, more=more)
            ) as steps:
                started = False
                async for exchanges in steps:
                    yield self._shown(exchanges, language, empty=not started)
                    started = True
        except Exception as error:
            # The question stays in the box, to be shortened there.
            said = [*messages(self._sessions.exchanges(name), language, self._settings.contact)]
            yield {self._talk: [*said, {"role": "assistant", "content": sorry(error, language)}]}

    async def _ask_again(
        self, key: str, only: list[str], how: str, request: gr.Request, as_typed: bool = False
    ) -> AsyncGenerator[Changes]:
        name, _ = await self._loaded(key, request)
        if exchanges := self._sessions.exchanges(name):
            last = exchanges[-1]
            asked = self._ask(last.question, key, only, how, True, request, as_typed or last.as_typed)
            async with aclosing(asked) as steps:
                async for changes in steps:
                    yield changes

    async def _ask_as_typed(self, key: str, only: list[str], how: str, request: gr.Request) -> AsyncGenerator[Changes]:
        """Ask the last question again, as it was typed."""
        async with aclosing(self._ask_again(key, only, how, request, True)) as steps:
            async for changes in steps:
                yield changes

    async def _turn_topic(self, key: str, request: gr.Request) -> Changes:
        name, _ = await self._loaded(key, request)
        exchanges = self._sessions.turn_topic(name)
        await self._sessions.save(name)
        return self._shown(exchanges, _language(request))

    async def _edit_last(self, key: str, editing: bool, request: gr.Request) -> Changes:
        """Take the last question back into the box, or out of it again."""
        language, (name, _) = _language(request), await self._loaded(key, request)
        exchanges = self._sessions.exchanges(name)
        if editing or not exchanges:
            return self._shown(exchanges, language, empty=True)
        return {
            self._box: gr.Textbox(exchanges[-1].question),
            self._edit: gr.Button(say(language, "chat.keep")),
            self._editing: True,
        }

    async def _stop(self, key: str, request: gr.Request) -> Changes:
        self._sessions.stop(_named(key, request)[0])
        return {self._editing: False}

    async def _start_over(self, key: str, request: gr.Request) -> Changes:
        language, (name, _) = _language(request), await self._loaded(key, request)
        self._sessions.clear(name)
        await self._sessions.save(name)
        return self._shown((), language, empty=True)

    async def _loaded(self, key: str, request: gr.Request) -> tuple[str, bool]:
        """Return the same as `_named`, once it is known here what other servers have made of the conversation."""
        named = _named(key, request)
        await self._sessions.load(named[0])
        return named

    def _shown(self, exchanges: Sequence[Exchange], language: Language, *, empty: bool = False) -> Changes:
        """Return the conversation, its sources and what can be done next; `empty` takes the question out of the box."""
        running = bool(exchanges) and not exchanges[-1].done
        topic = "chat.topic_goes_on" if exchanges and exchanges[-1].ends_topic else "chat.topic"
        cited = exchanges[-1].citations if exchanges else ()
        articles = {citation.article_id for citation in cited}
        sources = render.sources(cited, language)
        changes: Changes = {
            self._talk: [*messages(exchanges, language, self._settings.contact)],
            self._cards: sources or render.no_sources(language),
            self._sheet: gr.Button(say(language, "chat.sources_count", count=len(articles)), visible=bool(cited)),
            self._again: gr.Button(visible=bool(exchanges)),
            self._retry: gr.Button(visible=bool(exchanges) and not running),
            self._edit: gr.Button(say(language, "chat.edit"), visible=bool(exchanges) and not running),
            self._topic: gr.Button(say(language, topic), visible=bool(exchanges) and not running),
        }
        button = {
            "submit_btn": not running and say(language, "chat.ask"),
            "stop_btn": running and say(language, "chat.stop"),
        }
        if empty:
            return changes | {self._box: gr.Textbox("", **button), self._editing: False}
        return changes | {self._box: gr.Textbox(**button)}


def _named(key: str, request: gr.Request) -> tuple[str, bool]:
    """Return which conversation the tab has, and whether it had anything in it when the page was loaded."""
    match = _KEY.fullmatch(key or "")
    return (match[1], bool(match[2])) if match else (str(request.session_hash), False)


def _language(request: gr.Request) -> Language:
    return preferred(request.headers.get("accept-language"))


def _forms(language: Language) -> list[tuple[str, str]]:
    """Return the forms of an answer: (what is shown, value)."""
    return [(say(language, f"chat.{form}"), form) for form in (WRITTEN, QUOTES)]
