"""One sentence -> drafts that it answers: questions by the grammar of `rag.language.questions`, or a gap in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.chinese import POINTING
from rag.language.clauses import CAPITAL, FULL_NAME, NAME, NUMBER, POINTS_BACK
from rag.language.questions import questions_of
from rag.language.scripts import has_han
from rag.language.time import DATE, DAY_OR_MONTH, MONTH
from rag.language.verbs import AGENT_PAST

_QUOTED = re.compile(r"[\"“「《]([^\"“”「」《》]{3,60})[\"”」》]")
_DAY = re.compile(rf"\b(?:{DATE}|{DAY_OR_MONTH}\b)")
_NOUN_ENDS = r" (?:in|on|at|and|or|for|from|by|to|as|is|was|were|has|had|have|with|who|which|that)\b"
"""What follows a noun, rather than an adjective like "Chinese"."""
_GAPS = (
    _QUOTED,
    re.compile(rf"\b(?:{DATE}|[0-9]{{1,2}} {MONTH}\b)"),
    re.compile(NUMBER),
    re.compile(rf"(?:^|[ ,])[a-z]+ ({FULL_NAME}(?<!['’]s)|{NAME}(?<! .)(?<! ..)(?=[.,;:]|{_NOUN_ENDS}))\b(?! [A-Z])"),
)
_MAX_NUMBERS = 2
"""Numbers of a sentence in which one is asked for."""
_WHOLE = re.compile(r"[^\Wa-z_].*[.!?。！？][\"”」)]?")
_AGENT = re.compile(rf"(?:^|[.,;!?] )({NAME}(?: {CAPITAL}){{1,2}}) (?:{'|'.join(AGENT_PAST)})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DraftCandidate:
    """Question, its kind, and the words of the sentence that answer it."""

    kind: str
    question: str
    answer: str


def questions(sentence: str) -> Iterator[DraftCandidate]:
    """Iterate over questions that a person might type and that do not hold their own answer."""
    for found in questions_of(sentence):
        if found.answer not in found.question:
            yield DraftCandidate(found.kind, found.question, found.answer)


def gaps(sentence: str) -> Iterator[DraftCandidate]:
    """Iterate over the sentence with a gap in it; the sentence may be in any language."""
    chinese = has_han(sentence)
    leans = (POINTING if chinese else POINTS_BACK).search(sentence)
    if leans or not _WHOLE.fullmatch(sentence) or sentence.count('"') % 2 or "____" in sentence:
        return
    for pattern in _GAPS[:1] if chinese else _GAPS:
        for match in pattern.finditer(sentence):
            start, end = match.span(match.lastindex or 0)
            before, words, after = sentence[:start], sentence[start:end], sentence[end:]
            named = chinese or re.search(rf"\w.*{NAME}", before + after)
            if before and named and words not in before + after and not _is_part(sentence, start, end):
                yield DraftCandidate("cloze", f"{before}____{after}", words)


def _is_part(sentence: str, start: int, end: int) -> bool:
    """Return whether a span cuts a date, or is one number of several that may be asked for."""
    dates = (match.span() for match in _DAY.finditer(sentence))
    if any(first < end and start < last and (first, last) != (start, end) for first, last in dates):
        return True
    return bool(re.search(r"\d", sentence[start:end])) and len(re.findall(r"\d[\d.,]*", sentence)) > _MAX_NUMBERS


def agents(text: str) -> list[str]:
    """Return who does something in `text`: names of two or more words, each once, in order."""
    return list(dict.fromkeys(match[1] for match in _AGENT.finditer(text)))
