"""An article's byline says who wrote it and when. To any other "who" and "when" it is no answer."""

from __future__ import annotations

import re

from index.article import Article
from rag.retrieve import Passage

_ASKED = re.compile(
    r"\b(?:wrote|writ(?:es?|ten|er)|by whom|authors?|byline|publish\w*|publication|posted|report\w*|journalist"
    r"|columnist|articles?|story|date)\b|作者|写|寫|发表|發表|发布|發布|文章|日期",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}(?:-\d\d){0,2})?")
_WITHIN = 400
"""A byline starts among so many first characters of an article."""


def asks_for_byline(question: str) -> bool:
    """Whether the question may be about who wrote an article, or when."""
    return bool(_ASKED.search(question))


def is_byline(line: str, at: int, article: Article) -> bool:
    """Whether a line that starts at `at` is the author, a date, or both, as the index writes them under the title."""
    date = line.removeprefix(f"By {article.author}").removeprefix(", ")
    return bool(line) and at < _WITHIN and bool(_DATE.fullmatch(date))


def without_byline(passage: Passage) -> str:
    """The passage's text, its byline overwritten with blanks, so that all else stays where it is."""
    text, start = passage.text, 0
    for line in text[: 2 * _WITHIN].split("\n"):
        if is_byline(line, passage.start + start, passage.article):
            return text[:start] + " " * len(line) + text[start + len(line) :]
        start += len(line) + 1
    return text
