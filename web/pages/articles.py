"""The articles for people: the list of them all, with search, order and pages, and the page of each."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from index.article import ArticleInfo
from settings import Settings
from web.errors import ApiError
from web.locales.strings import Language, count, preferred, say
from web.pages.article import facts, page
from web.permalink import page_address, parse
from web.render import text
from web.security.access import is_owner
from web.security.excerpts import Seals, around, closed
from web.security.gate import FRAMED

if TYPE_CHECKING:
    from rag.chain import AnswerChain
    from rag.snapshot import Index

TEMPLATE = Path(__file__).resolve().parent / "templates/articles.html"
ON_A_PAGE = 100
SEARCH_CHARACTERS = 200
POLICY = FRAMED.replace("form-action 'none'", "form-action 'self'")
"""Without JavaScript the search is a form."""
Order = Literal["date", "title", "length"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in the list. `words` is what the search looks through."""

    article: ArticleInfo
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list to show, and how."""

    search: str = ""
    sort: Order = "date"
    page: int = 1

    def address(self, **other: str | int) -> str:
        """The address of the same list but for `other`, without what goes without saying."""
        values = {"search": self.search, "sort": self.sort} | other
        given = {name: value for name, value in values.items() if value not in ("", "date", 1)}
        return "/articles" + (f"?{urlencode(given)}" if given else "")


class Shelf:
    """All articles, read once for each generation of the index: their lengths are counted, which takes a while."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._read: tuple[str, list[Entry]] = ("", [])

    def entries(self) -> list[Entry]:
        """Each article, by source."""
        with self._lock:
            generation = self._index.generation
            if self._read[0] != generation:
                self._read = (generation, [_entry(each) for each in self._index.articles()])
            return self._read[1]


def router(chain: AnswerChain, settings: Settings) -> APIRouter:
    """The routes over the articles of `chain`."""
    routes = APIRouter()
    shelf = Shelf(chain.index)
    seals = Seals(settings.store) if settings.excerpt_characters else None

    @routes.api_route("/articles", methods=["GET", "HEAD"])
    def articles(
        request: Request, search: str = "", sort: str = "date", page: Annotated[int, Query(ge=1)] = 1
    ) -> HTMLResponse:
        order = next((each for each in ORDERS if each == sort), ORDERS[0])
        if seals is not None and not is_owner(request, settings):
            raise closed()
        wanted = Wanted(" ".join(search[:SEARCH_CHARACTERS].split()), order, page)
        language = _language(request)
        return _html(listing(shelf.entries(), wanted, language), language)

    @routes.api_route("/articles/{article_id}", methods=["GET", "HEAD"])
    def article(article_id: str, request: Request) -> HTMLResponse:
        language, is_owners = _language(request), is_owner(request, settings)
        links, most = parse(request.query_params.multi_items()), None
        if seals is not None and not is_owners:
            links = [each for each in links if seals.fits(each.seal, article_id, each.start, each.end, each.digest)]
            most = around(settings)
            if not links:
                raise closed()
        found = chain.index.article(article_id)
        has_chat = is_owners or settings.public_chat
        if found is not None:
            return _html(page(found, links, language, around=most, has_chat=has_chat), language)
        if not has_chat or most is not None or "text/html" not in request.headers.get("accept", ""):
            raise ApiError(404, "no_such_article", "there is no such article", "it may have been removed")
        return _html(listing(shelf.entries(), Wanted(), language, missing=True), language, 404)

    return routes


def listing(entries: Sequence[Entry], wanted: Wanted, language: Language = "en", *, missing: bool = False) -> str:
    """The page with one part of the list; `missing` says that the article asked for is not in it."""
    found = matching(entries, wanted.search, wanted.sort)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    at = min(wanted.page, pages)
    shown = found[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]
    return _template().substitute(
        {key: text(say(language, f"articles.{key}")) for key in ("list", "back", "search", "find", "lost", "missing")},
        language=language,
        hidden="" if missing else " hidden",
        searched=text(wanted.search),
        longest=SEARCH_CHARACTERS,
        sort=wanted.sort,
        count=text(_count(len(found), wanted.search, language)),
        orders=_orders(wanted, language),
        items="\n".join(_item(each.article, language) for each in shown),
        pages=_pages(wanted, at, pages, language),
    )


def matching(entries: Sequence[Entry], search: str, sort: Order = "date") -> list[Entry]:
    """The articles that have each word of `search` in title, author, source or tags, in this order.

    By date the newest come first and those without a date last, by length the longest.
    """
    words = _plain(search).split()
    found = [each for each in entries if all(word in each.words for word in words)]
    match sort:
        case "date":
            return sorted(found, key=lambda each: _date(each.article), reverse=True)
        case "title":
            return sorted(found, key=lambda each: each.title)
        case "length":
            return sorted(found, key=lambda each: each.article.characters, reverse=True)


def _entry(article: ArticleInfo) -> Entry:
    words = _plain("\n".join(each for each in (article.title, article.author, article.source, *article.tags) if each))
    return Entry(article, _plain(article.title), words)


def _plain(words: str) -> str:
    """In small letters without accents, so that `muller` finds Müller."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def _date(article: ArticleInfo) -> str:
    date = article.date or ""
    return date if date[:4].isdecimal() else ""


def _count(number: int, search: str, language: Language) -> str:
    if search and not number:
        return say(language, "articles.none")
    return count(language, "articles.some" if search else "articles.all", number)


def _item(article: ArticleInfo, language: Language) -> str:
    title = text(article.title or article.source)
    about = facts(article, article.characters, language)
    return f'<li><a href="{page_address(article.id)}" dir="auto">{title}</a><p class="facts">{about}</p></li>'


def _orders(wanted: Wanted, language: Language) -> str:
    links = []
    for order in ORDERS:
        current = ' aria-current="true"' if order == wanted.sort else ""
        shown = text(say(language, f"articles.by_{order}"))
        links.append(f'<a href="{text(wanted.address(sort=order))}"{current}>{shown}</a>')
    return f"<span>{text(say(language, 'articles.sort'))}</span> {' '.join(links)}"


def _pages(wanted: Wanted, at: int, pages: int, language: Language) -> str:
    if pages == 1:
        return ""
    parts = [f"<span>{text(say(language, 'articles.page', page=at, pages=pages))}</span>"]
    if at > 1:
        address, words = wanted.address(page=at - 1), say(language, "articles.earlier")
        parts.insert(0, f'<a href="{text(address)}" rel="prev">{text(words)}</a>')
    if at < pages:
        address, words = wanted.address(page=at + 1), say(language, "articles.later")
        parts.append(f'<a href="{text(address)}" rel="next">{text(words)}</a>')
    return f'<nav class="pages" aria-label="{text(say(language, "articles.pages"))}">{" ".join(parts)}</nav>'


def _html(whole: str, language: Language, status: int = 200) -> HTMLResponse:
    headers = {"Content-Language": language, "Vary": "Accept, Accept-Language", "Content-Security-Policy": POLICY}
    return HTMLResponse(whole, status, headers)


def _language(request: Request) -> Language:
    return preferred(request.headers.get("accept-language"))


@cache
def _template() -> Template:
    return Template(TEMPLATE.read_text(encoding="utf-8"))
