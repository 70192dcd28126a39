"""Whom "he" and "she" of a follow-up mean: by what was asked, and by the answer where it tells who it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.terms import STOP_WORDS
from rag.condense.subjects import Past
from rag.language.english import COMMON_WORD, COMPANY_WORDS, HE
from rag.language.followups import WHO_DID
from rag.language.names import Name, names_in, referent_of
from rag.language.pointing import ASKS_WHICH_ONE, ASKS_WHO, MAKES, PERSON_BY, PERSON_OF
from rag.language.verbs import AUX

_AFTER_THE = re.compile(r"\bthe $", re.IGNORECASE)
_OPENING = re.compile(rf"(?P<name>[A-ZÀ-ÖØ-Þ][^\W\d_]+) (?:{AUX}|[a-z]+(?:s|ed))\b")
"""A name of one word at the beginning of a sentence: "Pell will leave"."""
_WHERE = re.compile(r"\b(?:in|at|near|from|to) $")
_AFTER_OWNER = re.compile(rf" (?:{'|'.join(sorted(COMPANY_WORDS))})\b|(?: [a-z-]+){{0,2}}(?=[ ?.!]*$)")
"""What belongs to the name of an owner: " museum"."""
_BESIDE = 25
"""Characters between the word for what somebody is and the name, at most."""


def new_names(turn: Past) -> list[Name]:
    """Return the names that an answer brought in."""
    return [name for name in names_in(turn.answer) if name.text.lower() not in turn.question.lower()]


def told(turn: Past) -> Name | None:
    """Return who answers a question for somebody: the first name that the first line of its answer brings in."""
    return next((name for name in _people_told(turn) if name.start < len(turn.first_line)), None)


def named_by(turn: Past) -> str | None:
    """Return the one thing that an answer names and no more, where a thing was asked for: "What is its first car?"."""
    bare = re.sub("^(?:the|an?) ", "", turn.first_line, flags=re.IGNORECASE).strip(" .")
    names = [name for name in names_in(f"- {bare}") if name.kind == "thing"]
    asked = ASKS_WHICH_ONE.match(turn.question)
    lead = "the " if turn.first_line.lower().startswith("the ") else ""
    return f"{lead}{bare}" if asked and len(names) == 1 and names[0].text == bare else None


def latest_person(past: Sequence[Past], people: set[str], taken: set[str]) -> str | None:
    """Return who was spoken of last: the answer to "who", or whom a question names as one who does something."""
    for turn in reversed(past):
        role = person_by_role(turn.question)
        if name := _person_told(turn, role, taken):
            return name.text
        named = [name.text for name in names_in(turn.question) if name.text in people]
        people_named = named if role is None else [*named, role[0]]
        if person := next((text for text in people_named if text not in taken), None):
            return person
    return None


def _person_told(turn: Past, role: tuple[str, str] | None, taken: set[str]) -> Name | None:
    """Return whom an answer names: where a `role` is asked about, of whom it says that, else if the question is who."""
    answers = [name for name in _people_told(turn) if name.text not in taken]
    if role:
        return next((name for name in answers if _is_said_to_be(role[1], name, turn.answer)), None)
    return referent_of(HE, answers) if ASKS_WHO.match(turn.question) else None


def doer(past: Sequence[Past]) -> str | None:
    """Return a person of whom the answer to "who" told nothing: "the person who drafted the plan"."""
    asked = (WHO_DID.match(turn.question.rstrip(" ?.!")) for turn in reversed(past))
    did = next(filter(None, asked), None)
    if did is None:
        return None
    lead = "the founder of" if did["verb"] == "founded" else f"the person who {did['verb']}"
    return f"{lead} {did['rest']}"


def persons_of(names: Sequence[Name], turn: Past) -> list[Name]:
    """Return the names of a question that may be persons', after those that its answer brings in if it asked who."""
    named = [name for name in names if not _AFTER_THE.search(turn.question[: name.start])]
    if not ASKS_WHO.match(turn.question):
        return named
    did = WHO_DID.match(turn.question.rstrip(" ?.!"))
    makes = did is not None and MAKES.match(did["verb"])
    return [*_people_told(turn), *([] if makes else [name for name in named if " " in name.text])]


def person_by_role(question: str) -> tuple[str, str] | None:
    """Return the person whom a question names by what they are, and that: "the founder of HiPhi", "founder"."""
    for name in names_in(question):
        if match := PERSON_OF.search(question[: name.start]):
            rest = _AFTER_OWNER.match(question, name.end)
            return f"{match[0]}{name.text}{rest[0] if rest else ''}", match["role"]
        if match := PERSON_BY.match(question, name.end):
            return f"{name.text}{match[0]}", match["role"]
    return None


def _people_told(turn: Past) -> list[Name]:
    """Return the names that an answer brings in, but for places; one that opens it goes first."""
    names = [
        name for name in new_names(turn) if not (_WHERE.search(turn.answer[: name.start]) and " " not in name.text)
    ]
    opening = _OPENING.match(turn.answer)
    word = opening["name"] if opening else "The"
    if word.lower() in STOP_WORDS or COMMON_WORD.search(word) or any(name.start == 0 for name in names):
        return names
    return names if word.lower() in turn.question.lower() else [Name(word, 0, "person"), *names]


def _is_said_to_be(role: str, name: Name, answer: str) -> bool:
    """Return whether an answer says of a name that it is the mayor's, the founder's ...: beside it, or by itself."""
    if referent_of(HE, [name]) is None:
        return False
    before, after = answer[: name.start], answer[name.end : name.end + _BESIDE]
    beside = re.search(rf"\b{role}\b[^.;]{{0,{_BESIDE}}}$", before, re.IGNORECASE)
    return name.start == 0 or bool(beside) or bool(re.match(rf"[^.;]*\b{role}\b", after, re.IGNORECASE))
