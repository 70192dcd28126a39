"""Comparisons in English questions: the two sides, a question about each, and which of two numbers answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.terms import STOP_WORDS
from rag.language.verbs import AGENT_PAST, BASE

_PRICE = "much does {side} cost"
_SIZES = {
    "longer": "long", "higher": "high", "bigger": "big", "larger": "large", "greater": "great", "older": "old",
    "heavier": "heavy", "taller": "tall", "deeper": "deep", "wider": "wide",
    "lower": "low", "shorter": "long", "smaller": "large", "lighter": "heavy", "younger": "old", "narrower": "wide",
}  # fmt: skip
"""Comparatives of measures and the word that asks for the measure. "Faster" is not here: of times the smaller is."""
_LESS = frozenset("less fewer cheaper lower shorter smaller lighter younger narrower".split())
_WORD = (
    r"\b(?:(?P<price>cheaper|(?P<price_by>more|less) expensive)|(?P<count>more|less|fewer)"
    rf"|(?P<size>{'|'.join(_SIZES)}))\b"
)
_COMPARATIVE = re.compile(_WORD, re.IGNORECASE)
_NAME = r"(?:the )?[A-Z0-9][\w.&-]*(?: [A-Z0-9][\w.&-]*)*"
_THING = r"(?:the |an? )?[\w-]+(?: [\w-]+){0,3}"
_JOINT = r"(?:['’]s)? (?:or|versus|vs\.?) "
_PAIRS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<a>{_NAME}){_JOINT}(?P<b>{_NAME})(?:['’]s)?",
        rf"^[Bb]etween (?P<a>{_NAME}) and (?P<b>{_NAME})",
        rf"[,:] (?P<a>{_THING}){_JOINT}(?P<b>{_THING})$",
        rf"^(?P<a>{_THING}){_JOINT}(?P<b>{_THING})(?=[,:])",
    )
)
_WITH = r"(?:and|with|to|versus|vs\.?)"
_COMPARE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^compare (?P<a>{_THING})['’]s (?P<what>[\w -]+?) {_WITH} (?P<b>{_THING})(?:['’]s?(?: (?P=what))?)$",
        rf"^compare (?P<what>[\w -]+?) (?:of|between|for|at|in) (?P<a>{_THING}) {_WITH} (?P<b>{_THING})$",
        rf"^compare (?P<a>{_THING}) {_WITH} (?P<b>{_THING})$",
    )
)
_WHO = re.compile(
    r"^(?:who|what|which(?: (?!is\b|was\b|has\b)\w+\b(?! (?:more|less|fewer)\b))?) (?P<said>.+)$", re.IGNORECASE
)
_DID = re.compile(r"^(?:did|does|do|has|have|is|are|was|were) +(?P<said>.+)$", re.IGNORECASE)
_HAS = re.compile(r"^(?:who|which(?: \w+)?) (?P<have>has|have|had) (?:the|an?) \w+ (?P<what>[\w-]+)\b", re.IGNORECASE)
_OF_THE_TWO = re.compile(r"^(which|who)(?: one)? of (?:them|the two|these two|the two of them)\b", re.IGNORECASE)
_UNCOUNTED = frozenset("money revenue profit power electricity energy water land space oil gas traffic time".split())
_BE = "(?P<be>[Dd]id|[Dd]oes|[Dd]o|[Hh]as|[Hh]ave|[Ii]s|[Aa]re|[Ww]as|[Ww]ere)"
_THAN = re.compile(
    rf"^{_BE} (?P<a>{_NAME})(?P<whose>['’]s? [a-z][a-z -]*?)?"
    rf" (?P<said>(?:[a-z-]+ )??{_WORD}(?: [a-z-]+){{0,3}}?(?: in [0-9]{{4}})?)"
    rf" than (?P<b>{_NAME})(?:['’]s?)?(?P<tail> (?:in|on|for|at|during|by|last|this|that)\b.*)?$"
)
_WHOSE = re.compile(r"^whose (?P<what>[\w -]+?) (?P<be>is|was|are|were)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"^(?P<verb>\w+) (?:more|less|fewer)"
    r"(?: (?!(?:in|on|than|at|for)\b)(?P<noun>\w+(?: (?!this\b|its\b)\w+s\b)?))?(?P<tail>.*)$"
)
_PRESENT = re.compile(r"(?!has\b|is\b|was\b)\w+[^s]s")
_EDGES = " \t?!.,;:"
_AROUND = f"{_EDGES}()"
"""What stands around two sides: "Who lost more in 2023 (NIO or XPeng)?"."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and a question about each.

    `larger`: whether the larger number answers, None where the comparative is none of a measure. `predicate`: what the
    answer is said to do ("lost more"), "" where the question has no such words. `claimed`: whether it is asked if the
    first side is the one, which yes or no answers ("Did NIO lose more than XPeng?").
    """

    sides: tuple[str, str]
    questions: tuple[str, str]
    larger: bool | None = None
    predicate: str = ""
    claimed: bool = False


def comparison_of(question: str) -> Comparison | None:
    """Return the comparison that a question asks for; None where its two sides cannot be told."""
    text = _OF_THE_TWO.sub(r"\1", " ".join(question.split()).strip(_EDGES))
    if than := _THAN.match(text):
        whose = than["whose"]
        of = f"Whose{whose[2:] if whose[1] == 's' else whose[1:]} " if whose else ""
        rest = f"{of}{than['be'].lower()} {than['said']}{than['tail'] or ''}"
        return replace(_compared((than["a"], than["b"]), rest), predicate="", claimed=True)
    for pattern in _COMPARE:
        if found := pattern.search(text):
            what = found.groupdict().get("what")
            sides = (found["a"], found["b"])
            return Comparison(
                sides, _each(sides, f"What is {_the(what)} of {{side}}?" if what else "What about {side}?")
            )
    for pattern in _PAIRS:
        found = pattern.search(text)
        if found and (first := _without_opening(found["a"])):
            rest = f"{text[: found.start()].rstrip(_AROUND)} {text[found.end() :].lstrip(_AROUND)}".strip()
            opening = found["a"].removesuffix(first)  # "Did " of "Did NIO or XPeng lose more"
            return _compared((first, found["b"]), f"{opening}{rest}")
    return None


def _compared(sides: tuple[str, str], rest: str) -> Comparison:
    """Return the comparison, of which `rest` is the question without its sides."""
    comparative = _COMPARATIVE.search(rest)
    if comparative is None:
        return Comparison(sides, _each(sides, f"{rest} {{side}}?"))
    word = (comparative["price_by"] or comparative[0]).lower()
    larger = word not in _LESS
    who = _WHO.match(rest)
    predicate = who["said"] if who else ""
    return Comparison(sides, _each(sides, _side_question(rest, comparative)), larger, predicate)


def _side_question(rest: str, comparative: re.Match[str]) -> str:
    tail = rest[comparative.end() :]
    if comparative["price"]:
        return f"How {_PRICE}{tail}?"
    if size := comparative["size"]:
        of = "is {side}"
        if whose := _WHOSE.match(rest):
            of = f"{whose['be']} {{side}}'s {whose['what']}"
        elif has := _HAS.match(rest):
            of, tail = f"{'was' if has['have'] == 'had' else 'is'} {{side}}'s {has['what']}", rest[has.end() :]
        return f"How {_SIZES[size.lower()]} {of}{tail}?"
    said = _WHO.match(rest) or _DID.match(rest)
    counted = _COUNTED.match(said["said"]) if said else None
    if counted is None:
        return f"How much {{side}} {rest}?"
    verb = counted["verb"].lower()
    noun = counted["noun"]
    much = f"How {'much' if noun in _UNCOUNTED else 'many'} {noun}" if noun else "How much"
    if _PRESENT.fullmatch(verb):
        return f"{much} does {{side}} {verb[:-1]}{counted['tail']}?"
    return f"{much} did {{side}} {BASE.get(verb) or AGENT_PAST.get(verb) or verb}{counted['tail']}?"


def _each(sides: tuple[str, str], question: str) -> tuple[str, str]:
    return question.replace("{side}", sides[0]), question.replace("{side}", sides[1])


def _the(what: str) -> str:
    return what if what.startswith(("the ", "The ")) else f"the {what}"


def _without_opening(side: str) -> str:
    """Return a side without the words that open the question: "Did NIO"."""
    words = side.split()
    while words and words[0].lower() in STOP_WORDS and words[0] != "the":
        words.pop(0)
    return " ".join(words)
