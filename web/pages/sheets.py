"""The pages of the PDFs that articles came from: each as a picture with the quote marked, and its text below.

Shown where the PDF is kept and whole articles are open to whoever asks. See docs/http.md.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cachetools import LRUCache
from fastapi import APIRouter, Request
from fastapi import Path as Part
from fastapi.responses import HTMLResponse, Response

from index.article import Article
from index.errors import ArticleError
from index.originals import Originals
from index.readers.pdf_page import PageImage
from index.sources.page_images import draw
from rag.answer import Span
from settings import Settings
from web.errors import ApiError
from web.locales import Language
from web.pages.article import marked_part
from web.pages.owner_view import language_of
from web.permalink import Link, find, page_address, parse, sheet_address
from web.render import merged_spans
from web.security.access import is_owner
from web.security.audience import Audiences
from web.security.excerpts import closed
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

AT_ONCE = 2
"""So many pages are drawn at the same time."""
PATIENCE_SECONDS = 10.0
PICTURES = 32
"""The latest are kept in memory: a page is drawn with its marks, and its picture asked for right after."""
HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
Number = Annotated[int, Part(ge=1, le=1_000_000)]


class Sheets:
    """Draws pages and keeps the latest pictures, until what is in the index changes."""

    def __init__(self, originals: Originals) -> None:
        self._originals = originals
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._revision = ""
        self._pictures: LRUCache[tuple[str, int], bytes] = LRUCache(PICTURES)

    def draw(self, article: Article, number: int, revision: str, spans: Sequence[Span] = ()) -> PageImage:
        """Return a page with boxes around what stands at `spans` of the article. Raises ApiError."""
        start, end = part_of(article, number)
        inside = [(max(first, start) - start, min(last, end) - start) for first, last in spans]
        with self._turn():
            data = self._originals.read(article)
            if data is None:
                raise no_sheet()
            try:
                image = draw(data, number, article.text[start:end], [span for span in inside if span[0] < span[1]])
            except ArticleError as error:
                raise ApiError(404, "no_such_page", error.message, error.hint) from error
        with self._lock:
            if self._revision != revision:  # what was removed is not kept here either
                self._pictures.clear()
                self._revision = revision
            self._pictures[article.sha256, number] = image.png
        return image

    def picture(self, article: Article, number: int, revision: str) -> bytes:
        """Return the picture of a page. Raises ApiError."""
        with self._lock:
            known = self._pictures.get((article.sha256, number)) if self._revision == revision else None
        return known or self.draw(article, number, revision).png

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._free.acquire(timeout=PATIENCE_SECONDS):
            raise ApiError(503, "busy", "too many pages are being drawn", "try again in a moment")
        try:
            yield
        finally:
            self._free.release()


def sheet_routes(chain: AnswerChain, settings: Settings, audiences: Audiences, originals: Originals) -> APIRouter:
    """Return the routes of the pages of PDFs, for a store in a folder."""
    routes = APIRouter()
    sheets = Sheets(originals)

    def wanted(article_id: str, request: Request) -> tuple[Article, str]:
        """Return the article, as far as whoever asks may see it, and the state of the index. Raises ApiError."""
        if settings.excerpt_characters and not is_owner(request, settings):
            raise closed()
        index = chain.seen_by(audiences.of(request)).index
        article = index.article(article_id)
        if article is None or not originals.has(article):
            raise no_sheet()
        return article, index.revision

    @routes.api_route("/articles/{article_id}/pages/{number}", methods=["GET", "HEAD"])
    def sheet(article_id: str, number: Number, request: Request) -> HTMLResponse:
        article, revision = wanted(article_id, request)
        links = parse(request.query_params.multi_items())
        image = sheets.draw(article, number, revision, places_of(article, links))
        page = sheet_page(article, number, image, links, language_of(request))
        return HTMLResponse(page, headers=HEADERS)

    @routes.api_route("/articles/{article_id}/pages/{number}/picture", methods=["GET", "HEAD"])
    def picture(article_id: str, number: Number, request: Request) -> Response:
        article, revision = wanted(article_id, request)
        return Response(sheets.picture(article, number, revision), media_type="image/png", headers=HEADERS)

    return routes


def originals_of(settings: Settings) -> Originals | None:
    """Return the PDFs of a store in a folder; where it is in a database there are none."""
    return Originals(settings.folder) if isinstance(settings.store, Path) else None


def part_of(article: Article, number: int) -> Span:
    """Return which part of the article's text stands on a page."""
    starts = (*article.pages, len(article.text))
    return (starts[number - 1], starts[number]) if number < len(starts) else (len(article.text),) * 2


def places_of(article: Article, links: Sequence[Link]) -> list[Span]:
    """Return where the quotes of `links` stand now, in order and apart from each other."""
    places = (find(article.text, link.start, link.end, link.digest) for link in links)
    return merged_spans((place.start, place.end) for place in places if place)


def sheet_page(
    article: Article, number: int, image: PageImage, links: Sequence[Link] = (), language: Language = "en"
) -> str:
    """Return the page as HTML: the picture with its marks, and the text of that page."""
    part = part_of(article, number)
    has_quote = any(start < part[1] and part[0] < end for start, end in places_of(article, links))
    marks = "&".join(sheet_address(article.id, number, links).split("?")[1:])
    return render_template(
        "sheet.html",
        language,
        title=article.title,
        number=number,
        image=image,
        picture=f"{sheet_address(article.id, number)}/picture",
        back=f"{page_address(article.id)}{f'#{marks}' if marks else ''}",
        earlier=sheet_address(article.id, number - 1, links) if number > 1 else None,
        later=sheet_address(article.id, number + 1, links) if number < image.pages else None,
        is_unmarked=has_quote and not image.boxes,
        written=article.language,
        elements=marked_part(article, links, part),
    )


def no_sheet() -> ApiError:
    """Return the same error for an article that is not there and for one whose pages are not kept."""
    return ApiError(404, "no_such_page", "there is no such page to be shown", "the article's text may be there")
