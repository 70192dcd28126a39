"""What "Try again" offers: another way to ask the last question, where the same way would give the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.filters import parse
from rag.generate import QUOTES
from web import render
from web.chat.conversation import Exchange
from web.locales import Language, say

if TYPE_CHECKING:
    from rag.chain import AnswerChain

Way = Literal["quotes", "wider", "anew"]
BUTTONS: dict[Way, str] = {"quotes": "q-as-quotes", "wider": "q-wider", "anew": "q-anew"}
"""The class of the button that stands in the conversation, which is the id of the one that the script clicks."""


WORDS: dict[Way, str] = {"quotes": "chat.as_quotes", "wider": "chat.wider", "anew": "chat.anew"}


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question is about to be asked: the words of the filter that is on, and whether the answer is written."""

    only: tuple[str, ...]
    is_written: bool


def is_same(last: Exchange, asked: Asked, chain: AnswerChain) -> bool:
    """Return whether the last question would be asked as it was, of the same articles. Raises StoreError."""
    answer = last.answer
    return (
        answer is not None
        and sorted(asked.only) == sorted(last.filters.words())
        and (answer.abstained or is_written(last) == asked.is_written)
        and answer.generation == chain.index.generation
    )


def is_written(exchange: Exchange) -> bool:
    """Return whether a language model wrote the answer."""
    return exchange.answer is not None and exchange.answer.engine != QUOTES


def ways(last: Exchange) -> list[Way]:
    """Return the other ways to ask the last question; none where nothing would be different."""
    offered: list[Way] = ["quotes"] if is_written(last) else []
    if last.filters or parse(last.question)[1]:
        offered.append("wider")
    return [*offered, "anew"] if is_written(last) else offered


def offer(last: Exchange, language: Language) -> str:
    """Return as HTML what can be asked instead, or that it would be the same."""
    offered = ways(last)
    said = say(language, "chat.again_as" if offered else "chat.same")
    return render.choices(said, [(BUTTONS[way], say(language, WORDS[way])) for way in offered])
