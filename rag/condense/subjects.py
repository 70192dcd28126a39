"""What earlier questions were about, and how a question says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.terms import query_terms
from rag.language.english import GENITIVE_PRONOUNS, PREPOSITIONS
from rag.language.followups import QUESTION
from rag.language.names import names_in
from rag.language.verbs import AUX

_OF_HER = re.compile(rf" (?!(?:{'|'.join(sorted(PREPOSITIONS))}|again|also|and|now|or|too|when|why)\b)\w")
"""What stands after the "her" that is somebody's: a noun."""
_ASKING = re.compile(rf"^(?:{AUX}|who|which|what) ", re.IGNORECASE)
_ASKING_WORDS = re.compile(
    r"^(?:\w+ )?(?:what|which|whose|how (?:many|much)|how [a-z]+|when|where|why|how|whom?)\b ?",
    re.IGNORECASE,
)
_ASKER = re.compile(r"^(?:I|we|you) ")
_WHAT_IS = re.compile(r"^(?:what|who) (?:is|are|was|were) (?P<what>[^:()]+?)[ ?.!]*$", re.IGNORECASE)
_TITLE_WORDS = frozenset("a an and at by for from in of on or the to with".split())
_CITATION = re.compile(r"[\"”]? ?\[\d+\]")
_MARKUP = re.compile(r"[<>{}\[\]|*\\]|://")


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier question as it was understood, and its answer."""

    question: str
    answer: str
    was_fragment: bool = False
    """Whether it was a name or another part of a question, as "And XPeng?" is."""
    persons: frozenset[str] = frozenset()
    """Names that took the place of "he" or "she" in it."""
    topic: str | None = None
    """The thing that it asked about instead of another one: "a board game" in "And a board game?"."""

    @property
    def first_line(self) -> str:
        """What the answer says before its first citation."""
        return _CITATION.split(self.answer, maxsplit=1)[0]


def is_genitive(pronoun: str, after: str = " x") -> bool:
    """Return whether a pronoun stands for "somebody's", before what stands after it: "her" does before a noun."""
    return pronoun.lower() in GENITIVE_PRONOUNS and not (pronoun.lower() == "her" and not _OF_HER.match(after))


def inflected(pronoun: str, name: str, after: str = " x") -> str:
    """Return `name` in the form that the pronoun has in whose place it is put, before what stands after it."""
    return f"{name}'s" if is_genitive(pronoun, after) else name


def gist_of(question: str) -> str:
    """Return what a question is about, as a phrase: "cars sold in 2023" for "How many cars were sold in 2023?"."""
    asked = question.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    if not (match := QUESTION.match(asked)):
        return _ASKING.sub("", asked)
    noun = _ASKING_WORDS.sub("", match["wh"])
    gist = re.sub(rf"^{AUX} ", "", f"{noun} {re.sub(rf'^{AUX} ', '', match['rest'])}".strip())
    return _ASKER.sub("", gist)


def title_in(question: str) -> str | None:
    """Return what a question wants explained if it is a title of several words: "The Unicorn at the Well"."""
    match = _WHAT_IS.match(question)
    words = match["what"].split() if match else []
    is_title = len(words) > 2 and words[0][0].isupper() and words[-1][0].isupper()
    inside = (word[0].isupper() or word in _TITLE_WORDS for word in words)
    return " ".join(words) if is_title and all(inside) else None


def latest_subjects(past: Sequence[Past]) -> list[str]:
    """Return what the latest question with a subject is about: its names, else its words."""
    return next((subjects for turn in reversed(past) if (subjects := subjects_of(turn.question, turn.topic))), [])


def latest_things(past: Sequence[Past]) -> list[str]:
    """Return the names of the latest question that has any but those of persons; else what it is about."""
    persons = {person for turn in past for person in turn.persons}
    named = ([name for name in names_in(turn.question) if name.kind != "person"] for turn in reversed(past))
    things = ([name.text for name in names if name.text not in persons] for names in named)
    return next(filter(None, things), None) or latest_subjects(past)


def subjects_of(question: str, topic: str | None = None) -> list[str]:
    """Return what a question is about: its names, else what stands in brackets, else its topic or its words."""
    if titled := title_in(question):
        return [titled]
    named = [name.text for name in names_in(question)]
    named += re.findall(r"(?<= \()[^()]*[^\W\d_]{2}[^()]*(?=\))", question) if not named else []
    return list(dict.fromkeys(named)) or [gist for gist in [topic or gist_of(question)] if _is_phrase(gist)]


def _is_phrase(gist: str) -> bool:
    """Return whether words are a subject: some of them tell something, and nothing in them is markup."""
    return bool(query_terms(gist)) and not _MARKUP.search(gist)


def added(asked: str, part: str) -> str:
    """Return the question with a part after it, before what stands in brackets."""
    whole, bracket, about_it = asked.partition(" (")
    return f"{whole} {part}{bracket}{about_it}?"


def about(text: str, subjects: Sequence[str]) -> str:
    """Return `text` with what it is about in brackets, as far as it does not say so itself."""
    asked = text.rstrip(" ?.!")
    missing = [subject for subject in subjects if subject.lower() not in asked.lower()]
    return f"{asked} ({', '.join(missing)})?" if missing else f"{asked}?"
