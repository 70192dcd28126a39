"""Why the articles do not answer: what was looked for, what the nearest passages are about instead, and these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.article import byline_of
from rag.answer import Nearest
from rag.language.names import names_in
from rag.language.time import WEEKDAY
from rag.language.years import YEAR_ALONE
from rag.reading.constraints import Constraints
from rag.retrieve import Passage

_NEAREST = 3
"""Passages that say what there is instead; those that name what was asked for are all looked at."""
_SHOWN = 3
"""Names, years or titles of one sentence."""


def nearest(passages: Sequence[Passage]) -> tuple[Nearest, ...]:
    """Return what a person may want to look at when there is no answer: without the title, which stands beside it."""
    return tuple(_nearest(passage) for passage in passages[:_NEAREST])


def _nearest(passage: Passage) -> Nearest:
    article, start, end = passage.article, passage.start, passage.end
    for head in (article.title, byline_of(article.author, article.date)):
        after = start + len(head)
        if head and article.text.startswith(f"{head}\n\n", start) and article.text[after:end].strip():
            start = end - len(article.text[after:end].lstrip())
    return Nearest(article.id, article.title, article.source, start, end, article.text[start:end])


def why_none(question: str, constraints: Constraints, passages: Sequence[Passage]) -> str:
    """Return why none of the passages, best first, answers the question."""
    if not passages:
        return "No passage was found."
    asked = _asked_names(constraints)
    missing = [name for name in asked if not any(_names(constraints, p, name) for p in passages)]
    if missing:
        return _not_named([as_typed(name, question) for name in missing], passages)
    about = [p for p in passages if all(_names(constraints, p, name) for name in asked)]
    found = f"found on {_listed([as_typed(name, question) for name in asked], 'and')}" if asked else "found"
    if other := _other_years(constraints.years, about if asked else passages[:_NEAREST]):
        return f"What was {found} {other}."
    return f"The passages that were {found} do not answer this.{_titled(about or passages)}"


def _asked_names(constraints: Constraints) -> list[tuple[str, ...]]:
    return [name for name in constraints.names if not _is_day(" ".join(name))]


def _not_named(names: Sequence[str], passages: Sequence[Passage]) -> str:
    there = _names_of(passages[:_NEAREST])
    instead = f" The nearest ones are about {_listed(there, 'and')}." if there else ""
    return f"No passage that was found names {_listed(names, 'or')}.{instead}"


def _other_years(asked: frozenset[str], passages: Sequence[Passage]) -> str | None:
    """Return which years the passages name, where they do not name one that is asked for."""
    years = _years_of(passages, asked)
    if not asked or asked & set(years):
        return None
    return f"names {_listed(years, 'and') or 'no year'}, not {_listed(sorted(asked), 'or')}"


def _titled(passages: Sequence[Passage]) -> str:
    titles = list(dict.fromkeys(f"“{p.article.title}”" for p in passages[:_NEAREST] if p.article.title))
    return f" The nearest ones are from {_listed(titles, 'and')}." if titles else ""


def _names(constraints: Constraints, passage: Passage, name: tuple[str, ...]) -> bool:
    return constraints.stands(name, f"{passage.article.title}\n{passage.text}")


def _names_of(passages: Sequence[Passage]) -> list[str]:
    """Return the names that most of the passages have, the most frequent first; none that stands there once."""
    said = "\n".join(f"{passage.article.title}\n{passage.text}" for passage in passages)
    counts = Counter(name.text for passage in passages for name in set(names_in(passage.text)))
    often = [
        name for name in counts if len(re.findall(rf"\b{re.escape(name)}\b", said)) > 1 and not _is_word(name, said)
    ]
    return sorted(often, key=lambda name: (-counts[name], -said.count(name), said.find(name)))[:_SHOWN]


def _is_word(name: str, said: str) -> bool:
    """Return whether what has a capital is a day, a unit ("4 GB") or a word that stands in small letters, too."""
    unit = re.search(rf"[0-9] {re.escape(name)}\b", said)
    return bool(unit or _is_day(name) or re.search(rf"\b{re.escape(name.lower())}\b", said))


def _is_day(name: str) -> bool:
    return bool(WEEKDAY.fullmatch(name.capitalize()))


def _years_of(passages: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    """Return the years that the passages name or are dated in, all asked for or those nearest to them, in order."""
    years = {year for passage in passages for year in YEAR_ALONE.findall(passage.text)}
    years |= {passage.article.date[:4] for passage in passages if passage.article.date} if not years else set()
    nearest = sorted(years, key=lambda year: (min((abs(int(year) - int(each)) for each in asked), default=0), year))
    return sorted(nearest[:_SHOWN])


def as_typed(name: tuple[str, ...], question: str) -> str:
    """Return a name of the constraints as the question writes it."""
    match = re.search(r"\W+(?:\w{1,3}\W+)?".join(map(re.escape, name)), question, re.IGNORECASE)
    return match[0] if match else " ".join(name)


def _listed(words: Sequence[str], conjunction: str) -> str:
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}" if len(words) > 1 else "".join(words)
