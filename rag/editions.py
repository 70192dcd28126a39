"""Articles that come out again and again, with other years or versions in their titles: the newest edition counts.

Where a question names neither year nor version, what "Fees 2022" says gives way to what "Fees from 2025" says of the
same. Two articles are editions of one where their titles have the same words but for numbers; two sentences say the
same of other figures where most of their words are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from index.article import Article
from rag.answer_kind import is_of_kind
from rag.language.tokens import tokens_of
from rag.language.years import YEAR_ALONE
from rag.quotes import Quote
from rag.recency import day

_PART = re.compile(r": | [-–(]")
_NUMBER = re.compile(r"\d")
_VERSION = re.compile(
    r"\b(?:(?:version|release|edition|v)[. ]{0,2}([0-9]{1,9}(?:\.[0-9]{1,9})*)|([0-9]{1,9}(?:\.[0-9]{1,9})+))",
    re.IGNORECASE,
)
"""Any other number may name something else: chapters, models."""
_LEAST = 2
"""Words that titles, and sentences, have in common at least."""
_SAME = 0.6
"""Share of the shorter sentence's words that the other one has."""
_BEGINNING = 3
"""Or so many words with which both begin."""
_NEAR = 0.5
"""Share of the older quote's support that the newer one has."""


def newest_edition_first(question: str, quotes: Sequence[Quote], answers: float) -> list[Quote]:
    """Return the quotes, best first; the best one gives way to what the newest edition says of the same.

    That there is an answer then holds of the newer sentence; the older one has no more support than what `answers`.
    """
    best = quotes[0] if quotes else None
    if best is None or _NUMBER.search(question):
        return list(quotes)
    newer = [quote for quote in quotes[1:] if _replaces(question, quote, best)]
    first = best
    for quote in newer:
        first = quote if first is best or _is_newer(quote.article, first.article) else first
    others = [
        replace(quote, support=min(quote.support, answers)) if _replaces(question, first, quote) else quote
        for quote in quotes
        if quote is not first
    ]
    return [replace(first, support=max(first.support, best.support)), *others]


def is_outdated(article: Article, others: Iterable[Article]) -> bool:
    """Return whether one of the others is a newer edition of an article."""
    return any(_is_newer(other, article) and _are_editions(other, article) for other in others)


def _is_newer(article: Article, other: Article) -> bool:
    """Return whether an article is the newer one by date or by the year in its title, else by the version in it."""
    issued, before = (day(each) or max(YEAR_ALONE.findall(each.title), default="") for each in (article, other))
    if issued and before:
        return issued > before
    version, before = (_version(each.title) for each in (article, other))
    return bool(before) and version > before


def _version(title: str) -> list[int]:
    found = _VERSION.search(title)
    return [int(part) for part in (found[1] or found[2]).split(".")] if found else []


def _replaces(question: str, newer: Quote, older: Quote) -> bool:
    """Return whether a quote is of a newer edition, says the same of other figures, and can answer as well."""
    if newer.support < _NEAR * older.support or newer.fit < older.fit:
        return False
    later = _is_newer(newer.article, older.article) and _are_editions(newer.article, older.article)
    return later and _say_the_same(newer.text, older.text) and is_of_kind(question, newer.told)


def _are_editions(article: Article, other: Article) -> bool:
    """Return whether two titles have the same words but for numbers, or one has those of the other and more.

    Of titles that begin with a year's name for something ("Fair 2023: rain"), what stands before the colon counts.
    """
    if article.id == other.id:
        return False
    names = [_PART.split(each.title, maxsplit=1)[0] for each in (article, other)]
    if not all(map(YEAR_ALONE.search, names)):
        names = [article.title, other.title]
    words, others = sorted(map(_words, names), key=len)
    return bool(words) and (words == others or (len(words) >= _LEAST and words <= others))


def _say_the_same(text: str, other: str) -> bool:
    words, others = _in_order(text), _in_order(other)
    shared = len(set(words) & set(others))
    if len(words) >= _BEGINNING and words[:_BEGINNING] == others[:_BEGINNING]:
        return True
    return shared >= _LEAST and shared >= _SAME * min(len(set(words)), len(set(others)))


def _words(text: str) -> frozenset[str]:
    return frozenset(_in_order(text))


@lru_cache(512)
def _in_order(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words without numbers."""
    return tuple(token.stem for token in tokens_of(text) if token.is_content and not token.number)
