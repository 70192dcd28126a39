"""What pronouns and words like "there" and "that year" of a follow-up stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.condense.subjects import Past, about, inflected, is_genitive, latest_subjects
from rag.language.english import HE, IT, THEY
from rag.language.followups import (
    ARTICLE_ABOUT,
    ASKED_NOUN,
    ASKS_WHO,
    OF_WRITING,
    ORDINAL,
    PERSON_OF,
    SOME_OF_THEM,
    THAT_ONE,
    THEN,
    THERE,
    WHICH_ONE,
)
from rag.language.names import Name, names_in, phrase, referent_of
from rag.language.time import times_in
from rag.language.verbs import AUX

_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "latter": -1}
_AFTER_AUX = re.compile(rf"\b{AUX} $", re.IGNORECASE)
_MOST_NAMES = 6
"""Names of an answer that "of them" may mean."""


def with_referents(text: str, past: Sequence[Past]) -> str:
    """Return `text` with what pronouns, "there" and "that year" stand for in their place."""
    last = past[-1]
    text = _with_ordinal(_with_time_and_place(text, past), last)
    if (which := WHICH_ONE.match(text)) and (several := _several(last)):
        text = f"Which of {several}{text[which.end() :]}"
    some = SOME_OF_THEM.search(text)
    if some and (several := _several(last)):
        text = f"{text[: some.start()]}of {several}{text[some.end() :]}"
    elif some and (noun := ASKED_NOUN.match(last.question)):
        return about(f"{text[: some.start()]}of the {noun['noun']}{text[some.end() :]}", latest_subjects(past))
    one = THAT_ONE.search(text)
    if one and (named := _new_names(last) or names_in(last.question)):
        text = f"{text[: one.start()]}{named[0].text}{text[one.end() :]}"
    return _with_pronouns(text, past)


def _with_pronouns(text: str, past: Sequence[Past]) -> str:
    used: set[str] = set()
    for pronoun in (HE, IT, THEY):
        match = pronoun.search(text)
        if not match or (is_genitive(match[0]) and any(name.end < match.start() for name in names_in(text))):
            continue  # "When did Apple stop its project?"
        if name := _referent(pronoun, past, {name.text for name in names_in(text)} | used):
            if not OF_WRITING.search(text):
                name = ARTICLE_ABOUT.sub("", name)
            used.add(name)
            text = f"{text[: match.start()]}{inflected(match[0], name)}{text[match.end() :]}"
    return text


def _with_time_and_place(text: str, past: Sequence[Past]) -> str:
    if THEN.search(text) and (times := times_in(past[-1].question) or times_in(past[-1].answer)):
        text = THEN.sub(times[-1], text, count=1)
    places = [name.text for turn in past for name in names_in(turn.question) if name.kind == "place"]
    return THERE.sub(f"in {places[-1]}", text, count=1) if places else text


def _with_ordinal(text: str, last: Past) -> str:
    """Return `text` with the name that "the first one" or "the latter" means, of those that the last turn gave."""
    match = ORDINAL.search(text)
    named = (dict.fromkeys(name.text for name in names) for names in (_new_names(last), names_in(last.question)))
    names = next((list(several) for several in named if len(several) > 1), [])
    if match is None or not names:
        return text
    place = _PLACES[next(filter(None, match.groups())).lower()]
    return f"{text[: match.start()]}{names[place]}{text[match.end() :]}" if place < len(names) else text


def _several(turn: Past) -> str | None:
    """Return the names that an answer brought in as one phrase, if they can be what "of them" means."""
    names = list(dict.fromkeys(name.text for name in _new_names(turn)))
    if not 1 < len(names) <= _MOST_NAMES or len(names_in(turn.question)) > 1:
        return None
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _new_names(turn: Past) -> list[Name]:
    """Return the names that an answer brought in."""
    return [name for name in names_in(turn.answer) if name.text.lower() not in turn.question.lower()]


def _referent(pronoun: re.Pattern[str], past: Sequence[Past], taken: set[str]) -> str | None:
    """Return what a pronoun means: a name in the latest question that has one, or in its answer if it asked who."""
    people = {name.text for turn in past for name in names_in(turn.question) if name.kind == "person"}
    if pronoun is HE and (person := _latest_person(past, people, taken)):
        return person
    for n, turn in reversed(list(enumerate(past))):
        names = _candidates(pronoun, turn, people, taken)
        topical = [name for name in names if n and name.text in past[n - 1].question]
        if name := referent_of(pronoun, topical) or referent_of(pronoun, names):
            return _phrased(pronoun, name, names, turn.question)
        if (noun := ASKED_NOUN.match(turn.question)) and pronoun is (THEY if noun["noun"].endswith("s") else IT):
            return f"the {noun['noun']}"
    return None


def _latest_person(past: Sequence[Past], people: set[str], taken: set[str]) -> str | None:
    """Return who was spoken of last: the answer to "who", or whom a question names as one who does something."""
    for turn in reversed(past):
        answers = [name for name in _new_names(turn) if name.text not in taken]
        if ASKS_WHO.match(turn.question) and (name := referent_of(HE, answers)):
            return name.text
        named = [name.text for name in names_in(turn.question) if name.text in people and name.text not in taken]
        if person := next(iter(named), None) or _person_of(turn.question):
            return person
    return None


def _candidates(pronoun: re.Pattern[str], turn: Past, people: set[str], taken: set[str]) -> list[Name]:
    """Return the names of a turn that a pronoun may mean; who was asked for goes first."""
    named = [_as_meant(pronoun, name, turn.question, people) for name in names_in(turn.question)]
    compared = turn.question.find(" than ")  # "Is X faster than Y?" is about X
    topical = [name for name in named if compared < 0 or name.start < compared] or named
    names = [name for name in topical if not any(name.text in other for other in taken)]
    return [*_new_names(turn), *names] if pronoun is HE and ASKS_WHO.match(turn.question) else names


def _as_meant(pronoun: re.Pattern[str], name: Name, question: str, people: set[str]) -> Name:
    """Return a name with its kind as far as other questions, and for IT this one, tell it."""
    if name.text in people:
        return replace(name, kind="person")
    # A country that does something: "Did Germany vote against it?"
    is_acting = pronoun is IT and name.kind == "place" and _AFTER_AUX.search(question[: name.start])
    return replace(name, kind="thing") if is_acting else name


def _phrased(pronoun: re.Pattern[str], name: Name, names: Sequence[Name], question: str) -> str:
    """Return a name as the question has it; for THEY both names, if there are two."""
    several = [other for other in names if other.kind != "place"]
    if pronoun is THEY and len(several) == 2:
        return " and ".join(phrase(other, question) for other in several)
    if pronoun is IT and PERSON_OF.search(question[: name.start]):
        return name.text
    return phrase(name, question) if name.text in question else name.text


def _person_of(question: str) -> str | None:
    """Return the person whom a question names by what they are: "the founder of HiPhi"."""
    for name in names_in(question):
        if match := PERSON_OF.search(question[: name.start]):
            return f"{match[0]}{name.text}"
    return None
