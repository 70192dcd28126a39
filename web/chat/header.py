"""What stands around the conversation: how many articles there are, what to ask first, what to filter by."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import TYPE_CHECKING

from index.errors import QuothError
from index.store.place import open_store
from rag import filters
from settings import Settings
from web import render
from web.locales import Language, say
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

_log = logging.getLogger(__name__)


def heading(chain: AnswerChain, settings: Settings, language: Language) -> str:
    """Return the name, how many articles there are and since when, and whether the models are still warming up."""
    number, changed, problem = 0, None, ""
    try:
        number = len(chain.index.articles())
        if day := _changed(settings):
            changed = render.day(day, language, dt.datetime.now().astimezone().year)
    except QuothError as error:
        _log.error("%s", error)
        problem = error.message
    values = {"number": number, "changed": changed, "problem": problem, "is_warming": not chain.ready}
    return render_template("chat_header.html", language, **values).strip()


def welcome(chain: AnswerChain, language: Language) -> str:
    """Return what stands where the conversation will be; once the models are warm, with questions to begin with."""
    try:
        first = chain.starters() if chain.ready else ()
    except QuothError as error:
        _log.error("%s", error)
        first = ()
    welcome = render_template("chat_welcome.html", language).strip()
    return welcome + render.suggestions(first, say(language, "chat.try"))


def choices(chain: AnswerChain, about: str, language: Language) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what can be filtered by, as (what is shown, filter word), and what is chosen: the article `about`."""
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
    choices = [(shown, str(word)) for shown, word in words]
    return choices, [choices[0][1]] if article is not None else []


def described(chain: AnswerChain, chosen: filters.Filters, language: Language) -> str:
    """Return which articles are searched, as it is shown with the question; empty for all."""
    shown = [*chosen.author, *chosen.source, *chosen.tag]
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
