"""Questions for the latest: of what answers comparably well, the newer goes first."""

from __future__ import annotations

import re

from index.article import Article
from rag.filters import known_date

COMPARABLE = 0.8
"""What has this share of the best one's support answers comparably well."""
_WORDS = re.compile(
    r"\b(?:latest|newest|recent(?:ly)?|current(?:ly)?|now|today|nowadays|these days|at present)\b"
    r"|最新|最近|近来|目前|当前|现在|如今|今天",
    re.IGNORECASE,
)


def asks_for_latest(question: str) -> bool:
    """Whether a question, in English or Chinese, asks how things stand or what happened last."""
    return _WORDS.search(question) is not None


def day(article: Article) -> str:
    """Its date, to be compared with others; an article without one is older than all."""
    return known_date(article.date) or ""
