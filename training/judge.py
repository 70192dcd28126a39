"""Fit the probability that the best sentence answers, over what rag.reading.judge sees in all passages.

A ridge logistic regression over standardised features, questions with and without an answer counting alike, the
constant moved to the odds that a question has one. What is logged, and the thresholds of certainty, come from
predictions for questions that a fit had not seen (five parts).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.reading.constraints import constraints_of
from rag.reading.joint import sight_of
from rag.reading.judge import Sight, Supports, features
from rag.reading.manifest import JointWeights
from training.asked import Asked, Floats, Kind, sentence_of
from training.metrics import auroc, best_threshold, expected_calibration_error, fit_logistic

log = logging.getLogger("training.judge")

ODDS = 3.0  # of four questions that people ask of their articles, three have an answer there: assumed, not measured
PARTS = 5
PENALTY = 5.0
PRECISE = 0.9
LEAST_SHOWN = 20


def judge_weights(asked: Sequence[Asked], joint: JointWeights, supports: Supports | None) -> dict[str, object]:
    """Return what reader.json holds of the judge."""
    tables = [features(each.question, sights_of(each, joint), supports) for each in asked]
    names = list(tables[0])
    x = np.array([[table[name] for name in names] for table in tables])
    answers = np.array([bool(each.gold.any()) for each in asked])
    right = np.array([first_right(each, joint) for each in asked])
    kinds = np.array([each.kind for each in asked])
    share = shares(kinds)
    guessed = held_out_predictions(x, right, share, [each.question for each in asked])
    shown = share * np.where(kinds == Kind.ANSWERABLE, ODDS, 1.0)
    meets = x[:, names.index("meets")] > 0
    high = precise_from(guessed[meets], right[meets], shown[meets])
    low = best_threshold(guessed, share * right, share * ~answers)
    report(guessed, answers, right, kinds, high)
    error = expected_calibration_error(guessed, right, weight=share * np.where(answers, ODDS, 1.0))
    log.info("calibration error at the assumed odds %.4f; alone, each feature's AUROC:", error)
    for name, column in zip(names, x.T, strict=True):
        log.info("  %-20s %.3f", name, auroc(column, right))
    weights, constant = fitted(x, right, share)
    kept = {name: round(float(weight), 5) for name, weight in zip(names, weights, strict=True)}
    return {"weights": kept, "constant": round(constant, 5), "high": round(high, 4), "low": round(low, 4)}


def sights_of(asked: Asked, joint: JointWeights) -> list[Sight]:
    """Return what the judge sees of each passage."""
    insisted = constraints_of(asked.question, [passage.with_lead for passage in asked.passages])
    return [sight_of(p, seen, joint, insisted) for p, seen in zip(asked.passages, asked.seen, strict=True)]


def shares(kinds: npt.NDArray[np.int64]) -> Floats:
    """Return what each question counts: answerable ones half, the two kinds of others a quarter each."""
    wanted = np.where(kinds == Kind.ANSWERABLE, 0.5, 0.25)
    return np.asarray(wanted * len(kinds) / np.bincount(kinds, minlength=len(Kind))[kinds])


def first_right(asked: Asked, joint: JointWeights) -> bool:
    """Whether the best sentence of the best passage holds the answer."""
    logits = asked.features @ np.array(joint.passage[:-1])
    best = int(logits.argmax())
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
    high: float,
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
    certain = guessed >= high
    log.info(
        "high from %.3f: %.3f of the answerable, %.3f of these right; %.3f of the others",
        high,
        certain[known].mean(),
        right[certain & known].mean() if (certain & known).any() else 0.0,
        certain[~known].mean(),
    )
