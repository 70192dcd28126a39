"""A follow-up and its history -> a question that stands alone, by rules.

Each earlier question is resolved by those before it, so "Why?" after "And Geely?" asks about Geely. A fragment takes
the place of what is of its kind in the last question, a pronoun gives way to the name that it means, and what still
leans gets the names in brackets. A question with names of its own that leans on nothing stays as it is: a new topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.terms import query_terms
from rag.condense.ellipsis import asked_anew, compared, which_ones, with_other_verb, with_verb
from rag.condense.fragments import replaced
from rag.condense.persons import person_by_role
from rag.condense.reactions import reaction, with_year
from rag.condense.referents import with_referents
from rag.condense.spelling import spelt, uncapitalised
from rag.condense.subjects import (
    Past,
    about,
    gist_of,
    inflected,
    is_genitive,
    latest_subjects,
    latest_things,
    subjects_of,
)
from rag.intents import intent_of
from rag.language.chinese import condense_chinese
from rag.language.english import HE, IT, THEY
from rag.language.followups import (
    ABOUT,
    AS_MANY,
    ASKED_NOUN,
    ATTRIBUTE,
    BACK_TO,
    BARE_QUESTION,
    BEGINS_QUESTION,
    COMPARE_WITH,
    CORRECTION,
    ELIDED,
    ELSE,
    FRONTED,
    GENERIC,
    INDEFINITE,
    LEANING,
    MEANT,
    MORE_THAN,
    OF_ANOTHER_TIME,
    OF_THAT,
    OF_THIS_ARTICLE,
    ONE_ABOUT,
    OPENING,
    PREPOSITION,
    RECKONED_FROM_NOW,
    RELATIVE_TIME,
    STAND_IN,
    SUBJECT_ALONE,
    VERB_LEFT_OUT,
    VERSION_ALONE,
    VERSIONED,
    WHICH_ONES,
    WHY_THING,
)
from rag.language.names import names_in
from rag.language.pointing import DEMONSTRATIVE, HIS_NAME, PERSON_OF, SOMEBODY
from rag.language.scripts import has_han
from rag.language.superlatives import superlative_of
from rag.language.time import is_time

Turn = str | Mapping[str, str]
"""An earlier question, or {"question": ..., "answer": ...}."""

MAX_TURNS = 10
MAX_CHARS = 300
"""Characters of a condensed question."""
_CHARS_READ = 500
"""Characters of a question and of an answer that are looked at."""
_MAX_TERMS = 3
"""Terms of a question without names that may need its subject in brackets."""
_MAX_TERMS_OF_THE = 5
"""Terms of one that speaks of "the plant" as if it was known."""
_OF_THE = re.compile(r"\bthe (?!most\b|least\b|[a-z]+est\b|[a-z]+ ones?\b)[a-z]", re.IGNORECASE)
_NO_TOPICS = (ATTRIBUTE, INDEFINITE, RECKONED_FROM_NOW, RELATIVE_TIME, VERSION_ALONE)
"""What asks for a part of what was spoken of."""
_SAYS_SOMETHING = re.compile(r"[^\W_]{2}|[\u3400-\u9fff]")
"""A question of one letter has no subject that a later one could be about."""
_QUOTES = " \"“”‘'"
_FRAGMENT_TERMS = 2
"""Terms of a fragment; more are a query in keywords."""


def condense(question: str, history: Sequence[Turn]) -> str:
    """Return `question` as it would be asked alone, in at most MAX_CHARS characters, or as it is."""
    past: list[Past] = []
    for turn in history[-MAX_TURNS:]:
        asked, answer = (turn, "") if isinstance(turn, str) else (turn.get("question", ""), turn.get("answer", ""))
        if _SAYS_SOMETHING.search(asked) and intent_of(asked) != "small_talk":
            asked = asked.strip()[:_CHARS_READ]
            resolved = _resolved(asked, past)
            was_fragment = resolved != asked and not BEGINS_QUESTION.match(OPENING.sub("", asked))
            topic = _topic(asked, resolved) if was_fragment else None
            told = answer[:_CHARS_READ].lstrip(_QUOTES)
            past.append(Past(resolved, told, was_fragment, _persons(asked, resolved), topic))
    return _resolved(question, past) if len(question) <= _CHARS_READ else question


def _persons(asked: str, resolved: str) -> frozenset[str]:
    """Return the names that took the place of "he" or "she", if nothing else came into the question."""
    if not HE.search(asked) or IT.search(asked) or THEY.search(asked) or "(" in resolved:
        return frozenset()
    named = (name for name in names_in(resolved) if not PERSON_OF.search(resolved[: name.start]))
    return frozenset(name.text for name in named if name.text not in asked)


def _topic(asked: str, resolved: str) -> str | None:
    """Return the thing that a fragment put into the question."""
    fragment = ABOUT.sub("", OPENING.sub("", asked)).rstrip(" ?.!")
    return fragment if re.match("(?:an?|the) ", fragment) and fragment in resolved else None


def _resolved(question: str, past: Sequence[Past]) -> str:
    if not past:
        return question
    words = question.strip()
    resolved = condense_chinese(words, past[-1].question) if has_han(words) else _english(words, past)
    resolved = resolved[:1].upper() + resolved[1:] if resolved != words else question
    return resolved if len(resolved) <= max(MAX_CHARS, len(question)) else question


def _english(question: str, past: Sequence[Past]) -> str:
    opened = OPENING.sub("", question)
    if back := BACK_TO.match(opened) or FRONTED.match(opened):
        return _come_back(back["what"], back["rest"], past)
    if CORRECTION.match(question) or MEANT.search(question):
        return _corrected(question, past)
    text = opened.rstrip(" ?.!")
    if (whole := _without_subject(text, past)) is not None:
        return whole
    if (another := OF_ANOTHER_TIME.match(text)) and is_time(another["time"]):
        return replaced(past, another["time"])
    fragment = ABOUT.sub("", text)
    fragment = fragment if STAND_IN.match(fragment) else ONE_ABOUT.sub("", fragment)
    if not BEGINS_QUESTION.match(fragment):
        bare = fragment == question.rstrip(" ?.!")
        fragment = spelt(uncapitalised(fragment, past) if bare else fragment, past)
        if bare and _stands_alone(fragment):
            return question  # a query in keywords
        return (None if bare else with_other_verb(past, fragment)) or replaced(past, fragment, noun=bare)
    return _with_subjects(opened, past)


def _without_subject(text: str, past: Sequence[Past]) -> str | None:
    """Return what a follow-up without a subject of its own asks: "Are you sure?", "Why?", "When will it?"."""
    last = past[-1].question
    if (asked := reaction(ABOUT.sub("", text), past)) is not None:
        return asked
    if (of_that := OF_THAT.fullmatch(text)) and not last.lower().startswith(of_that["wh"].lower()):
        text = of_that["wh"]
    if BARE_QUESTION.match(text):
        return asked_anew(past, text)
    if (left_out := VERB_LEFT_OUT.fullmatch(text)) and (whole := with_verb(past, left_out)):
        return whole
    return _of_another(text, past)


def _of_another(text: str, past: Sequence[Past]) -> str | None:
    """Return the last question of somebody or something else, or of what it counts: "Does Orvo?", "Which ones?"."""
    last = past[-1].question
    if other := COMPARE_WITH.fullmatch(text):
        return replaced(past, f"that of {other['other']}")
    if last.lower().startswith("how m") and (part := AS_MANY.fullmatch(text)):
        return replaced(past, part["part"])
    if (than := MORE_THAN.fullmatch(text)) and (whole := compared(past, than)):
        return whole
    if WHICH_ONES.fullmatch(text) and (whole := which_ones(past)):
        return whole
    if (alone := SUBJECT_ALONE.fullmatch(text)) and BEGINS_QUESTION.match(last):
        return replaced(past, alone["subject"])
    if (other := ELSE.fullmatch(text)) and re.match(rf"{other['wh']}\b", last, re.IGNORECASE):
        return f"{text}{last[len(other['wh']) :]}"
    if HIS_NAME.fullmatch(text) and (role := person_by_role(last)):
        return f"Who is {role[0]}?"
    return None


def _stands_alone(fragment: str) -> bool:
    """Return whether a fragment that nothing leads to is a topic: neither a name alone, nor a time, nor "Price?"."""
    terms = query_terms(fragment)
    if len(terms) > _FRAGMENT_TERMS:
        return True
    if any(pattern.fullmatch(fragment) for pattern in _NO_TOPICS):
        return False
    if is_time(fragment) or PREPOSITION.match(fragment) or LEANING.match(fragment):
        return False
    named = {term for name in names_in(f"- {fragment}") for term in query_terms(name.text)}
    return not named or bool(set(terms) - named)


def _corrected(question: str, past: Sequence[Past]) -> str:
    rest = MEANT.sub("", CORRECTION.sub("", question)).strip(" .!?,")
    if not rest:
        return past[-1].question
    return f"{rest}?" if BEGINS_QUESTION.match(rest) else replaced(past, rest)


def _with_subjects(question: str, past: Sequence[Past]) -> str:
    """Return a whole question with what it points at; what still leans gets the subjects in brackets."""
    if OF_THIS_ARTICLE.fullmatch(question.rstrip(" ?.!")):
        return _of_this_article(question, past[-1].question)
    question = _with_counted(question, past[-1].question)
    resolved = with_referents(with_year(question, past), past)
    if DEMONSTRATIVE.search(resolved) or WHY_THING.match(resolved):
        gist = gist_of(past[-1].question)
        leans = "(" in gist or any(pronoun.match(gist) for pronoun in (HE, IT, THEY))
        return about(resolved, latest_subjects(past) if leans else [gist])
    if _has_pronoun(resolved):
        return about(resolved, latest_subjects(past))
    most = _MAX_TERMS_OF_THE if _OF_THE.search(question) else _MAX_TERMS
    alone = len(query_terms(question)) > most or GENERIC.match(question) or _asks_of_all(question)
    if resolved != question or names_in(question) or alone:
        return resolved
    return _about_something(question, past)


def _about_something(question: str, past: Sequence[Past]) -> str:
    """Return a short question without names with what it is about: a thing where it asks about "the director"."""
    if VERSIONED.search(question):
        return _with_version(question, past)
    of_somebody = re.search(rf"\bthe {SOMEBODY.pattern}\b", question, re.IGNORECASE)
    return about(question, latest_things(past) if of_somebody else latest_subjects(past))


def _asks_of_all(question: str) -> bool:
    """Return whether a question asks which of all things of a kind has the most or least of something."""
    asked = superlative_of(question)
    return asked is not None and asked.noun not in (None, "who")


def _with_version(question: str, past: Sequence[Past]) -> str:
    """Return a question about a version with the name of what had another one in the last question, if any had."""
    versions = VERSIONED.search(past[-1].question)
    subjects = [subject.removesuffix(versions[0]) for subject in latest_subjects(past)] if versions else []
    named = [subject for subject in subjects if subject != subject.lower()]  # not the "new in" of "What is new in 4.2?"
    return about(question, named) if named else question


def _has_pronoun(question: str) -> bool:
    """Return whether a pronoun is left in a question that does not stand before a noun."""
    left = (match[0] for match in (pronoun.search(question) for pronoun in (HE, IT, THEY)) if match)
    return any(not is_genitive(pronoun) for pronoun in left)


def _of_this_article(question: str, last: str) -> str:
    """Return a wish to know what the article is about, with the names that the last question has."""
    names = [name.text for name in names_in(last)]
    return f"Summarize the article about {' and '.join(names)}" if names else question


def _with_counted(question: str, last: str) -> str:
    """Return "How many has he sold?" with what the last question counts: "How many cars has he sold?"."""
    elided, noun = ELIDED.match(question), ASKED_NOUN.match(last)
    if not elided or not noun or not last.lower().startswith(elided[0].lower()):
        return question
    return f"{elided[0]}{noun['noun']} {question[elided.end() :]}"


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
