"""What a question about the collection asks for: which of its articles, by whom, of when, about what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any, Literal

from rag.intents import ARTICLES, NEWEST, OLDEST
from rag.language.time import DATE, MONTH_NUMBERS

What = Literal["articles", "authors", "writers", "newest", "oldest"]

_PUBLISHED = r"(?:(?:that |which )?(?:was|were|are|is|been|being)? ?(?:published|written|dated|posted|printed) )?"
_PERIOD = re.compile(
    rf"\b{_PUBLISHED}(?P<how>in|from|of|during|on|since|after|before|until) (?P<date>\d{{4}}-\d\d(?:-\d\d)?|{DATE})\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|on|(?P<named>(?:mention|name|contain)(?:s|ed|ing)?)|(?:cover|discuss)(?:s|es|ed|ing)?"
    r"|deal(?:s|ing)? with) (?P<value>.+?)(?= (?:written |published )?by (?-i:[A-Z])|$)",
    re.IGNORECASE,
)
_BY = re.compile(r"\b(?:by|from) (?P<value>.+?)(?= (?:are|is|were|was)\b|$)", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:has|have|did|does) (?P<value>.+?) (?:written|write|publish(?:ed)?)\b", re.IGNORECASE)
_EXTREME = re.compile(
    rf"\b(?P<end>{NEWEST}|{OLDEST}) {ARTICLES}\b|\b{ARTICLES}\b.*\b(?P<other>newest|latest|oldest|earliest)\b",
    re.IGNORECASE,
)
_AUTHORS = re.compile(
    r"^(?:who (?:writes?|wrote|are)\b(?! (?:the|this|that) (?!authors|writers))"
    r"|(?:list |show )?(?:all )?(?:the )?(?:authors|writers))",
    re.IGNORECASE,
)
_WRITERS = re.compile(
    rf"^who (?:wrote|writes|is the author of) (?:the|this|that) {ARTICLES}\b|^(?:which|what) (?:authors?|writers?)\b"
    r"|^who (?:has |have )?(?:wrote|written|writes?) (?:about|on)\b",
    re.IGNORECASE,
)
_ANY = re.compile(r"^(?:is|are) there|^(?:do|does|did|have) (?:you|any|some)\b", re.IGNORECASE)
_TOPICS = re.compile(rf"\b(?:topics?|subjects?)\b|^what (?:are|do) (?:the|your|these) {ARTICLES}\b", re.IGNORECASE)
_ENTIRE = frozenset(
    """
    a about added all altogether am an and any appeared archive are article articles author authors been being blog
    by called came can collection contain could cover covered covers currently date dated day did do document
    documents does earliest exist exists find first for from get give got had has have headline headlines here how i
    in index indexed is it know last latest library list many me most name newest now of oldest on one ones online
    out paper papers people person persons piece pieces please post posted posts publish published recent show site
    some stored stories story subject subjects tell text texts that the their there these this those title titled
    titles topic topics total us was we website were what when which who whose with write writer writers writes
    written wrote year you your
    """.split()
)
"""Words that ask for nothing in particular."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: articles `by` an author, `about` something or at least `named` there, `of` a time.

    `keeps` says of a date whether it is of that time; `confirms` is whether the question may be answered by yes,
    `topics` whether it asks what the articles are about.
    """

    what: What
    by: str | None
    about: str | None
    named: bool
    of: str | None
    keeps: Callable[[str], bool]
    confirms: bool
    topics: bool


def asked_of(question: str) -> Asked | None:
    """Return what the question asks for; None where some of its words ask for something else."""
    rest = " ".join(question.split()).strip(" ?.!")
    confirms, what = bool(_ANY.search(rest)), _what(rest)
    rest, period = _taken(_PERIOD, rest)
    rest, about = _taken(_ABOUT, rest)
    rest, by = _taken(_WRITTEN, rest) if _WRITTEN.search(rest) else _taken(_BY, rest)
    if any(word not in _ENTIRE for word in re.findall(r"[^\W_]+", rest.lower())):
        return None
    of, keeps = _time(period) if period else (None, _any_time)
    topic = about["value"].strip(" \"'“”") if about else None
    named = bool(about and about["named"])
    return Asked(
        what,
        by["value"].strip(" \"'“”") if by else None,
        topic,
        named,
        of,
        keeps,
        confirms,
        bool(_TOPICS.search(question)),
    )


def _what(text: str) -> What:
    if _WRITERS.search(text):
        return "writers"
    if _AUTHORS.search(text):
        return "authors"
    if extreme := _EXTREME.search(text):
        return "oldest" if re.fullmatch(OLDEST, extreme["end"] or extreme["other"], re.IGNORECASE) else "newest"
    return "articles"


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, re.Match[str] | None]:
    """Return the text without what the pattern finds, and that."""
    found = pattern.search(text)
    return (f"{text[: found.start()]} {text[found.end() :]}".strip(), found) if found else (text, None)


def _time(period: re.Match[str]) -> tuple[str, Callable[[str], bool]]:
    """Return how to say a time, and which dates are of it. A day of 2024 is not "after 2024"."""
    how, day = period["how"].lower(), _as_iso(period["date"])
    compare: dict[str, Callable[[Any, Any], bool]] = {"since": ge, "after": gt, "before": lt, "until": le}
    fits: Callable[[Any, Any], bool] = compare.get(how, eq)
    said = how if how in compare else "of"
    return f"{said} {period['date']}", lambda date: len(date) >= len(day) and fits(date[: len(day)], day)


def _any_time(_: str) -> bool:
    return True


def _as_iso(date: str) -> str:
    """Return "May 2024" as 2024-05, "8 July 2024" as 2024-07-08; what is written so already stays."""
    words = re.findall(r"[a-z]+|[0-9]+", date.lower())
    month = next((MONTH_NUMBERS[word] for word in words if word in MONTH_NUMBERS), None)
    if month is None:
        return date
    year = next(word for word in words if len(word) == len("2024"))
    day = next((f"-{int(word):02}" for word in words if word.isdigit() and word != year), "")
    return f"{year}-{month:02}{day}"
