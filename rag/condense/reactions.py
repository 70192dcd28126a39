"""Follow-ups to an answer as a whole: "Tell me more", "Are you sure?", "And the year before?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.condense.subjects import Past, about, latest_subjects
from rag.intents import NEWEST, OLDEST, intent_of
from rag.language.followups import ASKED_NOUN, MORE, OTHER_YEAR, SURE
from rag.language.names import names_in
from rag.language.numbers import NUMBER_WORDS
from rag.language.pointing import DEBATED, ISSUE
from rag.language.time import YEAR, with_time

_EARLIER = ("before", "earlier", "previous", "prior", "preceding")
_WHICH_END = re.compile(rf"(?:which|what)(?: one)? is the (?P<end>{NEWEST}|{OLDEST})(?: one)?", re.IGNORECASE)
_WHEN = re.compile(r"when\b", re.IGNORECASE)
_YEAR = re.compile(rf"(?<![\w.,]){YEAR}(?![\w]|[.,]\d)")


def reaction(text: str, past: Sequence[Past]) -> str | None:
    """Return what a reaction to the last answer asks for; None where `text` is another kind of question."""
    last = past[-1].question
    if SURE.fullmatch(text):
        return last
    if MORE.fullmatch(text):
        return f"Tell me more about {_topic(last) or ' and '.join(latest_subjects(past)) or last.rstrip(' ?.!')}"
    if (end := _WHICH_END.fullmatch(text)) and intent_of(last) == "collection":
        return f"Which article is the {end['end']}?"
    if OTHER_YEAR.fullmatch(text) and not _WHEN.match(last) and (year := _other_year(text, past)):
        asked = last.split(": ", maxsplit=1)[0].rstrip(" ?.!")
        known = list(_YEAR.finditer(asked))
        if known:
            return f"{asked[: known[-1].start()]}{year}{asked[known[-1].end() :]}?"
        return f"{with_time(asked, f'in {year}')}?"
    return None


def _topic(question: str) -> str | None:
    """Return what a question counts in a place ("measles cases in Ghent"), or what it says somebody speaks about."""
    names, noun = names_in(question), ASKED_NOUN.match(question)
    if DEBATED.search(question) and (issue := ISSUE.search(question)):
        return about(issue["issue"], [name.text for name in names]).rstrip("?")
    if not names or noun is None or any(name.kind != "place" for name in names):
        return None
    return f"{noun['noun']} in {names[0].text}"


def with_year(text: str, past: Sequence[Past]) -> str:
    """Return a whole question with the year that "the year before" means at its end."""
    match = re.search(rf"{OTHER_YEAR.pattern}(?=[ ?.!]*$)", text, re.IGNORECASE)
    year = _other_year(match[0], past) if match else None
    return f"{text[: match.start()]}in {year}{text[match.end() :]}" if match and year else text


def _other_year(words: str, past: Sequence[Past]) -> int | None:
    """Return the year so many before or after the last one that was asked about, or else that the answer gives."""
    years = _YEAR.findall(past[-1].question)[-1:] or _YEAR.findall(past[-1].answer)[:1]
    if not years:
        return None
    counted = re.search(r"\b(\w+) years?\b", words.lower())
    said = counted[1] if counted else ""
    count = int(said) if said.isascii() and said.isdecimal() else NUMBER_WORDS.get(said, 1)
    return int(years[0]) + (-count if any(word in words.lower() for word in _EARLIER) else count)
