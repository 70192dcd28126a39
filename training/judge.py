"""Fit the probability that the best sentence answers, over what rag.reading.judge sees in all passages.

A ridge logistic regression over standardised features, questions with and without an answer counting alike, the
constant moved to the odds that a question has one. What is logged, and the thresholds of certainty, come from
predictions for questions that a fit had not seen (five parts).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from rag.reading.constraints import constraints_of
from rag.reading.joint import PASSAGES_READ, sight_of
from rag.reading.judge import Sight, Supports, best_first, features
from rag.reading.manifest import JointWeights
from training.asked import Asked, Floats, Kind, sentence_of
from training.early import Stage, stopped
from training.early import report as log_early
from training.metrics import auroc, best_threshold, expected_calibration_error, fit_logistic

log = logging.getLogger("training.judge")

ODDS = 3.0  # of four questions that people ask of their articles, three have an answer there: assumed, not measured
CERTAIN_ODDS = 1.5  # what is shown as certain has to be right as often where two of five questions have no answer
PARTS = 5
PENALTY = 5.0
PRECISE = 0.9
EARLY = (2, 4)
"""After so many passages a judge of its own may end the reading."""
LEAST_SHOWN = 20
NEARLY = 0.005
"""Thresholds are as good as the best one if they lose so little: the lowest of them refuses the fewest that know."""


def judge_weights(asked: Sequence[Asked], joint: JointWeights, supports: Supports | None) -> dict[str, object]:
    """Return what reader.json holds of the judge, and of those that may end the reading before it."""
    known = None if supports is None else cache(supports)
    answers = np.array([bool(each.gold.any()) for each in asked])
    kinds = np.array([each.kind for each in asked])
    share = shares(kinds)
    shown = share * np.where(kinds == Kind.ANSWERABLE, ODDS, 1.0)
    questions = [each.question for each in asked]
    sights = [sights_of(each, joint) for each in asked]
    tables, stages = [], []
    for count in (*EARLY, PASSAGES_READ):
        table = table_of(asked, sights, count, joint, known)
        guessed = held_out_predictions(table.x, table.right, share, questions)
        tables.append(table)
        stages.append(Stage(count, guessed, table.right))
    ended = stopped(stages, answers, shown)
    log_early(stages, ended, answers, shown)
    report(stages[-1].guessed, answers, stages[-1].right, kinds)
    meets = np.stack([table.x[:, table.names.index("meets")] > 0 for table in tables])[
        ended.stage, np.arange(len(asked))
    ]
    high = certain_from(ended.guessed[meets], ended.right[meets], share[meets], kinds[meets])
    low = best_threshold(ended.guessed, share * ended.right, share * ~answers, slack=NEARLY * float(share.sum()))
    report_certain(ended.guessed >= high, ended.right, kinds == Kind.ANSWERABLE, high)
    error = expected_calibration_error(ended.guessed, ended.right, weight=share * np.where(answers, ODDS, 1.0))
    log.info("calibration error at the assumed odds %.4f; alone, each feature's AUROC:", error)
    for name, column in zip(tables[-1].names, tables[-1].x.T, strict=True):
        log.info("  %-20s %.3f", name, auroc(column, tables[-1].right))
    *early, whole = (stored(table, share) for table in tables)
    first = [
        {"passages": count, "sure": round(sure, 4), "none": round(none, 4), **weights}
        for count, (sure, none), weights in zip(EARLY, ended.bars, early, strict=True)
    ]
    return {**whole, "high": round(high, 4), "low": round(low, 4), "early": first}


@dataclass(frozen=True)
class Table:
    """The features of each question, (questions, names), and whether its first line is right."""

    names: list[str]
    x: Floats
    right: npt.NDArray[np.bool_]


def table_of(
    asked: Sequence[Asked],
    sights: Sequence[Sequence[Sight]],
    count: int,
    joint: JointWeights,
    supports: Supports | None,
) -> Table:
    """Return the judge's table, of the first passages that are read."""
    kept = [each.first(count) for each in asked]
    rows = [
        features(each.question, [seen[n] for n in own], supports)
        for each, seen, own in zip(asked, sights, kept, strict=True)
    ]
    names = list(rows[0])
    right = np.array(
        [
            first_right(each.only(own), [seen[n] for n in own], joint)
            for each, seen, own in zip(asked, sights, kept, strict=True)
        ]
    )
    return Table(names, np.array([[row[name] for name in names] for row in rows]), right)


def stored(table: Table, share: Floats) -> dict[str, object]:
    """Return weights and constant as reader.json has them."""
    weights, constant = fitted(table.x, table.right, share)
    kept = {name: round(float(weight), 5) for name, weight in zip(table.names, weights, strict=True)}
    return {"weights": kept, "constant": round(constant, 5)}


def sights_of(asked: Asked, joint: JointWeights) -> list[Sight]:
    """Return what the judge sees of each passage."""
    insisted = constraints_of(asked.question, [passage.with_lead for passage in asked.passages])
    return [sight_of(p, seen, joint, insisted) for p, seen in zip(asked.passages, asked.seen, strict=True)]


def shares(kinds: npt.NDArray[np.int64]) -> Floats:
    """Return what each question counts: answerable ones half, the two kinds of others a quarter each."""
    wanted = np.where(kinds == Kind.ANSWERABLE, 0.5, 0.25)
    return np.asarray(wanted * len(kinds) / np.bincount(kinds, minlength=len(Kind))[kinds])


def first_right(asked: Asked, sights: Sequence[Sight], joint: JointWeights) -> bool:
    """Whether the best sentence of the best passage holds the answer."""
    best = best_first(sights)[0]
    at = asked.places[best]
    if at is None:
        return False
    seen = asked.seen[best]
    favours = [float(np.dot((each.share, each.nearness), joint.sentence)) for each in seen.sentences]
    return int(np.argmax(favours)) == sentence_of(seen, at)


def fitted(x: Floats, right: npt.NDArray[np.bool_], share: Floats) -> tuple[Floats, float]:
    """Return weights for the features as they are, and the constant at the assumed odds."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    *scaled, constant = fit_logistic((x - mean) / spread, right, penalty=PENALTY, weight=share)
    weights = np.array(scaled) / spread
    return weights, float(constant - weights @ mean + np.log(ODDS))


def held_out_predictions(x: Floats, right: npt.NDArray[np.bool_], share: Floats, questions: Sequence[str]) -> Floats:
    """Return probabilities from fits without the question; its two kinds are in one part."""
    distinct = list(dict.fromkeys(questions))
    part_of = dict(zip(distinct, np.random.default_rng(0).permutation(len(distinct)) % PARTS, strict=True))
    parts = np.array([part_of[question] for question in questions])
    guessed = np.zeros(len(x))
    for part in range(PARTS):
        own = parts == part
        weights, constant = fitted(x[~own], right[~own], share[~own])
        guessed[own] = 1 / (1 + np.exp(-(x[own] @ weights + constant)))
    return guessed


def certain_from(guessed: Floats, right: npt.NDArray[np.bool_], share: Floats, kinds: npt.NDArray[np.int64]) -> float:
    """Return the least probability of what is certain: right as often as PRECISE says at CERTAIN_ODDS."""
    return precise_from(guessed, right, share * np.where(kinds == Kind.ANSWERABLE, CERTAIN_ODDS, 1.0))


def precise_from(probabilities: Floats, right: npt.NDArray[np.bool_], shown: Floats) -> float:
    """Return the least probability from which on PRECISE of what is answered is right, at least LEAST_SHOWN of it."""
    order = np.argsort(-probabilities, kind="stable")
    precision = np.cumsum((shown * right)[order]) / np.cumsum(shown[order])
    enough = np.flatnonzero((precision >= PRECISE) & (np.arange(len(order)) >= LEAST_SHOWN))
    return float(probabilities[order][enough[-1]]) if len(enough) else 1.0


def report(
    guessed: Floats,
    answers: npt.NDArray[np.bool_],
    right: npt.NDArray[np.bool_],
    kinds: npt.NDArray[np.int64],
) -> None:
    """Log how the answerable questions stand against each kind of the others."""
    known = kinds == Kind.ANSWERABLE
    log.info("first line right of %d answerable %.3f", known.sum(), right[known].mean())
    for kind in (Kind.UNANSWERABLE, Kind.LEFT_OUT):
        own = answers | (kinds == kind)
        refused = guessed[kinds == kind] < 0.5
        line = "against %d %s: AUROC %.3f, at 0.5 answered %.3f, refused %.3f"
        counts = ((kinds == kind).sum(), kind.name.lower(), auroc(guessed[own], answers[own]))
        log.info(line, *counts, (guessed[answers] >= 0.5).mean(), refused.mean())


def report_certain(
    certain: npt.NDArray[np.bool_], right: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_], high: float
) -> None:
    """Log how many first lines are certain, and how many of these are right."""
    log.info(
        "high from %.3f: %.3f of the answerable, %.3f of these right; %.3f of the others",
        high,
        certain[known].mean(),
        right[certain & known].mean() if (certain & known).any() else 0.0,
        certain[~known].mean(),
    )
