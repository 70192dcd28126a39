"""An article's byline says who wrote it and when. To any other "who" and "when" it is no answer."""

from __future__ import annotations

import re

from rag.retrieve import Passage

_ASKED = re.compile(
    r"\b(?:wrote|writ(?:es?|ten|er)|by whom|authors?|byline|publish\w*|publication|posted|report\w*|journalist"
    r"|columnist|articles?|story|date)\b|作者|写|寫|发表|發表|发布|發布|文章|日期",
    re.IGNORECASE,
)


def asks_for_byline(question: str) -> bool:
    """Whether the question may be about who wrote an article, or when."""
    return bool(_ASKED.search(question))


def without_byline(passage: Passage) -> str:
    """Return the passage's text, its byline overwritten with blanks, so that all else stays where it is."""
    text = passage.text
    if (byline := passage.article.byline) is None:
        return text
    start, end = (min(max(0, at - passage.start), len(text)) for at in byline)
    return text[:start] + " " * (end - start) + text[end:]
