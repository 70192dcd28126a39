"""Whether a question stands by itself after all: what it took over from the conversation is not in its articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from index.terms import query_terms
from rag.language.english import HE, IT, PREPOSITIONS, THEY
from rag.language.pointing import DEMONSTRATIVE

ArticlesWith = Callable[[Sequence[str]], frozenset[str]]
"""Returns the ids of the articles that have one of some words."""
_IN_BRACKETS = re.compile(r"(?P<own>[^()]+) \((?P<taken>[^()]+)\)\?")
_LEANS = re.compile(rf"{HE.pattern}|{IT.pattern}|{THEY.pattern}|{DEMONSTRATIVE.pattern}", re.IGNORECASE)
_MEASURES = frozenset({"many", "much", "long", "often"})
"""Words of "how many" and the like."""
_MOST_TERMS = 6
"""Words that are looked up, each for itself; longer questions name their subject themselves."""


def without_strange_subject(standalone: str, bare: str, articles_with: ArticlesWith) -> str:
    """Return a question without the subject in brackets, where an article of others has more of its own words.

    A question that points back at something keeps its subject.
    "Who is against closing the pool (Arthur Penhale)?" is a new topic if no article about the pool names him.
    """
    match = _IN_BRACKETS.fullmatch(standalone)
    if match is None or "(" in bare or _LEANS.search(match["own"]):
        return standalone
    own, taken = _having(match["own"], articles_with), _having(match["taken"], articles_with)
    if not own:
        return standalone
    about_it = frozenset.intersection(*taken) if taken else frozenset()
    words = Counter(article for articles in own for article in articles)
    return standalone if any(words[article] == max(words.values()) for article in about_it) else f"{match['own']}?"


def _having(words: str, articles_with: ArticlesWith) -> list[frozenset[str]]:
    """Return for each word that articles have which ones do."""
    terms = [term for term in query_terms(words) if term not in PREPOSITIONS | _MEASURES]
    if len(terms) > _MOST_TERMS:
        return []
    return [articles for term in terms if (articles := articles_with([term]))]
