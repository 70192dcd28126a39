"""What takes the place of a part of the last question: another name, time, place or thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.condense.other_names import with_name_of_any_kind, with_other_name
from rag.condense.owned import of_a_thing, of_what_was_spoken_of
from rag.condense.referents import with_referents
from rag.condense.spelling import as_name, spelt
from rag.condense.subjects import Past, about, added, latest_subjects
from rag.language.english import ABSTRACT_WORD
from rag.language.followups import (
    ATTRIBUTE,
    COMPARATIVE,
    COMPARING,
    INDEFINITE,
    INDEFINITE_THING,
    LOOKS_ON,
    NUMBERED,
    ONES,
    OWNED,
    PREPOSITION,
    RECKONED_FROM_NOW,
    RELATIVE_TIME,
    SIDE,
    STAND_IN,
    VERSION_ALONE,
    WITH_NUMBER,
)
from rag.language.names import VARIANT, names_in
from rag.language.parts import before_preposition, is_plural, phrase_with_head, plural_in, subject_in
from rag.language.time import MONTH, WEEKDAY, YEAR, bare_times, is_time, time_spans, with_time

_PRESENT = {"did": "does", "was": "is", "were": "are"}
_YEAR_OR_MONTH = re.compile(rf"{YEAR}\b|{MONTH}\b")


def replaced(past: Sequence[Past], part: str, *, noun: bool = False) -> str:
    """Replace the part of the last question that is of the kind of `part`: a name, a place, a time, a thing.

    `noun`: nothing like "and" led to it, so that a noun alone asks for that of what was spoken of.
    """
    asked = past[-1].question.split(": ")[0].rstrip(" ?.!")
    part = spelt(part, past)
    if re.fullmatch("now|nowadays|today", part):
        asked = re.sub(r"\b(?:did|was|were)\b", lambda past_form: _PRESENT[past_form[0]], asked, count=1)
    if is_time(part) or RECKONED_FROM_NOW.fullmatch(part):
        return f"{with_time(asked, f'in {part}' if _YEAR_OR_MONTH.match(part) else part)}?"
    if other := _of_other_time(past, asked, part) or _of_other_version(asked, part):
        return other
    if stand_in := STAND_IN.match(part):
        return with_referents(with_name_of_any_kind(asked, part[stand_in.end() :]), past)
    if of_thing := of_a_thing(part):
        return of_thing
    if RELATIVE_TIME.fullmatch(part) and not asked.lower().startswith("when"):
        return f"{asked} {part}?"
    lead = PREPOSITION.match(part)
    if names_in(f"- {part}"):
        return with_referents(with_other_name(past, asked, ONES.sub("", part), lead[0] if lead else ""), past)
    return _with_other_part(asked, part, lead[0] if lead else "") or _with_other_thing(past, asked, part, noun=noun)


def _of_other_time(past: Sequence[Past], asked: str, part: str) -> str | None:
    """Return the question about a name of another time: "And XPeng in 2023?"."""
    start, end = next(iter(time_spans(part)[-1:]), (0, 0))
    of = part[:start].strip()
    if not start or end != len(part) or not (names_in(f"- {of}") or of.isalpha()):
        return None
    return replaced([replace(past[-1], question=with_time(asked, part[start:].strip()))], of)


def _of_other_version(asked: str, part: str) -> str | None:
    """Return the question about another version of what it names: "Tidemark 4.0" for "Tidemark 4.1"."""
    version, known = VERSION_ALONE.fullmatch(part), list(WITH_NUMBER.finditer(asked))
    return f"{asked[: known[-1].start()]}{version['number']}{asked[known[-1].end() :]}?" if version and known else None


def _with_other_part(asked: str, part: str, lead: str) -> str | None:
    """Return the question with `part` for the other side, for what follows the same preposition, or for a quality."""
    if SIDE.fullmatch(part) and (same := SIDE.search(asked)) and same[0] != part:
        return _with_other_side(asked, part, same)
    if lead and (same := re.search(rf"\b{lead}\b", asked, re.IGNORECASE)):
        return _with_other_place(asked, part, same.start())
    if COMPARATIVE.fullmatch(part) and (same := COMPARING.search(asked)):
        return f"{asked[: same.start()]}{part}{asked[same.end() :]}?"
    if not lead and (span := _same_kind(asked, part) or phrase_with_head(asked, part)):
        return f"{asked[: span[0]]}{part}{asked[span[1] :]}?"
    return added(asked, part) if lead else None


def _with_other_side(asked: str, part: str, same: re.Match[str]) -> str:
    """Return the question with the other side of a vote: "in favour of the tram" for "against the tram"."""
    rest = asked[same.end() :]
    of = " of" if part.lower().startswith("in ") and re.match(r" (?!of\b)\w", rest) else ""
    return f"{asked[: same.start()]}{part}{of}{rest}?"


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
    if (other := of_what_was_spoken_of(past, part)) or (
        (not noun or INDEFINITE.fullmatch(part)) and (other := _of_other_kind(asked, part))
    ):
        return other
    of_thing = noun or _belongs(part) or ONES.search(part)
    if not of_thing and (other := _of_other_thing(asked, part)):
        return about(other, [name.text for name in names_in(asked)] if owned else [])
    if not noun and not owned:
        return f"{asked}: {part}?"
    part = re.sub(r"^(?:its|their|his|her)\b", "the", part, flags=re.IGNORECASE)
    return about(part, [*latest_subjects(past), *(bare_times(asked) if ATTRIBUTE.fullmatch(part) else [])])


def _belongs(part: str) -> bool:
    """Return whether a thing is what another one has: "price", "its first car"."""
    whose = OWNED.match(part)
    return bool(ATTRIBUTE.fullmatch(before_preposition(part)) or (whose and whose[0].lower() != "the"))


def _of_other_kind(asked: str, part: str) -> str | None:
    """Return the question with another kind, or another thing: "the Agency plan" for "the Studio plan"."""
    named = re.search(rf"(?P<name>[A-Z][\w-]*) {VARIANT}\b", asked)
    if named and re.fullmatch(r"(?:the )?[a-z]+", part) and not ATTRIBUTE.fullmatch(part):
        kind = part.removeprefix("the ").capitalize()
        return f"{asked[: named.start()]}{kind}{asked[named.end('name') :]}?"
    things = list(INDEFINITE_THING.finditer(asked)) if INDEFINITE.fullmatch(part) else []
    return f"{asked[: things[0].start()]}{part}{asked[things[0].end() :]}?" if things else None


def _of_other_thing(asked: str, part: str) -> str | None:
    """Return the question with `part` as its subject, or for the things of which it speaks in the plural."""
    subject, head = subject_in(asked), before_preposition(part).split()[-1:]
    if subject and re.fullmatch("I|we|you|one", subject.text):
        subject = None
    plural = any(map(is_plural, head))
    if subject and plural == subject.is_plural and not (head == [part] and ABSTRACT_WORD.search(part)):
        named = [name.text for name in names_in(asked)] == [subject.text]
        return f"{asked[: subject.start]}{as_name(part) if named else part}{asked[subject.end :]}?"
    things = plural_in(asked) if plural else None
    if things is None:
        return None
    before, _, after = asked.rpartition(things)
    return f"{before}{part}{after}?"
