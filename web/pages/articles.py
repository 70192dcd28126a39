"""The articles for people: the list of them all, with search, order and pages, and the page of each."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, get_args
from urllib.parse import urlencode

from cachetools import LRUCache
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from index.article import ArticleInfo
from index.originals import Originals
from settings import Settings
from web.errors import ApiError
from web.locales import Language, preferred
from web.pages.article import article_page, facts
from web.permalink import page_address, parse
from web.security.access import is_owner
from web.security.audience import Audiences
from web.security.excerpts import Seals, around, closed
from web.security.gate import FRAMED
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain
    from rag.snapshot import Index

PAGE_SIZE = 100
SEARCH_CHARACTERS = 200
_LISTS_KEPT = 4
POLICY = FRAMED.replace("form-action 'none'", "form-action 'self'")
"""Without JavaScript the search is a form."""
Order = Literal["date", "title", "length"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """Article with its title as it is sorted by, and the words that the search looks through."""

    article: ArticleInfo
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which part of the list to show, and how."""

    search: str = ""
    sort: Order = "date"
    page: int = 1

    def address(self, **changed: str | int) -> str:
        """Return the address of the same list but for `changed`, without the values that are the defaults."""
        values = {"search": self.search, "sort": self.sort} | changed
        query = {name: value for name, value in values.items() if value not in ("", "date", 1)}
        return "/articles" + (f"?{urlencode(query)}" if query else "")


@dataclass(frozen=True, slots=True)
class ListRow:
    """An article as the list shows it."""

    address: str
    title: str
    facts: Sequence[str]


class ArticleList:
    """The articles that an audience sees, read once for each state: their lengths are counted, which takes a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: LRUCache[str, list[ListedArticle]] = LRUCache(_LISTS_KEPT)

    def articles(self, index: Index) -> list[ListedArticle]:
        """Return each article of an index, by source."""
        with self._lock:
            revision = index.revision
            if revision not in self._read:
                self._read[revision] = [_listed(article) for article in index.articles()]
            return self._read[revision]


def article_routes(
    chain: AnswerChain, settings: Settings, audiences: Audiences, originals: Originals | None = None
) -> APIRouter:
    """Return the routes of the pages over the articles of `chain`; `originals` are their PDFs, where those are kept."""
    routes = APIRouter()
    known = ArticleList()
    seals = Seals(settings.store) if settings.excerpt_characters else None

    @routes.api_route("/articles", methods=["GET", "HEAD"])
    def articles(
        request: Request, search: str = "", sort: str = "date", page: Annotated[int, Query(ge=1)] = 1
    ) -> HTMLResponse:
        order = next((order for order in ORDERS if order == sort), ORDERS[0])
        for_owner = is_owner(request, settings)
        if seals is not None and not for_owner:
            raise closed()
        query = ListQuery(" ".join(search[:SEARCH_CHARACTERS].split()), order, page)
        language = _language(request)
        index = chain.seen_by(audiences.of(request)).index
        return _response(articles_page(known.articles(index), query, language, for_owner=for_owner), language)

    @routes.api_route("/articles/", methods=["GET", "HEAD"])
    def articles_typed() -> RedirectResponse:
        return RedirectResponse("/articles", 308)  # else what is mounted below answers, in JSON

    @routes.api_route("/articles/{article_id}", methods=["GET", "HEAD"])
    def article(article_id: str, request: Request) -> HTMLResponse:
        language, is_owners = _language(request), is_owner(request, settings)
        links, most = parse(request.query_params.multi_items()), None
        if seals is not None and not is_owners:
            links = [link for link in links if seals.fits(link.seal, article_id, link.start, link.end, link.digest)]
            most = around(settings)
            if not links:
                raise closed()
        index = chain.seen_by(audiences.of(request)).index
        found = index.article(article_id)
        has_chat = is_owners or settings.public_chat
        if found is not None:
            has_original = most is None and originals is not None and originals.has(found)
            page = article_page(found, links, language, around=most, has_chat=has_chat, has_original=has_original)
            return _response(page, language)
        if not has_chat or most is not None or "text/html" not in request.headers.get("accept", ""):
            raise ApiError(404, "no_such_article", "there is no such article", "it may have been removed")
        return _response(articles_page(known.articles(index), ListQuery(), language, missing=True), language, 404)

    return routes


def articles_page(
    articles: Sequence[ListedArticle],
    query: ListQuery,
    language: Language = "en",
    *,
    missing: bool = False,
    for_owner: bool = False,
) -> str:
    """Return the page with one part of the list; `missing` says that the article asked for is not in it.

    `for_owner` adds the way to where articles are brought in and taken out.
    """
    matching = matching_articles(articles, query.search, query.sort)
    pages = max(1, -(-len(matching) // PAGE_SIZE))
    at = min(query.page, pages)
    shown = [listed.article for listed in matching[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]]
    rows = [
        ListRow(page_address(article.id), article.title or article.source, facts(article, article.characters, language))
        for article in shown
    ]
    return render_template(
        "articles.html",
        language,
        missing=missing,
        for_owner=for_owner,
        query=query,
        max_search=SEARCH_CHARACTERS,
        orders=ORDERS,
        number=len(matching),
        articles=rows,
        pages=pages,
        at=at,
    )


def matching_articles(articles: Sequence[ListedArticle], search: str, sort: Order = "date") -> list[ListedArticle]:
    """Return the articles that have each word of `search` in title, author, source or tags, in this order.

    By date the newest come first and those without a date last, by length the longest.
    """
    words = _folded(search).split()
    matching = [listed for listed in articles if all(word in listed.words for word in words)]
    match sort:
        case "date":
            return sorted(matching, key=lambda listed: _date(listed.article), reverse=True)
        case "title":
            return sorted(matching, key=lambda listed: listed.title)
        case "length":
            return sorted(matching, key=lambda listed: listed.article.characters, reverse=True)


def _listed(article: ArticleInfo) -> ListedArticle:
    names = (article.title, article.author, article.source, *article.tags)
    return ListedArticle(article, _folded(article.title), _folded("\n".join(name for name in names if name)))


def _folded(words: str) -> str:
    """Return the words in small letters without accents, so that `muller` finds Müller."""
    decomposed = unicodedata.normalize("NFKD", words.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _date(article: ArticleInfo) -> str:
    date = article.date or ""
    return date if date[:4].isdecimal() else ""


def _response(page: str, language: Language, status: int = 200) -> HTMLResponse:
    headers = {"Content-Language": language, "Vary": "Accept, Accept-Language", "Content-Security-Policy": POLICY}
    return HTMLResponse(page, status, headers)


def _language(request: Request) -> Language:
    return preferred(request.headers.get("accept-language"))
