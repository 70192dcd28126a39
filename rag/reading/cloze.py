"""A claim as questions, each with a question word in the place of some of its words, and with its sides exchanged.

A support head hardly tells "A sold B to C" from "B sold A to C": both have the quote's words. Which words a reading
model finds when it is asked "What sold B to C?" tells them apart. Everything is by form: a claim whose verb is not
found is asked nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.english import DETERMINERS, OPENS_CLAUSE, PREPOSITIONS
from rag.language.verbs import AGENT_VERBS, AUXILIARIES, BASE, FORMS_OF_BE, IRREGULAR_FORMS, third_person

_MOST_WORDS = 8
"""Words of a side, at most; longer ones are clauses."""
_FIRST_WORDS = 10
"""Words among which the verb is looked for."""
_ADVERBS = frozenset("not never also already ever first just later now often once only still then twice".split())
_DO = frozenset({"do", "does", "did"})
_ARTICLES = frozenset("the a an his her its their".split())
_PRESENT = frozenset(map(third_person, AGENT_VERBS))
_ENDS_SIDE = (PREPOSITIONS | OPENS_CLAUSE | {"who", "when", "where", "that", "if", "and", "or"}) - {"of"}
_MARKS = ",;:"


@dataclass(frozen=True, slots=True)
class Blank:
    """A question made of a claim, and the words of the claim that would answer it."""

    question: str
    words: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A claim's words: `subject`, `verb` with its auxiliaries (and "by"), `other` side, and the `rest`."""

    subject: tuple[str, ...]
    verb: tuple[str, ...]
    other: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def exchangeable(self) -> bool:
        """Whether it says something else with its sides exchanged: somebody does something, and is it not merely."""
        acts = any(word.lower() not in AUXILIARIES | FORMS_OF_BE | _ADVERBS for word in self.verb)
        return acts and 0 < len(self.other) <= _MOST_WORDS and len(self.subject) <= _MOST_WORDS

    def sides(self) -> Iterator[Blank]:
        """Yield the questions for the subject and for the other side."""
        yield Blank(_asked(("what", *self.verb, *self.other, *self.rest)), " ".join(self.subject))
        if self.other:
            asked = _asked((*self.subject, *self.verb, "what", *self.rest))
            yield Blank(asked, " ".join(self.other))

    def exchanged(self) -> Parts:
        """Return the like with subject and other side exchanged."""
        return Parts(self.other, self.verb, _without_capital(self.subject), self.rest)


def parts_of(claim: str) -> Parts | None:
    """Return the parts of a claim; None where no verb is found."""
    words = claim.rstrip(". ").split()
    verb = next((i for i in range(1, min(_FIRST_WORDS, len(words))) if _is_verb(words, i)), 0)
    if not verb:
        return None
    after = _after_verb(words, verb)
    end = next((i for i in range(after, len(words)) if _ends_side(words, i, after)), len(words))
    other = " ".join(words[after:end]).rstrip(_MARKS).split()
    return Parts(tuple(words[:verb]), tuple(words[verb:after]), tuple(other), tuple(words[end:]))


def _asked(words: Sequence[str]) -> str:
    text = " ".join(word for word in words if word)
    return f"{text[:1].upper()}{text[1:]}?"


def _is_verb(words: Sequence[str], i: int) -> bool:
    word = words[i]
    if word[-1] in _MARKS or words[i - 1].lower() in DETERMINERS:
        return False
    low = word.lower()
    past = word.islower() and len(word) > 3 and word.endswith("ed") and not word.endswith("eed")
    return past or low in IRREGULAR_FORMS or low in _PRESENT or low in AUXILIARIES


def _after_verb(words: Sequence[str], verb: int) -> int:
    """Return where what follows the verb at `verb` begins: after "was not first built by", after "built"."""
    after = verb + 1
    if words[verb].lower() in AUXILIARIES:
        while after < len(words) and _leads(words[after]):
            after += 1
        after += after < len(words) and (_is_verb(words, after) or words[verb].lower() in _DO or words[after] in BASE)
    return after + (words[after : after + 1] == ["by"])


def _leads(word: str) -> bool:
    """Return whether a word may stand between an auxiliary and its verb."""
    return word.lower() in AUXILIARIES | FORMS_OF_BE | _ADVERBS or word.endswith("ly")


def _ends_side(words: Sequence[str], i: int, first: int) -> bool:
    return words[i].lower().strip(_MARKS) in _ENDS_SIDE or (i > first and words[i - 1][-1] in _MARKS)


def _without_capital(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without the capital that opens a sentence, as far as they show it."""
    return (words[0].lower(), *words[1:]) if words[0].lower() in _ARTICLES else words
