"""The chat page: a Gradio conversation beside the sources, mounted on the app that serves it all."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from index.errors import QuothError
from rag.answer import Answer, Citation, Said, Status
from settings import Settings
from web import render
from web.api import add_routes, checked, refusal
from web.gate import Gate

if TYPE_CHECKING:
    import gradio

    from rag.chain import AnswerChain

STATIC = Path(__file__).resolve().parent / "static"
FONT = ("system-ui", "sans-serif")
HEAD = '<link rel="stylesheet" href="/quoth/chat.css"><script src="/quoth/chat.js" defer></script>'
WARMING = "Warming up the models (the first answer takes a few seconds)"
WELCOME = "Ask the articles. Each answer is made of quotes, and each number opens the article at its quote."
HISTORY_TURNS = 10
QUEUE_LENGTH = 32
WATCH_SECONDS = 120.0
WATCH_PAUSE_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it. Kept on the server: the browser shows it, but does not say what it was."""

    question: str
    shown: str
    answer: Answer | None


def build_app(chain: AnswerChain, settings: Settings) -> FastAPI:
    """Everything that is served: the chat at `/`, the articles and the HTTP interface, behind the gate."""
    # Gradio reads this when it is imported, which takes seconds, so only whoever serves imports it.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    app = FastAPI(title="Quoth", openapi_url=None, docs_url=None, redoc_url=None)
    add_routes(app, chain, settings)
    app.mount("/quoth", StaticFiles(directory=STATIC))
    # Outside of a running loop Gradio makes one for each of its locks and never closes it.
    asyncio.run(_mount(app, chain, settings))
    app.add_middleware(Gate)
    return app


async def _mount(app: FastAPI, chain: AnswerChain, settings: Settings) -> None:
    import gradio as gr

    gr.mount_gradio_app(
        app,
        _page(chain, settings),
        "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        favicon_path=str(STATIC / "icon.svg"),
        theme=gr.themes.Base(font=FONT, font_mono=("ui-monospace", "monospace")),
        head=HEAD,
    )


def _page(chain: AnswerChain, settings: Settings) -> gradio.Blocks:
    """The conversation and the sources.

    All of it is Markdown to Gradio, which sanitises that once more. Its HTML component does not,
    and needs a policy that lets scripts be made from strings.
    """
    import gradio as gr

    with gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True) as blocks:
        past = gr.State([])
        with gr.Row(elem_id="q-desk"):
            with gr.Column(elem_id="q-talk"):
                with gr.Row(elem_id="q-top"):
                    head = gr.Markdown(_heading(chain), elem_id="q-head")
                    again = gr.Button("Start over", elem_id="q-again", size="sm")
                talk = gr.Chatbot(
                    label="Questions and answers",
                    elem_id="q-chat",
                    show_label=False,
                    container=False,
                    height=None,
                    buttons=[],
                    feedback_options=None,
                    latex_delimiters=[],
                    layout="bubble",
                    group_consecutive_messages=False,
                    placeholder=WELCOME,
                )
                box = gr.Textbox(
                    label="Your question",
                    elem_id="q-box",
                    show_label=False,
                    container=False,
                    placeholder="Ask the articles\N{HORIZONTAL ELLIPSIS}",
                    submit_btn="Ask",
                    autofocus=True,
                    max_lines=6,
                )
            with gr.Column(elem_id="q-side"):
                gr.Markdown("## Sources")
                cards = gr.Markdown(_cards(()), elem_id="q-sources")

        def ask(asked: str, earlier: list[Exchange]) -> Iterator[tuple[Any, ...]]:
            """Each step of an answer as what is in the box, the conversation, the sources and the past."""
            for step in steps(chain, settings, asked, earlier):
                yield tuple(gr.skip() if each is None else each for each in step)

        async def watch() -> AsyncIterator[str]:
            """The heading, until the models are warm."""
            for _ in range(int(WATCH_SECONDS / WATCH_PAUSE_SECONDS)):
                yield _heading(chain)
                if chain.ready:
                    return
                await asyncio.sleep(WATCH_PAUSE_SECONDS)

        box.submit(ask, [box, past], [box, talk, cards, past], show_progress="hidden", api_visibility="private")
        again.click(lambda: ([], [], _cards(())), None, [talk, past, cards], api_visibility="private")
        blocks.load(watch, None, head, show_progress="hidden", concurrency_limit=None, api_visibility="private")
    blocks.queue(max_size=QUEUE_LENGTH, default_concurrency_limit=2, api_open=False)
    return blocks


Step = tuple[str | None, list[dict[str, str]], str | None, list[Exchange] | None]
"""The box, the conversation, the sources, the past; None where nothing changes."""


def steps(chain: AnswerChain, settings: Settings, asked: str, earlier: list[Exchange]) -> Iterator[Step]:
    """What the page shows at each step of answering `asked`, the last one with the exchange added to the past."""
    before = [message for exchange in earlier for message in _messages(exchange.question, exchange.shown)]
    try:
        question = checked(asked, settings)
    except Exception as error:
        # The question stays in the box, to be shortened there.
        yield None, [*before, _message("assistant", _sorry(error))], None, None
        return

    said: list[str] = []
    cited: dict[int, Citation] = {}
    given: Answer | None = None
    yield "", before + _messages(question, render.line(WARMING if not chain.ready else "Searching")), _cards(()), None
    try:
        with closing(chain.stream({"question": question, "history": _history(earlier), "id": None})) as events:
            for event in events:
                match event:
                    case Status(text=words):
                        yield None, before + _messages(question, *said, render.line(words)), None, None
                    case Said(sentence=sentence, citations=citations):
                        cited |= {each.n: each for each in citations}
                        said.append(render.sentence(sentence, cited.values()))
                        yield None, before + _messages(question, *said), _cards(cited.values()), None
                    case Answer():
                        given = event
        shown, cards = (render.answer(given), _cards(given.citations)) if given else (_sorry(RuntimeError()), "")
    except Exception as error:
        shown, cards = "\n\n".join([*said, _sorry(error)]), _cards(cited.values())
    yield None, before + _messages(question, shown), cards, [*earlier, Exchange(question, shown, given)]


def _history(earlier: list[Exchange]) -> list[dict[str, str]]:
    answered = [each for each in earlier if each.answer is not None]
    return [
        {"question": each.question, "answer": each.answer.answer if each.answer else ""}
        for each in answered[-HISTORY_TURNS:]
    ]


def _messages(question: str, *parts: str) -> list[dict[str, str]]:
    return [_message("user", render.question(question)), _message("assistant", "\n\n".join(parts))]


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _cards(citations: Iterable[Citation]) -> str:
    return render.sources(citations) or '<p class="q-empty">The quotes that an answer leans on appear here.</p>'


def _sorry(error: Exception) -> str:
    """One plain sentence about a failure, and what to do."""
    told = refusal(error).error
    message = told["message"][:1].upper() + told["message"][1:]
    return render.line(f"{message}: {told['hint']}.", "error")


def _heading(chain: AnswerChain) -> str:
    """The name, how many articles there are, and that the models are warming up if they are."""
    try:
        count = len(chain.index.articles())
        state = "1 article" if count == 1 else f"{count:,} articles"
    except QuothError as error:
        logging.getLogger(__name__).error("%s", error)
        state = error.message
    warming = "" if chain.ready else f'<p class="q-warming" role="status">{WARMING}</p>'
    return f'<h1>Quoth</h1><p class="q-state">{render.text(state)}</p>{warming}'
