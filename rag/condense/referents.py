"""Follow-ups with what pronouns and words like "there" and "that year" stand for in their place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.condense.antecedents import antecedent
from rag.condense.persons import new_names
from rag.condense.subjects import Past, about, inflected, is_genitive, latest_subjects
from rag.language.english import HE, IT, THEY
from rag.language.followups import ASKED_NOUN, ASKS_WHICH, PLACES
from rag.language.names import names_in
from rag.language.parts import subject_in
from rag.language.pointing import (
    ARTICLE_ABOUT,
    ASKS_WHERE,
    GROUP,
    LISTED,
    OF_WRITING,
    ORDINAL,
    SHE,
    SOME_OF_THEM,
    THAT_ONE,
    THEN,
    THERE,
    WHERE_IS,
    WHICH_ONE,
)
from rag.language.time import bare_times, times_in

_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "latter": -1}
_MOST_NAMES = 6
"""Names of an answer that "of them" may mean."""


def with_referents(text: str, past: Sequence[Past]) -> str:
    """Return `text` with what pronouns, "there" and "that year" stand for in their place."""
    last = past[-1]
    text = _with_ordinal(_with_time_and_place(text, past), last)
    if which := WHICH_ONE.match(text) or SOME_OF_THEM.search(text):
        return _with_group(text, which, past)
    one = THAT_ONE.search(text)
    if one and (named := new_names(last) or names_in(last.question)):
        text = f"{text[: one.start()]}{named[0].text}{text[one.end() :]}"
    return _with_pronouns(text, past)


def _with_group(text: str, which: re.Match[str], past: Sequence[Past]) -> str:
    """Return `text` with the names or the kind of things that "which one" and "of them" choose from."""
    lead, rest = text[: which.start()], text[which.end() :]
    if which.re is WHICH_ONE:
        lead = "Which "
    if several := _several(past[-1]) or _one_by_one(past):
        return _with_pronouns(f"{lead}of {several}{rest}", past)
    of_it = which.re is SOME_OF_THEM and which[0].lower().endswith("it")
    group = _group(past[-1].question, things=not of_it)
    if group:
        subjects = [*latest_subjects(past), *bare_times(past[-1].question)]
        return about(_with_pronouns(f"{lead}of {group}{rest}", past), subjects)
    if which.re is WHICH_ONE or of_it or len(names_in(past[-1].question)) > 1:
        return _with_pronouns(text, past)
    return about(_with_pronouns(f"{lead.rstrip()}{rest}", past), latest_subjects(past))


def _group(question: str, *, things: bool) -> str | None:
    """Return of whom or of what a question speaks, as a phrase that something can be one of (`things`), or a part."""
    asked = ASKED_NOUN.match(question)
    if not things:
        return f"the {asked['noun']}" if asked else None
    if match := GROUP.match(question.rstrip(" ?.!")):
        return match["group"]
    if match := asked or ASKS_WHICH.match(question):
        return f"the {match['noun']}"
    subject = subject_in(question)
    return subject.text if subject and subject.is_plural else None


def _with_pronouns(text: str, past: Sequence[Past]) -> str:
    used: set[str] = set()
    first = HE.search(text)
    for pronoun in (HE, IT, THEY):
        text = _with_antecedent(text, pronoun.search(text), pronoun, past, used)
    left = HE.search(text)
    if first and left and used and bool(SHE.match(first[0])) != bool(SHE.match(left[0])):
        return _with_antecedent(text, left, HE, past, used)  # "What did she tell him?"
    return text


def _with_antecedent(
    text: str, match: re.Match[str] | None, pronoun: re.Pattern[str], past: Sequence[Past], used: set[str]
) -> str:
    """Return `text` with what a pronoun means in its place, which is added to `used`."""
    after = text[match.end() :] if match else ""
    if not match or (is_genitive(match[0], after) and any(name.end < match.start() for name in names_in(text))):
        return text  # "When did Apple stop its project?"
    name = antecedent(pronoun, text, past, {name.text for name in names_in(text)} | used)
    if name is None:
        return text
    if not OF_WRITING.search(text):
        name = ARTICLE_ABOUT.sub("", name)
    used.add(name)
    whole = f"{text[: match.start()]}{inflected(match[0], name, after)}{after}"
    is_common = not names_in(f"- {name}")
    return about(whole, [other.text for other in names_in(past[-1].question)]) if is_common else whole


def _with_time_and_place(text: str, past: Sequence[Past]) -> str:
    last = past[-1]
    if THEN.search(text) and (times := times_in(last.question) or times_in(last.answer)):
        text = THEN.sub(times[-1], text, count=1)
    places = [name.text for turn in past for name in names_in(turn.question) if name.kind == "place"]
    if THERE.search(text) and (of := WHERE_IS.match(last.question)) and not subject_in(last.question):
        return THERE.sub(f"at {of['thing']}", text, count=1)
    if not places and ASKS_WHERE.match(last.question):
        places = [name.text for name in new_names(last)[:1]]
    return THERE.sub(f"in {places[-1]}", text, count=1) if places else text


def _with_ordinal(text: str, last: Past) -> str:
    """Return `text` with the name that "the first one" or "the latter" means, of those that the last turn gave."""
    match = ORDINAL.search(text)
    named = (dict.fromkeys(name.text for name in names) for names in (new_names(last), names_in(last.question)))
    names = next((list(several) for several in named if len(several) > 1), [])
    if match is None or not names:
        return text
    place = _PLACES[next(filter(None, match.groups())).lower()]
    return f"{text[: match.start()]}{names[place]}{text[match.end() :]}" if place < len(names) else text


def _several(turn: Past) -> str | None:
    """Return the names that an answer brought in as one phrase, if they can be what "of them" means."""
    asked = ASKS_WHICH.match(turn.question) or ASKED_NOUN.match(turn.question)
    of_places = bool(asked and PLACES.search(asked["noun"]))
    named = [name for name in new_names(turn) if name.kind == "place" or not of_places]
    if asked:  # of a sentence those alone that it lists
        pairs = ((one, other) for one, other in pairwise(named) if LISTED.fullmatch(turn.answer, one.end, other.start))
        named = [name for pair in pairs for name in pair]
    return _listed([name.text for name in named]) if len(names_in(turn.question)) <= 1 else None


def _one_by_one(past: Sequence[Past]) -> str | None:
    """Return the names of which the same was asked, one after the other: "And Holm Line?"."""
    turns = [past[-1]]
    while turns[-1].was_fragment and len(turns) < len(past):
        turns.append(past[-1 - len(turns)])
    named = [[name.text for name in names_in(turn.question)] for turn in reversed(turns)]
    return _listed([names[0] for names in named]) if all(len(names) == 1 for names in named) else None


def _listed(names: Sequence[str]) -> str | None:
    """Return several names, each once and in full, but not too many, as one phrase."""
    names = [name for name in dict.fromkeys(names) if not any(name in other and name != other for other in names)]
    return f"{', '.join(names[:-1])} and {names[-1]}" if 1 < len(names) <= _MOST_NAMES else None
