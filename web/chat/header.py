"""What stands around the conversation: how many articles there are, what to ask first, what to filter by."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from index.errors import QuothError
from index.store.layout import DATABASE
from rag import filters
from settings import Settings
from web import render
from web.locales.strings import Language, count, say

if TYPE_CHECKING:
    from rag.chain import AnswerChain

_log = logging.getLogger(__name__)


def heading(chain: AnswerChain, settings: Settings, language: Language) -> str:
    """The name, how many articles there are and since when, and that the models are warming up if they are."""
    try:
        state = count(language, "chat.articles", len(chain.index.articles()))
        if changed := _changed(settings):
            day = render.day(changed, language, dt.datetime.now().astimezone().year)
            state += say(language, "chat.comma") + say(language, "chat.updated", day=day)
    except QuothError as error:
        _log.error("%s", error)
        state = error.message
    link = f'<a class="q-list" href="/articles">{render.text(say(language, "chat.articles"))}</a>'
    parts = ["<h1>Quoth</h1>", f'<p class="q-state">{render.text(state)}</p>', f"<nav>{link}</nav>"]
    if not chain.ready:
        parts.append(f'<p class="q-warming">{render.text(say(language, "chat.warming"))}</p>')
    return "".join(parts)


def welcome(chain: AnswerChain, language: Language) -> str:
    """What stands where the conversation will be; once the models are warm, with questions to begin with."""
    try:
        first = chain.starters() if chain.ready else ()
    except QuothError as error:
        _log.error("%s", error)
        first = ()
    said = f'<p class="q-welcome">{render.text(say(language, "chat.welcome"))}</p>'
    return said + render.suggestions(first, say(language, "chat.try"))


def choices(chain: AnswerChain, about: str, language: Language) -> tuple[list[tuple[str, str]], list[str]]:
    """What can be filtered by, as (what is shown, filter word), and which of it is chosen: the article `about`."""
    try:
        known = filters.choices(chain.index)
        article = chain.index.article(about) if about else None
    except QuothError as error:
        _log.error("%s", error)
        return [], []
    words: list[tuple[str, filters.Filters]] = []
    if article is not None:
        words.append((article.title, filters.Filters(article=(article.id,))))
    words += [(author, filters.Filters(author=(author,))) for author in known.authors]
    words += [(source, filters.Filters(source=(source,))) for source in known.sources]
    words += [(tag, filters.Filters(tag=(tag,))) for tag in known.tags]
    for year in known.years:
        words.append((say(language, "chat.since", year=year), filters.Filters(after=year)))
        words.append((say(language, "chat.until", year=year), filters.Filters(before=str(int(year) + 1))))
    found = [(shown, str(word)) for shown, word in words]
    return found, [found[0][1]] if article is not None else []


def _changed(settings: Settings) -> str | None:
    """The day of the last ingest that changed anything: readers leave the file as it is."""
    try:
        seconds = (settings.store / DATABASE).stat().st_mtime
    except OSError:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).astimezone().date().isoformat()
