"""One conversation: a question and what comes of it, step by step, and where conversations are kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cachetools import LRUCache
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from index.errors import StoreError
from rag.answer import Answer, Citation
from rag.events import Event, RetrievedEvent, SentenceEvent, StatusEvent
from rag.filters import NO_FILTERS, Filters, without_words
from settings import StorePlace
from web import render
from web.errors import to_api_error
from web.locales import Language, has, say
from web.shared import Shared, shared
from web.status import status_text

HISTORY_TURNS = 10
EXCHANGES = 50
CONVERSATIONS = 1_000
FOLDER = "conversations"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it. Kept on the server: the browser shows it, but does not say what it was.

    `said` are the finished parts as HTML; `note` is a line on what is going on, or on what went wrong.
    `done` once nothing more will come. `understood` is the question that was answered, where it is not the one that was
    typed; `as_typed` says that this was not wanted. What comes after one that `ends_topic` takes nothing over. `scope`
    says which articles are searched, `filters` what for.
    """

    question: str
    said: tuple[str, ...] = ()
    note: str = ""
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    done: bool = False
    understood: str | None = None
    as_typed: bool = False
    ends_topic: bool = False
    filters: Filters = NO_FILTERS
    scope: str = ""

    @property
    def shown(self) -> str:
        """What came of the question, as HTML."""
        return "\n\n".join(part for part in (*self.said, self.note) if part)


def begun(question: str, language: Language, *, warm: bool) -> Exchange:
    """Return the exchange when the question is taken."""
    return Exchange(question, note=render.line(say(language, "chat.searching" if warm else "chat.warming")))


def grown(exchange: Exchange, event: Event, language: Language) -> Exchange:
    """Return the exchange with what happened next on the way to its Answer."""
    match event:
        case StatusEvent():
            return replace(exchange, note=render.line(status_text(event, language)))
        case SentenceEvent(sentence=sentence, citations=citations):
            known = {citation.n: citation for citation in (*exchange.citations, *citations)}
            said = (*exchange.said, render.sentence(sentence, known.values(), language))
            return replace(exchange, said=said, note="", citations=tuple(known.values()))
        case Answer():
            said = (render.answer(event, language),)
            finished = replace(exchange, said=said, note="", citations=event.citations, answer=event, done=True)
            return _understood(finished, event.standalone_question)
        case RetrievedEvent():
            return _understood(exchange, event.question)


def _understood(exchange: Exchange, question: str) -> Exchange:
    typed = without_words(exchange.question)
    return replace(exchange, understood=question if question.split() != typed.split() else None)


def turns(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    """Return the latest answered exchanges of the topic as the chain takes them, oldest first."""
    begins = max((n for n, exchange in enumerate(exchanges, start=1) if exchange.ends_topic), default=0)
    topic = exchanges[begins:]
    answered = [(exchange.question, exchange.answer.answer) for exchange in topic if exchange.answer is not None]
    return [{"question": question, "answer": answer} for question, answer in answered[-HISTORY_TURNS:]]


def stopped(exchange: Exchange, language: Language) -> Exchange:
    """Return the exchange as it stays if nothing more comes."""
    if exchange.done:
        return exchange
    return replace(exchange, note=render.line(say(language, "chat.stopped"), "stopped"), done=True)


def sorry(error: Exception, language: Language) -> str:
    """Return one plain sentence about a failure, and what to do."""
    failure = to_api_error(error)
    if language == "en":
        message = failure.sentence
    else:
        key = f"chat.error.{failure.code}"
        message = say(language, key if has(key) else "chat.error.internal")
    return render.line(message, "error")


def messages(
    exchanges: Sequence[Exchange], language: Language, contact: str | None = None, after: str = ""
) -> Iterator[dict[str, str]]:
    """Yield the exchanges as a chat shows them, the last with what to ask next and what can be taken back.

    Where the articles do not say, with the owner's `contact`. `after` is HTML that stands below the last answer.
    """
    for exchange in exchanges:
        yield {"role": "user", "content": render.question(exchange.question, exchange.scope)}
        is_last = exchange is exchanges[-1]
        parts = [exchange.shown]
        if exchange.understood:
            parts.insert(0, render.understood(exchange.understood, language, is_offered=is_last and exchange.done))
        if contact and exchange.answer is not None and _lacks(exchange.answer):
            parts.append(render.contact(contact, language))
        if is_last and exchange.answer is not None:
            parts.append(render.suggestions(exchange.answer.suggestions, say(language, "chat.next")))
        if is_last:
            parts.append(after)
        if exchange.ends_topic:
            parts.append(render.line(say(language, "chat.topic_ends"), "topic"))
        yield {"role": "assistant", "content": "\n\n".join(filter(None, parts))}


def _lacks(answer: Answer) -> bool:
    """Return whether something was asked that the articles do not say."""
    return answer.abstained and answer.intent != "small_talk"


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list: its first question, how many there are, whether the words searched for are in it."""

    key: str
    title: str
    questions: int
    found: bool


def summary(key: str, exchanges: Sequence[Exchange], search: str = "") -> Summary:
    """Return the summary of a conversation that has exchanges."""
    said = [exchange.question for exchange in exchanges]
    said += [exchange.answer.answer for exchange in exchanges if exchange.answer is not None]
    text = _plain("\n".join(said))
    return Summary(key, exchanges[0].question, len(exchanges), all(word in text for word in _plain(search).split()))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class Conversations:
    """LRU store of the latest exchanges of at most `capacity` conversations by their key.

    Where the store is a database, a conversation is in that as well: it is loaded before it goes on here, and saved
    once something has come of it. What could not be saved is not forgotten for what is in the database.
    """

    def __init__(
        self, capacity: int = CONVERSATIONS, exchanges: int = EXCHANGES, store: StorePlace | None = None
    ) -> None:
        """Remember conversations, and share them where `store` is a database."""
        self._max_exchanges = exchanges
        self._conversations: LRUCache[str, tuple[Exchange, ...]] = LRUCache(capacity)
        self._unsaved: set[str] = set()
        self._shared: Shared[tuple[Exchange, ...]] | None = None
        if store is not None:
            self._shared = shared(store, FOLDER, TypeAdapter(tuple[Exchange, ...]))

    async def load(self, key: str) -> None:
        """Take over what another server has made of a conversation meanwhile."""
        if self._shared is None or (key in self._unsaved and self.get(key)):
            return
        try:
            exchanges = await run_in_threadpool(self._shared.get, key)
        except StoreError:  # whoever asks now is told; whoever looks sees what this server knows
            return
        if exchanges is None:
            self.drop(key)
        else:
            self.put(key, exchanges)

    async def save(self, key: str) -> None:
        """Let other servers know a conversation, or that there is none any more."""
        if self._shared is None:
            return
        exchanges = self.get(key)
        if exchanges:
            kept = await run_in_threadpool(self._shared.put, key, exchanges)
        else:
            kept = await run_in_threadpool(self._shared.drop, key)
        (self._unsaved.discard if kept else self._unsaved.add)(key)

    def get(self, key: str) -> tuple[Exchange, ...]:
        """Return the exchanges, oldest first; none for a conversation that is not known."""
        return self._conversations.get(key, ())

    def put(self, key: str, exchanges: Sequence[Exchange]) -> None:
        """Remember the latest exchanges in place of those there were."""
        self._conversations[key] = tuple(exchanges[-self._max_exchanges :])

    def drop(self, key: str) -> None:
        """Forget a conversation."""
        self._conversations.pop(key, None)
