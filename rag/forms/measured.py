"""What a comparison of years measures: whether a sentence gives it, and two sentences in the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.terms import query_terms
from rag.forms.about import all_stems_of, stems_of
from rag.language.comparisons import is_year
from rag.language.parts import before_preposition
from rag.language.stem import stem
from rag.quotes import Quote

_MEASURES = re.compile(r"^how (?:many|much) (?!(?:did|does|do|was|were|is|are)\b)(?P<thing>\w+)", re.IGNORECASE)


def tells_measure(question: str, quote: Quote) -> bool:
    """Return whether a sentence names what is measured, and it, its heading and title half of the question's words."""
    terms = [term for term in query_terms(question) if len(term) > 1 and not is_year(term)]
    measured = _MEASURES.match(question)
    thing = measured["thing"] if measured else (query_terms(before_preposition(question)) or terms)[-1]
    said = all_stems_of("\n".join((quote.article.title, quote.article.heading_at(quote.start) or "", quote.text)))
    asked = [stem(term) for term in terms]
    return stem(thing.lower()) in all_stems_of(quote.text) and 2 * sum(each in said for each in asked) >= len(asked)


def are_alike(question: str, quotes: Sequence[Quote]) -> bool:
    """Return whether one word of the question stands beside the figures of all: "a budget of £48 million"."""
    asked = stems_of(question)
    return bool(frozenset.intersection(asked, *(_beside_figure(quote) for quote in quotes)))


def _beside_figure(quote: Quote) -> frozenset[str]:
    """Return the stems of the telling words before and after the words that answer."""
    start, end = (quote.narrow_spans() or ((quote.start, quote.start),))[0]
    text = quote.article.text
    words = (*query_terms(text[quote.start : start])[-1:], *query_terms(text[end : quote.end])[:1])
    return frozenset(stem(word) for word in words)
