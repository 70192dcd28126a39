"""Whether an article is about something, by words: it stands in the title, or again and again in the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from index.article import Article
from index.terms import query_terms
from rag.language.stem import stem

MENTIONS = 3
"""An article is about what it names so often, or in its title."""
_NO_TOPIC = frozenset({"s", "much", "many"})
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def stems_of(topic: str) -> frozenset[str]:
    """Return the stems of a topic's telling words."""
    return frozenset(stem(term) for term in query_terms(topic) if term not in _NO_TOPIC)


def all_stems_of(text: str) -> frozenset[str]:
    """Return the stems of all words of a text."""
    return frozenset(map(stem, set(_WORD.findall(text.lower()))))


def times_named(stems: Iterable[str], text: str) -> int:
    """Return how often a text has the rarest of the words with these stems."""
    counts = Counter(stem(word) for word in _WORD.findall(text.lower()))
    return min((counts[each] for each in stems), default=0)


def is_titled(stems: frozenset[str], article: Article) -> bool:
    """Return whether the title has all of the words."""
    return bool(stems) and stems <= all_stems_of(article.title)


def is_about(stems: frozenset[str], article: Article) -> bool:
    """Return whether an article is about what words name, and does not name it in passing."""
    return is_titled(stems, article) or times_named(stems, article.text) >= MENTIONS
