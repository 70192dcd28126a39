"""Shared answers: made on request of whoever has the chat, and the page of each. See docs/http.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from rag.answer import Citation
from settings import Settings
from web.answers import AnswerStore
from web.api.schemas import SendableText, errors
from web.chat.header import described
from web.errors import ApiError
from web.export import source_facts
from web.locales import Language, preferred, say, unsure_key
from web.pages.article import Fragment
from web.permalink import address, digest_of
from web.render import day, merged_spans
from web.security.access import is_owner
from web.security.audience import Audiences
from web.security.excerpts import Seals
from web.shared_answers import SharedAnswer, open_shared_answers
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

HEADERS = {"Cache-Control": "no-store", "Vary": "Accept-Language", "X-Robots-Tag": "noindex, nofollow"}


class ShareRequest(BaseModel):
    """What `POST /api/share` takes: which answer, never what it said."""

    model_config = ConfigDict(extra="forbid")
    answer_id: SendableText


class SharedAt(BaseModel):
    """Where a shared answer is."""

    address: str


@dataclass(frozen=True, slots=True)
class Source:
    """A citation as the page shows it: where it leads, what is known of its article, and its quote with bold words."""

    n: int
    address: str
    facts: Sequence[str]
    quote: Sequence[Fragment]


class Sharing:
    """Freezes answers and shows them again to those who may see every article that they quote."""

    def __init__(self, chain: AnswerChain, settings: Settings, audiences: Audiences, answers: AnswerStore) -> None:
        self._chain = chain
        self._settings = settings
        self._audiences = audiences
        self._answers = answers
        self._shared = open_shared_answers(settings)
        self._seals = Seals(settings.store) if settings.excerpt_characters else None
        self._swept = ""

    def share(self, answer_id: str) -> str:
        """Freeze an answer that was given lately; return its address. Raises ApiError where that cannot be."""
        if not self._settings.sharing:
            raise ApiError(403, "sharing_off", "answers are not shared here", "the owner has turned it off")
        stored = self._answers.get(answer_id)
        if stored is None:
            message = "this answer is not remembered any more"
            raise ApiError(404, "no_such_answer", message, "ask the question again")
        self._sweep()
        return f"/shared/{self._shared.add(stored.answer, stored.question, stored.filters)}"

    def page(self, shared_id: str, request: Request) -> str:
        """Return the page. Raises the same ApiError for what is not there and for what is not to be seen."""
        self._sweep()
        shared = self._shared.get(shared_id) if self._settings.sharing else None
        audience = self._audiences.of(request)
        chain = self._chain.seen_by(audience)
        if (
            shared is None
            or any(chain.index.article(cited.article_id) is None for cited in shared.answer.citations)
            or (audience is not None and not audience.issuperset(shared.filters.collection))
        ):
            message = "there is no such answer, or it is gone with the articles that it quoted"
            raise ApiError(404, "no_such_answer", message, "ask whoever sent the link")
        has_chat = is_owner(request, self._settings) or self._settings.public_chat
        return self._render(shared, chain, preferred(request.headers.get("accept-language")), has_chat=has_chat)

    def _sweep(self) -> None:
        """Erase what quotes articles that are gone, once for each state of them."""
        revision = self._chain.index.revision
        if revision != self._swept:
            known = {article.id for article in self._chain.index.articles()}
            self._shared.sweep(lambda answer: known.issuperset(cited.article_id for cited in answer.citations))
            self._swept = revision

    def _render(self, shared: SharedAnswer, chain: AnswerChain, language: Language, *, has_chat: bool) -> str:
        answer = shared.answer
        sources = {cited.n: self._source(cited, language) for cited in answer.citations}
        quotes = {cited.quote: cited.n for cited in answer.citations}
        created = dt.datetime.fromisoformat(shared.created).astimezone().date().isoformat()
        return render_template(
            "shared.html",
            language,
            question=shared.question,
            created=day(created, language),
            scope=described(chain, shared.filters, language),
            answer=answer,
            unsure=say(language, unsure_key(answer.intent)),
            sources=sources,
            quotes=quotes,
            has_chat=has_chat,
            contact=self._settings.contact if answer.abstained and answer.intent != "small_talk" else None,
        )

    def _source(self, cited: Citation, language: Language) -> Source:
        seal = None
        if self._seals is not None:
            seal = self._seals.of(cited.article_id, cited.start, cited.end, digest_of(cited.quote))
        where = address(cited.article_id, cited.start, cited.end, cited.quote, cited.answer_spans, seal)
        title, *others = source_facts(cited)
        facts = [title, *(day(fact, language) if fact == cited.date else fact for fact in others)]
        return Source(cited.n, where, facts, tuple(_fragments(cited)))


def sharing_routes(chain: AnswerChain, settings: Settings, audiences: Audiences, answers: AnswerStore) -> APIRouter:
    """Return the routes that share answers and show them."""
    routes = APIRouter()
    sharing = Sharing(chain, settings, audiences, answers)

    @routes.post("/api/share", responses=errors(400, 404, 413, 429, 503))
    def share(body: ShareRequest) -> SharedAt:
        """Freeze an answer under an address that nobody guesses."""
        return SharedAt(address=sharing.share(body.answer_id))

    @routes.api_route("/shared/{shared_id}", methods=["GET", "HEAD"], response_class=HTMLResponse)
    def shared(shared_id: str, request: Request) -> Response:
        return HTMLResponse(sharing.page(shared_id, request), headers=HEADERS)

    return routes


def _fragments(cited: Citation) -> Iterator[Fragment]:
    at = 0
    for start, end in merged_spans((start - cited.start, end - cited.start) for start, end in cited.answer_spans):
        yield Fragment(cited.quote[at:start])
        yield Fragment(cited.quote[start:end], is_bold=True)
        at = end
    yield Fragment(cited.quote[at:])
