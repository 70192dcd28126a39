"""What "he", "she", "it" and "they" of a follow-up mean, of all that was asked and answered before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.condense.persons import doer, latest_person, named_by, persons_of
from rag.condense.subjects import Past, title_in
from rag.language.english import HE, IT, THEY
from rag.language.followups import ASKED_NOUN, ATTRIBUTE, COUNTED
from rag.language.names import Name, names_in, phrase, referent_of
from rag.language.parts import is_plural, plural_in, possessed_in, subject_in
from rag.language.pointing import ACTS_OF_IT, DEBATED, GROWS, ISSUE, PERSON_OF, SOMEBODY, STANCE, STATED, THEM
from rag.language.verbs import AGENT_VERBS, AUX

_AFTER_AUX = re.compile(rf"\b{AUX} $", re.IGNORECASE)


def antecedent(pronoun: re.Pattern[str], text: str, past: Sequence[Past], taken: set[str]) -> str | None:
    """Return what a pronoun of `text` means, other than the names in `taken`.

    That is a name or a thing of the latest question that has one, or of its answer if it asked who.
    """
    people = {name.text for turn in past for name in names_in(turn.question) if name.kind == "person"}
    people |= {person for turn in past for person in turn.persons}
    if pronoun is HE and (person := latest_person(past, people, taken)):
        return person
    for n, turn in reversed(list(enumerate(past))):
        before = past[n - 1].question if n else ""
        if meant := _in_turn(pronoun, text, turn, before, people, taken):
            return meant
    return doer(past) if pronoun is HE else None


def _in_turn(
    pronoun: re.Pattern[str], text: str, turn: Past, before: str, people: set[str], taken: set[str]
) -> str | None:
    """Return what a pronoun means if one turn says it; a name that the question `before` it has too is its topic."""
    question = turn.question
    if said := _whole_phrase(pronoun, text, question) or _stated(pronoun, text, turn):
        return said
    names = _candidates(pronoun, turn, people, taken)
    topical = [name for name in names if name.text in before]
    acting = _acting(text, question, names) if pronoun is IT else None
    name = acting or referent_of(pronoun, topical) or referent_of(pronoun, names)
    if name is None or _is_giver(pronoun, name, question):
        return _common_noun(pronoun, text, question)
    things = plural_in(question) if pronoun is THEY and _is_one_person(name, names, people) else None
    return f"the {things}" if things else _with_its_thing(pronoun, name, names, question, before)


def _with_its_thing(
    pronoun: re.Pattern[str], name: Name, names: Sequence[Name], question: str, before: str
) -> str | None:
    """Return a name, or what belongs to it, unless the question `before` has the name without that."""
    possessed = _possessed(pronoun, name, question)
    if possessed and (name.text not in before or possessed in before):
        return possessed
    return _phrased(pronoun, name, names, question)


def _whole_phrase(pronoun: re.Pattern[str], text: str, question: str) -> str | None:
    """Return what a question speaks of as a whole: several things as its subject, a title, an issue, a number."""
    if pronoun is THEY:
        return _plural_subject(question)
    if pronoun is not IT:
        return None
    issue = ISSUE.search(question) if STANCE.search(text) or (DEBATED.search(question) and not _acts(text)) else None
    if issue and not is_plural(issue["issue"].split()[-1]):
        return issue["issue"]
    counted = ASKED_NOUN.match(question) if GROWS.search(text) else None
    if counted and is_plural(counted["noun"].split()[-1]):
        return f"the number of {counted['noun']}"
    return title_in(question)


def _stated(pronoun: re.Pattern[str], text: str, turn: Past) -> str | None:
    """Return the thing of which a question asks when or where it is, or several, or what "them" are that it counts."""
    question = turn.question
    stated = STATED.match(question) if pronoun in (IT, THEY) else None
    if stated and not ATTRIBUTE.fullmatch(stated["subject"]) and not SOMEBODY.fullmatch(stated["subject"]):
        head = stated["subject"].split()[-1]
        one = pronoun is IT and stated["subject"].startswith(("the ", "a ", "an ")) and "(" in question
        if one != is_plural(head) and (one or pronoun is THEY):
            return stated["subject"]
    counted = COUNTED.match(question) if pronoun is THEY and THEM.search(text) else None
    if counted:
        return f"the {counted['noun']}"
    return named_by(turn) if pronoun is IT else None


def _is_giver(pronoun: re.Pattern[str], name: Name, question: str) -> bool:
    """Return whether a question asks for one thing that somebody did: "What telescope did Clara Boyd give?"."""
    asked = ASKED_NOUN.match(question)
    noun = asked["noun"].split() if asked and pronoun is IT and " " in name.text else []
    one = bool(noun) and noun[0].lower() != "of" and not is_plural(noun[-1])
    return one and bool(_AFTER_AUX.search(question[: name.start]))


def _candidates(pronoun: re.Pattern[str], turn: Past, people: set[str], taken: set[str]) -> list[Name]:
    """Return the names of a turn that a pronoun may mean; who was asked for goes first."""
    question = turn.question
    named = [_as_meant(pronoun, name, question, people) for name in names_in(question)]
    compared = question.find(" than ")  # "Is X faster than Y?" is about X
    topical = [name for name in named if compared < 0 or name.start < compared] or named
    names = [name for name in topical if not any(name.text in other for other in taken)]
    return names if pronoun is not HE else persons_of(names, turn)


def _as_meant(pronoun: re.Pattern[str], name: Name, question: str, people: set[str]) -> Name:
    """Return a name with its kind as far as other questions, and for IT this one, tell it."""
    if name.text in people:
        return replace(name, kind="person")
    # A country that does something: "Did Germany vote against it?"
    is_acting = pronoun is IT and name.kind == "place" and _AFTER_AUX.search(question[: name.start])
    return replace(name, kind="thing") if is_acting else name


def _acting(text: str, question: str, names: Sequence[Name]) -> Name | None:
    """Return the name that is the subject of a question, where "it" is said to do what a company does."""
    if not _acts(text):
        return None
    subject = subject_in(question)
    things = [
        name for name in names if name.kind == "thing" and subject and subject.text.removeprefix("the ") == name.text
    ]
    return things[0] if things else None


def _acts(text: str) -> bool:
    """Return whether "it" is said to do or have what a company or a country does or has."""
    act = ACTS_OF_IT.search(text)
    return act is not None and (not act["verb"] or act["verb"].lower() in AGENT_VERBS)


def _is_one_person(name: Name, names: Sequence[Name], people: set[str]) -> bool:
    """Return whether a name that "they" would mean is that of one person, with nobody beside."""
    alone = len([other for other in names if other.kind != "place"]) == 1
    return alone and (name.text in people or name.kind == "person")


def _plural_subject(question: str) -> str | None:
    subject = subject_in(question)
    return subject.text if subject and subject.is_plural else None


def _common_noun(pronoun: re.Pattern[str], text: str, question: str) -> str | None:
    """Return the noun that a question without a fitting name asks for or is about: "the pledge", "the rent freeze"."""
    if pronoun is THEY and THEM.search(text) and (things := plural_in(question)):
        return f"the {things}"
    if (noun := ASKED_NOUN.match(question)) and pronoun is (THEY if noun["noun"].endswith("s") else IT):
        return f"the {noun['noun']}"
    if pronoun is THEY:
        things = plural_in(question)
        return f"the {things}" if things else None
    subject = subject_in(question) if pronoun is IT else None
    return subject.text if subject and not subject.is_plural and not names_in(f"- {subject.text}") else None


def _phrased(pronoun: re.Pattern[str], name: Name, names: Sequence[Name], question: str) -> str:
    """Return a name as the question has it; for THEY both names, if there are two."""
    several = [other for other in names if other.kind != "place"]
    if pronoun is THEY and len(several) == 2:
        return " and ".join(re.sub(r"^.* of (?:the )?", "", phrase(other, question)) for other in several)
    if pronoun is IT and PERSON_OF.search(question[: name.start]):
        return name.text
    return phrase(name, question) if name.text in question else name.text


def _possessed(pronoun: re.Pattern[str], name: Name, question: str) -> str | None:
    """Return a thing, or for THEY things, with the owner's name: "Warmfjell's third hall", but not "Xiaomi's price"."""
    thing = possessed_in(question, name.end)
    if thing is None or pronoun is HE or ATTRIBUTE.fullmatch(thing):
        return None
    *inside, head = map(is_plural, thing.split())
    if any(inside) or head != (pronoun is THEY):
        return None
    return f"{name.text}'s {thing}"
