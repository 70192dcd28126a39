"""From the measurements of many answers to figures with 95 % intervals, and from two runs to what rose and fell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation import estimate
from evaluation.definitions import DEFINITIONS, Better, Definition, Group
from evaluation.estimate import Array, Columns
from evaluation.result import Values

Verdict = Literal["fell", "rose", "same"]

DEFAULT_GATES: Mapping[str, float] = {
    "first_line_right": 0.02,
    "hallucination_rate": 0.02,
    "error_rate": 0.02,
    "quote_exact": 0.0,
}
"""The figures that may not get worse, and by how much they may: what a person sees, and the promise of exact quotes.

Refusing is gated by its two rates: precision is undefined in a run that refuses nothing, and could not fall from there.
"""

_PROMISES = frozenset({"quote_exact"})
"""Not estimates but promises: one more broken quote is a fall, in however many questions."""
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic over `rows` questions; `low` and `high` are its 95 % bootstrap interval over them."""

    name: str
    group: Group
    rows: int
    value: float
    low: float
    high: float
    better: Better
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A figure in two runs over the same questions; `low` and `high` are the 95 % interval of the difference.

    "fell" means that it got worse, also where less is better: all of the interval is on the bad side of 0, and
    for a gated figure further from it than `tolerance`. "rose": all of the interval is on the good side of 0.
    """

    name: str
    rows: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    tolerance: float | None
    verdict: Verdict


def figures(values: Sequence[Values], *, seed: int = 0) -> list[Figure]:
    """Return every figure that these answers define; not those without a row or of a stage that took no time."""
    if not values:
        return []
    columns = _columns(values)
    defined = [definition for definition in DEFINITIONS if definition.of in columns]
    samples = np.concatenate([_all(defined, columns, weights) for weights in estimate.resamples(len(values), seed)])
    return [
        _figure(definition, _rows(columns, definition), samples[:, i])
        for i, definition in enumerate(defined)
        if np.isfinite(samples[0, i])
    ]


def compare(
    today: Mapping[str, Values],
    baseline: Mapping[str, Values],
    tolerances: Mapping[str, float] = DEFAULT_GATES,
    *,
    seed: int = 0,
) -> list[Change]:
    """Compare the rows (by id) that both runs have, by a paired bootstrap (Koehn 2004).

    Both runs are resampled with the same questions, so that what is hard about a question cancels out. A gated
    figure fails only where all of the interval lies beyond its tolerance, so that noise does not fail it.
    """
    shared = [row for row in baseline if row in today]
    if not shared:
        return []
    after, before = (_columns([run[row] for row in shared]) for run in (today, baseline))
    defined = [definition for definition in DEFINITIONS if definition.of in after and definition.of in before]
    samples = np.concatenate(
        [
            np.stack([_all(defined, before, weights), _all(defined, after, weights)], axis=1)
            for weights in estimate.resamples(len(shared), seed)
        ]
    )
    return [
        _change(
            definition, _rows(after, definition), samples[:, 0, i], samples[:, 1, i], tolerances.get(definition.name)
        )
        for i, definition in enumerate(defined)
        if np.isfinite(samples[0, :, i]).all()
    ]


def risk_coverage(values: Sequence[Values]) -> list[tuple[float, float]]:
    """Return the risk-coverage curve: share of the questions with at least some confidence, share of these wrong.

    An unanswerable question would be wrong to answer; a refused answerable one counts as wrong.
    """
    columns = _columns(values) if values else {}
    if "correct" not in columns:
        return []
    known = np.isfinite(columns["correct"])
    accepted, wrong = estimate.grouped(
        -columns["confidence"][known], np.ones((1, known.sum())), 1 - columns["correct"][None, known]
    )
    covered = np.cumsum(accepted)
    return list(zip((covered / covered[-1]).tolist(), (np.cumsum(wrong) / covered).tolist(), strict=True))


def reliability(values: Sequence[Values]) -> list[tuple[float, float, int]]:
    """Return the reliability diagram: mean confidence, share right and number of the answers given, by tenths."""
    columns = _columns(values) if values else {}
    if "correct_if_given" not in columns:
        return []
    known = np.isfinite(columns["correct_if_given"])
    confidence, correct = columns["confidence"][known], columns["correct_if_given"][known]
    members = [np.flatnonzero(estimate.bins(confidence) == n) for n in range(estimate.BINS)]
    return [(float(confidence[rows].mean()), float(correct[rows].mean()), rows.size) for rows in members if rows.size]


def _columns(values: Sequence[Values]) -> Columns:
    names = {name for row in values for name in row}
    columns = {name: np.array([row.get(name, np.nan) for row in values]) for name in names}
    columns |= dict(_derived(columns, np.full(len(values), np.nan)))
    return {
        name: column
        for name, column in columns.items()
        if np.isfinite(column).any() and (not name.startswith("ms_") or np.nanmax(column) > 0)
    }


def _derived(columns: Columns, missing: Array) -> Iterator[tuple[str, Array]]:
    answerable, refused = columns["answerable"], columns["refused"]
    yield "hallucination_rate", np.where(answerable == 0, 1 - refused, np.nan)
    yield "error_rate", np.where(answerable == 1, refused, np.nan)
    yield "refusal_recall", np.where(answerable == 0, refused, np.nan)
    yield "refusal_precision", np.where(refused == 1, 1 - answerable, np.nan)
    correct = np.where(answerable == 1, columns.get("right", missing), 0.0)
    yield "correct", correct
    yield "correct_if_given", np.where(refused == 0, correct, np.nan)


def _all(defined: Sequence[Definition], columns: Columns, weights: Array) -> Array:
    """Return the statistics in each resample: [resamples, definitions]."""
    return np.stack([definition.statistic(columns, definition.of, weights) for definition in defined], axis=1)


def _rows(columns: Columns, definition: Definition) -> int:
    return int(np.isfinite(columns[definition.of]).sum())


def _figure(definition: Definition, rows: int, found: Array) -> Figure:
    low, high = estimate.interval(found)
    name, group, better, text = definition.name, definition.group, definition.better, definition.text
    return Figure(name, group, rows, float(found[0]), low, high, better, text)


def _change(definition: Definition, rows: int, before: Array, after: Array, tolerance: float | None) -> Change:
    differences = after - before
    difference, (low, high) = float(differences[0]), estimate.interval(differences)
    worst, best = (low, high) if definition.better == "more" else (-high, -low)
    if definition.name in _PROMISES:
        best = difference
    verdict: Verdict = "rose" if worst > _SLACK else "same"
    if best < -(tolerance or 0.0) - _SLACK:
        verdict = "fell"
    return Change(definition.name, rows, float(before[0]), float(after[0]), difference, low, high, tolerance, verdict)
