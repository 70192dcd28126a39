"""The owner's articles: the list, filtered and searched in the text, and removing. See docs/http.md."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from typing import TYPE_CHECKING, Annotated

from cachetools import LRUCache
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from index.article import collection_name
from index.removals import Removals
from index.store.catalogue import ArticleCatalogue, ArticleFilter
from index.store.place import open_store
from index.sync.catalog import Catalog
from settings import Settings
from web.pages.incoming import incoming_routes, work_response
from web.pages.intake import Intake
from web.pages.library_view import LibraryQuery, library_page
from web.pages.local_intake import LocalIntake
from web.pages.owner_view import NOT_KEPT, language_of, page_response
from web.pages.shared_intake import SharedIntake
from web.security.gate import STRICT

if TYPE_CHECKING:
    from rag.chain import AnswerChain

POLICY = STRICT.replace("form-action 'none'", "form-action 'self'")
"""Without JavaScript the search is a form."""
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
ArticleId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Ids(BaseModel):
    """Articles by their ids."""

    model_config = ConfigDict(extra="forbid")
    ids: Annotated[list[ArticleId], Field(min_length=1, max_length=10_000)]


def library_routes(chain: AnswerChain, settings: Settings) -> APIRouter:
    """Return the routes of the page, for `owner_routes` to include."""
    store, removals, catalog = open_store(settings.store), Removals(settings.store), Catalog(settings.store)
    is_shared = store.shared() is not None
    intake: Intake = (SharedIntake if is_shared else LocalIntake)(chain, settings, removals)
    router = APIRouter(lifespan=_lifespan(intake))
    known = LRUCache[str, list[str]](1)

    @contextmanager
    def reading() -> Iterator[ArticleCatalogue]:
        with closing(store.catalogue()) as catalogue, catalogue.reading():
            yield catalogue

    def collections(catalogue: ArticleCatalogue) -> list[str]:
        """Return the collections, which are looked for once for each state: all articles are gone through."""
        revision = catalogue.revision() or ""
        names = known.get(revision)
        if names is None:
            names = known[revision] = catalogue.collections()
        return names

    @router.api_route("/owner/articles", methods=["GET", "HEAD"])
    def articles(
        request: Request,
        search: Annotated[str, Query(max_length=200)] = "",
        source: Annotated[str, Query(max_length=1_000)] = "",
        tag: Annotated[str, Query(max_length=200)] = "",
        since: str = "",
        until: str = "",
        near: Annotated[str, Query(max_length=16)] = "",
        collection: Annotated[str, Query(max_length=200)] = "",
        brought_by: Annotated[str, Query(max_length=200, alias="from")] = "",
        before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
    ) -> Response:
        paths = catalog.brought_by(brought_by) if brought_by else frozenset[str]()
        wanted = ArticleFilter(
            source.strip(), tag.strip(), _day(since), _day(until), near, collection_name(collection), brought_by, paths
        )
        query = LibraryQuery(" ".join(search.split()), wanted, before)
        with reading() as catalogue:
            page = library_page(
                catalogue,
                query,
                removals.marked(),
                language_of(request),
                collections=collections(catalogue),
                sources=[source.name for source, _ in catalog.list()],
                allow_network=settings.allow_network,
                max_bytes=intake.most_bytes,
                is_shared=is_shared,
            )
        return page_response(page, {"Content-Security-Policy": POLICY})

    @router.post("/owner/articles/removals")
    def remove(wanted: Ids) -> Response:
        """Mark articles; those that another browser has removed meanwhile are gone already."""
        with reading() as catalogue:
            present = {entry.id for entry in catalogue.entries(wanted.ids)}
        removals.mark(article_id for article_id in wanted.ids if article_id in present)
        gone = [article_id for article_id in dict.fromkeys(wanted.ids) if article_id not in present]
        return JSONResponse({"marked": removals.marked(), "gone": gone}, headers=NOT_KEPT)

    @router.post("/owner/articles/removals/undo")
    def undo(wanted: Ids) -> Response:
        removals.unmark(wanted.ids)
        return JSONResponse({"marked": removals.marked()}, headers=NOT_KEPT)

    @router.post("/owner/articles/removals/publish")
    def publish(request: Request) -> Response:
        if removals.marked():
            intake.publish_removals()
        return work_response(intake, 0, language_of(request), 202)

    router.include_router(incoming_routes(intake, settings))
    return router


def _lifespan(intake: Intake) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(intake.open)
        yield
        await run_in_threadpool(intake.close)

    return lifespan


def _day(text: str) -> str:
    return text if _DAY.fullmatch(text) else ""
