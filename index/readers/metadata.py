"""What documents say of themselves, without what only a program or a form filled in; dates as days, never guessed."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import PurePath

_NO_TITLE = re.compile(
    r"(?i)untitled(?: document)?(?: ?\d*)|microsoft (?:word|powerpoint|excel) - .*|word document|"
    r"powerpoint presentation|excel workbook|workbook|"
    r"(?:slide|folie|document|dokument|documento|presentation|layout|doc|page) ?\d+|no title|"
    r"title|titel|unknown|(?:new |your )?document|(?:无标题|無標題|未命名)(?:文档|文件)?\d*|文档\d*|index|none|null|"
    r"(?:the |your )?(?:document |report )?title(?: of (?:the )?document| here)?|\[[^\[\]]*\]|"
    r"(?:enter|type|insert|click)\b.{0,40}\btitle\b.{0,20}|"
    r"print|file|about:blank|https?://\S+|d:\d{8,14}\S*|\{\{?\s*\w+\s*\}?\}|unbenannt|ohne titel|"
    r"sans titre|sin título|título|senza titolo|sem título|titre|titolo|без названия|"
    r"home|\(anonymous\)|.*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|ps|indd|qxd|rtf|odt|pages|html?)\s*"
)
_NO_AUTHOR = re.compile(
    r"(?i)python-docx|python-pptx|openpyxl|xlsxwriter|steve canny|"
    r"apache poi|docx4j|un-named|unknown(?: author)?|author|autor|anonymous|"
    r"user(?:name)?|(?:microsoft )?office(?: ?365)? user|microsoft(?: office)?|windows user|admin(?:istrator)?|"
    r"root|owner|default|test|none|null|n/?a|guest|administrador|benutzer|utilisateur|用户|作者|未知|微软用户|"
    r"html-docx-js|docx|php(?:word|office)\b.*|aspose\b.*|google docs|pages|(?:libre|open)office\b.*|mammoth|pandoc|"
    r"wps office|hp(?: inc\.?)?|lenovo|dell|asus|acer|toshiba|pc|windows \w+|пользователь(?: windows)?|"
    r"(?:usuario|utente|usuário)(?: de)?(?: windows)?|author name|\[[^\[\]]*\]|"
    r"acrobat\b.*|adobe (?:indesign|illustrator|acrobat|photoshop|framemaker)\b.*|"
    r"microsoft\W+(?:word|excel|powerpoint)\b.*|"
    r"(?:canon|xerox|ricoh|epson|brother|kyocera|hp|konica minolta|sharp) (?:scanner|\S*[\d-]\S*|workcentre.*)|"
    r"scan(?:ner)?|itext\b.*|wkhtmltopdf.*|mozilla.*|(?:google )?chrom(?:e|ium).*|safari|ghostscript.*|quarkxpress.*|"
    r"fpdf2?.*|reportlab.*|tcpdf.*|\(anonymous\)|"
    r"(?:your )?name|latex with hyperref.*|calibre|follow|staff|guest author|"
    r"(?:[^\W\d_]+ ){0,3}(?:editor|writer|reporter|correspondent|columnist)|stand|datum|date|fecha|"
    r"see all|link copied|https?://\S*"
)
_MONTHS = {
    **{name.lower(): n for n, name in enumerate(calendar.month_name) if name},
    **{name.lower(): n for n, name in enumerate(calendar.month_abbr) if name},
    "sept": 9,
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NO_NAME = "january|february|july|september|october|november|december|feb|jul|aug|sep|sept|oct|nov|dec"
"""Months that are hardly anybody's name."""
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?=$|[t\s])")
_COMPACT = re.compile(r"(?:d:)?(\d{4})(\d{2})(\d{2})(?:\d{4,6})?(?=$|[tz+-])")
_YEAR_FIRST = re.compile(r"(\d{4})([/.])\s?(\d{1,2})\2\s?(\d{1,2})\.?(?=$|\s)")
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])\s?(\d{1,2})\2\s?(\d{4})(?=$|[\s,])")
_DAY_MONTH = re.compile(
    rf"(?:\w+,?\s+)?(\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?:of\s+)?({_MONTH})\.?,?[\s-]+(\d{{4}})(?=$|[\s,])"
)
_MONTH_DAY = re.compile(rf"(?:\w+,?\s+)?({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?=$|[\s,])")
_CTIME = re.compile(rf"(?:\w+,?\s+)?({_MONTH})\s+(\d{{1,2}})\s+[\d:]+\s+(?:[a-z]{{3,4}}\s+)?(\d{{4}})$")
_WORDED = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(?:(\d{1,2})(?:\.|er|º)?\s+)?(?:de\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+|del\s+)?(\d{4})(?=$|[\s,])"
)
_MONTH_LANGUAGES = "en de fr es it pt nl sv da nb fi pl cs hr ru uk tr hu ro".split()
_PART = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_LABEL = re.compile(
    r"(?i)^(?:(?:last )?(?:updated?|modified|published|posted|written|created|reviewed)(?: on| at| by)?\b[:\s]*|"
    r"by[:\s]+|von\s+|(?-i:Par|Por)\s+|autor(?:in)?:?\s+|author:\s*|作者[:：]\s*)+"
)
_DATE_IN_NAME = re.compile(
    r"(?i)[\s,|·•–—(-]*(?:\b(?:on|at|am|le)\s+)?(?:\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+)?(?:"
    rf"\b(?:{_NO_NAME})\b\.?$|"
    rf"\b(?:{_MONTH})\b\.?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?|\d{{4}})\b|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:{_MONTH})\b\.?(?:,?\s+\d{{4}}\b)?|"
    r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{4}\s*年).*$"
)
_AFTER_NAME = re.compile(
    r"(?i)[\s,|·•–—-]*\b(?:(?:(?:senior|managing|news|staff|contributing|associate|chief|guest) )+"
    r"(?:editor|writer|reporter|correspondent|columnist)|follow(?: us)?|"
    r"link copied|lesedauer.*|\d+ min(?:ute)?s?(?: read)?.*|share|print|email|(?-i:le))\s*$"
)
_MOST_AUTHOR = 200
DATE_NAMES = tuple(
    "date published pubdate publishdate publisheddate publicationdate publishedat publishedon datepublished pubdatetime"
    " postdate posted postedat datetime".split()
)
CREATED_NAMES = tuple("created createdat datecreated creationdate createddate".split())
"""What properties are called that say when an article was published, or made."""
_NAMES_OF_PEOPLE = "name @name @value displayName display_name fullName full_name rendered original".split()
_TEMPLATES_MADE = frozenset({"2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2013-01-27T09:15:58Z"})
"""When the templates of python-docx and python-pptx were made, which their documents say they were."""
_FIRST_YEAR = 1985
_HASH = re.compile(r"[ _-][0-9a-f]{32}(?:_all)?$")
_NO_NAME_OF_A_FILE = re.compile(
    r"(?i)(?:\d+|(?=[a-z]*\d)[0-9a-f]{6,}|v\d+|scan(?:ned)?|ocr|img|dsc|pict?|image|photo|screenshot|page|file|doc|document|"
    r"text|article|untitled|unnamed|new|copy|draft|final|export|download|output|tmp|temp|index|p\d+|"
    r"(?:scan|doc|dokument|document|documento|img|page|untitled|unbenannt|file)\d*|of|de|von|kopie|copie|copia)"
)


def title_of(said: object) -> str:
    """Return a title that a document says of itself on one line; "" for none, or one that a program filled in."""
    title = " ".join(said.split()) if isinstance(said, str) else ""
    return "" if _NO_TITLE.fullmatch(title) else title


def last_change(said: Mapping[str, str]) -> str | None:
    """Return when an office document was changed last, else when it was made, if it was and not its template."""
    dates = (said.get(name, "") for name in ("modified", "created"))
    return next((date for date in dates if date not in _TEMPLATES_MADE and is_later(date)), None)


def is_later(date: str) -> bool:
    """Return whether a program can have written a document on this day: where it knew none, it says 1601 or 1970."""
    year = re.search(r"\d{4}", date)
    return year is not None and int(year[0]) >= _FIRST_YEAR


def name_of(source: str) -> str:
    """Return the title of a document that has none: its file's name, without the number that exports append."""
    stem = PurePath(source).stem
    return _HASH.sub("", stem) or stem


def is_named(source: str) -> bool:
    """Return whether the name of a file says something to a person: not `scan_0001`, not `000_76346bbd3b3507b8`."""
    return not all(_NO_NAME_OF_A_FILE.fullmatch(part) for part in re.split(r"[\W_]+", name_of(source)) if part)


def author_of(said: object) -> str | None:
    """Return who wrote it, from text, a list or an object with a `name`; without dates, labels and placeholders."""
    if isinstance(said, dict):
        named = next((said[name] for name in _NAMES_OF_PEOPLE if said.get(name)), None)
        return author_of(named or [inner for inner in said.values() if isinstance(inner, dict | list)])
    if isinstance(said, list):
        return "; ".join(dict.fromkeys(name for item in said if (name := author_of(item)))) or None
    if not isinstance(said, str | int | float) or isinstance(said, bool):
        return None
    names = [_author(name) for name in re.split(r"\s*;\s*", " ".join(str(said).split()))]
    return "; ".join(dict.fromkeys(filter(None, names))) or None


def _author(name: str) -> str:
    name = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]", r"\1", name)
    name = re.sub(r"\[([^\[\]]+)\]\([^()]*\)", r"\1", name)
    bare = _LABEL.sub("", name)
    if bare != name and not re.match(r"(?i)by|von|par|por|autor|author|作者", name):
        bare = _DATE_IN_NAME.sub("", f" {bare}").strip()
        return bare if re.search(r"(?i)\bby\b", name) else ""  # `Last updated ...` names nobody
    bare = _DATE_IN_NAME.sub("", bare)
    while (shorter := _AFTER_NAME.sub("", bare)) != bare:
        bare = shorter
    bare = bare.strip(" ,|·•–—-")
    if _NO_AUTHOR.fullmatch(bare) or bare.lower() in _MONTHS or len(bare) > _MOST_AUTHOR:
        return ""
    return bare


@lru_cache(maxsize=1024)
def day_of(said: str | None) -> str | None:
    """Return the day as 2024-03-17, or what is known of it (2024-03, 2024); None for what can be read in two ways."""
    text = " ".join((said or "").lower().split())
    if _PART.fullmatch(text):
        return text
    for pattern, day in _FORMS:
        if match := pattern.match(text):
            return day(match)
    return None


def _worded(day: str | None, name: str, year: str) -> str | None:
    """Return the day or the month where a month is named in one of several languages."""
    month = _months().get(name.rstrip("."))
    if month is None:
        return None
    return _day(year, month, day) if day else f"{year}-{month:02}"


@cache
def _months() -> dict[str, int]:
    """Return the names of months in Unicode's CLDR, but for those that mean another month elsewhere."""
    from babel.dates import get_month_names

    meant: dict[str, set[int]] = {}
    for language in _MONTH_LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    meant.setdefault(name.lower().rstrip("."), set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in meant.items() if len(numbers) == 1}


def _year_last(first: str, mark: str, second: str, year: str) -> str | None:
    """17.3.2024 has its day first; of 3/4/2024 nobody knows."""
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if mark == ".":
        return day_first
    if day_first and month_first and day_first != month_first:
        return None
    return day_first or month_first


def _day(year: str, month: str | int, day: str) -> str | None:
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (_ISO, lambda found: _day(found[1], found[2], found[3])),
    (_COMPACT, lambda found: _day(found[1], found[2], found[3])),
    (_YEAR_FIRST, lambda found: _day(found[1], found[3], found[4])),
    (_CHINESE, lambda found: _day(found[1], found[2], found[3])),
    (_YEAR_LAST, lambda found: _year_last(found[1], found[2], found[3], found[4])),
    (_DAY_MONTH, lambda found: _day(found[3], _MONTHS[found[2]], found[1])),
    (_MONTH_DAY, lambda found: _day(found[3], _MONTHS[found[1]], found[2])),
    (_CTIME, lambda found: _day(found[3], _MONTHS[found[1]], found[2])),
    (_WORDED, lambda found: _worded(found[1], found[2], found[3])),
)
