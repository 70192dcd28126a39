"""Names in a question or an answer, and which of them a pronoun means: by their form, without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.terms import STOP_WORDS
from rag.language.english import COMPANY_WORDS, HE, IT, THEY
from rag.language.places import country_of, is_place
from rag.language.time import time_spans
from rag.language.verbs import AUX

Kind = Literal["person", "thing", "place"]

_NATIONAL = re.compile(r"^[A-Z][a-z]+(?:ese|ish|ean|ian|ican)$")
_PARTICLE = r"(?:von|van|der|de|del|des|di|do|dos|du|da|la|bin|al) "
_JOINT = re.compile(rf" (?:{_PARTICLE})*")
_GENITIVES = ("'s", "’s", "s'", "s’")
_ADVERBS = r"(?:first|now|ever|already|once|again|later|then|together|alone)"
_WORD = re.compile(r"[^\W_][\w.&'’/+-]*[^\W_]|[^\W_]")
_MARKS = re.compile(r"\[\d+\]|[ ?.!\"”]")
_ASKS_WHAT_IS = re.compile(r"(?:what|who) (?:is|are|was|were) (?:the|an?) ", re.IGNORECASE)
_PLURAL = re.compile(r"[A-Z]{2,}s")
_FULL_NAME = re.compile(rf"[^\W\d_]+(?:-[^\W\d_]+)?(?: (?:{_PARTICLE})*[^\W\d_]+(?:-[^\W\d_]+)?){{0,2}}")
_LOOKS_NATIONAL = frozenset(
    """
    Adrian Bastian Brian Christian Damian Dean Dorian Fabian Florian Gillian Ian Jean Jillian Julian Kilian Lilian
    Lillian Marian Maximilian Sean Sebastian Therese Vivian
    """.split()
)
"""First names that end as the adjective of a country may."""
_ACT = (
    r"(?:say|said|write|wrote|critici[sz]|prais|think|thought|stud|admit|describ|promis|warn|argu|meet|met|tell|told"
    r"|believ|suspect|want|become|became|go|went|leave|left|born|die|use)"
)
"""Beginnings of words for what people do."""
_ACTS = re.compile(rf",? (?:who\b|(?:has |had )?{_ACT})")
_DID, _ACTS_IN_QUESTION = re.compile(r"\b(?:did|does|has|had) \Z"), re.compile(rf" (?:\w+ )?{_ACT}")
_WHO_IS = re.compile(r"[Ww]ho (?:is|was) \Z")
_LOCATIVE = re.compile(
    r"(?<!stake )(?<!share )(?<!shares )(?<!interest )(?<!invest )(?<!invested )\b(?:[Ii]n|near|outside) \Z"
)
"""What leads to a place rather than to something that is owned."""
VARIANT = r"(?:class|edition|exhibition|model|package|plan|series|ticket|tier|version)"
"""What comes in several kinds, each with a name: "the Studio plan", "the Club edition"."""
_GOES_ON = re.compile(r"['’\w-]| [A-Z\d]")
_AGE = re.compile(r"[0-9]+-year-olds?")
_TITLE = re.compile(r"(?:[a-z0-9,] |\()The \Z")
"""What stands before a title: "When does The Weaver's Hand open?"."""
_OF = re.compile(r"\bof (?:the )?\Z")
_LED_BY = 40
"""Characters before a name that are looked at; no pattern above is as long."""


@dataclass(frozen=True, slots=True)
class Name:
    """Name as it stands in a text, and the offset of its start."""

    text: str
    start: int
    kind: Kind

    @property
    def end(self) -> int:
        """Offset of its end."""
        return self.start + len(self.text)


@lru_cache(maxsize=64)
def names_in(text: str) -> tuple[Name, ...]:
    """Return the names of a text in order: words with a capital inside a sentence, or with digits among letters."""
    taken = time_spans(text)
    runs: list[list[re.Match[str]]] = []
    for word in _WORD.finditer(text):
        if any(start <= word.start() < end for start, end in taken) or not _is_name(word, text):
            continue
        before = runs[-1][-1] if runs else None
        apart = before is None or (before[0].endswith(_GENITIVES) and not _title(runs[-1], text))
        if before and not apart and _JOINT.fullmatch(text, before.end(), word.start()):
            runs[-1].append(word)
        else:
            runs.append([word])
    names = []
    for run in runs:
        if not any(re.search(r"[^\W\d_]", word[0]) for word in run):
            continue
        start = _start_of(run, text)
        words = re.sub(r"['’]s?$", "", text[start : run[-1].end()])
        names.append(Name(words, start, _kind(words, text)))
    return tuple(names)


def _title(run: Sequence[re.Match[str]], text: str) -> re.Match[str] | None:
    """Return the "The" of a title before a run of words inside a sentence."""
    return _TITLE.search(text[max(0, run[0].start() - _LED_BY) : run[0].start()])


def _start_of(run: Sequence[re.Match[str]], text: str) -> int:
    """Return where a name begins: with "The" if it is a title with a genitive, "The Weaver's Hand"."""
    of_title = any(word[0].endswith(_GENITIVES) for word in run[:-1]) and _title(run, text)
    return run[0].start() - (len("The ") if of_title else 0)


def phrase(name: Name, text: str) -> str:
    """Return the name with its article and the noun that it stands before ("the Blade battery"), never a verb."""
    left = re.search(rf"\b(?:the|an?) (?:(?!{AUX}\b)[a-z-]+ ){{0,2}}$", text[: name.start], re.IGNORECASE)
    subject = re.search(rf"\b{AUX} (?:the |an? )?(?:[a-z-]+ ){{0,2}}$", text[: name.start], re.IGNORECASE)
    if _ASKS_WHAT_IS.match(text):
        subject = None
    right = re.match(rf" {VARIANT}\b(?! to\b)", text[name.end :]) if left else None
    if left and not right and not subject:
        right = re.match(rf"(?: (?!{_ADVERBS}\b)[a-z]+)(?=[?.]?$)", text[name.end :])
    return f"{left[0] if left else ''}{name.text}{right[0] if right else ''}".strip()


def with_name(text: str, old: Name, new: str) -> str:
    """Return a question about the name `new` instead of `old`; the genitive ending of `old` stays, once."""
    before, after = text[: old.start], text[old.end :]
    new = _without_what_follows(new, after)
    if re.search(r"\bhow many $", before, re.IGNORECASE) and old.text.endswith("s"):
        new = re.sub(r"^(?:the|an?) |(?<!s)$", lambda match: "" if match[0] else "s", new)
    adjective = re.search(r"\b(the|an?) [a-z-]+ $", before)
    variant = re.match(r"the ([A-Z][^\W\d]*)$", new)
    stem, _, end = old.text.rpartition(" ")
    if variant and adjective:  # "the basic SU7", "the Max" -> "the SU7 Max"
        before, new = before[: adjective.start()], f"the {old.text} {variant[1]}"
    elif variant and re.search("[0-9]$", old.text):
        before, new = re.sub(r"\bthe $", "", before), f"the {old.text} {variant[1]}"
    elif variant and stem and (len(end) == len(variant[1]) == 1 or re.search("[0-9]", stem)):
        before, new = re.sub(r"\bthe $", "", before), f"the {stem} {variant[1]}"
    else:
        before = re.sub(r"\b(?:the|an?) $" if re.match("(?:the|an?) ", new) else r"\bthe $", "", before)
    if re.match(r"['’]s?\b", after) or not re.search(r"['’]s?$", old.text):
        new = re.sub(r"['’]s?$", "", new)
    return f"{before}{new}{after}?"


def _without_what_follows(new: str, after: str) -> str:
    """Return a name without the words that stand after its place already: "the Home edition" before " edition"."""
    words = new.split()
    for first in range(1, len(words)):
        tail = " ".join(words[first:])
        if tail == tail.lower() and re.match(rf" {re.escape(tail)}\b", after, re.IGNORECASE):
            return " ".join(words[:first])
    return new


def referent_of(pronoun: re.Pattern[str], names: Iterable[Name]) -> Name | None:
    """Return the name of one text that HE, IT or THEY means: for IT the last thing, else the first name that fits."""
    names = [name for name in names if name.kind != "place"]
    fitting = [name for name in names if name.kind == "thing"] or (names if pronoun is THEY else [])
    if pronoun is HE:
        fitting = [name for name in names if name.kind == "person"] or [name for name in names if _may_be_person(name)]
    return fitting[-1 if pronoun is IT else 0] if fitting else None


def _may_be_person(name: Name) -> bool:
    return _is_full_name(name.text) and name.text.split()[-1].lower() not in COMPANY_WORDS


def _is_full_name(text: str) -> bool:
    """Return whether a name is made of one to three words with a capital and small letters, of whatever alphabet."""
    words = [part for word in text.split() for part in word.split("-") if not re.fullmatch(_PARTICLE, f"{word} ")]
    spelt = words[0][0].isupper() and all(word[1:].islower() for word in words if len(word) > 1)
    return bool(_FULL_NAME.fullmatch(text)) and spelt and len(words[0]) > 1


def _is_name(word: re.Match[str], text: str) -> bool:
    bare = re.sub(r"['’]s?$", "", word[0])
    if re.match(r" (?:Union|Commission)\b", text[word.end() :]):
        return True
    if _is_national(bare) or _PLURAL.fullmatch(bare) or (bare.lower() in STOP_WORDS and not bare.isupper()):
        return False
    if re.search(r"[0-9]", bare):
        if _AGE.fullmatch(bare):
            return False
        return bool(re.search(r"[A-Za-z]", bare)) or bool(re.search(r"[A-Z][\w-]* $", text[: word.start()]))
    if not bare[0].isupper():
        return False
    opens = not text[: word.start()].strip() or text[: word.start()].rstrip()[-1] in '.?!:;"“'
    return not opens or bare[1:] != bare[1:].lower() or is_place(bare) or _opens_with_name(word, text)


def _is_national(word: str) -> bool:
    """Return whether a word is the adjective of a country ("German") rather than a name, or is "I"."""
    if word in _LOOKS_NATIONAL:
        return False
    return word == "I" or bool(_NATIONAL.match(word)) or bool(country_of(word.lower()) and not is_place(word))


def _opens_with_name(word: re.Match[str], text: str) -> bool:
    """Return whether a capital at the beginning of a sentence belongs to a name."""
    rest = text[word.end() :]
    after = re.match(r" ([^\W\d_]+)", rest)
    joined = after is not None and after[1][0].isupper() and after[1][1:].islower()
    return word[0].endswith(("'s", "’s")) or joined or not _MARKS.sub("", rest)


def _kind(name: str, text: str) -> Kind:
    around = list(_around(name, text))
    if is_place(name) or any(_LOCATIVE.search(before) and not _GOES_ON.match(after) for before, after in around):
        return "place"
    if not _is_full_name(name) or name.rsplit(maxsplit=1)[-1].lower() in COMPANY_WORDS:
        return "thing"
    acts = (
        (_WHO_IS.search(before) and not after.startswith(_GENITIVES[:2]))
        or (_ACTS.match(after) and not _OF.search(before))
        or (_DID.search(before) and _ACTS_IN_QUESTION.match(after))
        for before, after in around
    )
    return "person" if any(acts) else "thing"


def _around(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before and after a name, wherever a text has it."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        yield text[max(0, at - _LED_BY) : at], text[end:]
        at = text.find(name, end)
