"""What takes the place of a part of the last question: another name, time, place or thing, another question word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.condense.referents import with_referents
from rag.condense.subjects import Past, about, latest_subjects
from rag.language.english import ABSTRACT_WORD
from rag.language.followups import (
    ASKED_NOUN,
    ASKS_WHICH,
    ATTRIBUTE,
    BY_WHAT_DID,
    COMPARATIVE,
    COMPARING,
    LOOKS_ON,
    NUMBERED,
    ONES,
    OWNED,
    PLACES,
    PREPOSITION,
    QUESTION,
    RELATIVE_TIME,
    SIDE,
    WHO_DID,
    YES_NO,
)
from rag.language.names import names_in, with_name
from rag.language.parts import before_preposition, is_plural, phrase_with_head, plural_in, subject_in
from rag.language.places import is_place
from rag.language.time import WEEKDAY, is_time, with_time
from rag.language.verbs import AGENT_PAST, AGENT_VERBS, AUX, PARTICIPLE

_SINGULAR = {"are": "is", "were": "was", "have": "has", "is": "is", "was": "was", "has": "has"}
_LOOSE = ("about", "for", "of", "with")
"""What may lead to a name that stands without it in the question: "and for XPeng?"."""
_SHORT_NAME = 3
"""Letters of a country that is written in capitals: "uk"."""


def replaced(past: Sequence[Past], part: str, *, noun: bool = False) -> str:
    """Replace the part of the last question that is of the kind of `part`: a name, a place, a time, a thing.

    `noun`: nothing like "and" led to it, so that a noun alone asks for that of what was spoken of.
    """
    asked = past[-1].question.split(": ")[0].rstrip(" ?.!")
    part = _spelt(part, past)
    if is_time(part):
        return f"{with_time(asked, part)}?"
    if RELATIVE_TIME.fullmatch(part) and not asked.lower().startswith("when"):
        return f"{asked} {part}?"
    lead = PREPOSITION.match(part)
    if names_in(f"- {part}"):
        return with_referents(_with_other_name(asked, ONES.sub("", part), lead[0] if lead else ""), past)
    return _with_other_part(asked, part, lead[0] if lead else "") or _with_other_thing(past, asked, part, noun=noun)


def _with_other_part(asked: str, part: str, lead: str) -> str | None:
    """Return the question with `part` for the other side, for what follows the same preposition, or for a quality."""
    if SIDE.fullmatch(part) and (same := SIDE.search(asked)) and same[0] != part:
        return f"{asked[: same.start()]}{part}{asked[same.end() :]}?"
    if lead and (same := re.search(rf"\b{lead}\b", asked, re.IGNORECASE)):
        return _with_other_place(asked, part, same.start())
    if COMPARATIVE.fullmatch(part) and (same := COMPARING.search(asked)):
        return f"{asked[: same.start()]}{part}{asked[same.end() :]}?"
    if not lead and (span := _same_kind(asked, part) or phrase_with_head(asked, part)):
        return f"{asked[: span[0]]}{part}{asked[span[1] :]}?"
    return f"{asked}: {part}?" if lead else None


def _with_other_place(asked: str, part: str, start: int) -> str:
    """Return the question with `part` from a preposition on, and the names that it lost, but for days, in brackets."""
    kept = LOOKS_ON.search(asked[start:]) if part.endswith(("before", "after")) else None
    others = [name.text for name in names_in(asked) if not WEEKDAY.fullmatch(name.text)]
    return about(f"{asked[:start]}{part}{kept[0] if kept else ''}", others)


def _same_kind(asked: str, part: str) -> tuple[int, int] | None:
    """Return where a question has a thing with another number: "version 3" for "version 4"."""
    numbered = NUMBERED.fullmatch(part)
    if numbered is None:
        return None
    found = list(re.finditer(rf"\b{re.escape(numbered['kind'])} [0-9][\w.]*\b", asked, re.IGNORECASE))
    return found[-1].span() if found else None


def _with_other_thing(past: Sequence[Past], asked: str, part: str, *, noun: bool) -> str:
    """Return the question about another thing; of what belongs to a thing, with whose it is in brackets."""
    owned = OWNED.match(part)
    quality = (
        noun or ATTRIBUTE.fullmatch(before_preposition(part)) or (owned and not owned[0].lower().startswith("the"))
    )
    if not quality and not ONES.search(part) and (other := _of_other_thing(asked, part)):
        return about(other, [name.text for name in names_in(asked)] if owned else [])
    if noun or owned:
        return about(re.sub(r"^(?:its|their|his|her)\b", "the", part, flags=re.IGNORECASE), latest_subjects(past))
    return f"{asked}: {part}?"


def _of_other_thing(asked: str, part: str) -> str | None:
    """Return the question with `part` as its subject, or for the things of which it speaks in the plural."""
    subject, head = subject_in(asked), before_preposition(part).split()[-1:]
    plural = any(map(is_plural, head))
    if subject and plural == subject.is_plural and not (head == [part] and ABSTRACT_WORD.search(part)):
        return f"{asked[: subject.start]}{part}{asked[subject.end :]}?"
    things = plural_in(asked) if plural else None
    if things is None:
        return None
    before, _, after = asked.rpartition(things)
    return f"{before}{part}{after}?"


def _spelt(part: str, past: Sequence[Past]) -> str:
    """Return a fragment in small letters with the capitals of a place, or of a name that was spoken of."""
    lead = PREPOSITION.match(part)
    rest = part[lead.end() :].strip() if lead else part
    if not rest or rest != rest.lower():
        return part
    said = (name.text for turn in reversed(past) for name in names_in(f"{turn.question} {turn.answer}"))
    name = next((text for text in said if text.lower() == rest), None)
    if name is None and is_place(rest):
        name = rest.upper() if len(rest) <= _SHORT_NAME else rest.title()
    return f"{part[: len(part) - len(rest)]}{name}" if name else part


def _with_other_name(asked: str, part: str, lead: str) -> str:
    """Return the question about the name in `part` instead of one of its kind, or of one after the same preposition."""
    names = [name for name in names_in(asked) if name.text.lower() not in part.lower()]
    if lead:
        after_lead = [n for n in names if re.search(rf"\b{lead} (?:the )?$", asked[: n.start], re.IGNORECASE)]
        if after_lead:
            return with_name(asked, after_lead[-1], part[len(lead) :].strip())
    if not lead or lead.lower() in _LOOSE:
        part = part[len(lead) :].strip()
        is_place = names_in(f"- {part}")[0].kind == "place"
        if question := _asked_of_one(asked, part, is_place=is_place):
            return question
        if of_kind := [name for name in names if (name.kind == "place") == is_place]:
            return with_name(asked, of_kind[0], part)
    return f"{asked}: {part}?"


def _asked_of_one(asked: str, name: str, *, is_place: bool) -> str | None:
    """Return what was asked of all of a kind for one of them: "Did Poland vote ...?" after "Which countries ...?"."""
    match = ASKS_WHICH.match(asked)
    if match is None or is_place != bool(PLACES.search(match["noun"])):
        return None
    verb, rest = match["verb"].lower(), match["rest"]
    if verb in _SINGULAR:
        return f"{_SINGULAR[verb].capitalize()} {name} {rest}?"
    if verb in AGENT_PAST:
        return f"Did {name} {AGENT_PAST[verb]} {rest}?"
    return f"Does {name} {verb} {rest}?" if verb in AGENT_VERBS else None


def asked_anew(last: str, words: str) -> str:
    """Return the last question with another question word: "Why?" after "When did X do Y?" is "Why did X do Y?"."""
    asked = last.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    words = {"what for": "why", "how come": "why", "why so": "why", "how so": "why"}.get(words.lower(), words)
    if words.lower() == "why not":
        return _denied(asked) or f"why not: {asked[:1].lower()}{asked[1:]}?"
    match = QUESTION.match(asked)
    if match and not re.match(r"who(?:se)?\b", f"{match['wh']} {words}".lower()):
        return _with_question_word(asked, words, match["rest"])
    did = WHO_DID.match(asked)
    base = AGENT_PAST.get(did["verb"].lower()) if did and BY_WHAT_DID.match(words) else None
    if did and base:
        return f"{words} was {did['rest']} {PARTICIPLE.get(base, did['verb'])}?"
    if YES_NO.match(asked):
        return f"{words} {asked[:1].lower()}{asked[1:]}?"
    return f"{asked}: {words.lower()}?"


def _with_question_word(asked: str, words: str, rest: str) -> str:
    """Return a question with other question words before its `rest`, and with what it counts or asks for."""
    noun = ASKED_NOUN.match(asked)
    if words.lower() == "how many" and (things := noun["noun"] if noun else plural_in(asked)):
        return f"{words} {things} {rest if noun else ' '.join(rest.replace(things, '', 1).split())}?"
    return about(f"{words} {rest}", [noun["noun"]] if noun and words.lower() == "why" else [])


def _denied(asked: str) -> str | None:
    """Return why the answer to a yes-or-no question is no: "Why is X not for sale?"."""
    aux = re.match(rf"{AUX} ", asked, re.IGNORECASE)
    subject = subject_in(asked)
    named = next((name for name in names_in(asked) if aux and name.start == aux.end()), None)
    end = subject.end if subject else named.end if named else None
    return None if aux is None or end is None else f"why {asked[:1].lower()}{asked[1:end]} not{asked[end:]}?"
