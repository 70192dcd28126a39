"""Stand-ins: a chain that answers from one fixed article, so that faces are tested without index or model."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from index.article import Article, Audience, Heading
from rag.answer import Answer, Citation, Models, Nearest, Sentence, Timings
from rag.events import Ask, Event, RetrievedEvent, SentenceEvent, StatusEvent
from settings import Settings
from web import serve
from web.answers import AnswerStore
from web.app import add_interface
from web.asking import Asking
from web.listener import listen
from web.queue import AdmissionQueue

HERE: dict[str, Any] = {"base_url": "http://127.0.0.1:7860", "client": ("127.0.0.1", 50_000)}
"""A client that sits at the machine."""
TEXT = """A post on Weibo 🚗

By Ada Renshaw, 2 April 2024

Xiaomi’s execution is worthy of praise. However, the copycat culture, shortcut model and follower \
mentality are regarded as the norm by many people, which is worrying.

What it means

Values determine the ceiling. Benchmarking cannot bring about leaps.
"""
QUOTE = (
    "However, the copycat culture, shortcut model and follower mentality are regarded as the norm by "
    "many people, which is worrying."
)
HEADING = TEXT.index("What it means")
ARTICLE = Article(
    "post.md",
    "A post on Weibo 🚗",
    TEXT,
    "0" * 64,
    "Ada Renshaw",
    "2024-04-02",
    "en",
    (Heading(HEADING, "What it means"),),
)


def citation(
    n: int = 1, article: Article = ARTICLE, quote: str = QUOTE, bold: str = "copycat", **more: Any
) -> Citation:
    """A citation of `quote`, with everything that a test does not name filled in."""
    text = article.text
    start, end, at = text.index(quote), text.index(quote) + len(quote), text.index(bold)
    values: dict[str, Any] = {"article_id": article.id, "title": article.title, "source": article.source}
    values |= {"author": article.author, "date": article.date, "before": text[:start], "after": text[end:]}
    values |= {"answer_spans": ((at, at + len(bold)),) if bold else ()}
    return Citation(n=n, start=start, end=end, quote=quote, **(values | more))


def an_answer(question: str, **more: Any) -> Answer:
    """An Answer with everything that a test does not name filled in."""
    given: dict[str, Any] = {"answer": "", "abstained": not more.get("sentences"), "confidence": 0.9}
    given |= {"standalone_question": question, "engine": "reader", "models": Models("minilm"), "generation": "g1"}
    given |= {"id": "1", "question": question, "timings_ms": Timings(total=300)}
    return Answer(**given | more)


@dataclass
class FakeIndex:
    found: dict[str, Article] = field(default_factory=lambda: {ARTICLE.id: ARTICLE})
    generation: str = "g1"
    refreshed: int = 0
    audience: Audience = None

    @property
    def revision(self) -> str:
        return self.generation

    def counts(self) -> tuple[str, int, int]:
        return self.generation, len(self.found), 3

    def articles(self) -> list[Article]:
        return list(self.found.values())

    def article_facts(self) -> list[Article]:
        return self.articles()

    def article(self, article_id: str) -> Article | None:
        return self.found.get(article_id)

    def refresh(self) -> None:
        self.refreshed += 1


@dataclass
class FakeChain:
    """Answers what is about criticism, with `also` from a second article; abstains otherwise.

    Raises `error`, waits `pause` seconds between events, suggests `first` to begin with and `next` where asked to.
    Some questions are `understood` as others.
    """

    index: FakeIndex = field(default_factory=FakeIndex)
    ready: bool = True
    error: Exception | None = None
    pause: float = 0.0
    also: Citation | None = None
    models: Models = field(default_factory=lambda: Models("minilm", "words"))
    first: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    understood: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    closed: int = 0

    def warm(self) -> None:
        self.ready = True

    def seen_by(self, audience: Audience) -> FakeChain:
        return self

    def starters(self) -> tuple[str, ...]:
        return self.first

    def invoke(self, asked: dict[str, Any]) -> Answer:
        *_, last = self.stream(asked)
        assert isinstance(last, Answer)
        return last

    def stream(self, asked: dict[str, Any]) -> Iterator[Event]:
        self.asked.append(asked)
        try:
            for event in self._events(asked):
                yield event
                time.sleep(self.pause)
        finally:
            self.closed += 1

    def _events(self, asked: dict[str, Any]) -> Iterator[Event]:
        question = asked["question"]
        known: dict[str, Any] = {"id": asked.get("id") or "1", "suggestions": self.next if asked.get("suggest") else ()}
        yield StatusEvent("retrieve", len(self.index.found))
        if self.error:
            raise self.error
        understood = question if asked.get("as_typed") else self.understood.get(question, question)
        known["standalone_question"] = understood
        yield RetrievedEvent(2, understood)
        if "criticiz" not in question:
            nearest = (Nearest(ARTICLE.id, ARTICLE.title, ARTICLE.source, 0, 10, ARTICLE.text[:10]),)
            yield an_answer(question, answer="The articles do not say.", nearest=nearest, confidence=0.1, **known)
            return
        cited = citation()
        short = Sentence("The copycat culture.", "short", (1,), 0.97)
        quoted = Sentence(QUOTE, "quote", (1,), 0.97)
        yield SentenceEvent(short, (cited,))
        yield SentenceEvent(quoted, ())
        sentences: tuple[Sentence, ...] = (short, quoted)
        citations: tuple[Citation, ...] = (cited,)
        if self.also:
            sentences += (Sentence(self.also.quote, "quote", (2,), 0.9),)
            citations += (self.also,)
            yield SentenceEvent(sentences[-1], (self.also,))
        answer = " ".join(map(str, sentences))
        yield an_answer(question, answer=answer, sentences=sentences, citations=citations, **known)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def interface(
    chain: Any,
    settings: Settings,
    queue: AdmissionQueue | None = None,
    answers: AnswerStore | None = None,
    ask: Ask | None = None,
) -> FastAPI:
    """The articles' pages and the HTTP interface, without the chat, which takes seconds to import."""
    app = FastAPI(openapi_url=None)
    queue = AdmissionQueue() if queue is None else queue
    answers = AnswerStore() if answers is None else answers
    asking = Asking(chain.stream if ask is None else ask, settings, answers, queue)
    add_interface(app, chain, settings, asking, answers)
    return app


@contextmanager
def serving(chain: FakeChain, **more: Any) -> Iterator[str]:
    """The real server around a stand-in, with `more` settings, and its address; stopped at the end."""
    started: list[uvicorn.Server] = []

    class Recorded(serve.Server):
        def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
            super().__init__(config, listening)
            started.append(self)

    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "Server", Recorded)
        settings = Settings(port=port, **more)
        arguments = (chain, settings, listen(settings.host, port))
        thread = threading.Thread(target=serve.serve, args=arguments, daemon=True)
        thread.start()
        until(lambda: bool(started) and started[0].started)
    yield f"http://127.0.0.1:{port}"
    started[0].should_exit = True
    thread.join(10)
    assert not thread.is_alive()
