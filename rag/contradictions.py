"""Where two articles give different figures for the same thing.

Meant to be silent rather than wrong: the figures have the same unit, the words around them are the
same for the most part, they name the same names and the same times, and the question asks for them.
It knows figures with a unit in languages that set words apart; it compares no dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product, zip_longest

from index.article import Article
from index.chunk import sentence_spans
from index.terms import STOP_WORDS
from rag.language.numbers import SCALES, UNITS
from rag.language.stem import stem
from rag.language.time import TIME_WORDS
from rag.retrieve import Passage

_SCALE = r"thousand|million|billion|trillion"
_FIGURE = re.compile(
    r"(?<![\w.,])[$€£¥]?(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?P<point>\.[0-9]+)?)(?![\w,.]*[0-9])"
    rf"(?:\s(?P<scale>{_SCALE}))?(?P<unit>\s?%|\s[^\W\d_]+)"
)
_RANGE = re.compile(r"(?:[0-9%]|\b(?:million|billion|percent))\s*(?:to|and|or|-|–)\s*$|\b(?:between|from)\s*$")
_HEDGE = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|under|than|close to|up to|least|most)\s*$",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|never|no|nor)\b|n['’]t\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w-]*")
_ASIDE = re.compile(r",[^,]*,")
_CLAUSE_END = re.compile(r"[,;:.()]|\band\b")
_MIN_SHARED = 0.6
"""Share of the words around two figures that both have, at least."""
_ROUNDING = Decimal("0.01")
"""Large numbers that differ by this share are the same, rounded."""


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """Number with its unit, as it stands in a text, and the words that say what it is of."""

    text: str
    value: Decimal
    last_digit: int
    """Power of ten of its last digit."""
    unit: str
    words: tuple[str, ...]


def conflicting_figures(
    question: str, first: tuple[Article, str], second: tuple[Article, str]
) -> tuple[str, str] | None:
    """Return the figures of two quotes, given with their articles, that contradict each other; None if none do."""
    if first[0].id == second[0].id or _times(first[1]) != _times(second[1]):
        return None
    asked = _stems(_WORD.findall(question))
    ours, theirs = list(figures(first[1])), list(figures(second[1]))
    for figure, other_figure in product(ours, theirs):
        confirmed = any(_same(figure, other) for other in theirs) or any(_same(other_figure, other) for other in ours)
        if confirmed or not _of_the_same(figure, other_figure):
            continue
        names = _names(figure, first[0])
        asked_for = names or len(_stems(figure.words) & _stems(other_figure.words) & asked) > 1
        if asked_for and names <= asked and names == _names(other_figure, second[0]):
            return figure.text, other_figure.text
    return None


def may_conflict(question: str, quotes: Sequence[tuple[Article, str]], passages: Sequence[Passage]) -> bool:
    """Whether a sentence of a passage of another article gives another figure for what a quote says."""
    telling = [quote for quote in quotes if any(figures(quote[1]))]
    return any(
        conflicting_figures(question, quote, (passage.article, passage.text[span.start : span.end]))
        for passage in (passages if telling else ())
        for span in sentence_spans(passage.text, passage.article.language)
        for quote in telling
    )


def _of_the_same(figure: StatedFigure, other: StatedFigure) -> bool:
    """Return whether two figures have the same unit and mostly the same words, and deny alike."""
    words, others = _stems(figure.words), _stems(other.words)
    shared = len(words & others)
    alike = shared >= 2 and shared >= _MIN_SHARED * min(len(words), len(others))
    return alike and figure.unit == other.unit and _denies(figure) == _denies(other)


def figures(text: str) -> Iterator[StatedFigure]:
    """Iterate over the exact figures of a text; ranges, round numbers ("about 5") and times are left out."""
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
        if not _is_inexact(text[: match.start()]) and match["unit"].strip().lower() not in STOP_WORDS:
            yield _figure(match, words if common else words + verbs)


def _is_inexact(before: str) -> bool:
    """Return whether the figure that follows is one end of a range, or rounded."""
    return bool(_RANGE.search(before) or _HEDGE.search(before))


def _figure(match: re.Match[str], words: Iterable[str]) -> StatedFigure:
    scale, unit = SCALES.get(match["scale"] or "", 1), match["unit"].strip().lower()
    last_digit = len(str(scale)) - len(match["point"] or ".")
    value = Decimal(match["digits"].replace(",", "")) * scale
    return StatedFigure(match[0], value, last_digit, UNITS.get(unit) or stem(unit), tuple(words))


def _is_time(match: re.Match[str]) -> bool:
    return bool(TIME_WORDS.fullmatch(match["digits"]) or TIME_WORDS.fullmatch(match["unit"].strip().rstrip("s")))


def _times(text: str) -> set[str]:
    return {match.lower() for match in TIME_WORDS.findall(text)}


def _stems(words: Iterable[str]) -> set[str]:
    return {stem(word.lower()) for word in words if word.lower() not in STOP_WORDS}


def _same(figure: StatedFigure, other: StatedFigure) -> bool:
    """Return whether two figures are equal, as far as both are exact; large numbers are often rounded."""
    if figure.unit != other.unit:
        return False
    last_digit = max(figure.last_digit, other.last_digit)
    if round(figure.value.scaleb(-last_digit)) == round(other.value.scaleb(-last_digit)):
        return True
    larger = max(figure.value, other.value)
    return min(figure.value, other.value) >= 1000 and abs(figure.value - other.value) <= _ROUNDING * larger


def _denies(figure: StatedFigure) -> bool:
    return bool(_NEGATION.search(" ".join(figure.words)))


def _names(figure: StatedFigure, article: Article) -> set[str]:
    """Return the stems of capitalised words that the article never writes small."""
    small = _stems([word for word in _WORD.findall(article.text) if word.islower()])
    return _stems([word for word in figure.words if not word.islower()]) - small
