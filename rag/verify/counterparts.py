"""Which words of a quote may stand for a word of a claim: by number and unit, stem, or nearness in meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import takewhile

from rag.language.english import OPPOSITE_PAIRS
from rag.language.stem import stem
from rag.language.tokens import Token

_MIN_COSINE = 0.6
"""Two words whose vectors have this cosine may stand for each other: "makes" and "produces" have 0.65."""
_MIN_PREFIX = 5
_MAX_ACRONYM = 6
_MAX_PLACES = 8
"""Places of a word in the quote that are looked at: its first ones."""
Places = dict[int, list[tuple[int, float]]]
"""By each content word of a claim its counterparts in the quote: where, and how good."""
Likeness = Callable[[str, str], float]
"""Cosine of the vectors of two words, 0 if unknown."""


@lru_cache(maxsize=1)
def opposites() -> dict[str, frozenset[str]]:
    """Return the stems that contradict a word, by its stem."""
    sides = [
        tuple(frozenset(map(stem, side.split())) for side in pair.split("|"))
        for pair in OPPOSITE_PAIRS.strip().splitlines()
    ]
    opposites: dict[str, frozenset[str]] = {}
    for left, right in (*sides, *((right, left) for left, right in sides)):
        opposites |= {word: opposites.get(word, frozenset()) | right for word in left}
    return opposites


def counterparts(word: Token, quote: Sequence[Token], likeness: Likeness) -> list[tuple[int, float]]:
    """Return the best counterparts of a word in the quote: where they stand, and how good they are."""
    same = [j for j, other in enumerate(quote) if _is_same(word, other)]
    if same or word.number:
        return [(j, 1.0) for j in same[:_MAX_PLACES]]
    others = ((j, other) for j, other in enumerate(quote) if other.is_content and not other.number)
    scored = [(j, _score(word, other, likeness)) for j, other in others]
    best = max((score for _, score in scored), default=0.0)
    return [(j, score) for j, score in scored if score == best > 0][:_MAX_PLACES]


def _is_same(word: Token, other: Token) -> bool:
    """Return whether two words have the same stem, or the same number in units that agree."""
    if not word.number:
        return other.stem == word.stem
    agree = word.unit == other.unit or not word.unit or not other.unit or {word.unit, other.unit} == {"th", "century"}
    return other.number == word.number and agree


def _score(word: Token, other: Token, likeness: Likeness) -> float:
    """Return 1 if the stems share a long prefix; else the words' cosine if it is high and they are no opposites."""
    a, b = word.stem, other.stem
    if a[:_MIN_PREFIX] == b[:_MIN_PREFIX]:
        shared = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        if shared >= _MIN_PREFIX and shared >= 0.6 * max(len(a), len(b)):
            return 1.0
    if word.is_name or other.is_name:
        return 0.0
    cosine = likeness(word.lower, other.lower)
    return cosine if cosine >= _MIN_COSINE and b not in opposites().get(a, ()) else 0.0


def acronyms(tokens: Sequence[Token]) -> set[str]:
    """Return the acronyms that runs of names would have."""
    found, run = set(), ""
    for token in [*tokens, Token("", "")]:
        capital = token.is_name or token.sentence_initial
        if capital or (run and token.lower in {"of", "and", "the", "for"}):
            run = (run + token.lower[0] if capital else run)[-_MAX_ACRONYM:]
            found |= {run[n:] for n in range(len(run) - 1)}
        else:
            run = ""
    return found


def spelled(claim: Sequence[Token], at: int, quote: Sequence[Token]) -> bool:
    """Return whether a name is part of a run that the quote has as an acronym."""
    short = {token.lower for token in quote if token.is_name and 2 <= len(token.lower) <= _MAX_ACRONYM}
    start = next((i + 1 for i in range(at, -1, -1) if not claim[i].is_name), 0)
    run = takewhile(lambda token: token.is_name, claim[start:])
    return "".join(token.lower[0] for token in run) in short
