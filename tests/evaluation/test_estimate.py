from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from evaluation import estimate

CONFIDENCE = st.integers(0, 10).map(lambda tenths: tenths / 10)
LABELLED = st.lists(st.tuples(st.integers(0, 1), CONFIDENCE, st.integers(0, 3)), min_size=1, max_size=30)


def once(statistic, name: str, weights=None, **columns) -> float:
    """The statistic over the questions as they are, or weighted."""
    arrays = {key: np.array(values, dtype=float) for key, values in columns.items()}
    count = len(next(iter(arrays.values())))
    [found] = statistic(arrays, name, np.ones((1, count)) if weights is None else np.array([weights], dtype=float))
    return float(found)


def repeated(values, weights) -> list:
    return [value for value, weight in zip(values, weights, strict=True) for _ in range(weight)]


@given(LABELLED)
def test_auroc_is_that_of_sklearn_over_the_questions_drawn(rows):
    labels, confidence, drawn = zip(*rows, strict=True)
    assume(len(set(repeated(labels, drawn))) == 2)
    found = once(estimate.auroc, "confidence", drawn, answerable=labels, confidence=confidence)
    assert found == pytest.approx(roc_auc_score(repeated(labels, drawn), repeated(confidence, drawn)))


@given(LABELLED)
def test_refusing_is_scored_as_by_sklearn(rows):
    answerable = [label for label, _, _ in rows]
    refused = [int(confidence < 0.5) for _, confidence, _ in rows]
    assume(set(answerable) == {0, 1})
    truth = [1 - label for label in answerable]
    found = once(estimate.refusal_f1, "refused", answerable=answerable, refused=refused)
    assert found == pytest.approx(f1_score(truth, refused, zero_division=0))
    found = once(estimate.balanced_accuracy, "refused", answerable=answerable, refused=refused)
    assert found == pytest.approx(balanced_accuracy_score(truth, refused))


@given(LABELLED)
def test_aurc_is_the_mean_risk_of_those_at_least_as_sure(rows):
    correct, confidence, drawn = zip(*rows, strict=True)
    pairs = repeated(list(zip(confidence, correct, strict=True)), drawn)
    assume(pairs)
    risks = [np.mean([1 - right for other, right in pairs if other >= sure]) for sure, _ in pairs]
    assert once(estimate.aurc, "correct", drawn, confidence=confidence, correct=correct) == pytest.approx(
        np.mean(risks)
    )


def test_aurc_by_hand():
    found = once(estimate.aurc, "correct", confidence=[0.9, 0.8, 0.7, 0.6], correct=[1, 0, np.nan, 1])
    assert found == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3)), min_size=1, max_size=20), st.sampled_from([0.5, 0.95, 1])
)
def test_quantiles_are_those_of_numpy_over_the_questions_drawn(rows, share):
    milliseconds, drawn = zip(*rows, strict=True)
    assume(any(drawn))
    found = once(estimate.quantile(share), "ms", drawn, ms=milliseconds)
    assert found == np.quantile(repeated(milliseconds, drawn), share, method="inverted_cdf")


def test_calibration_error_by_hand():
    found = once(estimate.calibration_error, "correct", confidence=[0.95, 1.0, 0.25, 0.5], correct=[1, 0, 1, np.nan])
    assert found == pytest.approx((2 * abs(0.975 - 0.5) + abs(0.25 - 1)) / 3)


@pytest.mark.parametrize(
    ("statistic", "columns"),
    [
        (estimate.mean, {"x": [np.nan, 1]}),
        (estimate.refusal_f1, {"x": [0, 0], "answerable": [1, 1]}),
        (estimate.balanced_accuracy, {"x": [0, 1], "answerable": [1, 1]}),
        (estimate.auroc, {"x": [0.1, 0.2], "answerable": [1, 1]}),
        (estimate.aurc, {"x": [np.nan, 1], "confidence": [0.3, 0.4]}),
        (estimate.calibration_error, {"x": [np.nan, 1], "confidence": [0.3, 0.4]}),
        (estimate.quantile(0.5), {"x": [np.nan, 1]}),
    ],
)
def test_what_the_questions_drawn_do_not_define_is_nan_without_a_warning(statistic, columns):
    assert np.isnan(once(statistic, "x", [1, 0], **columns))


def test_resamples_are_seeded_draws_of_as_many_questions_after_the_questions_themselves():
    first, second = (np.concatenate(list(estimate.resamples(300, seed=3))) for _ in range(2))
    assert first.shape == (1 + estimate.RESAMPLES, 300)
    assert (first[0] == 1).all()
    assert (first.sum(axis=1) == 300).all()
    assert (first == second).all()
    assert first[1:].mean(axis=0) == pytest.approx(1, abs=0.2)
    assert first[1:].var() == pytest.approx(1 - 1 / 300, abs=0.02)
    assert not (np.concatenate(list(estimate.resamples(300, seed=4))) == first).all()


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    column = {"x": np.random.default_rng(0).normal(size=400)}
    found = np.concatenate([estimate.mean(column, "x", weights) for weights in estimate.resamples(400, seed=1)])
    low, high = estimate.interval(found)
    error = column["x"].std() / 20
    assert (low, high) == pytest.approx((found[0] - 1.96 * error, found[0] + 1.96 * error), abs=0.2 * error)


def test_intervals_hold_the_truth_as_often_as_they_say():
    random = np.random.default_rng(2)
    held = 0
    for seed in range(150):
        column = {"x": (random.random(60) < 0.7).astype(float)}
        found = np.concatenate([estimate.mean(column, "x", weights) for weights in estimate.resamples(60, seed)])
        low, high = estimate.interval(found)
        held += low <= 0.7 <= high
    assert held >= 0.9 * 150
