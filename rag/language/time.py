"""Months, dates and the phrases that say when."""

from __future__ import annotations

import re

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTH_NUMBERS = {name[:n].lower(): i for i, name in enumerate(MONTHS, 1) for n in (3, 4, len(name))}
"""Number of a month by its lower-case name, in full or cut to three or four letters."""
AMBIGUOUS_MONTHS = frozenset({"may", "march", "mar", "sept", "dec"})
"""Names of months that are also words, or parts of other names."""
MONTH = rf"(?:{'|'.join(MONTHS)})"
YEAR = r"(?:19|20)[0-9]{2}"
DATE = rf"(?:(?:[0-9]{{1,2}} )?{MONTH}(?: [0-9]{{1,2}},)? [0-9]{{4}}|[0-9]{{4}})"
"""A year, or a month or day with its year."""
DAY_OR_MONTH = rf"(?:[0-9]{{1,2}} {MONTH}|{MONTH}(?: [0-9]{{1,2}})?)"
"""A day or month without its year."""
_TIME = re.compile(
    rf"\b(?:(?:in|on|at|by|during|since|until|for|over|within) )?"
    r"(?:the )?(?:(?:whole|end|beginning|start|middle|(?:first|last) \w+ (?:days|weeks|months)) of )?"
    rf"(?:(?:first|second|third|fourth|last) (?:quarter|half)(?: of)?(?: {YEAR})?|Q[1-4](?: {YEAR})?"
    rf"|(?:[0-9]{{1,2}} )?{MONTH}(?: [0-9]{{1,2}}\b,?)?(?: {YEAR})?|{YEAR})\b(?![,.][0-9])"
)
_DESCRIBING = re.compile(rf"(?P<lead>.*\bthe |)(?P<year>{YEAR})")
"""A year that says which of several things is meant, if a word follows: "the 2024 budget"."""
_DESCRIBED = re.compile(r" (?!(?:and|or|than|to)\b)[a-z-]{2,}")
_LEAD = re.compile(r"^(?:in|on|at|by|during|since|until|for|over|within) (?:the )?")
TIME_WORDS = re.compile(
    rf"\b(?:{YEAR}|{MONTH}|first|second|third|fourth|half|quarter|spring|summer|autumn|winter|day|week|month|year)\b",
    re.IGNORECASE,
)
"""A year, or a word for a part of one."""
WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = rf"(?:{'|'.join(_DAYS)}|(?-i:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun))"
_DAYS_SAID = re.compile(
    rf"\b(?P<first>{_DAY})s?\.?(?:\s?(?:to|until|till|through|-|–)\s?(?P<last>{_DAY})s?)?\b"
    r"|\b(?P<several>weekdays?|weekends?|daily|every day)\b",
    re.IGNORECASE,
)
_SEVERAL_DAYS = {"weekday": range(5), "weekdays": range(5), "weekend": range(5, 7), "weekends": range(5, 7)}
LATEST = re.compile(
    r"\b(?:latest|newest|recent(?:ly)?|current(?:ly)?|now|today|nowadays|these days|at present)\b"
    r"|最新|最近|近来|目前|当前|现在|如今|今天",
    re.IGNORECASE,
)
"""Words that ask how things stand or what happened last."""


def time_spans(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the years, months, days and quarters in `text`, with the words that lead to them."""
    return [match.span() for match in _TIME.finditer(text)]


def times_in(text: str) -> list[str]:
    """Return the years, months, days and quarters in `text`, with the words that lead to them."""
    return [text[start:end].strip() for start, end in time_spans(text)]


def bare_times(text: str) -> list[str]:
    """Return the times in `text` without the preposition before them: "2024"."""
    return [re.sub("^(?:in|on) ", "", time) for time in times_in(text)]


def is_time(text: str) -> bool:
    """Return whether `text` is nothing but a time."""
    return bool(_TIME.fullmatch(text.strip()))


def with_time(question: str, time: str) -> str:
    """Return `question` about another time: its last one is replaced by `time`, or `time` is appended."""
    spans = time_spans(question)
    if not spans:
        return f"{question} {time}"
    start, end = spans[-1]
    describing = _DESCRIBING.fullmatch(question, start, end) if _DESCRIBED.match(question, end) else None
    if describing:
        start, time = describing.start("year"), _LEAD.sub("", time)
    year = re.search(YEAR, question[start:end])
    if year and re.search(MONTH, time) and not re.search(YEAR, time) and re.search(MONTH, question[start:end]):
        time = f"{time} {year[0]}"
    return f"{question[:start]}{time}{question[end:]}"


def days_in(text: str) -> frozenset[int]:
    """Return the days of the week that a text names, from 0 for Monday: "Tuesday to Thursday" names three."""
    days: set[int] = set()
    for match in _DAYS_SAID.finditer(text):
        if match["several"]:
            days.update(_SEVERAL_DAYS.get(match["several"].lower(), range(7)))
            continue
        first = _number_of_day(match["first"])
        last = _number_of_day(match["last"]) if match["last"] else first
        days.update((first + n) % 7 for n in range((last - first) % 7 + 1))
    return frozenset(days)


def _number_of_day(name: str) -> int:
    return next(n for n, day in enumerate(_DAYS) if day.startswith(name[:3].lower()))


def preposition_of(date: str) -> str:
    """Return "on" for a date with a day, "in" for a month or a year."""
    return "on" if re.search(rf"\b[0-9]{{1,2}} {MONTH}|{MONTH} [0-9]{{1,2}}\b", date) else "in"
