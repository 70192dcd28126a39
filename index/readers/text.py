"""Plain text: the article is the file, word for word."""

from __future__ import annotations

import datetime as dt
import re

from index.article import Article
from index.readers.decode import decode

TITLE_CHARACTERS = 100
_LOOK_AT = 4000
_SENTENCE = re.compile(r".*?(?:[.!?…][\"'”’»)]*(?= |$)(?<!\b[A-Z]\.)(?<!Mr\.)(?<!Dr\.)(?<!Mrs\.)(?<!St\.)|[。！？]|$)")


_NAME = r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}"
_DATED = r"(?:,| \|| ?[·–—]| -) ?(?P<date>.*\d.*)"
_BYLINE = re.compile(rf"[Bb]y (?P<author>{_NAME}(?:(?:, | and | & ){_NAME})*)(?:{_DATED})?")
_LONGEST = 160
"""Characters of a byline, at most."""
_PARTICLES = frozenset("al and bin da de del den der di du el la le van von".split())
_WEEKDAY = re.compile(r"\w+day,? (?=\w)")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_DATES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%Y-%m-%d")


def read_text(data: bytes, source: str) -> Article:
    """Return an article titled by its first line if that is short and complete, else by its first sentence.

    A byline under the first line, "By Ann Lee, 2 April 2024", says who wrote it and when.
    """
    text = decode(data, source)
    if (title := _first_line(text)) is None:
        return Article(source, first_sentence(text), text, "")
    author, date = _author_and_date(text.strip().partition("\n")[2])
    return Article(source, title, text, "", author, date)


def _author_and_date(rest: str) -> tuple[str | None, str | None]:
    """Return what the byline says that the text after the title begins with; None for what it does not."""
    line, _, after = rest.lstrip().partition("\n")
    match = _byline(line)
    if match is None or (after.strip() and after.partition("\n")[0].strip()):
        return None, None
    return re.sub(r", | and | & ", "; ", match["author"]), _day(match["date"] or "")


def _byline(line: str) -> re.Match[str] | None:
    """Return the match of a line that says who wrote it, names of two words or more, and perhaps on which day."""
    match = _BYLINE.fullmatch(line.strip()) if len(line) <= _LONGEST else None
    if match is None or (match["date"] and _day(match["date"]) is None):
        return None
    words = [word for word in re.split(r"[ ,&]+", match["author"]) if word not in _PARTICLES]
    names = len(words) > 1 and all(word[0].isupper() for word in words) and not words[-1].endswith("day")
    return match if names else None


def _day(said: str) -> str | None:
    """Return "Monday, 3rd April 2023" as 2023-04-03; None for what is no day."""
    plain = _ORDINAL.sub("", _WEEKDAY.sub("", said.strip(), count=1))
    for form in _DATES:
        try:
            return dt.datetime.strptime(plain, form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _first_line(text: str) -> str | None:
    """Return the first line, if a blank line, a byline or the end follows and it does not break off."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    second = rest.partition("\n")[0]
    stands_alone = not second.strip() or _byline(second) is not None
    complete = not first.endswith((",", ";", ":", "-", "...", "…"))
    return first if stands_alone and complete and len(first) <= TITLE_CHARACTERS else None


def first_sentence(text: str) -> str:
    """Return the first sentence on one line, cut after a word where it is long."""
    sentence = _SENTENCE.match(" ".join(text[:_LOOK_AT].split()))
    first = sentence[0] if sentence else ""
    if len(first) <= TITLE_CHARACTERS:
        return first
    cut = first[: TITLE_CHARACTERS - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"
