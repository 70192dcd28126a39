"""Whether words are of the kind that a question asks for: a time, a number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from rag.language.time import MONTH

_WHEN = re.compile(
    r"^when\b|\b(?:what|which) (?:year|month|day|date|quarter|century|decade|season|time)\b", re.IGNORECASE
)
_HOW_MANY = re.compile(
    r"\bhow (?:many|much|old|long|far|fast|high|tall|large|big|wide|deep|heavy|often)\b"
    r"|\bwhat (?:share|percentage|percent|proportion|number|price|sum|amount)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"\d|\b(?:{MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"spring|summer|autumn|fall|winter|morning|noon|evening|night|midnight|today|yesterday"
    r"|tomorrow|ago|now|year|years|month|months|week|weeks|day|days|decade|century|since|until|before|after|during"
    r"|when|while|once|as soon as|never)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:no|none|nothing|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|third|quarter|all|every|daily|weekly|monthly"
    r"|yearly|once|twice|single|couple|several|many|most|few|nearly|almost|free|double|triple)\b",
    re.IGNORECASE,
)


_PRICE = re.compile(
    r"\bhow much (?:is|are|was|were)\b(?! (?:of|left|known))"
    r"|\bhow much\b.*\b(?:costs?|pay|paid|charge[ds]?|spen[dt]|earn(?:ed)?)\b"
    r"|\b(?:price|cost|fee|rent|wage|salary) of\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥₹₩]|\b(?:yuan|renminbi|dollars?|euros?|pounds?|pence|cents?|yen|rupees?|won|francs?|kron[ae]r?|crowns?|lira"
    r"|pesos?|reais|real|rubles?|roubles?|zloty|USD|EUR|GBP|CNY|RMB|JPY|CHF|free|nothing|percent|per cent)\b|%",
    re.IGNORECASE,
)
_PART = re.compile(r"[,;:] | (?:and|but|while) ")
_FIGURE = re.compile(r"[0-9](?:[0-9.,]*[0-9])?")


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
    cuts = [0, *(cut.start() for cut in _PART.finditer(quote)), len(quote)]
    parts = [(first, last) for first, last in pairwise(cuts) if _FIGURE.search(quote, first, last)]
    asked = [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in words]
    named = [part for part in parts if any(word.search(quote, *part) for word in asked)]
    return len(parts) > 1 and len(named) == 1 and named[0][0] <= start and end <= named[0][1]


def is_of_kind(question: str, words: str) -> bool:
    """Return whether `words` can answer the question: a "when" by a time, a "how many" by a number."""
    if _WHEN.search(question):
        return bool(_TIME.search(words))
    if _PRICE.search(question):
        return bool(_MONEY.search(words))
    if _HOW_MANY.search(question):
        return bool(_NUMBER.search(words))
    return True
