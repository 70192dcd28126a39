"""Why the articles do not answer: what was looked for, and what the nearest passages are about instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.constraints import YEAR_ALONE, Constraints
from rag.language.names import names_in
from rag.retrieve import Passage

_NEAREST = 3
"""Passages that say what there is instead; those that name what was asked for are all looked at."""
_SHOWN = 3
"""Names, years or titles of one sentence."""


def why_none(question: str, constraints: Constraints, passages: Sequence[Passage]) -> str:
    """Return why none of the passages, best first, answers the question."""
    if not passages:
        return "No passage was found."
    missing = [name for name in constraints.names if not any(_names(constraints, p, name) for p in passages)]
    if missing:
        there = _names_of(passages[:_NEAREST])
        instead = f" The nearest ones are about {_listed(there, 'and')}." if there else ""
        return f"No passage that was found names {_listed([_as_typed(n, question) for n in missing], 'or')}.{instead}"
    about = [p for p in passages if all(_names(constraints, p, name) for name in constraints.names)]
    names = _listed([_as_typed(name, question) for name in constraints.names], "and")
    on = f" on {names}" if names else ""
    years = _years_of(about if constraints.names else passages[:_NEAREST], constraints.years)
    if constraints.years and not constraints.years & set(years):
        there = f"names {_listed(years, 'and')}" if years else "names no year"
        return f"What was found{on} {there}, not {_listed(sorted(constraints.years), 'or')}."
    titles = list(dict.fromkeys(f"“{p.article.title}”" for p in (about or passages)[:_NEAREST] if p.article.title))
    where = f" The nearest ones are from {_listed(titles, 'and')}." if titles else ""
    return f"The passages that were found{on} do not answer this.{where}"


def _names(constraints: Constraints, passage: Passage, name: tuple[str, ...]) -> bool:
    return constraints.stands(name, f"{passage.article.title}\n{passage.text}")


def _names_of(passages: Sequence[Passage]) -> list[str]:
    """Return the names that most of the passages have, the most frequent first; none that stands there once."""
    said = "\n".join(f"{passage.article.title}\n{passage.text}" for passage in passages)
    counts = Counter(name.text for passage in passages for name in set(names_in(passage.text)))
    often = [name for name in counts if len(re.findall(rf"\b{re.escape(name)}\b", said)) > 1]
    return sorted(often, key=lambda name: (-counts[name], -said.count(name), said.find(name)))[:_SHOWN]


def _years_of(passages: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    """Return the years that the passages name or are dated in, all asked for or those nearest to them, in order."""
    years = {year for passage in passages for year in YEAR_ALONE.findall(passage.text)}
    years |= {passage.article.date[:4] for passage in passages if passage.article.date} if not years else set()
    nearest = sorted(years, key=lambda year: (min((abs(int(year) - int(each)) for each in asked), default=0), year))
    return sorted(nearest[:_SHOWN])


def _as_typed(name: tuple[str, ...], question: str) -> str:
    match = re.search(r"\W+(?:\w{1,3}\W+)?".join(map(re.escape, name)), question, re.IGNORECASE)
    return match[0] if match else " ".join(name)


def _listed(words: Sequence[str], conjunction: str) -> str:
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}" if len(words) > 1 else "".join(words)
