"""Whether words are of the kind that a question asks for: a time, money, a weight, a length, a share, a count.

The rules are all in this file. The first kind whose question fits decides; what asks for none is answered by anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from rag.language.time import MONTH

_FIGURE = re.compile(r"[0-9](?:[0-9.,]*[0-9])?")
_CURRENCY = (
    r"(?:yuan|renminbi|dollars?|euros?|pounds?|pence|cents?|yen|rupees?|francs?|kron[ae]r?|crowns?|lira|pesos?|reais"
    r"|rubles?|roubles?|zloty|USD|EUR|GBP|CNY|RMB|JPY|CHF)"
)
_PERCENT = r"(?:percent\b|per cent\b|%)"
_SCALE = r"(?: ?(?:hundred|thousand|million|billion|trillion|bn|m|k)\b)?"
_SUM = (
    rf"(?:[$€£¥₹₩] ?{_FIGURE.pattern}{_SCALE}"
    rf"|(?:{_FIGURE.pattern}|\bone|\btwo|\bthree|\bfour|\bfive){_SCALE} ?(?:{_CURRENCY}|won|real)\b)"
)
_MONEY = rf"[$€£¥₹₩]|\b{_CURRENCY}\b|{_SUM}"
_NUMBER = (
    r"\d|\b(?:no|none|nothing|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|third|quarter|all|every|daily|weekly|monthly"
    r"|yearly|once|twice|single|couple|several|many|most|few|nearly|almost|free|double|triple)\b"
)
_TIME = (
    rf"\d|\b(?:{MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|spring|summer|autumn|fall|winter|morning|noon|evening"
    r"|night|midnight|today|yesterday|tomorrow|ago|now|year|years|month|months|week|weeks|day|days|decade|century|since"
    r"|until|before|after|during|when|while|once|as soon as|never)\b"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How questions for a kind are put, and what words of this kind have."""

    asked: re.Pattern[str]
    said: re.Pattern[str]


def _kind(asked: str, said: str) -> _Kind:
    return _Kind(re.compile(asked, re.IGNORECASE), re.compile(said, re.IGNORECASE))


_PRICE = _kind(
    r"(?<!by )\bhow much (?:is|are|was|were)\b(?! (?:of|left|known))(?!.*\b(?:more|less|\w+er)\b(?: than|\W*$))"
    r"|\bhow much\b.*\b(?:costs?|pay|paid|charge[ds]?|spen[dt]|earn(?:ed)?|fetch(?:ed)?|owed?)\b"
    r"|\bwhat (?:do|does|did|will|would) .+ cost\W*$|\bhow (?:expensive|cheap)\b"
    r"|\b(?:price|prices|cost|fee|rent|wage|salary) (?:of|for)\b",
    rf"{_MONEY}|\b(?:free|nothing)\b|{_PERCENT}",
)
_KINDS = (
    _kind(r"^when\b|\b(?:what|which) (?:year|month|day|date|quarter|century|decade|season|time)\b", _TIME),
    _PRICE,
    _kind(
        r"\bhow heavy\b|\bhow much\b.*\bweighs?\b|\bweight of\b",
        r"(?:\b|\d)(?:kg|kilos?|kilograms?|grams?|g|tonnes?|tons?|pounds?|lbs?|stone|ounces?)\b",
    ),
    _kind(
        r"\bhow (?:tall|wide)\b|\b(?:length|height|width) of\b",
        r"(?:\b|\d)(?:km|kilomet\w+|met(?:re|er)s?|m|cm|centimet\w+|mm|millimet\w+|miles?|feet|foot|ft|inch(?:es)?|yards?"
        r"|stor(?:e?y|eys|ies)|floors)\b",
    ),
    _kind(r"\bwhat (?:share|percentage|percent|proportion)\b", rf"{_NUMBER}|{_PERCENT}|\b(?:majority|fifth|tenth)\b"),
    _kind(
        r"\bhow (?:many|much|old|long|far|fast|high|tall|large|big|wide|deep|heavy|often)\b"
        r"|\bwhat (?:number|price|sum|amount)\b",
        _NUMBER,
    ),
)
_HOW_MANY = re.compile(rf"\bhow many (?!{_CURRENCY}|percent|per cent|points)", re.IGNORECASE)
_NO_COUNT = re.compile(
    rf"{_SUM}|{_FIGURE.pattern} ?{_PERCENT}"
    rf"|\b(?:in|since|until|by|from|{MONTH}) (?:19|20)[0-9]{{2}}\b(?! [a-z]+s\b)",
    re.IGNORECASE,
)
"""Figures that count nothing: money, shares, years."""
_SUMS = re.compile(_SUM, re.IGNORECASE)
_PART = re.compile(r"[,;:] | (?:and|but|while) ")


def is_nearest_figure(names: Iterable[str], quote: str, start: int, end: int) -> bool:
    """Return whether the number in `quote[start:end]` is the one nearest to where a name stands.

    Of "the basic version costs 215,900 yuan and the Max 299,900 yuan" the second is the price of the Max. True where
    the words are no number, or no name stands in the quote.
    """
    figures = [match.span() for match in _FIGURE.finditer(quote)]
    own = [span for span in figures if start <= span[0] < end]
    named = (re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE) for name in names)
    places = [match.span() for name in named for match in name.finditer(quote)]
    if not own or not places:
        return True
    name_start, name_end = places[-1]
    distance = {span: span[0] - name_end if span[0] >= name_end else name_start - span[1] for span in figures}
    return min(distance, key=lambda span: distance[span]) in own


def is_singled_out(words: Iterable[str], quote: str, start: int, end: int) -> bool:
    """Return whether a quote has several figures, and of its parts only that of `quote[start:end]` one of `words`.

    Of "the basic version costs 215,900 yuan and the Max 299,900 yuan" the second is singled out by "Max".
    """
    part = _part_named(words, quote)
    return part is not None and part[0] <= start and end <= part[1]


def sum_singled_out(question: str, words: Iterable[str], quote: str) -> tuple[int, int] | None:
    """Return where the one sum of money stands that is singled out so, if a question asks for one."""
    part = _part_named(words, quote) if _PRICE.asked.search(question) else None
    sums = list(_SUMS.finditer(quote, *part)) if part else []
    return sums[0].span() if len(sums) == 1 else None


def _part_named(words: Iterable[str], quote: str) -> tuple[int, int] | None:
    """Return the one part of a quote with one of the words, where several parts have figures."""
    cuts = [0, *(cut.start() for cut in _PART.finditer(quote)), len(quote)]
    parts = [(first, last) for first, last in pairwise(cuts) if _FIGURE.search(quote, first, last)]
    asked = [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in words]
    named = [part for part in parts if any(word.search(quote, *part) for word in asked)]
    return named[0] if len(parts) > 1 and len(named) == 1 else None


def asks_for_kind(question: str) -> bool:
    """Return whether a question asks for a time, money, a length or the like, and not for anything."""
    return _kind_asked(question) is not None


def is_of_kind(question: str, words: str) -> bool:
    """Return whether `words` can answer the question: a "when" by a time, a price by money, a "how many" by a count."""
    kind = _kind_asked(question)
    if _HOW_MANY.search(question):
        words = _NO_COUNT.sub(" ", words)
    return kind is None or bool(kind.said.search(words))


def _kind_asked(question: str) -> _Kind | None:
    return next((kind for kind in _KINDS if kind.asked.search(question)), None)
