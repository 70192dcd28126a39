"""One conversation: a question and what comes of it, step by step, and where conversations are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer import Answer, Citation
from rag.events import Event, RetrievedEvent, SentenceEvent, StatusEvent
from web import render
from web.locales.strings import STRINGS, Language, say
from web.refused import refusal
from web.status import status_text

HISTORY_TURNS = 10
EXCHANGES = 50
CONVERSATIONS = 1_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it. Kept on the server: the browser shows it, but does not say what it was.

    `said` are the finished parts as HTML; `note` is a line on what is going on, or on what went wrong.
    `done` once nothing more will come.
    """

    question: str
    said: tuple[str, ...] = ()
    note: str = ""
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    done: bool = False

    @property
    def shown(self) -> str:
        """What came of the question, as HTML."""
        return "\n\n".join(each for each in (*self.said, self.note) if each)


def begun(question: str, language: Language, *, warm: bool) -> Exchange:
    """The exchange when the question is taken."""
    return Exchange(question, note=render.line(say(language, "chat.searching" if warm else "chat.warming")))


def grown(exchange: Exchange, event: Event, language: Language) -> Exchange:
    """The exchange with what happened next on the way to its Answer."""
    match event:
        case StatusEvent():
            return replace(exchange, note=render.line(status_text(event, language)))
        case SentenceEvent(sentence=sentence, citations=citations):
            known = {each.n: each for each in (*exchange.citations, *citations)}
            said = (*exchange.said, render.sentence(sentence, known.values(), language))
            return replace(exchange, said=said, note="", citations=tuple(known.values()))
        case Answer():
            said = (render.answer(event, language),)
            return Exchange(exchange.question, said, "", event.citations, event, done=True)
        case RetrievedEvent():
            return exchange


def turns(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    """The latest answered exchanges as the chain takes them, oldest first."""
    answered = [(each.question, each.answer.answer) for each in exchanges if each.answer is not None]
    return [{"question": question, "answer": answer} for question, answer in answered[-HISTORY_TURNS:]]


def stopped(exchange: Exchange, language: Language) -> Exchange:
    """The exchange as it stays if nothing more comes."""
    if exchange.done:
        return exchange
    return replace(exchange, note=render.line(say(language, "chat.stopped"), "stopped"), done=True)


def sorry(error: Exception, language: Language) -> str:
    """One plain sentence about a failure, and what to do."""
    told = refusal(error).error
    if language == "en":
        message = f"{told['message'][:1].upper()}{told['message'][1:]}: {told['hint']}."
    else:
        key = f"chat.error.{told['code']}"
        message = say(language, key if key in STRINGS else "chat.error.internal")
    return render.line(message, "error")


def messages(exchanges: Sequence[Exchange], language: Language) -> Iterator[dict[str, str]]:
    """The exchanges as a chat shows them, the last answer with what to ask next."""
    for exchange in exchanges:
        yield {"role": "user", "content": render.question(exchange.question)}
        parts = [exchange.shown]
        if exchange is exchanges[-1] and exchange.answer is not None:
            parts.append(render.suggestions(exchange.answer.suggestions, say(language, "chat.next")))
        yield {"role": "assistant", "content": "\n\n".join(filter(None, parts))}


class Conversations:
    """The exchanges of each conversation by its key; those that nobody has used for longest go first."""

    def __init__(self, most: int = CONVERSATIONS, exchanges: int = EXCHANGES) -> None:
        self._most = most
        self._exchanges = exchanges
        self._kept: OrderedDict[str, tuple[Exchange, ...]] = OrderedDict()

    def get(self, key: str) -> tuple[Exchange, ...]:
        """The exchanges, oldest first; none for a conversation that is not known."""
        if key not in self._kept:
            return ()
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, key: str, exchanges: Sequence[Exchange]) -> None:
        """Remember the latest exchanges in place of those there were."""
        self._kept[key] = tuple(exchanges[-self._exchanges :])
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: str) -> None:
        """Forget a conversation."""
        self._kept.pop(key, None)
