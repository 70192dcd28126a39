"""A follow-up and its history -> a question that stands alone, by rules.

Each earlier question is resolved by those before it, so "Why?" after "And Geely?" asks about Geely. A fragment takes
the place of what is of its kind in the last question, a pronoun gives way to the name that it means, and what still
leans gets the names in brackets. A question with names of its own that leans on nothing stays as it is: a new topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.terms import query_terms
from rag.language.chinese import condense_chinese
from rag.language.english import GENITIVE_PRONOUNS, HE, IT, THEY
from rag.language.followups import (
    ABOUT,
    ASKED_NOUN,
    ASKS_WHO,
    BACK_TO,
    BARE_QUESTION,
    BEGINS_QUESTION,
    CORRECTION,
    DEMONSTRATIVE,
    FRONTED,
    MEANT,
    OPENING,
    PREPOSITION,
    QUESTION,
    SOME_OF_THEM,
    THAT_ONE,
    THEN,
    THERE,
    WHY_THING,
    YES_NO,
)
from rag.language.names import names_in, phrase, referent_of, with_name
from rag.language.scripts import has_han
from rag.language.time import is_time, times_in, with_time
from rag.language.verbs import AUX

Turn = str | Mapping[str, str]
"""An earlier question, or {"question": ..., "answer": ...}."""

MAX_TURNS = 10
MAX_CHARS = 300
"""Characters of a condensed question."""
_CHARS_READ = 500
"""Characters of a question and of an answer that are looked at."""
_MAX_TERMS = 3
"""Terms of a question without names that may need its subject in brackets."""
_FRAGMENT_TERMS = 2
"""Terms of a fragment; more are a query in keywords."""


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier question as it was understood, and its answer."""

    question: str
    answer: str


def condense(question: str, history: Sequence[Turn]) -> str:
    """Return `question` as it would be asked alone, in at most MAX_CHARS characters, or as it is."""
    past: list[Past] = []
    for turn in history[-MAX_TURNS:]:
        asked, answer = (turn, "") if isinstance(turn, str) else (turn.get("question", ""), turn.get("answer", ""))
        if asked.strip():
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
        rest = MEANT.sub("", CORRECTION.sub("", question)).strip(" .!?,")
        return _replaced(past, rest) if rest and not BEGINS_QUESTION.match(rest) else f"{rest}?" if rest else last
    text = opened.rstrip(" ?.!")
    about = ABOUT.sub("", text)
    if BARE_QUESTION.match(text):
        return _asked_anew(last, text)
    if not BEGINS_QUESTION.match(about):
        bare = about == question.rstrip(" ?.!")
        if bare and len(query_terms(about)) > _FRAGMENT_TERMS:
            return question  # a query in keywords
        return _replaced(past, _uncapitalised(about, past) if bare else about, noun=bare)
    resolved = _with_referents(opened, past)
    if DEMONSTRATIVE.search(resolved) or WHY_THING.match(resolved):
        return _about(resolved, [_gist(last)])
    left = [match[0] for match in (pronoun.search(resolved) for pronoun in (HE, IT, THEY)) if match]
    if any(not _is_genitive(pronoun) for pronoun in left):
        return _about(resolved, _subjects(past))
    if resolved != opened or names_in(opened) or len(query_terms(opened)) > _MAX_TERMS:
        return resolved
    return _about(opened, _subjects(past))


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
            rest = pronoun.sub(lambda match: _inflected(match[0], what), rest, count=1)
            break
    words = set(query_terms(what))
    spoken = next(
        (turn for turn in reversed(past) if words & set(query_terms(f"{turn.question} {turn.answer}"))), past[-1]
    )
    subjects = [what] if names_in(f"- {what}") else [what, *_subjects_of(spoken.question)]
    return _about(rest, subjects)


def _replaced(past: Sequence[Past], part: str, *, noun: bool = False) -> str:
    """Replace the span of the last question that has the kind of `part` (name, place, time), or its subject's noun."""
    asked = past[-1].question.split(": ")[0].rstrip(" ?.!")
    if is_time(part):
        return f"{with_time(asked, part)}?"
    lead, new = PREPOSITION.match(part), names_in(f"- {part}")
    if new:
        names = [name for name in names_in(asked) if name.text.lower() not in part.lower()]
        of_kind = [name for name in names if (name.kind == "place") == (new[0].kind == "place")]
        if lead:
            of_kind = [n for n in names if re.search(rf"\b{lead[0]} (?:the )?$", asked[: n.start], re.IGNORECASE)]
            part = part[lead.end() :].strip() if of_kind else part
        if of_kind:
            return with_name(asked, of_kind[-1 if lead else 0], part)
    elif lead and (same := re.search(rf"\b{lead[0]}\b", asked, re.IGNORECASE)):
        return _about(f"{asked[: same.start()]}{part}", _subjects_of(asked))
    elif noun or re.match(r"(?:its|their|his|her|the)\b(?!.* ones?$)", part, re.IGNORECASE):
        return _about(re.sub(r"^(?:its|their|his|her)\b", "the", part, flags=re.IGNORECASE), _subjects(past))
    return f"{asked}: {part}?"


def _asked_anew(last: str, words: str) -> str:
    """Return the last question with another question word: "Why?" after "When did X do Y?" is "Why did X do Y?"."""
    asked = last.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    words = {"what for": "why", "how come": "why", "why so": "why"}.get(words.lower(), words)
    if (match := QUESTION.match(asked)) and not re.match(r"who(?:se)?\b", f"{match['wh']} {words}".lower()):
        return f"{words} {match['rest']}?"
    if YES_NO.match(asked):
        return f"{words} {asked[:1].lower()}{asked[1:]}?"
    return f"{asked}: {words.lower()}?"


def _with_referents(text: str, past: Sequence[Past]) -> str:
    """Return `text` with what pronouns, "there" and "that year" stand for in their place."""
    last = past[-1].question
    if THEN.search(text) and (times := times_in(last) or times_in(past[-1].answer)):
        text = THEN.sub(times[-1], text, count=1)
    if THERE.search(text) and (
        places := [name for turn in past for name in names_in(turn.question) if name.kind == "place"]
    ):
        text = THERE.sub(f"in {places[-1].text}", text, count=1)
    if (some := SOME_OF_THEM.search(text)) and (noun := ASKED_NOUN.match(last)):
        return _about(f"{text[: some.start()]}of the {noun['noun']}{text[some.end() :]}", _subjects(past))
    if one := THAT_ONE.search(text):
        said = [name.text for name in names_in(past[-1].answer) if name.text.lower() not in last.lower()]
        if found := said or [name.text for name in names_in(last)]:
            text = f"{text[: one.start()]}{found[0]}{text[one.end() :]}"
    used: set[str] = set()
    for pronoun in (HE, IT, THEY):
        match = pronoun.search(text)
        if not match or (_is_genitive(match[0]) and any(name.end < match.start() for name in names_in(text))):
            continue  # "When did Apple stop its project?"
        if name := _referent(pronoun, past, {name.text for name in names_in(text)} | used):
            used.add(name)
            text = f"{text[: match.start()]}{_inflected(match[0], name)}{text[match.end() :]}"
    return text


def _referent(pronoun: re.Pattern[str], past: Sequence[Past], taken: set[str]) -> str | None:
    """Return what a pronoun means: a name in the latest question that has one, or in its answer if it asked who."""
    people = {name.text for turn in past for name in names_in(turn.question) if name.kind == "person"}
    for n, turn in reversed(list(enumerate(past))):
        text = turn.question
        names = [replace(name, kind="person") if name.text in people else name for name in names_in(text)]
        names = [name for name in names if not any(name.text in other for other in taken)]
        if pronoun is HE and ASKS_WHO.match(text):
            said = [name for name in names_in(turn.answer) if name.text.lower() not in text.lower()]
            names = [*said, *names]
        topical = [name for name in names if n and name.text in past[n - 1].question]
        if name := referent_of(pronoun, topical) or referent_of(pronoun, names):
            several = [other for other in names if other.kind != "place"]
            if pronoun is THEY and len(several) == 2:
                return " and ".join(phrase(other, text) for other in several)
            return phrase(name, text) if name.text in text else name.text
        if (noun := ASKED_NOUN.match(text)) and pronoun is (THEY if noun["noun"].endswith("s") else IT):
            return f"the {noun['noun']}"
    return None


def _is_genitive(pronoun: str) -> bool:
    return pronoun.lower() in GENITIVE_PRONOUNS


def _inflected(pronoun: str, name: str) -> str:
    return f"{name}'s" if _is_genitive(pronoun) else name


def _gist(question: str) -> str:
    """Return what a question is about, as a phrase: "cars sold in 2023" for "How many cars were sold in 2023?"."""
    asked = question.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    if not (match := QUESTION.match(asked)):
        return asked
    noun = re.sub(
        r"^(?:\w+ )?(?:what|which|whose|how (?:many|much)|when|where|why|how|whom?) ?",
        "",
        match["wh"],
        flags=re.IGNORECASE,
    )
    return re.sub(rf"^{AUX} ", "", f"{noun} {re.sub(rf'^{AUX} ', '', match['rest'])}".strip())


def _subjects(past: Sequence[Past]) -> list[str]:
    """Return what the latest question with a subject is about: its names, else its words."""
    return next((subjects for turn in reversed(past) if (subjects := _subjects_of(turn.question))), [])


def _subjects_of(question: str) -> list[str]:
    named = [name.text for name in names_in(question)]
    named += re.findall(r"(?<=\()[^()]+(?=\))", question) if not named else []
    return list(dict.fromkeys(named)) or [gist for gist in [_gist(question)] if query_terms(gist)]


def _about(text: str, subjects: Sequence[str]) -> str:
    """Return `text` with what it is about in brackets, as far as it does not say so itself."""
    asked = text.rstrip(" ?.!")
    missing = [subject for subject in subjects if subject.lower() not in asked.lower()]
    return f"{asked} ({', '.join(missing)})?" if missing else f"{asked}?"
