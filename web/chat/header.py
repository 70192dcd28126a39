"""What stands around the conversation: how many articles there are, what to ask first, what to filter by."""

from __future__ import annotations

import datetime as dt
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.article import collection_name
from index.errors import QuothError
from index.store.place import open_store
from rag import filters
from rag.filters import Filters
from settings import Settings
from web import render
from web.locales import Language, say
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

_log = logging.getLogger(__name__)


GROUPS = ("article", "collections", "authors", "years", "sources", "tags")
"""The groups of the filter's list, in this order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page's address asks for: one article by its id, and a collection."""

    about: str = ""
    collection: str = ""

    @classmethod
    def of(cls, about: str, collection: str) -> Wanted:
        """Return what these parameters mean."""
        return cls(about, collection_name(collection) or "")

    def __bool__(self) -> bool:
        return self != EVERYTHING


EVERYTHING = Wanted()


def heading(chain: AnswerChain, settings: Settings, language: Language, wanted: Wanted = EVERYTHING) -> str:
    """Return the name, how many articles there are and since when, and whether the models are still warming up.

    A collection that is not there to be seen is said, whether or not there is one.
    """
    number, changed, problem, lacking = 0, None, "", ""
    try:
        number = len(chain.index.articles())
        if wanted.collection and not has_collection(chain, wanted.collection):
            lacking = wanted.collection
        if day := _changed(settings):
            changed = render.day(day, language, dt.datetime.now().astimezone().year)
    except QuothError as error:
        _log.error("%s", error)
        problem = error.message
    values = {"number": number, "changed": changed, "problem": problem, "is_warming": not chain.ready}
    values["lacking"] = lacking
    return render_template("chat_header.html", language, **values).strip()


def welcome(chain: AnswerChain, language: Language, wanted: Wanted = EVERYTHING) -> str:
    """Return what stands where the conversation will be; once the models are warm, with questions to begin with."""
    try:
        if has_collection(chain, wanted.collection):
            chain = chain.seen_by(frozenset({wanted.collection}))
        first = chain.starters() if chain.ready else ()
    except QuothError as error:
        _log.error("%s", error)
        first = ()
    welcome = render_template("chat_welcome.html", language).strip()
    return welcome + render.suggestions(first, say(language, "chat.try"))


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What can be filtered by, as (what is shown, filter word) in groups, and which words are chosen.

    `grouping` is a class that says how many there are of each group of `GROUPS`, for the script that heads them.
    """

    words: list[tuple[str, str]]
    chosen: list[str]
    grouping: str


def choices(chain: AnswerChain, wanted: Wanted, language: Language) -> FilterChoices:
    """Return what can be filtered by. What is `wanted` is chosen, if it is there to be seen."""
    groups: dict[str, list[tuple[str, Filters]]] = {name: [] for name in GROUPS}
    chosen: list[Filters] = []
    try:
        known = filters.choices(chain.index)
        article = chain.index.article(wanted.about) if wanted.about else None
        collection = wanted.collection if has_collection(chain, wanted.collection) else ""
    except QuothError as error:
        _log.error("%s", error)
        return FilterChoices([], [], "")
    if article is not None:
        chosen.append(Filters(article=(article.id,)))
        groups["article"] = [(article.title, chosen[-1])]
    if collection:
        chosen.append(Filters(collection=(collection,)))
    collections = dict.fromkeys((*([collection] if collection else []), *known.collections))
    groups["collections"] = [(name, Filters(collection=(name,))) for name in collections]
    groups["authors"] = [(author, Filters(author=(author,))) for author in known.authors]
    groups["sources"] = [(source, Filters(source=(source,))) for source in known.sources]
    groups["tags"] = [(tag, Filters(tag=(tag,))) for tag in known.tags]
    for year in known.years:
        groups["years"].append((say(language, "chat.since", year=year), Filters(after=year)))
        groups["years"].append((say(language, "chat.until", year=year), Filters(before=str(int(year) + 1))))
    words = [(shown, str(word)) for group in groups.values() for shown, word in group]
    sizes = "-".join(str(len(group)) for group in groups.values())
    return FilterChoices(words, [str(word) for word in chosen], f"q-of-{sizes}")


def has_collection(chain: AnswerChain, collection: str) -> bool:
    """Return whether there is an article of this collection to be seen. Raises StoreError."""
    return bool(collection) and any(article.collection == collection for article in chain.index.articles())


def described(chain: AnswerChain, chosen: Filters, language: Language) -> str:
    """Return which articles are searched, as it is shown with the question; empty for all."""
    shown = [*chosen.collection, *chosen.author, *chosen.source, *chosen.tag]
    shown += [say(language, "chat.since", year=chosen.after)] if chosen.after else []
    if chosen.before:
        is_year = re.fullmatch("[0-9]{4}", chosen.before)
        last = {"year": int(chosen.before) - 1} if is_year else {"year": chosen.before}
        shown.append(say(language, "chat.until" if is_year else "chat.until_before", **last))
    for id_ in chosen.article:
        article = chain.index.article(id_)
        shown.append(article.title if article is not None else id_)
    return say(language, "chat.only", filters=" \N{MIDDLE DOT} ".join(shown)) if shown else ""


def _changed(settings: Settings) -> str | None:
    """Return the day of the last ingest that changed anything."""
    changed = open_store(settings.store).changed()
    return None if changed is None else changed.astimezone().date().isoformat()
