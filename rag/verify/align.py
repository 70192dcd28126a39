"""How well a quote carries a sentence, in numbers: which words have a counterpart, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from rag.language.english import MERELY, OPENS_CLAUSE, OPPOSITE_PAIRS
from rag.verify.facts import PASSIVE, VERB_FORMS, Word, stem

_ALIKE = 0.6
"""Two words whose vectors have this cosine may stand for each other: "makes" and "produces" have 0.65."""
_PREFIX = 5
_ACRONYM = 6
"""The most letters of an acronym."""
_PLACES = 8
"""A word that stands in a quote more often is looked at in its first places."""
_NEAR = 5
"""A subject and an object are looked for so many words before and after their verb."""


def _opposites() -> dict[str, frozenset[str]]:
    sides = [
        tuple(frozenset(map(stem, side.split())) for side in pair.split("|"))
        for pair in OPPOSITE_PAIRS.strip().splitlines()
    ]
    found: dict[str, frozenset[str]] = {}
    for left, right in (*sides, *((right, left) for left, right in sides)):
        found |= {word: found.get(word, frozenset()) | right for word in left}
    return found


_OPPOSITES = _opposites()
"""By stem the stems of what contradicts it."""
FEATURES = (*"cosine missing clause rivals opening near apart adrift denial denied swapped turned words".split(),)
Places = dict[int, list[tuple[int, float]]]
"""Where each word of a sentence has counterparts in the quote, and how good they are."""
Likeness = Callable[[str, str], float]
"""How near two words are in meaning: the cosine of their vectors, 0 where unknown."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A sentence laid over a quote. Counts are of words that carry meaning.

    `missing` have no counterpart, and `near` is the share of them that stand around the quote; `clause` is the
    share of the worst clause that has one. `figures` are numbers and dates that the quote lacks, `unknown` names
    that it lacks, unless they stand around it and it has no others that the sentence leaves out; those are
    `rivals`, if a name or the opening lacks; `opening` whether the first word, which may be a name, is missing.
    `apart` is how far apart neighbours stand in the quote (1: ten words or more), `adrift` the same of the name
    farthest from its neighbours. `denial` is whether only one of the two denies something, `denied` the share of
    counterparts that are denied in only one, `opposite` how often a word's opposite stands in the quote; `swapped`
    whether who acts and who is acted upon have changed places around the same verb, `turned` around some verb.
    `names_only` is whether nothing but names and numbers has a counterpart, though the sentence says what they do.
    """

    words: int
    missing: float
    clause: float
    figures: int
    unknown: int
    rivals: int
    opening: bool
    near: float
    apart: float
    adrift: float
    denial: bool
    denied: float
    opposite: int
    swapped: bool
    turned: bool
    names_only: bool

    @property
    def ruled_out(self) -> bool:
        """Whether a number, date, name (around it too), what is done or most words lack, or an opposite is there."""
        facts = self.figures + self.unknown + self.opposite
        return facts > 0 or self.names_only or 2 * self.missing > self.words

    def features(self, cosine: float) -> list[float]:
        """What the logistic regression of rag.verify.support reads: see FEATURES."""
        return [
            cosine,
            min(4.0, self.missing),
            self.clause,
            float(self.rivals > 0),
            float(self.opening),
            self.near,
            self.apart,
            self.adrift,
            float(self.denial),
            self.denied,
            float(self.swapped),
            float(self.turned),
            math.log1p(self.words),
        ]


def align(claim: Sequence[Word], quote: Sequence[Word], around: Sequence[Word], alike: Likeness) -> Alignment:
    """Lay the words of a sentence over those of a quote; `around` are the words it may refer to."""
    telling = [i for i, word in enumerate(claim) if word.telling]
    places = {i: _places(claim[i], quote, alike) for i in telling}
    lost = [i for i in telling if not places[i]]
    matched = {j for found in places.values() for j, _ in found}
    initials = _initials(quote), _initials(claim)
    lost = [i for i in lost if not (claim[i].name and (claim[i].low in initials[0] or _spelled(claim, i, quote)))]
    people = {word.stem for word in around if word.name}
    named = {i for i in telling if claim[i].name or (claim[i].opens and claim[i].stem in people)}
    names = [i for i in lost if i in named and not claim[i].number]
    stems = {word.stem for word in around} | {word.number for word in around if word.number}
    inside = [i for i in lost if claim[i].stem in stems]
    known = {word.stem for word in claim}
    spare = [
        w for j, w in enumerate(quote) if w.name and not w.number and j not in matched and w.low not in initials[1]
    ]
    polarity = [claim[i].denied != quote[places[i][0][0]].denied for i in telling if places[i]]
    distances = _distances(telling, places)
    swapped, turned = _roles(claim, quote, places)
    said = [i for i in telling if not (claim[i].name or claim[i].number or claim[i].opens)]
    return Alignment(
        words=len(telling),
        missing=float(len(lost)),
        clause=_worst_clause(claim, telling, set(lost)),
        figures=sum(bool(claim[i].number) for i in lost),
        unknown=sum(i not in inside or bool(spare) for i in names),
        rivals=len(spare) if names or any(claim[i].opens for i in lost) else 0,
        opening=any(claim[i].opens for i in lost),
        near=len(inside) / max(1, len(lost)),
        apart=sum(distances.values()) / max(1, len(distances)),
        adrift=_adrift(distances, named),
        denial=any(w.denies for w in claim) != any(w.denies for w in quote),
        denied=sum(polarity) / max(1, len(polarity)),
        opposite=sum(_opposed(claim[i], quote, known) for i in lost),
        swapped=swapped,
        turned=turned,
        names_only=bool(said) and set(said) <= set(lost) and any(claim[i].low not in MERELY for i in said),
    )


def _places(word: Word, quote: Sequence[Word], alike: Likeness) -> list[tuple[int, float]]:
    """Where in the quote a word has counterparts, and how good they are: the best ones."""
    if word.number:
        same = [j for j, other in enumerate(quote) if other.number == word.number and _units_agree(word, other)]
    else:
        same = [j for j, other in enumerate(quote) if other.stem == word.stem]
    if same or word.number:
        return [(j, 1.0) for j in same[:_PLACES]]
    scored = [(j, _likeness(word, other, alike)) for j, other in enumerate(quote) if other.telling and not other.number]
    best = max((score for _, score in scored), default=0.0)
    return [(j, score) for j, score in scored if score == best > 0][:_PLACES]


def _units_agree(word: Word, other: Word) -> bool:
    return word.unit == other.unit or not word.unit or not other.unit or {word.unit, other.unit} == {"th", "century"}


def _likeness(word: Word, other: Word, alike: Likeness) -> float:
    """1 for the same beginning; for words that are no names the cosine, if it is high and they are no opposites."""
    a, b = word.stem, other.stem
    if a[:_PREFIX] == b[:_PREFIX]:
        shared = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        if shared >= _PREFIX and shared >= 0.6 * max(len(a), len(b)):
            return 1.0
    if word.name or other.name:
        return 0.0
    likeness = alike(word.low, other.low)
    return likeness if likeness >= _ALIKE and b not in _OPPOSITES.get(a, ()) else 0.0


def _initials(words: Sequence[Word]) -> set[str]:
    """The acronyms that runs of names would have."""
    found, run = set(), ""
    for word in [*words, Word("", "")]:
        if word.name or word.opens or (run and word.low in {"of", "and", "the", "for"}):
            run = (run + word.low[0] if word.name or word.opens else run)[-_ACRONYM:]
            found |= {run[n:] for n in range(len(run) - 1)}
        else:
            run = ""
    return found


def _spelled(claim: Sequence[Word], at: int, quote: Sequence[Word]) -> bool:
    """Whether a name is part of a run that the quote has as an acronym."""
    short = {word.low for word in quote if word.name and 2 <= len(word.low) <= _ACRONYM}
    start = next((i + 1 for i in range(at, -1, -1) if not claim[i].name), 0)
    run = takewhile(lambda word: word.name, claim[start:])
    return "".join(word.low[0] for word in run) in short


def _worst_clause(claim: Sequence[Word], telling: Sequence[int], lost: set[int]) -> float:
    """The least recall of a part of at least two words."""
    parts: list[list[int]] = [[]]
    for i, word in enumerate(claim):
        starts = i and (word.clause != claim[i - 1].clause or word.low in OPENS_CLAUSE)
        if starts and len(parts[-1]) > 1:
            parts.append([])
        if word.telling:
            parts[-1].append(i)
    if len(parts) > 1 and len(parts[-1]) < 2:
        last = parts.pop()
        parts[-1] += last
    return min((1 - sum(i in lost for i in part) / len(part) for part in parts if part), default=0.0)


def _distances(telling: Sequence[int], places: Places) -> dict[tuple[int, int], float]:
    """How far apart neighbours of the sentence stand in the quote, at most 1 (ten words)."""
    return {
        (i, j): min(10, *(abs(b - a) for a, _ in places[i] for b, _ in places[j])) / 10
        for i, j in pairwise(telling)
        if places[i] and places[j]
    }


def _adrift(distances: dict[tuple[int, int], float], names: set[int]) -> float:
    """The distance of the name that stands farthest from its nearer neighbour."""
    own = {name: [d for pair, d in distances.items() if name in pair] for name in names}
    return max((min(ds) for ds in own.values() if ds), default=0.0)


def _opposed(word: Word, quote: Sequence[Word], known: set[str]) -> bool:
    """Whether the opposite of a word stands in the quote, and not in the sentence too."""
    opposites = _OPPOSITES.get(word.stem, frozenset()) | _OPPOSITES.get(word.low, frozenset())
    return any((other.stem in opposites or other.low in opposites) and other.stem not in known for other in quote)


def _roles(claim: Sequence[Word], quote: Sequence[Word], places: Places) -> tuple[bool, bool]:
    """Whether the one who acts and the one acted upon have changed places: around the same verb; around some verb."""
    turned: bool | None = None
    for v, word in enumerate(claim):
        if not v or word.name or word.number or not _verbal(word):
            continue
        left = [i for i in range(max(0, v - _NEAR), v) if places.get(i) and not claim[i].number]
        beyond = (i for i in range(v + 1, len(claim)) if claim[i].clause == word.clause)
        right = [i for i in beyond if places.get(i) and not claim[i].number][:_NEAR]
        both = {claim[i].stem for i in left} & {claim[i].stem for i in right}
        left, right = ([i for i in side if claim[i].stem not in both] for side in (left, right))
        if not left or not right:
            continue
        verdicts = {_flipped(claim, quote, places, left, v, at, right) for at, _ in places.get(v, ())}
        if True in verdicts and False not in verdicts:
            return True, True
        if turned is None and False not in verdicts:
            turned = _turned(claim, quote, places, left, v, right)
    return False, turned is True


def _turned(
    claim: Sequence[Word], quote: Sequence[Word], places: Places, left: Sequence[int], v: int, right: Sequence[int]
) -> bool:
    """Whether what stands before the verb stands after the rest there, whatever the verb, and no "by" explains it."""
    before = [j for i in left for j, _ in places[i]]
    after = [j for i in right for j, _ in places[i]]
    if not max(after) < min(before) <= max(after) + 3 * _NEAR:
        return False
    by = any(word.low == "by" for word in quote[max(after) : min(before)])
    return by == _passive(claim, v)


def _verbal(word: Word) -> bool:
    """Whether it has the form of a past tense, or one of the present's that is no common plural."""
    return word.low.endswith(("ed", "izes", "ises", "ates")) or word.low in VERB_FORMS


def _flipped(
    claim: Sequence[Word],
    quote: Sequence[Word],
    places: Places,
    left: Sequence[int],
    v: int,
    at: int,
    right: Sequence[int],
) -> bool | None:
    """Whether the two sides of a verb stand the other way round there; None where that cannot be told."""
    before, after = (
        [d for i in side if (d := min((j - at for j, _ in places[i]), key=abs)) and abs(d) <= 3 * _NEAR]
        for side in (left, right)
    )
    if not before or not after or min(before) < 0 < max(before):
        return None
    turned = before[0] > 0
    if turned != any(d < 0 for d in after):
        return None
    return turned if _passive(claim, v) == _passive(quote, at) else not turned


def _passive(words: Sequence[Word], verb: int) -> bool:
    before = any(word.low in PASSIVE for word in words[max(0, verb - 3) : verb])
    by = any(word.low == "by" for word in words[verb + 1 : verb + 4])
    return by and (before or words[verb].low.endswith("ed"))
