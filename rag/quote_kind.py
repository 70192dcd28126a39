"""Quotes held against the kind that a question asks for: those of another kind give way, and which sum is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.terms import STOP_WORDS
from rag.answer_kind import is_of_kind, is_singled_out, sum_singled_out
from rag.forms.about import all_stems_of, stems_of
from rag.quotes import Quote
from rag.reading.constraints import Constraints, Fit

_ALMOST = 0.85
"""A quote with words of the question needs so much of the support of an uncertain one without any."""
_QUALIFIER = r"not|never|why|how|whether|about|around|roughly|nearly|almost"
_OF_FIGURE = r"only|(?:just )?(?:over|under)|at least|at most|up to|as many as|(?:more|less|fewer) than"
_BEFORE = re.compile(rf"\b(?:{_QUALIFIER}) $", re.IGNORECASE)
_BEFORE_FIGURE = re.compile(rf"\b(?:{_QUALIFIER}|{_OF_FIGURE}) $", re.IGNORECASE)
"""What stands before words and changes what they say: "not to give drugs", "about a ninth", "over 20"."""
_RATE = re.compile(
    r" (?:each\b(?! other)|per [a-z]+\b|an? (?:second|minute|hour|day|night|week|month|quarter|year|head|person"
    r"|kilomet(?:re|er)|mile|kilo|kilogram|pound|lit(?:re|er)|ton|tonne|barrel|piece|share)\b)+",
    re.IGNORECASE,
)
"""What stands behind a figure and says of what it is one: "£550 a year"."""
_HOW_MUCH = re.compile(r"\bhow much\b", re.IGNORECASE)
_BARE = re.compile(r"[0-9][0-9.,]*(?: (?:thousand|million|billion))?")
_WORD_BEHIND = re.compile(r" (?P<word>[a-z]+)\b")
_FIGURE = re.compile(r"[0-9]")
_NEAR = 0.5
"""A quote of the kind that is asked for needs so much of the support of one that is not."""


def of_kind_alone(question: str, ranked: list[Quote], answers: float) -> list[Quote]:
    """Return the quotes of the kind that is asked for, where the best one is not but another about the same is.

    "Five metres long" is no price: that there is an answer then holds of the sentence beside it that names one, which
    gets the support of the other, but no more than what `answers`.
    """
    best = ranked[0] if ranked else None
    if best is None or is_of_kind(question, best.told):
        return ranked
    first, *others = [quote for quote in ranked if _stands_in(question, quote, best)] or [best]
    if first is best:
        return ranked
    return [replace(first, support=max(first.support, min(best.support, answers))), *others]


def _stands_in(question: str, quote: Quote, best: Quote) -> bool:
    about_it = quote.fit is Fit.MEETS or quote.article.id == best.article.id
    return about_it and quote.support >= _NEAR * best.support and is_of_kind(question, quote.told)


def naming_first(question: str, ranked: Sequence[Quote], high: float) -> list[Quote]:
    """Return the quotes, of which one near the best goes first where the best has no word of the question.

    This is of an uncertain best quote alone: a sure one may say it in other words.
    """
    best = ranked[0] if ranked else None
    words = stems_of(question)
    if best is None or best.support >= high or words & all_stems_of(best.told):
        return list(ranked)
    near = [quote for quote in ranked[1:] if quote.support >= _ALMOST * best.support and quote.fit >= best.fit]
    counts = [len(words & all_stems_of(quote.told)) for quote in near]
    if not any(counts):
        return list(ranked)
    first = near[counts.index(max(counts))]
    return [replace(first, support=best.support), *(quote for quote in ranked if quote is not first)]


def with_sum(question: str, quote: Quote, constraints: Constraints) -> Quote:
    """Return a quote that answers with the sum of money which alone has the name asked for beside it, if one has."""
    span = sum_singled_out(question, _last_words(constraints), quote.text)
    return replace(quote, spans=((quote.start + span[0], quote.start + span[1]),)) if span else quote


def with_qualifiers(quote: Quote) -> Quote:
    """Return a quote whose answering words have with them what changes their meaning, before and behind them."""
    spans = quote.narrow_spans()
    if not spans or quote.article.row_at(quote.start):
        return quote
    text, (start, end) = quote.article.text, spans[0]
    qualifier = _BEFORE if text[start].isalpha() else _BEFORE_FIGURE
    before = qualifier.search(text[quote.start : start])
    rate = _RATE.match(text, end, quote.end) if _FIGURE.search(text[start:end]) else None
    span = (quote.start + before.start() if before else start, rate.end() if rate else end)
    return replace(quote, spans=(span, *(each for each in quote.spans if each != spans[0])))


def with_unit(question: str, quote: Quote) -> Quote:
    """Return a quote whose figure, where it is asked how much, has with it what it is of: "410,000 hectolitres"."""
    spans = quote.narrow_spans()
    if not spans or quote.article.row_at(quote.start) or not _HOW_MUCH.search(question):
        return quote
    text, (start, end) = quote.article.text, spans[0]
    unit = _WORD_BEHIND.match(text, end, quote.end)
    if unit is None or unit["word"] in STOP_WORDS or not _BARE.fullmatch(text[start:end]):
        return quote
    return replace(quote, spans=((start, unit.end()), *(each for each in quote.spans if each != spans[0])))


def tells_sum(question: str, quote: Quote, constraints: Constraints) -> bool:
    """Return whether a sum is singled out so, and sentence, heading and title have all words of the question."""
    said = "\n".join((quote.article.title, quote.article.heading_at(quote.start) or "", quote.text))
    singled_out = sum_singled_out(question, _last_words(constraints), quote.text) is not None
    return singled_out and stems_of(question) <= all_stems_of(said)


def is_singled_out_in(quote: Quote, constraints: Constraints) -> bool:
    """Return whether the answering words are the figure, of several, that has the name or year asked for beside it."""
    words = [*_last_words(constraints), *constraints.years]
    spans = [(start - quote.start, end - quote.start) for start, end in quote.narrow_spans()[:1]]
    return any(is_singled_out(words, quote.text, *span) for span in spans)


def _last_words(constraints: Constraints) -> Sequence[str]:
    return [name[-1] for name in constraints.names]
