"""Which articles are searched: by author, source, date, tag, collection or id, as the question or the caller says.

Several values of one kind are alternatives, different kinds all hold. A date is 2024, 2024-01 or
2024-01-31, and two dates are compared as far as both are known: `after` keeps what is dated in that
year, month or day or later, `before` what is dated earlier, so that each dated article is on one side.
An article without a date is on neither.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from index.article import ArticleFacts, collection_name
from index.errors import QuestionError
from rag.snapshot import Index, Snapshot

_WORD = re.compile(
    r"(?:^|\s+)(?P<name>after|before|author|source|tag|collection|article):"
    r"(?P<value>\"[^\"\n]+\"|“[^”\n]+”|[^\s\"“]\S*?)(?=[?!.,;？！。，；]*(?:\s|$))",
    re.IGNORECASE,
)
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_CHOICES = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article has to be like; an empty one is fulfilled by all.

    `author` and `source` are parts of the names, `tag` and `collection` whole ones, in capitals or not; `article` are
    ids.
    Raises QuestionError if a date is none.
    """

    source: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None
    article: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in (("after", self.after), ("before", self.before)):
            if value is not None and not _is_date(value):
                raise QuestionError(
                    f"{name}:{value} is no date", f"write {name}:2024, {name}:2024-01 or {name}:2024-01-31"
                )

    def __bool__(self) -> bool:
        return self != Filters()

    def __str__(self) -> str:
        """As it would be written in a question; `parse` takes it back."""
        return " ".join(self.words())

    def words(self) -> list[str]:
        """One filter word for each value, for instance to show each as a chip."""
        found = [("author", value) for value in self.author] + [("source", value) for value in self.source]
        found += [("tag", value) for value in self.tag] + [("collection", value) for value in self.collection]
        found += [(name, value) for name, value in (("after", self.after), ("before", self.before)) if value]
        found += [("article", value) for value in self.article]
        return [f"{name}:{_quoted(value)}" for name, value in found]

    def described(self) -> str:
        """Return what comes after "articles" in a sentence: `by Li Bin or Jia after 2024-01`."""
        parts = [("by", self.author), ("from", self.source), ("tagged", self.tag), ("of", self.collection)]
        parts += [("with the id", self.article)]
        parts += [(name, (value,)) for name, value in (("after", self.after), ("before", self.before)) if value]
        return " ".join(f"{name} {' or '.join(values)}" for name, values in parts if values)

    def merged(self, other: Filters) -> Filters:
        """Both: the values of `other` are further alternatives, its dates count instead of these."""
        return Filters(
            source=tuple(dict.fromkeys(self.source + other.source)),
            author=tuple(dict.fromkeys(self.author + other.author)),
            after=other.after or self.after,
            before=other.before or self.before,
            article=tuple(dict.fromkeys(self.article + other.article)),
            tag=tuple(dict.fromkeys(self.tag + other.tag)),
            collection=tuple(dict.fromkeys(self.collection + other.collection)),
        )

    def match(self, article: ArticleFacts) -> bool:
        """Whether an article is kept."""
        date = known_date(article.date)
        return (
            _holds(article.source, self.source)
            and _holds(article.author or "", self.author)
            and (not self.article or article.id in self.article)
            and (not self.tag or not {*map(_plain, self.tag)}.isdisjoint(map(_plain, article.tags)))
            and (not self.collection or article.collection in {*map(collection_name, self.collection)})
            and (not self.after or (date is not None and _order(date, self.after) >= 0))
            and (not self.before or (date is not None and _order(date, self.before) < 0))
        )

    def kept(self, snapshot: Snapshot) -> frozenset[str] | None:
        """Return the ids of the articles to search; None for all of them, where nothing is filtered."""
        if not self:
            return None
        return frozenset(article.id for article in snapshot.database.article_facts() if self.match(article))


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by, the most frequent first, years newest first."""

    authors: tuple[str, ...]
    sources: tuple[str, ...]
    """Folders, with a slash at the end."""
    years: tuple[str, ...]
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()


def parse(text: str) -> tuple[str, Filters]:
    """Return a question without its filter words, and these. Raises QuestionError for a date that is none.

    A value with blanks stands in quotation marks; of two dates of one kind the last counts.
    """
    found = defaultdict(list)
    for match in _WORD.finditer(text):
        value = match["value"]
        found[match["name"].lower()].append(value[1:-1] if value[0] in '"“' else value)
    several = ("source", "author", "article", "tag", "collection")
    source, author, article, tag, collection = (tuple(dict.fromkeys(found[name])) for name in several)
    after, before = (found[name][-1] if found[name] else None for name in ("after", "before"))
    return without_words(text), Filters(source, author, after, before, article, tag, collection)


def without_words(text: str) -> str:
    """Return a question without its filter words, whether or not they make sense."""
    return _WORD.sub("", text).strip()


def choices(index: Index) -> Choices:
    """Return the authors, folders, years, tags and collections of an index: at most 20 of each."""
    articles = index.articles()
    dates = [date for article in articles if (date := known_date(article.date))]
    return Choices(
        authors=_frequent([article.author for article in articles if article.author]),
        sources=_frequent([article.source.rpartition("/")[0] + "/" for article in articles if "/" in article.source]),
        years=tuple(sorted({date[:4] for date in dates}, reverse=True))[:_CHOICES],
        tags=_frequent([tag for article in articles for tag in article.tags]),
        collections=_frequent([article.collection for article in articles if article.collection]),
    )


def _quoted(value: str) -> str:
    if not re.search(r"[\s\"“?!.,;？！。，；]", value):
        return value
    return f"“{value}”" if '"' in value else f'"{value}"'


def _frequent(values: Sequence[str]) -> tuple[str, ...]:
    count = Counter(values)
    return tuple(sorted(count, key=lambda value: (-count[value], value)))[:_CHOICES]


def _is_date(value: str) -> bool:
    try:
        return bool(_DATE.fullmatch(value) and dt.date.fromisoformat(f"{value}-01-01"[:10]))
    except ValueError:
        return False


def known_date(text: str | None) -> str | None:
    """Return an article's date where it is one; a time of day does not matter."""
    match = _DATE.match(text or "")
    return match[0] if match and _is_date(match[0]) else None


def _order(date: str, other: str) -> int:
    """Below, at or above 0, as far as both dates are known."""
    known = min(len(date), len(other))
    return (date[:known] > other[:known]) - (date[:known] < other[:known])


def _holds(text: str, parts: Sequence[str]) -> bool:
    return not parts or any(_plain(part) in _plain(text) for part in parts)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
