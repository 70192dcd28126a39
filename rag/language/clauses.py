"""What a sentence is taken apart into: names, and a clause with its subject and its one verb in the past."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.time import MONTHS
from rag.language.verbs import AGENT_PAST, IRREGULAR_FORMS, PARTICIPLE

CAPITAL = r"[A-Z][\w'’&-]*\w"
_NO_NAMES = "|".join(
    (
        *MONTHS,
        *"""
        A Although Among An And As At Because Before Besides Between Both But By Despite During Each Even Every Few For
        From He Her Here His How If In Instead It Its Later Like Many Most Neither No Nor Not Now Of On Once One Only
        Other Our Over She Since So Some Such That The Their Then There These They This Those Though Through To Today
        Under Unlike Until We What When Where Whether Which While Who Why With Without Yet You After All Another Several
        """.split(),
    )
)
"""Words that begin a sentence with a capital and no name, as a pattern."""
NAME = rf"(?!(?:{_NO_NAMES})\b){CAPITAL}"
"""A word with a capital that is hardly there because a sentence begins."""
FULL_NAME = rf"{NAME}(?: (?:{CAPITAL}|\d+\b(?![.,]\d)))+"
"""A name of two words or more."""
NUMBER = r"(?<![\w.,])\d[\d.,]*\d(?: (?:million|billion|trillion))?(?![\w-])"
POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|them|this|these|those|here|i|we|us|our|my|me|you|your|such|same|former|latter|yesterday"
    r"|the (?:company|firm|group|phrase|season|count|site|post|plan|deal|reason))\b",
    re.IGNORECASE,
)
"""Words that mean what another sentence said."""
_POINTS_BACK_A_LITTLE = re.compile(
    r"\b(?:there|then|one|ones|others?|another|also|too|however|today|now|so|but|again)\b", re.IGNORECASE
)
_GENITIVE = re.compile(r"\b(?:his|her|its|their)\b", re.IGNORECASE)
SUBJECT = re.compile(
    r"(?!(?:[Tt]he|[Aa]n?)(?: [a-z-]+)?$|\w+['’]s$)"  # "the government": which one?
    r"(?!(?!(?:The|A|An) )[A-Z]\S* [a-z])"  # "Tension with": a name, or any word that opens a sentence?
    rf"(?!(?!(?:The|A|An)\b)(?:{_NO_NAMES})\b)"
    r"(?!.*\b(?:who|which|that|when|by)\b)[\w'’&-]+(?: [\w'’&-]+){0,5}"
)
_LOOSE_END = re.compile(
    r"\b(?:that|and|or|of|to|in|with|as|for|by|the|a|an|at|from|on)$|\ban? [A-Z]\w+$|\b[a-z]+-[a-z]+$"
    rf"|\band (?:\w+ed|{'|'.join(sorted(IRREGULAR_FORMS))})\b"
)
"""What a clause was cut off after, or a second verb."""
FINITE = re.compile(rf"\b(?:{'|'.join(AGENT_PAST)}|was|were|had|has|have|is|are)\b")
_MODAL = re.compile(r"\b(?:would|will|could|can|should|may|might|must)\b")
SUBORDINATE = re.compile(r"\b(?:that(?! (?:day|week|month|year|time)\b)|who|which|because|when|while|if|whether)\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """Clause with one verb in the past, up to its first comma."""

    subject: str
    verb: str
    rest: str

    @property
    def asked(self) -> str:
        """The clause as it follows a question word: "did Xiaomi build cars", "was the harbour opened"."""
        if self.verb in ("was", "were"):
            return f"{self.verb} {self.subject} {self.rest}"
        return f"did {self.subject} {AGENT_PAST[self.verb]} {self.rest}"


def clause_of(text: str, *, names: bool = True) -> Clause | None:
    """Return the clause that `text` begins with; None if its shape is in doubt. `names`: some name has to be in it."""
    match = FINITE.search(text)
    if match is None or match[0] in ("had", "has", "have", "is", "are"):
        return None
    subject, rest = text[: match.start()].strip(), first_part(text[match.end() :].strip())
    main, *subordinate = SUBORDINATE.split(rest)
    if match[0] in ("was", "were"):
        participle = re.match(r"(?:\w+ly )?(\w+)", main)
        if not participle or not is_participle(participle[1]):
            return None
        main = main[participle.end() :]  # a participle may look like a verb in the past
    whole = all(FINITE.search(part) or _MODAL.search(part) for part in subordinate)
    in_doubt = not SUBJECT.fullmatch(subject) or not rest or _LOOSE_END.search(rest) or FINITE.search(main)
    if in_doubt or not whole or (names and not re.search(r"[A-Z]", subject[1:] + rest)):
        return None
    return Clause(uncapitalised(subject), match[0], rest)


def is_participle(word: str) -> bool:
    """Return whether a word has the form of a past participle."""
    return word in PARTICIPLE.values() or (word.endswith("ed") and word.islower())


def uncapitalised(subject: str) -> str:
    """Return a subject as it is written inside a sentence."""
    return re.sub(r"^(The|An?)\b", lambda article: article[0].lower(), subject)


def first_part(text: str) -> str:
    """Return `text` up to its first comma, dash or bracket."""
    return re.split(r"[,;:]\s|[(–—]| - ", text)[0].strip()


def stands_alone(question: str) -> bool:
    """Return whether a question is understood without its text; "its" may mean a name that stands before it."""
    genitive = _GENITIVE.search(question)
    leans = POINTS_BACK.search(question) or _POINTS_BACK_A_LITTLE.search(question)
    explained = not genitive or re.search(r"(?<!^)\b[A-Z]", question[: genitive.start()])
    return bool(not leans and explained and question.count('"') % 2 == 0 and not re.search("“|__", question))
