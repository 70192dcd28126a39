"""A follow-up and its history -> a question that stands alone, by rules.

Each earlier question is resolved by those before it, so "Why?" after "And Geely?" asks about Geely. A fragment takes
the place of what is of its kind in the last question, a pronoun gives way to the name that it means, and what still
leans gets the names in brackets. A question with names of its own that leans on nothing stays as it is: a new topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.terms import query_terms
from rag.condense.reactions import reaction, with_year
from rag.condense.referents import with_referents
from rag.condense.subjects import Past, about, gist_of, inflected, is_genitive, latest_subjects, subjects_of
from rag.intents import intent_of
from rag.language.chinese import condense_chinese
from rag.language.english import HE, IT, THEY
from rag.language.followups import (
    ABOUT,
    ASKED_NOUN,
    ASKS_WHICH,
    ATTRIBUTE,
    BACK_TO,
    BARE_QUESTION,
    BEGINS_QUESTION,
    COMPARATIVE,
    COMPARING,
    CORRECTION,
    DEMONSTRATIVE,
    ELSE,
    FRONTED,
    GENERIC,
    LEANING,
    MEANT,
    ONE_ABOUT,
    OPENING,
    PLACES,
    PREPOSITION,
    QUESTION,
    WHO_DID,
    WHY_THING,
    YES_NO,
)
from rag.language.names import names_in, with_name
from rag.language.scripts import has_han
from rag.language.time import is_time, with_time
from rag.language.verbs import AGENT_PAST, AGENT_VERBS, PARTICIPLE

Turn = str | Mapping[str, str]
"""An earlier question, or {"question": ..., "answer": ...}."""

MAX_TURNS = 10
MAX_CHARS = 300
"""Characters of a condensed question."""
_CHARS_READ = 500
"""Characters of a question and of an answer that are looked at."""
_MAX_TERMS = 3
"""Terms of a question without names that may need its subject in brackets."""
_SINGULAR = {"are": "is", "were": "was", "have": "has", "is": "is", "was": "was", "has": "has"}
_SAYS_SOMETHING = re.compile(r"[^\W_]{2}|[\u3400-\u9fff]")
"""A question of one letter has no subject that a later one could be about."""
_FRAGMENT_TERMS = 2
"""Terms of a fragment; more are a query in keywords."""


def condense(question: str, history: Sequence[Turn]) -> str:
    """Return `question` as it would be asked alone, in at most MAX_CHARS characters, or as it is."""
    past: list[Past] = []
    for turn in history[-MAX_TURNS:]:
        asked, answer = (turn, "") if isinstance(turn, str) else (turn.get("question", ""), turn.get("answer", ""))
        if _SAYS_SOMETHING.search(asked) and intent_of(asked) != "small_talk":
            past.append(Past(_resolved(asked.strip()[:_CHARS_READ], past), answer[:_CHARS_READ]))
    return _resolved(question, past) if len(question) <= _CHARS_READ else question


def _resolved(question: str, past: Sequence[Past]) -> str:
    if not past:
        return question
    words = question.strip()
    resolved = condense_chinese(words, past[-1].question) if has_han(words) else _english(words, past)
    resolved = resolved[:1].upper() + resolved[1:] if resolved != words else question
    return resolved if len(resolved) <= max(MAX_CHARS, len(question)) else question


def _english(question: str, past: Sequence[Past]) -> str:
    last = past[-1].question
    opened = OPENING.sub("", question)
    if back := BACK_TO.match(opened) or FRONTED.match(opened):
        return _come_back(back["what"], back["rest"], past)
    if CORRECTION.match(question) or MEANT.search(question):
        return _corrected(question, past)
    text = opened.rstrip(" ?.!")
    if (asked := reaction(ABOUT.sub("", text), past)) is not None:
        return asked
    if BARE_QUESTION.match(text):
        return _asked_anew(last, text)
    if (other := ELSE.fullmatch(text)) and re.match(rf"{other['wh']}\b", last, re.IGNORECASE):
        return f"{text}{last[len(other['wh']) :]}"
    fragment = ONE_ABOUT.sub("", ABOUT.sub("", text))
    if not BEGINS_QUESTION.match(fragment):
        bare = fragment == question.rstrip(" ?.!")
        if bare and _stands_alone(fragment):
            return question  # a query in keywords
        return _replaced(past, _uncapitalised(fragment, past) if bare else fragment, noun=bare)
    return _with_subjects(opened, past)


def _stands_alone(fragment: str) -> bool:
    """Return whether a fragment that nothing leads to is a topic: neither a name alone, nor a time, nor "Price?"."""
    terms = query_terms(fragment)
    if len(terms) > _FRAGMENT_TERMS:
        return True
    if is_time(fragment) or PREPOSITION.match(fragment) or ATTRIBUTE.fullmatch(fragment) or LEANING.match(fragment):
        return False
    named = {term for name in names_in(f"- {fragment}") for term in query_terms(name.text)}
    return not named or bool(set(terms) - named)


def _corrected(question: str, past: Sequence[Past]) -> str:
    rest = MEANT.sub("", CORRECTION.sub("", question)).strip(" .!?,")
    if not rest:
        return past[-1].question
    return f"{rest}?" if BEGINS_QUESTION.match(rest) else _replaced(past, rest)


def _with_subjects(question: str, past: Sequence[Past]) -> str:
    """Return a whole question with what it points at; what still leans gets the subjects in brackets."""
    resolved = with_referents(with_year(question, past), past)
    if DEMONSTRATIVE.search(resolved) or WHY_THING.match(resolved):
        gist = gist_of(past[-1].question)
        leans = "(" in gist or any(pronoun.match(gist) for pronoun in (HE, IT, THEY))
        return about(resolved, latest_subjects(past) if leans else [gist])
    left = [match[0] for match in (pronoun.search(resolved) for pronoun in (HE, IT, THEY)) if match]
    if any(not is_genitive(pronoun) for pronoun in left):
        return about(resolved, latest_subjects(past))
    alone = len(query_terms(question)) > _MAX_TERMS or GENERIC.match(question)
    if resolved != question or names_in(question) or alone:
        return resolved
    return about(question, latest_subjects(past))


def _uncapitalised(part: str, past: Sequence[Past]) -> str:
    """Return a fragment as it is spelt inside a sentence: its first capital alone makes no name of it."""
    first = part.split(maxsplit=1)[0] if part.split() else ""
    known = any(name.text.startswith(first) for turn in past for name in names_in(f"{turn.question} {turn.answer}"))
    named = known or first[1:] != first[1:].lower() or any(name.kind == "place" for name in names_in(f"- {first}"))
    return part if named else part[:1].lower() + part[1:]


def _come_back(what: str, rest: str, past: Sequence[Past]) -> str:
    """Return a question about something named before it: "Back to X: was it ...?"; "And X, when did he ...?"."""
    what = re.sub(r" (?:from )?(?:before|earlier|above)$", "", what.strip())
    for pronoun in (HE, THEY, IT):
        if pronoun.search(rest):
            rest = pronoun.sub(lambda match: inflected(match[0], what), rest, count=1)
            break
    words = set(query_terms(what))
    spoken = next(
        (turn for turn in reversed(past) if words & set(query_terms(f"{turn.question} {turn.answer}"))), past[-1]
    )
    subjects = [what] if names_in(f"- {what}") else [what, *subjects_of(spoken.question)]
    return about(rest, subjects)


def _replaced(past: Sequence[Past], part: str, *, noun: bool = False) -> str:
    """Replace the span of the last question that has the kind of `part` (name, place, time), or its subject's noun."""
    asked = past[-1].question.split(": ")[0].rstrip(" ?.!")
    if is_time(part):
        return f"{with_time(asked, part)}?"
    lead = PREPOSITION.match(part)
    if names_in(f"- {part}"):
        return _with_other_name(asked, part, lead[0] if lead else "")
    if lead and (same := re.search(rf"\b{lead[0]}\b", asked, re.IGNORECASE)):
        return about(f"{asked[: same.start()]}{part}", [name.text for name in names_in(asked)])
    if COMPARATIVE.fullmatch(part) and (same := COMPARING.search(asked)):
        return f"{asked[: same.start()]}{part}{asked[same.end() :]}?"
    if noun or re.match(r"(?:its|their|his|her|the)\b(?!.* ones?$)", part, re.IGNORECASE):
        return about(re.sub(r"^(?:its|their|his|her)\b", "the", part, flags=re.IGNORECASE), latest_subjects(past))
    return f"{asked}: {part}?"


def _with_other_name(asked: str, part: str, lead: str) -> str:
    """Return the question about the name in `part` instead of one of its kind, or of one after the same preposition."""
    names = [name for name in names_in(asked) if name.text.lower() not in part.lower()]
    if lead:
        after_lead = [n for n in names if re.search(rf"\b{lead} (?:the )?$", asked[: n.start], re.IGNORECASE)]
        if after_lead:
            return with_name(asked, after_lead[-1], part[len(lead) :].strip())
    else:
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


def _asked_anew(last: str, words: str) -> str:
    """Return the last question with another question word: "Why?" after "When did X do Y?" is "Why did X do Y?"."""
    asked = last.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    words = {"what for": "why", "how come": "why", "why so": "why", "how so": "why"}.get(words.lower(), words)
    if (match := QUESTION.match(asked)) and not re.match(r"who(?:se)?\b", f"{match['wh']} {words}".lower()):
        noun = ASKED_NOUN.match(asked)
        if noun and words.lower() == "how many":
            return f"{words} {noun['noun']} {match['rest']}?"
        return about(f"{words} {match['rest']}", [noun["noun"]] if noun and words.lower() == "why" else [])
    did = WHO_DID.match(asked)
    if did and did["verb"].lower() in AGENT_PAST and re.match(r"(?:when|where|why|how)\b", words, re.IGNORECASE):
        base = AGENT_PAST[did["verb"].lower()]
        return f"{words} was {did['rest']} {PARTICIPLE.get(base, did['verb'])}?"
    if YES_NO.match(asked):
        return f"{words} {asked[:1].lower()}{asked[1:]}?"
    return f"{asked}: {words.lower()}?"
