"""Text -> the words that lexical search compares. Chinese, Japanese and Korean go as pairs of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CJK = "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_CJK_RUN = re.compile(rf"(?:(?=\w)[{_CJK}])+")  # some code points of these blocks are no word characters
_WORD = re.compile(rf"{_CJK_RUN.pattern}|[^\W{_CJK}]+")

STOP_WORDS = frozenset(
    """
    a about all also am an and any are as at be been being but by can could did do does doing for from had has have he
    her hers him his how i if in into is it its me my no nor not of on or our ours say says said she so some such tell
    than that the their theirs them then there these they this those to too us was we were what when where which while
    who whom whose why will with would you your yours
    """.split()
)


def index_terms(text: str) -> str:
    """Return `text` as FTS5 gets it: words as they are, each CJK run as its overlapping pairs."""
    return _CJK_RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", text)


def query_terms(question: str) -> list[str]:
    """Return the distinct terms of a question in order, without stop-words unless there is nothing else."""
    words: list[str] = []
    for match in _WORD.finditer(question.lower()):
        words += _pairs(match[0]) if _CJK_RUN.match(match[0]) else [match[0]]
    words = list(dict.fromkeys(words))
    return [word for word in words if word not in STOP_WORDS] or words


def term_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Iterate over (start, end, term) of what of `text` is searched for: words, and the pairs of each CJK run."""
    for match in _WORD.finditer(text):
        start, word = match.start(), match[0]
        if _CJK_RUN.match(word):
            yield from ((start + at, start + at + len(pair), pair) for at, pair in enumerate(_pairs(word)))
        else:
            yield start, match.end(), word


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]
