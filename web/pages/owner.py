"""The owner's pages: the start page, what people thought of answers, and the guard before all of them.

Only for the owner (web/security/access.py). The other pages are in `evaluation.py`, `library.py` and `sources.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from evaluation.feedback import Feedback
from evaluation.shared_feedback import open_feedback
from index.article import Failure
from index.status import read_queue
from index.store.queue import QueueState
from index.sync.catalog import Catalog
from index.sync.source import Source, SourceStatus
from rag.nearby import PORTS, NearbyModel, model_nearby
from settings import Settings
from web.errors import ApiError
from web.locales import Language
from web.monitoring.unanswered import Unanswered
from web.pages.evaluation import evaluation_routes
from web.pages.library import library_routes
from web.pages.owner_view import language_of, page_response
from web.pages.sources import source_routes
from web.security.access import is_owner
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

FEEDBACK_SHOWN = 200
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def owner_routes(chain: AnswerChain, settings: Settings, unanswered: Unanswered | None = None) -> APIRouter:
    """Return the routes of all of the owner's pages. `unanswered` None means that questions are not kept."""
    router = APIRouter(dependencies=[Depends(_owner_only(settings))])
    feedback = open_feedback(settings)

    @router.api_route("/owner", methods=["GET", "HEAD"])
    @router.api_route("/owner/", methods=["GET", "HEAD"])
    def start(request: Request) -> Response:
        _, articles, _ = chain.index.counts()
        open_feedback = feedback.list(settled=False)
        files = read_queue(settings.store)
        sources = Catalog(settings.store).list()
        nearby = _nearby(request, settings)
        return page_response(
            start_page(language_of(request), articles, open_feedback, unanswered, files, sources, nearby)
        )

    @router.api_route("/owner/feedback", methods=["GET", "HEAD"])
    def feedback_list(request: Request) -> Response:
        return page_response(feedback_page(language_of(request), feedback.list()))

    router.include_router(library_routes(chain, settings))
    router.include_router(source_routes(chain, settings))
    router.include_router(evaluation_routes(chain, settings))

    @router.api_route("/owner/{rest:path}", methods=METHODS)
    def nothing(rest: str) -> Response:
        """Else the chat, which is mounted below, would answer for what it does not know."""
        raise HTTPException(404)

    return router


def start_page(
    language: Language,
    articles: int,
    feedback: Sequence[Feedback],
    unanswered: Unanswered | None,
    files: tuple[QueueState, Sequence[Failure]] | None = None,
    sources: Sequence[tuple[Source, SourceStatus]] | None = None,
    nearby: NearbyModel | None = None,
) -> str:
    """Return the start page as HTML. `feedback` is still open.

    `sources` is None where there is no page of them. `files` is how far the queue is, and what could not be read; None
    where there is no queue. `nearby` is a language model that could write the answers.
    """
    return render_template(
        "owner.html",
        language,
        articles=articles,
        sources=sources,
        failing=sum(status.failures > 0 for _, status in sources or ()),
        up=sum(entry.rating == "up" for entry in feedback),
        down=sum(entry.rating == "down" for entry in feedback),
        unanswered=None if unanswered is None else unanswered.latest(),
        files=files,
        nearby=nearby,
    )


def _nearby(request: Request, settings: Settings) -> NearbyModel | None:
    """Return a language model on this machine where none is set. This server's own port is not asked."""
    if settings.model or request.method == "HEAD":
        return None
    _, own = request.scope.get("server") or (None, None)
    return model_nearby(port for port in PORTS if port != own)


def feedback_page(language: Language, entries: Sequence[Feedback]) -> str:
    """Return the page of what people thought of answers, newest first."""
    shown = entries[::-1][:FEEDBACK_SHOWN]
    return render_template("owner_feedback.html", language, entries=shown, number=len(entries))


def _owner_only(settings: Settings) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        if not is_owner(request, settings):
            message = "this page is for the owner of the articles"
            hint = "open it in a browser on the machine that serves it, as http://127.0.0.1 with its port"
            raise ApiError(403, "owner_only", message, hint)

    return check
