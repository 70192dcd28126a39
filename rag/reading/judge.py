"""The probability that the best sentence answers, from what was seen in all passages together.

With ten passages the highest of ten noises is high: the best one alone says too little. A logistic over the features
below, with the weights of `reader.json` (fitted by training/judge.py on held-out questions asked of the product's own
retrieval), gives the best passage's probability, and the others theirs in proportion. Features that a manifest has no
weight for do not count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.terms import STOP_WORDS, query_terms
from rag.reading.claims import statement
from rag.reading.constraints import Fit
from rag.reading.head import log_odds
from rag.reading.manifest import EarlyWeights, JudgeWeights
from rag.reading.onnx import Support

_LEAST = -6.0
"""The logit of a passage that is not there."""
_ENDING = re.compile(r"(?:['’]s|ing|ed|es|s|e)$")
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_NAME = re.compile(r"(?<=\w[ ,])[A-Z][\w-]*")
_TIME_ASKED = re.compile(
    r"\b(?:when|what (?:year|date|day|month)|which (?:year|date|day|month)|how long)\b", re.IGNORECASE
)
_NUMBER_ASKED = re.compile(r"\bhow (?:many|much|often|big|high|far|old|large|long)\b|\bpercent", re.IGNORECASE)
_WHO_ASKED = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|half|none|no"
    r"|first|second|third|once|twice|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march"
    r"|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|year|month|week)",
    re.IGNORECASE,
)

Supports = Callable[[str, str, str], Support]
"""(claim, context, quote) -> what the quote says of the claim."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in one passage: the logit that it answers, of what, its best sentence and words.

    `ahead` is how much the passage favours that sentence over its next best one, `fit` how the sentence keeps to the
    question, `before` the article's title and the sentence before.
    """

    logit: float
    relevance: float
    gap: float
    nearness: float
    share: float
    ahead: float
    fit: Fit
    context: str
    text: str
    before: str
    sentence: str
    words: str


def best_first(sights: Sequence[Sight]) -> list[int]:
    """Return the numbers of the passages, best first; those whose best sentence contradicts the question are last."""
    return sorted(range(len(sights)), key=lambda n: (sights[n].fit is Fit.CONTRADICTS, -sights[n].logit))


def features(question: str, sights: Sequence[Sight], supports: Supports | None) -> dict[str, float]:
    """Return what the logistic weighs, of the passages seen (at least one)."""
    best, *others = (sights[n] for n in best_first(sights))
    claimed = supports(statement(question, best.words), best.before, best.sentence) if supports else None
    return {
        "best": best.logit,
        "lead": best.logit - (others[0].logit if others else _LEAST),
        "relevance": best.relevance,
        "gap": best.gap,
        "nearness": best.nearness,
        "share": max(best.share, _LEAST),
        "ahead": best.ahead,
        "meets": float(best.fit is Fit.MEETS),
        "contradicts": float(best.fit is Fit.CONTRADICTS),
        "highest_relevance": max(sight.relevance for sight in sights),
        "highest_gap": max(sight.gap for sight in sights),
        "covered": covered(question, f"{best.context} {best.text}"),
        "covered_by_sentence": covered(question, f"{best.context} {best.sentence}"),
        "missing_numbers": float(missing(_NUMBER, question, f"{best.context} {best.text}")),
        "missing_names": float(missing(_NAME, question, f"{best.context} {best.text}")),
        "agreeing": float(any(agree(best.words, other.words) for other in others)),
        "fits": fits(question, best.words),
        "supported": log_odds(claimed.supported) if claimed else 0.0,
        "contradicted": log_odds(claimed.contradicted) if claimed else 0.0,
    }


def probability(weights: JudgeWeights | EarlyWeights, seen: dict[str, float]) -> float:
    """Return P(the best sentence answers)."""
    logit = weights.constant + sum(weight * seen.get(name, 0.0) for name, weight in weights.weights.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))


def covered(question: str, text: str) -> float:
    """Return the share of the question's terms that the text holds, long ones counting more."""
    low = text.lower()
    terms = [_ENDING.sub("", term) for term in query_terms(question)]
    sizes = [min(len(term), 8) for term in terms]
    held = sum(size for term, size in zip(terms, sizes, strict=True) if term in low)
    return held / max(1, sum(sizes))


def missing(kind: re.Pattern[str], question: str, text: str) -> int:
    """Return how many of the question's numbers or names the text lacks, three at most."""
    low = text.lower()
    named = {match[0].lower() for match in kind.finditer(question)} - STOP_WORDS
    return min(3, sum(name not in low for name in named))


def agree(words: str, others: str) -> bool:
    """Return whether two answers share half of the words of the shorter."""
    one, other = set(query_terms(words)), set(query_terms(others))
    return bool(one and other) and 2 * len(one & other) >= min(len(one), len(other))


def fits(question: str, words: str) -> float:
    """Return 1 where the words are of the kind that is asked for, -1 where they are not, 0 where no kind is."""
    if _TIME_ASKED.search(question) or _NUMBER_ASKED.search(question):
        return 1.0 if _QUANTITY.search(words) else -1.0
    if _WHO_ASKED.search(question):
        return 1.0 if any(character.isupper() for character in words) else -1.0
    return 0.0
