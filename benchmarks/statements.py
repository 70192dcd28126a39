"""A question and its answer -> the sentence that states it, by rules.

A question is turned only where a rule finds where its subject ends and its verb stands; the others are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.language.english import DETERMINERS, PREPOSITIONS
from rag.language.time import MONTHS
from rag.language.verbs import AUXILIARIES, FORMS_OF_BE, PARTICIPLE, PAST, past, third_person
from rag.language.verbs import BE as _BE

BE = "|".join(_BE)
"""Finite forms of "be", as a pattern."""
_LEFT_OUT = frozenset("there being doing going trying else other besides whilst".split())
_PAST_FORMS = frozenset(PAST.values()) - FORMS_OF_BE
_PARTICIPLES = frozenset(PARTICIPLE.values()) - FORMS_OF_BE - AUXILIARIES
_ADJECTIVES = frozenset("responsible able available part complete necessary similar unable".split())
"""Words after a form of "be" that say something of the subject, besides participles."""
_WH = r"(?:what|which|who|whom|when|where)"
Verbs = frozenset[str]
"""Base forms of verbs."""


def verbs_of(texts: Iterable[str]) -> Verbs:
    """Return the words used as base forms in `texts`: several times after "to" or a modal verb, with a past form."""
    words = [word for text in texts for word in re.findall(r"[a-z]+", text)]
    led = Counter(
        word for before, word in pairwise(words) if before in {"to", "would", "could", "will", "can", "not", "may"}
    )
    seen = set(words)
    known = {
        word
        for word, count in led.items()
        if count > 1 and len(word) > 2 and past(word) in seen and f"{word}ed" != "noted"
    }
    return frozenset(known - AUXILIARIES - {"not", "need"}) | frozenset(PAST) - {"be"}


@lru_cache(maxsize=4)
def _thirds(verbs: Verbs) -> frozenset[str]:
    return frozenset(third_person(verb) for verb in verbs)


def declare(question: str, answer: str, verbs: Verbs) -> str | None:
    """Return the sentence that states the answer; None if no rule fits."""
    words = question.strip().rstrip("?. ").split()
    answer = answer.strip().rstrip(".,; ")
    if not 4 <= len(words) <= 25 or not 1 <= len(answer.split()) <= 10 or answer.count('"') % 2 or "(" in answer:
        return None
    low = [word.lower() for word in words]
    if set(low) & _LEFT_OUT:
        return None
    said = _fronted(words, low, answer, verbs)
    if (
        said is None
        or answer.lower() in " ".join(low)
        or is_past(answer.split()[0], verbs)
        or answer.split()[0] == "as"
    ):
        return None
    said = re.sub(r"\s+", " ", said).strip()
    return f"{said[0].upper()}{said[1:]}."


@dataclass(frozen=True, slots=True)
class _Asked:
    """Question that begins with its question word: its words, those in lower case, and the preposition before it."""

    words: list[str]
    lower: list[str]
    lead: str | None
    answer: str

    @property
    def asks_when_or_where(self) -> bool:
        return self.lower[0] in {"when", "where"}

    def counted(self, end: int) -> str:
        """Return what "how many" asks for, up to a word: the noun of "how many ships"."""
        return " ".join(self.words[2:end]) if self.lower[0] == "how" else ""


def _fronted(words: list[str], low: list[str], answer: str, verbs: Verbs) -> str | None:
    lead = low[0] if low[0] in PREPOSITIONS else None
    if lead:
        words, low = words[1:], low[1:]
    if len(low) > 1 and low[1] in {"type", "kind", "sort", "do"}:
        return None
    if re.fullmatch(_WH, low[0]) is None and low[:2] not in (["how", "many"], ["how", "much"]):
        return _embedded([lead.capitalize(), *words] if lead else words, answer)
    return _with_question_word(_Asked(words, low, lead, answer), verbs)


def _with_question_word(asked: _Asked, verbs: Verbs) -> str | None:
    low = asked.lower
    aux = next((i for i in range(1, min(8, len(low))) if low[i] in AUXILIARIES), None)
    verb = next((i for i in range(1, min(6, len(low))) if is_past(low[i], verbs)), None)
    if low[0] in {"who", "what"} and not asked.lead and (verb == 1 or low[1] in _thirds(verbs)):
        return f"{asked.answer} {' '.join(asked.words[1:])}"
    if aux is None or (verb is not None and verb < aux):
        return _with_subject_asked_for(asked, verb)
    return _with_auxiliary(asked, aux, verbs)


def _with_subject_asked_for(asked: _Asked, verb: int | None) -> str | None:
    """Turn `how many SUBJECT VERBed ...` into `ANSWER SUBJECT VERBed ...`."""
    if verb is None or asked.lead or asked.asks_when_or_where:
        return None
    noun = asked.counted(verb)
    return " ".join([asked.answer, *([noun] if noun else []), *asked.words[verb:]])


def _with_auxiliary(asked: _Asked, aux: int, verbs: Verbs) -> str | None:
    noun = asked.counted(aux)
    if asked.answer.rsplit(maxsplit=1)[-1].lower() in noun.lower():
        noun = ""
    filled, rest = f"{asked.answer} {noun}".strip(), asked.words[aux + 1 :]
    if not asked.lead and not asked.asks_when_or_where and rest and _predicates(rest[0], verbs):
        return f"{filled} {asked.words[aux]} {' '.join(rest)}"
    if asked.answer.split(maxsplit=1)[0].lower() in PREPOSITIONS:
        filled, adjunct = f"{asked.answer[0].lower()}{asked.answer[1:]}", " "
    else:
        adjunct = asked.lead or _adjunct(" ".join(asked.lower[:aux]), asked.answer) or ""
    if asked.lower[aux] in {"did", "does", "do"}:
        return _with_verb(asked.lower[aux], rest, filled, adjunct, verbs)
    return _with_be(asked.words[aux], rest, filled, adjunct, asked.lower, verbs)


def _adjunct(wh: str, answer: str) -> str | None:
    if wh == "when" or wh in {"what year", "which year", "what month"}:
        return "on" if re.search(r"\b\d{1,2}\b(?!\d)", answer) and re.search("|".join(MONTHS), answer) else "in"
    return "in" if wh == "where" else None


def _with_verb(aux: str, rest: list[str], filled: str, adjunct: str, verbs: Verbs) -> str | None:
    """Turn `did SUBJECT VERB ...` into `SUBJECT VERBed ...`."""
    at = next((i for i in range(1, len(rest)) if rest[i] in verbs and _may_follow(rest[i - 1])), None)
    if at is None or rest[at + 1 : at + 2] == ["to"]:
        return None
    verb = {"did": past, "does": third_person}.get(aux, str)(rest[at])
    head, tail = f"{' '.join(rest[:at])} {verb}", rest[at + 1 :]
    if adjunct:
        return f"{head} {' '.join(tail)} {adjunct} {filled}"
    if gap := next((i for i, pair in enumerate(pairwise(tail), 1) if set(pair) <= PREPOSITIONS), 0):
        return f"{head} {' '.join(tail[:gap])} {filled} {' '.join(tail[gap:])}"
    if not tail or tail[-1].lower() in PREPOSITIONS or tail[-1] == "to":
        return f"{head} {' '.join(tail)} {filled}"
    return f"{head} {filled} {' '.join(tail)}" if tail[0].lower() in PREPOSITIONS else None


def _may_follow(before: str) -> bool:
    """Return whether a verb may stand after a word."""
    return before.lower() not in DETERMINERS and not before.endswith("'")


def _with_be(aux: str, rest: list[str], filled: str, adjunct: str, low: list[str], verbs: Verbs) -> str | None:
    """Turn `was SUBJECT PARTICIPLE ...` into `SUBJECT was PARTICIPLE ...`, `was SUBJECT` into `SUBJECT was`."""
    at = next(
        (i for i in range(1, len(rest)) if _predicates(rest[i], verbs) and rest[i - 1].lower() not in DETERMINERS), None
    )
    ends_in_preposition = bool(rest) and rest[-1].lower() in PREPOSITIONS
    if at is None:
        return None if ends_in_preposition else _with_bare_be(aux, rest, filled, adjunct, low)
    if not adjunct and not ends_in_preposition:
        return None
    if at > 1 and rest[at - 1].endswith("ly"):
        at -= 1
    return f"{' '.join(rest[:at])} {aux} {' '.join(rest[at:])} {adjunct} {filled}"


def _with_bare_be(aux: str, rest: list[str], filled: str, adjunct: str, low: list[str]) -> str | None:
    if adjunct and low[0] in {"when", "where"} and aux.lower() in BE.split("|") and len(rest) < 6:
        return f"{' '.join(rest)} {aux} {adjunct} {filled}"
    if low[0] in {"what", "who"} and low[1] in BE.split("|") and rest and not rest[0].endswith("ing"):
        return f"{' '.join(rest)} {aux} {filled}"
    return None


def _embedded(words: Sequence[str], answer: str) -> str | None:
    """Fill in a question whose question word stands at its end: `X was built when?`."""
    text = " ".join(words)
    if match := re.search(
        r" (?:(?P<lead>in|on|by|of|for|with|to|at|from) )?(?P<wh>when|where|who|whom|what|which year|what [a-z]+)$",
        text,
    ):
        lead = match["lead"] or _adjunct(match["wh"], answer) or ""
        lead = "" if answer.split(maxsplit=1)[0].lower() in PREPOSITIONS else lead
        return f"{text[: match.start()]} {lead} {answer}"
    return None


def _predicates(word: str, verbs: Verbs) -> bool:
    """Return whether a word after a form of "be" says something of the subject: a participle, or an adjective."""
    return is_participle(word, verbs) or word in _ADJECTIVES


def is_past(word: str, verbs: Verbs) -> bool:
    """Return whether a word has the form of a past tense."""
    stems = {word[:-2], word[:-1], f"{word[:-3]}y", word[:-3]} if word.endswith("ed") else set()
    return bool(stems & verbs) or word in _PAST_FORMS


def is_participle(word: str, verbs: Verbs) -> bool:
    """Return whether a word has the form of a past participle."""
    return word in _PARTICIPLES or (word.endswith("ed") and word.islower() and len(word) > 3)
