"""Comparisons in English questions: the two sides, a question about each, and which of two numbers answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.terms import STOP_WORDS
from rag.language.verbs import AGENT_PAST, BASE

_PRICE = "much does {side} cost"
SIZES = {
    "longer": "long", "higher": "high", "bigger": "big", "larger": "large", "greater": "great", "older": "old",
    "heavier": "heavy", "taller": "tall", "deeper": "deep", "wider": "wide",
    "thicker": "thick", "warmer": "warm", "hotter": "hot", "stronger": "strong", "louder": "loud", "steeper": "steep",
    "lower": "low", "shorter": "long", "smaller": "large", "lighter": "heavy", "younger": "old", "narrower": "wide",
    "thinner": "thick", "colder": "warm", "cooler": "warm", "weaker": "strong", "quieter": "loud", "shallower": "deep",
}  # fmt: skip
"""Comparatives of measures and the word that asks for the measure. "Faster" is not here: of times the smaller is."""
LESS = frozenset(
    """
    less fewer cheaper lower shorter smaller lighter younger narrower thinner colder cooler weaker quieter shallower
    """.split()
)
_WORD = (
    r"\b(?:(?P<price>cheaper|(?P<price_by>more|less) expensive)|(?P<count>more|less|fewer)"
    rf"|(?P<size>{'|'.join(SIZES)}))\b"
)
_COMPARATIVE = re.compile(_WORD, re.IGNORECASE)
_NUMBERED = r"(?:version|release|edition|model|class|level|phase|part|room|line|bus|route|group|zone|grade|type)"
_NAME = rf"(?:the )?(?:{_NUMBERED} (?=[0-9]))?[A-Z0-9][\w.&-]*(?: [A-Z0-9][\w.&-]*)*"
_KINDS = (
    r"(?:edition|plan|package|tier|subscription|licen[cs]e|tariff|model|version|ward|district|branch|library|school|team"
    r"|company|route|line|ticket|card)"
)
_OF_A_KIND = re.compile(rf"\b(?P<name>[Tt]he [A-Z][\w.&-]*(?: [A-Z0-9][\w.&-]*)*) {_KINDS}\b(?! (?:of|for)\b)")
"""A side with the kind of thing that it is, which a table does not repeat: "the Enterprise edition"."""
_WORDS = r"[\w-]+(?:\.[\w-]+)*"  # "4.2" is one
_THING = rf"(?:the |an? )?{_WORDS}(?: {_WORDS}){{0,3}}"
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
_UNCOUNTED = frozenset(
    "money revenue profit power electricity energy water land space oil gas traffic time memory storage disk".split()
)
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
_IN = r"(?:in|at|on|for|during|under)"
_PLACED = re.compile(
    rf"^(?:(?:[Ii]n (?:which|what) [a-z]+|[Ww]hen|[Ww]here) )?{_BE} (?P<said>[^,?:]+?)[,:]?"
    rf" (?:(?P<in>{_IN}) )?(?P<a>{_NAME}),? (?P<joint>than|or)(?: {_IN})? (?P<b>{_NAME})"
    rf"(?P<tail> (?:in|on|for|at|during|by)\b.*)?$"
)
"""Sides that are times or places: "Did it draw more visitors in 2024 than in 2023?"."""
_OF_NAMES = re.compile(rf"^(?:[Ww]hich|[Ww]ho) of (?P<a>{_NAME}) and (?P<b>{_NAME}) ")
_PLACE_FIRST = re.compile(rf"^(?P<first>{_BE} [^,?:]+?) (?P<place>{_IN} {_NAME}) (?P<word>{_WORD}) (?=than {_IN} )")
"""The place before the comparative: "Is the turnout in Kirkgate higher than in Eastfield?"."""
_ANY = r"[\w.'’-]+(?: [\w.'’-]+){0,4}?"
_DIFFERENCE = re.compile(
    rf"^what(?:['’]s| is| are) the (?:main )?differences? between (?P<a>{_ANY}) and (?P<b>{_ANY})"
    r"(?: (?:in|as to|with regard to) (?P<what>[\w -]+))?$",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(r"(?P<kind>.*?\w)s? [0-9][0-9.]*")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_OF_YEARS = re.compile(
    r"^(?:which|what) (?P<noun>[a-z][\w -]*?) (?P<be>is|was|are|were|has|had|have|did|does)\b", re.IGNORECASE
)
_AT_LARGE = "What about {side}?"
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

    @property
    def at_large(self) -> bool:
        """Whether the two are compared in all that is said of them: "NIO vs XPeng"."""
        return self.questions == _each(self.sides, _AT_LARGE)


def comparison_of(question: str) -> Comparison | None:
    """Return the comparison that a question asks for; None where its two sides cannot be told."""
    text = _OF_A_KIND.sub(r"\g<name>", _OF_THE_TWO.sub(r"\1", " ".join(question.split()).strip(_EDGES)))
    text = _OF_NAMES.sub(r"\g<a> or \g<b>, which ", text)
    text = _PLACE_FIRST.sub(r"\g<first> \g<word> \g<place> ", text)
    than = _THAN.match(text)
    if than and is_year(than["a"]) is is_year(than["b"]):
        whose = than["whose"]
        of = f"Whose{whose[2:] if whose[1] == 's' else whose[1:]} " if whose else ""
        rest = f"{of}{than['be'].lower()} {than['said']}{than['tail'] or ''}"
        return replace(_compared((than["a"], than["b"]), rest), predicate="", claimed=True)
    return _placed(text) or _different(text) or _compare(text) or _paired(text)


def _compare(text: str) -> Comparison | None:
    """Return what is to be compared: "compare NIO's losses with XPeng's"."""
    for pattern in _COMPARE:
        if found := pattern.search(text):
            what = found.groupdict().get("what")
            sides = (found["a"], found["b"])
            return Comparison(sides, _each(sides, f"What is {_the(what)} of {{side}}?" if what else _AT_LARGE))
    return None


def _paired(text: str) -> Comparison | None:
    """Return a comparison of two sides with an "or" between them."""
    for pattern in _PAIRS:
        found = pattern.search(text)
        if found and (first := _without_opening(found["a"])):
            rest = f"{text[: found.start()].rstrip(_AROUND)} {text[found.end() :].lstrip(_AROUND)}".strip()
            opening = found["a"].removesuffix(first)  # "Did " of "Did NIO or XPeng lose more"
            sides = (first, found["b"])
            return (_of_years(sides, rest) if all(map(is_year, sides)) else None) or _compared(
                sides, f"{opening}{rest}"
            )
    return None


def is_year(side: str) -> bool:
    """Return whether a side is a year."""
    return bool(_YEAR.fullmatch(side))


def _placed(text: str) -> Comparison | None:
    """Return a comparison of the same thing at two times or places."""
    found = _PLACED.match(text)
    comparative = _COMPARATIVE.search(found["said"]) if found else None
    if found is None or comparative is None:
        return None
    sides = found["a"], found["b"]
    years = [is_year(side) for side in sides]
    asked = _asked(found["be"].lower(), found["said"], comparative)
    if asked is None or years[0] is not years[1] or not (found["in"] or years[0]):
        return None
    question = f"{asked} {found['in'] or 'in'} {{side}}{found['tail'] or ''}?"
    larger = (comparative["price_by"] or comparative[0]).lower() not in LESS
    return Comparison(sides, _each(sides, question), larger, claimed=found["joint"] == "than")


def _asked(be: str, said: str, comparative: re.Match[str]) -> str | None:
    """Return how to ask for the measure: "How many visitors did the fair draw" of "the fair draw more visitors"."""
    subject, rest = said[: comparative.start()].strip(), said[comparative.end() :].strip()
    if comparative["price"]:
        return f"How much {'did' if be in ('was', 'were', 'did') else 'does'} {subject} cost"
    if size := comparative["size"]:
        of = "What" if SIZES[size.lower()] == "high" else f"How {SIZES[size.lower()]}"
        return None if rest else f"{of} {be} {subject}"
    if not subject:
        noun, _, rest = rest.partition(" ")
        return f"How many {noun} {be} {rest}".rstrip() if noun else None
    noun = rest.split(" ")[0]
    much = "many" if noun and noun not in _UNCOUNTED else "much"
    return f"{' '.join(filter(None, ('How', much, rest)))} {be} {subject}"


def _different(text: str) -> Comparison | None:
    """Return a comparison of what differs: "the difference between version 3 and 4 in encryption"."""
    found = _DIFFERENCE.match(text)
    if found is None:
        return None
    first, second, what = found["a"], found["b"], found["what"]
    numbered = _NUMBER_OF.fullmatch(first)
    if numbered and second.replace(".", "").isdigit():
        first, second = f"{numbered['kind']} {first.split()[-1]}", f"{numbered['kind']} {second}"
    sides = (first, second)
    return Comparison(sides, _each(sides, f"What is {_the(what)} in {{side}}?" if what else _AT_LARGE))


def _of_years(sides: tuple[str, str], rest: str) -> Comparison | None:
    """Return a comparison of what there was in two years: "Which budget was bigger, 2024 or 2025?"."""
    found, comparative = _OF_YEARS.match(rest), _COMPARATIVE.search(rest)
    if found is None or comparative is None:
        return None
    compared = _compared(sides, rest)
    if found["noun"].lower() != "year":
        of = [f"the {found['noun']} of {side}" for side in sides]
        questions = [asked.replace(side, each) for asked, side, each in zip(compared.questions, sides, of, strict=True)]
        return replace(compared, questions=(questions[0], questions[1]))
    things = rest[comparative.end() :].strip()
    size = comparative["size"]
    asked = f"How {SIZES[size.lower()]} was it" if size else f"How many {things} were there"
    return replace(compared, questions=_each(sides, f"{asked} in {{side}}?")) if size or things else compared


def _compared(sides: tuple[str, str], rest: str) -> Comparison:
    """Return the comparison, of which `rest` is the question without its sides."""
    comparative = _COMPARATIVE.search(rest)
    if comparative is None:
        return Comparison(sides, _each(sides, f"{rest} {{side}}?" if rest else _AT_LARGE))
    word = (comparative["price_by"] or comparative[0]).lower()
    larger = word not in LESS
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
        return f"How {SIZES[size.lower()]} {of}{tail}?"
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
