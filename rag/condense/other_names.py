"""A question about another name in the place of one of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.chunk import sentence_spans
from rag.condense.subjects import Past, added
from rag.language.followups import ASKS_WHICH, PLACES
from rag.language.names import Name, names_in, with_name
from rag.language.places import is_place
from rag.language.verbs import AGENT_PAST, AGENT_VERBS

_SINGULAR = {"are": "is", "were": "was", "have": "has", "is": "is", "was": "was", "has": "has"}
_LOOSE = ("about", "for", "of", "with")
"""What may lead to a name that stands without it in the question: "and for XPeng?"."""


def with_name_of_any_kind(asked: str, name: str) -> str:
    """Return the question about another name in place of its own, or with it added where it has several or none."""
    names = names_in(asked)
    return with_name(asked, names[0], name) if len(names) == 1 else added(asked, f"of {name}")


def with_other_name(past: Sequence[Past], asked: str, part: str, lead: str) -> str:
    """Return the question about the name in `part` instead of one of its kind, or of one after the same preposition."""
    names = [name for name in names_in(asked) if name.text.lower() not in part.lower()]
    after_lead = [n for n in names if lead and re.search(rf"\b{lead} (?:the )?$", asked[: n.start], re.IGNORECASE)]
    if after_lead:
        return with_name(asked, after_lead[-1], part[len(lead) :].strip())
    if lead and lead.lower() not in _LOOSE:
        return added(asked, part)
    return _of_other_name(past, asked, part[len(lead) :].strip(), names) or f"{asked}: {part}?"


def _of_other_name(past: Sequence[Past], asked: str, part: str, names: Sequence[Name]) -> str | None:
    is_place = _is_place(part, past)
    if question := _asked_of_one(asked, part, is_place=is_place):
        return question
    beside = _named_beside(part, names, past[-1].answer)
    of_kind = [name for name in names if (name.kind == "place") == is_place] or _both_unknown(part, names)
    old = beside or next(iter(of_kind), None)
    return with_name(asked, old, part) if old else None


def _is_place(part: str, past: Sequence[Past]) -> bool:
    """Return whether a name is a place's by itself, or as an answer has it: "in Växjö and in Porto"."""
    name = names_in(f"- {part}")[0]
    told = (other for turn in past for other in names_in(turn.answer))
    return name.kind == "place" or any(other.text == name.text and other.kind == "place" for other in told)


def _both_unknown(part: str, names: Sequence[Name]) -> Sequence[Name]:
    """Return the only name of a question, if it is a place by its preposition alone as another unknown name may be."""
    return names if len(names) == 1 and not is_place(part) and not is_place(names[0].text) else ()


def _named_beside(part: str, names: Sequence[Name], answer: str) -> Name | None:
    """Return the one name of a question, of several, that the answer names beside the other in one sentence."""
    for span in sentence_spans(answer):
        sentence = answer[span.start : span.end]
        if len(names) > 1 and re.search(rf"\b{re.escape(part)}\b", sentence):
            beside = [name for name in names if name.text in sentence]
            return beside[0] if len(beside) == 1 else None
    return None


def _asked_of_one(asked: str, name: str, *, is_place: bool) -> str | None:
    """Return what was asked of all of a kind for one of them: "Did Poland vote ...?" after "Which countries ...?"."""
    match = ASKS_WHICH.match(asked)
    if match is None or is_place != bool(PLACES.search(match["noun"])):
        return None
    verb, rest = match["verb"].lower(), match["rest"]
    if verb in _SINGULAR:
        return f"{_SINGULAR[verb].capitalize()} {name} {rest}?"
    if verb in AGENT_PAST:
        return f"Did {name} {AGENT_PAST[verb]} {rest}?"
    return f"Does {name} {verb} {rest}?" if verb in AGENT_VERBS else None
