"""Headings that ask what a question asks: "Is the closure permanent?", "What was cut", "Uninstalling"."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Literal

from index.terms import query_terms
from rag.language.stem import stem
from rag.language.time import DATE
from rag.language.verbs import AUX

Opening = Literal["why", "how", "when", "where", "who", "what", "yes_no", "figure", "nothing"]

_OPENINGS: dict[Opening, re.Pattern[str]] = {
    "why": re.compile(r"(?:why|how come|for what reasons?)\b", re.IGNORECASE),
    "figure": re.compile(
        r"how (?:many|much|long|old|far|big|large|high|tall|fast|often|late|soon|early|wide|deep|heavy)\b",
        re.IGNORECASE,
    ),
    "how": re.compile(r"how\b", re.IGNORECASE),
    "when": re.compile(r"(?:when|what time)\b", re.IGNORECASE),
    "where": re.compile(r"where\b", re.IGNORECASE),
    "who": re.compile(r"(?:who|whom|whose)\b", re.IGNORECASE),
    "what": re.compile(r"(?:(?:(?:in|at|to|from|with|for) )?(?:what|which)|name|list)\b", re.IGNORECASE),
    "yes_no": re.compile(rf"(?:{AUX}|am|must|need)\b", re.IGNORECASE),
}
_DENIES = re.compile(r"n['’]t\b|\b(?:not|never|no|cannot|without)\b", re.IGNORECASE)
_EXISTS = re.compile(
    r"(?:is|are|was|were) there (?:any|some|an?)\b|(?:do|does|did) (?:you|it|they|we) have (?:any|some|an?)\b",
    re.IGNORECASE,
)
"""What asks whether there is something, and so what there is."""
_PERSON = re.compile(
    r"\b(?:I|we|you|my|your|me|one|someone|somebody|people|to|do|does|can|should|must)\b", re.IGNORECASE
)
_ONE_THING = re.compile(r"^what(?:['’]s| is| was) (?:the|an?)\b", re.IGNORECASE)
"""What asks for a definition, which does not stand under the thing's name."""
_LIGHT = frozenset(
    map(stem, "do does use get make have need want there please tell give show name list version release".split())
)
"""Words that a question may have beyond its heading's."""
_OUT = frozenset(map(stem, "released published launched issued appear appeared come came out".split()))
"""What is done with what a heading dates."""
_NO_TOPIC = frozenset("v s t ll re ve d m don doesn didn isn aren wasn weren won couldn shouldn cannot".split())
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_KEPT = 512
"""Of so many questions, headings and titles the stems are kept: a question is held against each heading."""
_VERSION = re.compile(r"(?<![0-9.])[0-9]+(?:\.[0-9]+)+")


@lru_cache(_KEPT)
def opening_of(text: str) -> Opening:
    """Return what a question, or a heading that asks, begins with asking for; "nothing" for a noun or a verb alone."""
    return next((asked for asked, pattern in _OPENINGS.items() if pattern.match(text.strip())), "nothing")


def asks_the_same(question: str, heading: str, title: str, date: str | None) -> bool:
    """Return whether a heading asks what a question asks, of an article with this title.

    The title may have what either leaves out, and the date the year. A heading that is no question is the noun or verb
    of one: "Removed" of "What was removed in 4.0?", "Uninstalling" of "How do I uninstall it?".
    """
    if bool(_DENIES.search(question)) is not bool(_DENIES.search(heading)):
        return False
    asked, said, titled = _stems(question), _stems(heading), _stems(title)
    wanted: Opening = "what" if _EXISTS.match(question) else opening_of(question)
    given = opening_of(heading)
    own = said & asked
    titled |= {year for year in _YEAR.findall(question) if (date or "").startswith(year)}
    tells = own - titled or own == asked - _LIGHT or (wanted == "how" and given == "nothing")
    if not own or not tells or not asked - said <= titled | _LIGHT:
        return False
    if given == "nothing":
        return said <= asked and _is_topic_of(question, wanted, heading)
    return wanted == given and said - asked <= titled | _LIGHT


def _is_topic_of(question: str, wanted: Opening, heading: str) -> bool:
    """Return whether what stands under a heading that is no question can answer one: what there is, or how to do it."""
    if wanted == "how":
        return heading.split(maxsplit=1)[0].lower().endswith("ing") and bool(_PERSON.search(question))
    return wanted == "nothing" or (wanted == "what" and (len(_stems(heading)) > 1 or not _ONE_THING.search(question)))


def date_asked(question: str, heading: str, title: str) -> tuple[int, int] | None:
    """Return where a heading has the date that is asked for: "Version 5.2 (19 June 2025)", of when 5.2 came out."""
    found = re.search(DATE, heading)
    if found is None or opening_of(question) != "when" or _DENIES.search(question):
        return None
    asked, own, titled = _stems(question), _stems(heading.replace(found[0], " ")), _stems(title)
    return found.span() if asked & own - titled and asked <= own | titled | _LIGHT | _OUT else None


@lru_cache(_KEPT)
def _stems(text: str) -> AbstractSet[str]:
    """Return the stems of the words that carry meaning; the number of a version is one, "4.1" of "v4.1"."""
    versions = _VERSION.findall(text)
    terms = query_terms(_VERSION.sub(" ", text))
    return frozenset(stem(term) for term in terms if term not in _NO_TOPIC).union(versions)
