"""Questions for the latest: of passages that answer comparably well, the newer goes first."""

from __future__ import annotations

from index.article import Article
from rag.filters import known_date
from rag.language.time import LATEST

COMPARABLE = 0.8
"""Share of the best answer's support with which another answers comparably well."""


def asks_for_latest(question: str) -> bool:
    """Return whether a question, in English or Chinese, asks how things stand or what happened last."""
    return LATEST.search(question) is not None


def day(article: Article) -> str:
    """Return the date of an article, to be compared with others; an article without one is older than all."""
    return known_date(article.date) or ""
