"""Acronyms and what they stand for, as a text itself says: "lithium iron phosphate (LFP)", "LFP (lithium ...)"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from index.terms import STOP_WORDS

COMMON = {
    "EU": "European Union",
    "UK": "United Kingdom",
    "UN": "United Nations",
    "US": "United States",
    "USA": "United States",
}
"""What texts use without saying what it stands for."""
_ACRONYM = re.compile(r"(?P<acronym>[A-Z](?<![\w-].)[A-Z]{1,5})s?(?![\w-])")
"""The letter before the first one is looked at after it: capitals are few."""
_EXPANDED_AFTER = re.compile(
    r"(?:,? (?:which )?(?:short for|stands for)| \() ?(?:the )?[\"“]?(?P<words>[^()\n,;.\"”]{4,80})"
)
_NAMED_BEFORE = re.compile(
    r"(?:\(|,? (?:also |often |usually )?(?:known as|called|abbreviated(?: as| to)?|or|shortened to) (?:the )?)[\"“]?$"
)
_NAMED = re.compile(r"(?:known as|called|abbreviated(?: as| to)?|shortened to) (?:the )?[\"“]?$")
_WORD = re.compile(r"[^\W\d_]+")
_REACH = 400
"""Characters before "known as LFP" in which the words are looked for."""
_LEAST_LETTERS = 3
"""Letters of an acronym of which one may be of another word: the F of LFP is iron."""
_TEXTS_KEPT = 512
"""Of so many texts the acronyms are kept: passages are asked again and again."""


def acronyms_in(texts: Iterable[str]) -> dict[str, str]:
    """Return what acronyms stand for, by the first of the texts that says so."""
    found: dict[str, str] = {}
    for text in texts:
        for acronym, words in _said_in(text):
            found.setdefault(acronym, words)
    return found


@lru_cache(_TEXTS_KEPT)
def _said_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return the acronyms of which a text says what they stand for, with the words."""
    found: dict[str, str] = {}
    for match in _ACRONYM.finditer(text):
        acronym = match["acronym"]
        if acronym in found:
            continue
        if (
            (after := _EXPANDED_AFTER.match(text, match.end())) and (words := _run(acronym, after["words"], opens=True))
        ) or (words := _before(acronym, text[max(0, match.start() - _REACH) : match.start()])):
            found[acronym] = words
    return tuple(found.items())


def with_other_form(question: str, acronyms: dict[str, str]) -> str:
    """Return the question with what its acronyms stand for in brackets, and with the acronyms of its words."""
    for acronym, words in acronyms.items():
        low = question.lower()
        if acronym.lower() not in low and words.lower() not in low:
            continue
        said, spelt = _find(rf"{acronym}s?", question), _find(rf"{re.escape(words)}s?", question)
        if (said is None) == (spelt is None):
            continue
        end, other = (said.end(), words) if said else (spelt.end() if spelt else 0, acronym)
        question = f"{question[:end]} ({other}){question[end:]}"
    return question


def _before(acronym: str, before: str) -> str | None:
    """Return the words before "(LFP)" or ", known as LFP" that it stands for."""
    if not (cue := _NAMED_BEFORE.search(before)):
        return None
    if words := _run(acronym, before[: cue.start()], closes=True):
        return words
    return _run(acronym, before[: cue.start()]) if _NAMED.search(before) else None


def _run(acronym: str, text: str, *, opens: bool = False, closes: bool = False) -> str | None:
    """Return the last words in a row whose initials are the acronym's; they are at its beginning or end if asked."""
    words = [word for word in _WORD.finditer(text) if word[0].lower() not in STOP_WORDS]
    count = len(acronym)
    starts = range(len(words) - count, -1, -1)
    if opens or closes:
        starts = range(0 if opens else len(words) - count, (0 if opens else len(words) - count) + 1)
    for start in starts:
        run = words[max(0, start) : start + count]
        if len(run) == count and _initials_match(acronym, [word[0] for word in run]):
            said = text[run[0].start() : run[-1].end()]
            whole = not opens and not closes
            if not re.search(r"[.,;:!?()\n]", said) and not (whole and len(said.split()) > count):
                return " ".join(said.split())
    return None


def _initials_match(acronym: str, words: list[str]) -> bool:
    same = [letter == word[0].upper() for letter, word in zip(acronym, words, strict=True)]
    return all(same) or (len(same) >= _LEAST_LETTERS and same[0] and same[-1] and sum(same) >= len(same) - 1)


def _find(pattern: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w-]){pattern}(?![\w-])", text, re.IGNORECASE)
