"""What others than the owner read where whole articles are not theirs: the words around what was cited, and no more.

A place opens with its seal alone, which only the servers of this store can make: nobody walks through an
article by asking for one place after the other.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from index.store.place import open_store
from rag.answer import Answer, Citation, Nearest, Place
from rag.events import Ask, Event, SentenceEvent
from settings import Settings, StorePlace
from web.errors import ApiError
from web.permalink import digest_of
from web.security.quote_allowance import QuoteAllowance

if TYPE_CHECKING:
    from rag.chain import Question

KEY = "excerpts.key"
"""In the store, so that links last, and open on every server of it: whoever has that has the articles too."""
KEY_BYTES = 32
SEAL_DIGITS = 32
Cited = TypeVar("Cited", Citation, Place, Nearest)


class Seals:
    """Makes and knows the seals of places. Raises StoreError where the key can neither be read nor made."""

    def __init__(self, store: StorePlace) -> None:
        self._key = open_store(store).secret(KEY, KEY_BYTES)

    def of(self, article_id: str, start: int, end: int, digest: str) -> str:
        """Return the seal of the words of this digest (web.permalink) at this place: 32 hexadecimal digits."""
        said = json.dumps([article_id, start, end, digest]).encode()
        return hmac.new(self._key, said, sha256).hexdigest()[:SEAL_DIGITS]

    def fits(self, seal: str, article_id: str, start: int, end: int, digest: str) -> bool:
        """Whether it is the seal of this place."""
        return hmac.compare_digest(seal.encode(), self.of(article_id, start, end, digest).encode())


class Excerpter:
    """Cuts what events hold of articles to `most` characters around each quote, and seals the places."""

    def __init__(self, seals: Seals, most: int) -> None:
        self._seals = seals
        self._most = most

    def cut(self, event: Event) -> Event:
        """Return the event with no more than others than the owner may read."""
        match event:
            case SentenceEvent():
                return replace(event, citations=tuple(map(self._citation, event.citations)))
            case Answer():
                cited, nearest = map(self._citation, event.citations), map(self._nearest, event.nearest)
                return replace(event, citations=tuple(cited), nearest=tuple(nearest))
            case _:
                return event

    def _citation(self, cited: Citation) -> Citation:
        before, after = cited.before[max(0, len(cited.before) - self._most) :], cited.after[: self._most]
        columns = cited.columns[: self._most] if cited.columns else None
        also = tuple(self._sealed(each, each.quote) for each in cited.also)
        return self._sealed(replace(cited, columns=columns, before=before, after=after, also=also), cited.quote)

    def _nearest(self, near: Nearest) -> Nearest:
        text = near.text[: self._most]
        return self._sealed(replace(near, text=text, end=near.start + len(text)), text)

    def _sealed(self, place: Cited, words: str) -> Cited:
        return replace(place, seal=self._seals.of(place.article_id, place.start, place.end, digest_of(words)))


def excerpted(ask: Ask, settings: Settings) -> Ask:
    """Wrap `ask` so that its answers hold excerpts only."""
    excerpter = Excerpter(Seals(settings.store), around(settings))

    def ask_excerpted(question: Question) -> Generator[Event]:
        allowance = QuoteAllowance()
        with closing(ask(question)) as events:
            for event in map(allowance.keep, events):
                if event is not None:
                    yield excerpter.cut(event)

    return ask_excerpted


def around(settings: Settings) -> int:
    """How many characters on each side of a quote others than the owner read."""
    return max(1, settings.excerpt_characters)


def closed() -> ApiError:
    """Return the same error for a place without a seal and for an article that is not there: nobody finds out which."""
    message = "of the articles only the words around a quote are open to everyone"
    return ApiError(403, "excerpts_only", message, "follow the link of a quote in an answer")
