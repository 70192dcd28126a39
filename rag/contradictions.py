"""Where two articles give different figures for the same thing.

Meant to be silent rather than wrong: the figures have the same unit, the words around them are the
same for the most part, they name the same names and the same times, and the question asks for them.
It knows figures with a unit in languages that set words apart; it compares no dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from index.article import Article
from index.terms import STOP_WORDS

_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_FIGURE = re.compile(
    r"(?<![\w.,])[$€£¥]?(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?P<point>\.[0-9]+)?)(?![\w,.]*[0-9])"
    r"(?:\s(?P<scale>thousand|million|billion|trillion))?(?P<unit>\s?%|\s[^\W\d_]+)"
)
_RANGE = re.compile(r"(?:[0-9%]|\b(?:million|billion|percent))\s*(?:to|and|or|-|–)\s*$|\b(?:between|from)\s*$")
_HEDGE = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|under|than|close to|up to|least|most)\s*$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:(?:19|20)[0-9]{2}|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|first|second|third|fourth|half|quarter|spring|summer|autumn|winter|day|week|month|year)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never|no|nor)\b|n['’]t\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w-]*")
_ASIDE = re.compile(r",[^,]*,")
_CLAUSE_END = re.compile(r"[,;:.()]|\band\b")
_ENDING = re.compile(r"(?:ations?|ators?|ing|ed|es|s|e)$")
_SHARED = 0.6
_ALIKE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, as it stands in a text, and the words that say what it is of."""

    text: str
    value: Decimal
    exact_to: int
    """The power of ten of its last digit."""
    unit: str
    words: tuple[str, ...]


def difference(question: str, first: tuple[Article, str], second: tuple[Article, str]) -> tuple[str, str] | None:
    """The figures of two quotes, given with their articles, that contradict each other; None if none do."""
    if first[0].id == second[0].id or _times(first[1]) != _times(second[1]):
        return None
    asked = _stems(_WORD.findall(question))
    ours, theirs = list(figures(first[1])), list(figures(second[1]))
    for a in ours:
        for b in theirs:
            if a.unit != b.unit or any(_same(a, other) for other in theirs) or any(_same(b, other) for other in ours):
                continue
            mine, other = _stems(a.words), _stems(b.words)
            shared, least = mine & other, min(len(mine), len(other))
            if len(shared) < 2 or len(shared) < _SHARED * least or _denies(a) != _denies(b):
                continue
            names = _names(a, first[0])
            if names == _names(b, second[0]) and names <= asked and (names or len(shared & asked) > 1):
                return a.text, b.text
    return None


def figures(text: str) -> Iterator[Figure]:
    """The exact figures of a text; ranges, round numbers ("about 5") and times are left out."""
    verbs: list[str] = []
    last = 0
    matches = [match for match in _FIGURE.finditer(text) if not _is_time(match)]
    for match, following in zip_longest(matches, matches[1:]):
        before = _ASIDE.sub(" ", text[last : match.start()])
        after = text[match.end() : following.start() if following else len(text)]
        words = _WORD.findall(before + " " + _CLAUSE_END.split(after)[0])
        common = [word for word in words if word.islower() and word not in STOP_WORDS]
        verbs = common or verbs  # "BYD pays 1 percent, Geely 2 percent": who says how much again leaves the rest out
        last = match.end()
        unit = match["unit"].strip().lower()
        unit = "percent" if unit == "%" else unit
        hedged = _RANGE.search(text[: match.start()]) or _HEDGE.search(text[: match.start()])
        if hedged or unit in STOP_WORDS:
            continue
        scale = _SCALES.get(match["scale"] or "", 0)
        value = Decimal(match["digits"].replace(",", "")).scaleb(scale)
        exact_to = scale - len(match["point"] or ".") + 1
        yield Figure(match[0], value, exact_to, _ENDING.sub("", unit), tuple(words if common else words + verbs))


def _is_time(match: re.Match[str]) -> bool:
    return bool(_TIME.fullmatch(match["digits"]) or _TIME.fullmatch(match["unit"].strip().rstrip("s")))


def _times(text: str) -> set[str]:
    return {match.lower() for match in _TIME.findall(text)}


def _stems(words: Iterable[str]) -> set[str]:
    kept = (word.lower() for word in words if word.lower() not in STOP_WORDS)
    return {re.sub("y$", "i", _ENDING.sub("", word)) for word in kept}


def _same(a: Figure, b: Figure) -> bool:
    """Equal, as far as both are exact; large numbers are often rounded."""
    if a.unit != b.unit:
        return False
    exact_to = max(a.exact_to, b.exact_to)
    if round(a.value.scaleb(-exact_to)) == round(b.value.scaleb(-exact_to)):
        return True
    return min(a.value, b.value) >= 1000 and abs(a.value - b.value) <= _ALIKE * max(a.value, b.value)


def _denies(figure: Figure) -> bool:
    return bool(_NOT.search(" ".join(figure.words)))


def _names(figure: Figure, article: Article) -> set[str]:
    """The capitalised words that its article never writes small."""
    small = _stems([word for word in _WORD.findall(article.text) if word.islower()])
    return _stems([word for word in figure.words if not word.islower()]) - small
