"""Articles as data, for programs and the widget: a whole one, or the words around a quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from rag.extract import CONTEXT_CHARACTERS
from settings import Settings
from web.api.schemas import ArticlePassage, Responses, WholeArticle, errors
from web.errors import ApiError
from web.pages.article import is_inside
from web.permalink import digest_of
from web.security.access import is_owner
from web.security.audience import Audiences
from web.security.excerpts import Seals, around, closed

if TYPE_CHECKING:
    from rag.chain import AnswerChain


def passage_routes(chain: AnswerChain, settings: Settings, audiences: Audiences) -> APIRouter:
    """Return the routes over the articles of `chain`."""
    routes = APIRouter()
    seals = Seals(settings.store) if settings.excerpt_characters else None

    response: Responses = {200: {"model": WholeArticle | ArticlePassage}}

    @routes.get("/api/articles/{article_id}", response_model=None, responses=response | errors(400, 401, 404, 422, 429))
    def article(
        article_id: str,
        request: Request,
        start: Annotated[int | None, Query(ge=0)] = None,
        end: Annotated[int | None, Query(ge=0)] = None,
        seal: str = "",
    ) -> dict[str, Any]:
        """Return the article; with `start` and `end`, the passage around these words. Offsets are code points."""
        found = chain.seen_by(audiences.of(request)).index.article(article_id)
        most = CONTEXT_CHARACTERS
        if seals is not None and not is_owner(request, settings):
            if found is None or start is None or end is None:
                raise closed()
            if not seals.fits(seal, article_id, start, end, digest_of(found.text[start:end])):
                raise closed()
            most = around(settings)
        if found is None:
            raise ApiError(404, "no_such_article", "there is no such article", "it may have been removed")
        shown: dict[str, Any] = {"id": found.id, "title": found.title, "source": found.source}
        shown |= {"author": found.author, "date": found.date, "language": found.language, "tags": found.tags}
        shown["collection"] = found.collection
        if start is None and end is None:
            return shown | {"text": found.text}
        if start is None or end is None or not is_inside(found, (start, end)):
            message = f"the article has no place {start}-{end}, it is {len(found.text):,} characters long"
            raise ApiError(422, "no_such_place", message, "give start and end as they stand in a citation")
        before, after = found.text[max(0, start - most) : start], found.text[end : end + most]
        quote = {"start": start, "end": end, "heading": found.heading_at(start)}
        return shown | quote | {"before": before, "quote": found.text[start:end], "after": after}

    return routes
