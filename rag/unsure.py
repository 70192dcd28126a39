"""What an uncertain answer begins with, and why it is uncertain: what it does not meet, or what else fits.

What is uncertain of a summary is the article, not what it says.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer_kind import is_of_kind
from rag.intents import Intent
from rag.quotes import Quote
from rag.reading.constraints import Constraints, Fit
from rag.refusal import as_typed

MAYBE = "The articles may answer this:"
OF_FORM: dict[Intent, str] = {
    "summary": "This may be what is meant:",
    "overview": "These articles have the words, but may be about something else:",
    "collection": "Going by the words in the articles:",
}
"""Forms that begin with something else than MAYBE."""
NOT_NAMED = "The quote does not name {names}."
NOT_ABOUT = "The quote may not be about {names}."
OTHER_KIND = "The quote may not give the time, sum or number that was asked for."
RIVAL = "Another sentence fits nearly as well."
NOT_ASKED = "This may not be what was asked."
REASONS = {
    "not_named": NOT_NAMED,
    "not_about": NOT_ABOUT,
    "other_kind": OTHER_KIND,
    "rival": RIVAL,
    "not_asked": NOT_ASKED,
}
"""Reasons by the name that the faces know them by."""
_NEARLY = 0.9
"""Share of the best quote's support from which on another one fits nearly as well."""


def unsure_line(intent: Intent | None) -> str:
    """Return what the notice of an uncertain answer of this form begins with."""
    return OF_FORM.get(intent, MAYBE) if intent else MAYBE


def why_unsure(question: str, constraints: Constraints, quotes: Sequence[Quote]) -> str:
    """Return why the first of the quotes, which are ranked, may not answer the question."""
    best = quotes[0]
    if missing := constraints.unmet(best.article, (best.start, best.end)):
        return NOT_NAMED.format(names=", ".join(as_typed(tuple(name.split()), question) for name in missing))
    insisted = [*(" ".join(name) for name in constraints.names), *sorted(constraints.years)]
    if best.fit is not Fit.MEETS and insisted:
        return NOT_ABOUT.format(names=", ".join(as_typed(tuple(name.split()), question) for name in insisted))
    if not is_of_kind(question, best.text):
        return OTHER_KIND
    rivals = [quote for quote in quotes[1:] if quote.fit >= best.fit and quote.support >= _NEARLY * best.support]
    return RIVAL if rivals else NOT_ASKED
