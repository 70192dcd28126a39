"""What "he", "she", "it" and "they" of a follow-up mean, of all that was asked and answered before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.condense.subjects import Past, title_in
from rag.language.english import HE, IT, THEY
from rag.language.followups import ACTS_OF_IT, ASKED_NOUN, ASKS_WHO, ATTRIBUTE, MAKES, PERSON_OF, THEM, WHO_DID
from rag.language.names import Name, names_in, phrase, referent_of
from rag.language.parts import is_plural, plural_in, possessed_in, subject_in
from rag.language.verbs import AGENT_VERBS, AUX

_AFTER_AUX = re.compile(rf"\b{AUX} $", re.IGNORECASE)
_AFTER_THE = re.compile(r"\bthe $", re.IGNORECASE)


def new_names(turn: Past) -> list[Name]:
    """Return the names that an answer brought in."""
    return [name for name in names_in(turn.answer) if name.text.lower() not in turn.question.lower()]


def antecedent(pronoun: re.Pattern[str], text: str, past: Sequence[Past], taken: set[str]) -> str | None:
    """Return what a pronoun of `text` means, other than the names in `taken`.

    That is a name or a thing of the latest question that has one, or of its answer if it asked who.
    """
    people = {name.text for turn in past for name in names_in(turn.question) if name.kind == "person"}
    if pronoun is HE and (person := _latest_person(past, people, taken)):
        return person
    for n, turn in reversed(list(enumerate(past))):
        before = past[n - 1].question if n else ""
        if meant := _in_turn(pronoun, text, turn, before, people, taken):
            return meant
    return _doer(past) if pronoun is HE else None


def _in_turn(
    pronoun: re.Pattern[str], text: str, turn: Past, before: str, people: set[str], taken: set[str]
) -> str | None:
    """Return what a pronoun means if one turn says it; a name that the question `before` it has too is its topic."""
    question = turn.question
    if whole := _whole_phrase(pronoun, question):
        return whole
    names = _candidates(pronoun, turn, people, taken)
    topical = [name for name in names if name.text in before]
    acting = _acting(text, question, names) if pronoun is IT else None
    name = acting or referent_of(pronoun, topical) or referent_of(pronoun, names)
    if name is None or _is_giver(pronoun, name, question):
        return _common_noun(pronoun, text, question)
    things = plural_in(question) if pronoun is THEY and _is_one_person(name, names, people) else None
    if things:
        return f"the {things}"
    possessed = None if name in topical else _possessed(pronoun, name, question)
    return possessed or _phrased(pronoun, name, names, question)


def _whole_phrase(pronoun: re.Pattern[str], question: str) -> str | None:
    """Return what a question speaks of as a whole: several things as its subject, or a title."""
    if pronoun is THEY:
        return _plural_subject(question)
    return title_in(question) if pronoun is IT else None


def _is_giver(pronoun: re.Pattern[str], name: Name, question: str) -> bool:
    """Return whether a question asks for one thing that somebody did: "What telescope did Clara Boyd give?"."""
    asked = ASKED_NOUN.match(question)
    noun = asked["noun"].split() if asked and pronoun is IT and " " in name.text else []
    one = bool(noun) and noun[0].lower() != "of" and not is_plural(noun[-1])
    return one and bool(_AFTER_AUX.search(question[: name.start]))


def _doer(past: Sequence[Past]) -> str | None:
    """Return a person of whom the answer to "who" told nothing: "the person who drafted the plan"."""
    asked = (WHO_DID.match(turn.question.rstrip(" ?.!")) for turn in reversed(past))
    did = next(filter(None, asked), None)
    if did is None:
        return None
    lead = "the founder of" if did["verb"] == "founded" else f"the person who {did['verb']}"
    return f"{lead} {did['rest']}"


def _latest_person(past: Sequence[Past], people: set[str], taken: set[str]) -> str | None:
    """Return who was spoken of last: the answer to "who", or whom a question names as one who does something."""
    for turn in reversed(past):
        answers = [name for name in new_names(turn) if name.text not in taken]
        if ASKS_WHO.match(turn.question) and (name := referent_of(HE, answers)):
            return name.text
        named = [name.text for name in names_in(turn.question) if name.text in people and name.text not in taken]
        if person := next(iter(named), None) or _person_of(turn.question):
            return person
    return None


def _candidates(pronoun: re.Pattern[str], turn: Past, people: set[str], taken: set[str]) -> list[Name]:
    """Return the names of a turn that a pronoun may mean; who was asked for goes first."""
    question = turn.question
    named = [_as_meant(pronoun, name, question, people) for name in names_in(question)]
    compared = question.find(" than ")  # "Is X faster than Y?" is about X
    topical = [name for name in named if compared < 0 or name.start < compared] or named
    names = [name for name in topical if not any(name.text in other for other in taken)]
    return names if pronoun is not HE else _persons(names, turn)


def _persons(names: Sequence[Name], turn: Past) -> list[Name]:
    """Return the names of a question that may be persons', after those that its answer brings in if it asked who."""
    named = [name for name in names if not _AFTER_THE.search(turn.question[: name.start])]
    if not ASKS_WHO.match(turn.question):
        return named
    did = WHO_DID.match(turn.question.rstrip(" ?.!"))
    makes = did is not None and MAKES.match(did["verb"])
    return [*new_names(turn), *([] if makes else [name for name in named if " " in name.text])]


def _as_meant(pronoun: re.Pattern[str], name: Name, question: str, people: set[str]) -> Name:
    """Return a name with its kind as far as other questions, and for IT this one, tell it."""
    if name.text in people:
        return replace(name, kind="person")
    # A country that does something: "Did Germany vote against it?"
    is_acting = pronoun is IT and name.kind == "place" and _AFTER_AUX.search(question[: name.start])
    return replace(name, kind="thing") if is_acting else name


def _acting(text: str, question: str, names: Sequence[Name]) -> Name | None:
    """Return the name that is the subject of a question, where "it" is said to do what a company does."""
    act = ACTS_OF_IT.search(text)
    if act is None or (act["verb"] and act["verb"].lower() not in AGENT_VERBS):
        return None
    subject = subject_in(question)
    things = [name for name in names if name.kind == "thing" and subject and subject.text == name.text]
    return things[0] if things else None


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


def _person_of(question: str) -> str | None:
    """Return the person whom a question names by what they are: "the founder of HiPhi"."""
    for name in names_in(question):
        if match := PERSON_OF.search(question[: name.start]):
            return f"{match[0]}{name.text}"
    return None
