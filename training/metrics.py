"""The figures: SQuAD's F1 and exact match, AUROC, nDCG, a logistic calibration."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def normalise(text: str) -> str:
    """Lower case, without punctuation, articles and extra white space (SQuAD's own script)."""
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def f1(said: str, accepted: Sequence[str]) -> float:
    """Return the best token F1 of an answer against the accepted ones."""
    return max((pair_f1(normalise(said).split(), normalise(a).split()) for a in accepted), default=0.0)


def pair_f1(said: list[str], gold: list[str]) -> float:
    """Return the F1 of two bags of words."""
    common = sum((Counter(said) & Counter(gold)).values())
    return 2 * common / (len(said) + len(gold)) if common else float(said == gold)


def exact(said: str, accepted: Sequence[str]) -> float:
    """Return 1.0 where the answer equals an accepted one after normalisation."""
    return float(any(normalise(said) == normalise(a) for a in accepted))


def auroc(scores: Floats, labels: npt.NDArray[np.bool_]) -> float:
    """Return the chance that a positive scores above a negative, ties counting half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if not positives or not negatives:
        return float("nan")
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def ndcg(ranked: Sequence[bool], relevant: int, depth: int = 10) -> float:
    """Return nDCG with binary gains: ranked says which results, best first, are relevant."""
    gain = sum(1 / np.log2(rank + 2) for rank, hit in enumerate(ranked[:depth]) if hit)
    ideal = sum(1 / np.log2(rank + 2) for rank in range(min(relevant, depth)))
    return float(gain / ideal) if relevant else 0.0


def fit_logistic(
    features: Floats, labels: npt.NDArray[np.bool_], penalty: float = 1.0, weight: Floats | float = 1.0
) -> Floats:
    """Return weights [features + 1], the bias last: ridge logistic regression by Newton steps.

    `weight` is what each row counts.
    """
    x = np.hstack([features, np.ones((len(features), 1))])
    ridge = penalty * np.diag([1.0] * features.shape[1] + [0.0])
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (weight * (p - labels)) + ridge @ weights
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + ridge + 1e-9 * np.eye(x.shape[1])
        weights = weights - np.linalg.solve(hessian, gradient)
    return weights


def best_threshold(probabilities: Floats, gains: Floats, losses: Floats, slack: float = 0.0) -> float:
    """Return the lowest threshold with the greatest sum, less at most `slack`: gains at or above it, losses below it.

    gains[i] is what row i earns if answered, losses[i] if refused.
    """
    order = np.argsort(-probabilities)
    totals = np.concatenate([[0.0], np.cumsum((gains - losses)[order])])
    cut = int(np.flatnonzero(totals >= totals.max() - slack)[-1])
    ranked = probabilities[order]
    if cut == 0:
        return 1.0
    return float((ranked[cut - 1] + (ranked[cut] if cut < len(ranked) else 0.0)) / 2)


def expected_calibration_error(
    probabilities: Floats, labels: npt.NDArray[np.bool_], bins: int = 10, weight: Floats | None = None
) -> float:
    """Return the mean gap of probability and frequency over equal-width bins, weighted by size; rows count `weight`."""
    counts = np.ones(len(labels)) if weight is None else weight
    which = np.minimum((probabilities * bins).astype(int), bins - 1)
    sizes = np.bincount(which, weights=counts, minlength=bins)
    expected = np.bincount(which, weights=counts * probabilities, minlength=bins)
    found = np.bincount(which, weights=counts * labels, minlength=bins)
    return float(np.abs(expected - found).sum() / sizes.sum())


def balanced(answered: npt.NDArray[np.bool_], answerable: npt.NDArray[np.bool_]) -> float:
    """Return the mean of the answered share of the answerable and the refused share of the others."""
    if answerable.all() or not answerable.any():
        return float("nan")
    return float((answered[answerable].mean() + (~answered)[~answerable].mean()) / 2)


def best_balanced(scores: Floats, answerable: npt.NDArray[np.bool_]) -> float:
    """Return the balanced accuracy at the best threshold."""
    gain = answerable / max(1, answerable.sum())
    loss = ~answerable / max(1, (~answerable).sum())
    return balanced(scores >= best_threshold(scores, gain, loss), answerable)


def interval(figure: Callable[[npt.NDArray[np.int64]], float], size: int, rounds: int = 500) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a figure of resampled row numbers (Efron 1979)."""
    rng = np.random.default_rng(0)
    drawn = np.array([figure(rng.integers(0, size, size)) for _ in range(rounds)])
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)
