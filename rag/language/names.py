"""Names and times in a question, and which of them a pronoun means: by their form, without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.terms import STOP_WORDS

Kind = Literal["person", "thing", "place"]

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
AUX = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|may|might)"
_MONTHS = "January February March April May June July August September October November December"
_MONTH = rf"(?:{'|'.join(_MONTHS.split())})"
_YEAR = r"(?:19|20)[0-9]{2}"
_TIME = re.compile(
    rf"\b(?:(?:in|on|at|by|during|since|until|for|over|within) )?"
    r"(?:the )?(?:(?:whole|end|beginning|start|middle) of )?"
    rf"(?:(?:first|second|third|fourth|last) (?:quarter|half)(?: of)?(?: {_YEAR})?|Q[1-4](?: {_YEAR})?"
    rf"|(?:[0-9]{{1,2}} )?{_MONTH}(?: [0-9]{{1,2}}\b,?)?(?: {_YEAR})?|{_YEAR})\b(?![,.][0-9])"
)
_PLACES = frozenset(
    """
    africa america argentina asia australia austria bangladesh barcelona beijing belgium berlin brazil britain brussels
    california canada chile china denmark egypt england eu europe european|union finland france germany greece gulf
    hong|kong hungary india indonesia ireland israel italy japan kenya korea london malaysia mexico michigan
    netherlands new|york nigeria norway pakistan paris poland portugal romania russia saudi|arabia serbia shanghai
    shenzhen singapore south|korea spain sweden switzerland taiwan thailand tokyo turkey uk ukraine united|kingdom
    united|states us usa vietnam washington
    """.replace("|", "_").split()
)
_NATIONAL = re.compile(r"^(?:[A-Z][a-z]+(?:ese|ish|ean|ian|ican)|German|French|Dutch|Swiss|Greek|Thai|I)$")
_JOINT = re.compile(r" (?:(?:von|van|der|de|la|bin|al) )*")
_GENITIVES = ("'s", "’s", "s'", "s’")
_ADVERBS = r"(?:first|now|ever|already|once|again|later|then|together|alone)"
_WORD = re.compile(r"[^\W_][\w.&'’/+-]*[^\W_]|[^\W_]")
_PLURAL = re.compile(r"[A-Z]{2,}s")
_FULL_NAME = re.compile(
    r"[A-Z][a-z]+(?:-[A-Z]?[a-z]+)?(?: (?:(?:von|van|der|de|la|bin|al) )*[A-Z][a-z]+(?:-[A-Z]?[a-z]+)?){0,2}"
)
_FIRM = frozenset(
    "auto bank company corporation corp energy future group holdings inc institute ltd motor motors".split()
)
_ACTS = (
    r"(?:say|said|write|wrote|critici[sz]|prais|think|thought|stud|admit|describ|promis|warn|argu|meet|met|tell|told"
    r"|believ|suspect|want|become|became|go|went|leave|left|born|die|use)"
)
"""What people do, as words begin."""
HE = re.compile(r"\b(?:he|him|his|himself|she|her|hers|herself)\b", re.IGNORECASE)
IT = re.compile(r"\b(?:it(?! (?:takes?|took|true|possible|likely|worth|legal)\b)|its|itself)\b", re.IGNORECASE)
THEY = re.compile(r"\b(?:they|them|their|theirs|themselves)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in a text, and where it starts there."""

    text: str
    start: int
    kind: Kind

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


@lru_cache(maxsize=64)
def names_in(text: str) -> tuple[Name, ...]:
    """The names in a question or in an answer, in their order: capitals inside a sentence, or digits among letters."""
    taken = [match.span() for match in _TIME.finditer(text)]
    runs: list[list[re.Match[str]]] = []
    for word in _WORD.finditer(text):
        if any(start <= word.start() < end for start, end in taken) or not _is_name(word, text):
            continue
        before = runs[-1][-1] if runs else None
        if before and not before[0].endswith(_GENITIVES) and _JOINT.fullmatch(text, before.end(), word.start()):
            runs[-1].append(word)
        else:
            runs.append([word])
    found = []
    for run in runs:
        if not any(re.search(r"[^\W\d_]", word[0]) for word in run):
            continue
        start, words = run[0].start(), re.sub(r"['’]s?$", "", text[run[0].start() : run[-1].end()])
        found.append(Name(words, start, _kind(words, text)))
    return tuple(found)


def phrase(name: Name, text: str) -> str:
    """The name with its article and the noun that it stands before: "the Blade battery"; never a verb."""
    left = re.search(rf"\b(?:the|an?) (?:(?!{AUX}\b)[a-z-]+ ){{0,2}}$", text[: name.start], re.IGNORECASE)
    subject = re.search(rf"\b{AUX} (?:the |an? )?(?:[a-z-]+ ){{0,2}}$", text[: name.start], re.IGNORECASE)
    right = None if subject or not left else re.match(rf"(?: (?!{_ADVERBS}\b)[a-z]+)(?=[?.]?$)", text[name.end :])
    return f"{left[0] if left else ''}{name.text}{right[0] if right else ''}".strip()


def times_in(text: str) -> list[str]:
    """The years, months, days and quarters in a text, with the words that lead to them."""
    return [match[0].strip() for match in _TIME.finditer(text)]


def is_time(text: str) -> bool:
    """Whether it is nothing but a time."""
    return bool(_TIME.fullmatch(text.strip()))


def with_time(text: str, time: str) -> str:
    """A question about another time: the last one that it has is replaced, or `time` added."""
    matches = list(_TIME.finditer(text))
    if not matches:
        return f"{text} {time}"
    start, end = matches[-1].span()
    return f"{text[:start]}{time}{text[end:]}"


def with_name(text: str, old: Name, new: str) -> str:
    """A question about another name; what makes the old one a genitive stays, and is not doubled."""
    before, after = text[: old.start], text[old.end :]
    adjective = re.search(r"\b(the|an?) [a-z-]+ $", before)
    variant = re.match(r"the ([A-Z]\w*)$", new)
    stem, _, end = old.text.rpartition(" ")
    if variant and adjective:  # "the basic SU7", "the Max" -> "the SU7 Max"
        before, new = before[: adjective.start()], f"the {old.text} {variant[1]}"
    elif variant and stem and (len(end) == len(variant[1]) == 1 or re.search("[0-9]", stem)):
        before, new = re.sub(r"\bthe $", "", before), f"the {stem} {variant[1]}"
    else:
        before = re.sub(r"\bthe $", "", before)
    if re.match(r"['’]s?\b", after) or not re.search(r"['’]s?$", old.text):
        new = re.sub(r"['’]s?$", "", new)
    return f"{before}{new}{after}?"


def meant(pronoun: re.Pattern[str], names: Iterable[Name]) -> Name | None:
    """Of the names in one text, the one that HE, IT or THEY means: for IT the last thing, else the first that fits."""
    names = [name for name in names if name.kind != "place"]
    fitting = [name for name in names if name.kind == "thing"] or (names if pronoun is THEY else [])
    if pronoun is HE:
        fitting = [name for name in names if name.kind == "person"] or [name for name in names if _may_be_person(name)]
    return fitting[-1 if pronoun is IT else 0] if fitting else None


def _may_be_person(name: Name) -> bool:
    return bool(_FULL_NAME.fullmatch(name.text)) and name.text.split()[-1].lower() not in _FIRM


def _is_name(word: re.Match[str], text: str) -> bool:
    bare = re.sub(r"['’]s?$", "", word[0])
    if re.match(r" (?:Union|Commission)\b", text[word.end() :]):
        return True
    if _NATIONAL.match(bare) or _PLURAL.fullmatch(bare) or (bare.lower() in STOP_WORDS and not bare.isupper()):
        return False
    if re.search(r"[0-9]", bare):
        return bool(re.search(r"[A-Za-z]", bare)) or bool(re.search(r"[A-Z][\w-]* $", text[: word.start()]))
    if not bare[0].isupper():
        return False
    opens = not text[: word.start()].strip() or text[: word.start()].rstrip()[-1] in '.?!:;"“'
    return not opens or bare[1:] != bare[1:].lower() or _opens_with_name(word, text)


def _opens_with_name(word: re.Match[str], text: str) -> bool:
    """Whether a capital that begins a sentence belongs to a name all the same."""
    rest = text[word.end() :]
    return word[0].endswith(("'s", "’s")) or bool(re.match(r" [A-Z][a-z]+\b", rest)) or not rest.strip(" ?.!")


def _kind(name: str, text: str) -> Kind:
    if name.lower().replace(" ", "_") in _PLACES:
        return "place"
    own = re.escape(name)
    if not _FULL_NAME.fullmatch(name) or name.rsplit(maxsplit=1)[-1].lower() in _FIRM:
        return "thing"
    acts = rf"\b(?:did|does|has|had) {own} (?:\w+ )?{_ACTS}|{own},? (?:who\b|(?:has |had )?{_ACTS})"
    return "person" if re.search(rf"[Ww]ho (?:is|was) {own}|{acts}", text) else "thing"
