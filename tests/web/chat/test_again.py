"""What "Try again" offers, and when it would be the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rag.answer import Sentence
from rag.filters import NO_FILTERS, Filters
from tests.web.standins import FakeChain, an_answer, citation
from web.chat import again
from web.chat.conversation import Exchange

AUTHOR = Filters(author=("Li Bin",))


def exchange(question: str = "What?", filters: Filters = NO_FILTERS, **more: Any) -> Exchange:
    return Exchange(question, answer=an_answer(question, **more), done=True, filters=filters)


def same(last: Exchange, *only: str, is_written: bool = False) -> bool:
    return again.is_same(last, again.Asked(only, is_written), FakeChain())  # type: ignore[arg-type]


def test_the_same_question_to_the_same_articles_is_the_same() -> None:
    assert same(exchange())
    assert same(exchange(filters=AUTHOR), 'author:"Li Bin"')
    assert not same(exchange(filters=AUTHOR))
    assert not same(exchange(), "tag:sea")
    assert not same(exchange(generation="g0"))
    assert not same(replace(exchange(), answer=None))


def test_written_and_quoted_are_not_the_same_but_both_may_refuse() -> None:
    cited = citation()
    said = {"sentences": (Sentence(cited.quote, "quote", (1,), 0.9),), "citations": (cited,)}
    written, quoted, refused = exchange(engine="ollama:tiny", **said), exchange(**said), exchange()
    assert same(written, is_written=True) and same(quoted)
    assert not same(quoted, is_written=True) and not same(written)
    assert same(refused, is_written=True) and same(refused)


@pytest.mark.parametrize(
    ("last", "ways"),
    [
        (exchange(), []),
        (exchange(filters=AUTHOR), ["wider"]),
        (exchange("What? author:Li"), ["wider"]),
        (exchange(engine="ollama:tiny"), ["quotes", "anew"]),
        (exchange(engine="ollama:tiny", filters=AUTHOR), ["quotes", "wider", "anew"]),
    ],
)
def test_what_is_offered(last: Exchange, ways: list[str]) -> None:
    assert again.ways(last) == ways
    shown = again.offer(last, "en")
    assert [f"q-way {again.BUTTONS[way]}" in shown for way in again.BUTTONS] == [way in ways for way in again.BUTTONS]
    assert ("would be the same" in shown) == (not ways)
