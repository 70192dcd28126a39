"""Statistics of weighted questions. A bootstrap resample is a weight for each question: how often it was drawn.

Each statistic takes the columns (one value per question, NaN where it has none), the name of the one that it is
about, and weights of shape [resamples, questions]; it gives one value per resample, NaN where it is undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Columns = Mapping[str, Array]
Statistic = Callable[[Columns, str, Array], Array]

RESAMPLES = 1_000
BINS = 10
_CELLS = 100_000
"""Weights held at a time: 0.8 MB, which stays in a processor's cache (three times as fast as 32 MB)."""


def resamples(questions: int, seed: int) -> Iterator[Array]:
    """Yield the questions as they are, then 1,000 times as many drawn with replacement (Efron 1979)."""
    yield np.ones((1, questions))
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // questions)
    for done in range(0, RESAMPLES, step):
        count = min(step, RESAMPLES - done)
        drawn = random.integers(questions, size=(count, questions)) + questions * np.arange(count)[:, None]
        yield np.bincount(drawn.ravel(), minlength=count * questions).reshape(count, questions).astype(np.float64)


def interval(values: Array) -> tuple[float, float]:
    """Return the percentile interval (Efron & Tibshirani 1993, chapter 13): the middle 95 % of the defined values."""
    low, high = np.percentile(values[np.isfinite(values)], [2.5, 97.5])
    return float(low), float(high)


def mean(columns: Columns, name: str, weights: Array) -> Array:
    """Return the mean over the questions that have a value."""
    column = columns[name]
    return _ratio(weights @ np.nan_to_num(column), weights @ np.isfinite(column).astype(float))


def refusal_f1(columns: Columns, name: str, weights: Array) -> Array:
    """Return F1 of refusing, where to refuse an unanswerable question is right: 2 TP / (2 TP + FP + FN)."""
    refused, unanswerable = columns[name], 1 - columns["answerable"]
    return _ratio(weights @ (2 * refused * unanswerable), weights @ (refused + unanswerable))


def balanced_accuracy(columns: Columns, name: str, weights: Array) -> Array:
    """Return the mean of two shares: unanswerable refused, answerable not refused (Brodersen et al. 2010)."""
    refused, answerable = columns[name], columns["answerable"]
    answered = _ratio(weights @ (answerable * (1 - refused)), weights @ answerable)
    return (answered + _ratio(weights @ ((1 - answerable) * refused), weights @ (1 - answerable))) / 2


def auroc(columns: Columns, name: str, weights: Array) -> Array:
    """Return the chance that an answerable question has a higher value than an unanswerable one, ties as half.

    Mann & Whitney's U over the number of pairs (Hanley & McNeil 1982).
    """
    answerable = columns["answerable"]
    positive, negative = grouped(columns[name], weights * answerable, weights * (1 - answerable))
    wins = positive * (np.cumsum(negative, axis=1) - negative / 2)
    return _ratio(wins.sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def aurc(columns: Columns, name: str, weights: Array) -> Array:
    """Return the area under the risk-coverage curve (Geifman & El-Yaniv 2017; Geifman et al. 2019).

    The mean, over the questions, of the share of wrong ones among those with at least their confidence.
    """
    known = np.isfinite(columns[name])
    weights = np.compress(known, weights, axis=1)
    accepted, wrong = grouped(-columns["confidence"][known], weights, weights * (1 - columns[name][known]))
    risk = np.nan_to_num(_ratio(np.cumsum(wrong, axis=1), np.cumsum(accepted, axis=1)))
    return _ratio((accepted * risk).sum(axis=1), accepted.sum(axis=1))


def calibration_error(columns: Columns, name: str, weights: Array) -> Array:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015; Guo et al. 2017)."""
    known = np.isfinite(columns[name])
    confidence = columns["confidence"][known]
    in_bin = bins(confidence)[:, None] == np.arange(BINS)
    weights = np.compress(known, weights, axis=1)
    gaps = weights @ (in_bin * (confidence - columns[name][known])[:, None])
    return _ratio(np.abs(gaps).sum(axis=1), weights.sum(axis=1))


def bins(confidence: Array) -> NDArray[np.int64]:
    """Return which of the ten bins each confidence falls into; 1.0 is in the last."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def quantile(share: float) -> Statistic:
    """Return the least value that at least `share` of the questions do not exceed (Hyndman & Fan 1996, def. 1)."""

    def statistic(columns: Columns, name: str, weights: Array) -> Array:
        known = np.flatnonzero(np.isfinite(columns[name]))
        order = known[np.argsort(columns[name][known], kind="stable")]
        reached = np.cumsum(np.take(weights, order, axis=1), axis=1)
        total = reached[:, -1:]
        found = columns[name][order][np.argmax(reached >= share * total - 1e-9, axis=1)]
        return np.where(total[:, 0] > 0, found, np.nan)

    return statistic


def grouped(values: Array, *weights: Array) -> list[Array]:
    """Sum the weights over the questions that share a value, ascending by value: [resamples, values] each."""
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.diff(values[order], prepend=-np.inf))
    return [np.add.reduceat(np.take(weight, order, axis=1), starts, axis=1) for weight in weights]


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)
