"""The figures and fits that decide what is published."""

from __future__ import annotations

import numpy as np
import pytest

from rag.reading.onnx import Support as Probabilities
from training.asked import Kind
from training.judge import CERTAIN_ODDS, ODDS, certain_from, fitted, held_out_predictions, precise_from, shares
from training.metrics import best_balanced, expected_calibration_error, interval
from training.near import Reply, figures_of
from training.sources import Question
from training.verification import as_row, of_supported, page


def drawn(size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(size, 3))
    return x, rng.random(size) < 1 / (1 + np.exp(-(2 * x[:, 0] - x[:, 1])))


def test_the_judge_finds_the_weights_and_is_calibrated_on_questions_it_has_not_seen() -> None:
    x, answers = drawn(3000)
    even = np.ones(len(x))
    weights, constant = fitted(x, answers, even)
    assert weights == pytest.approx([2, -1, 0], abs=0.2)
    assert constant == pytest.approx(np.log(ODDS), abs=0.2)
    guessed = held_out_predictions(x, answers, even, [f"question {n}" for n in range(len(x))])
    assert expected_calibration_error(guessed, answers, weight=np.where(answers, ODDS, 1.0)) < 0.05
    assert expected_calibration_error(guessed, answers) > 0.08


def test_high_certainty_begins_where_nine_of_ten_are_right() -> None:
    p = np.linspace(1, 0, 200)
    right = np.arange(200) < 90
    high = precise_from(p, right, np.ones(200))
    assert right[p >= high].mean() == pytest.approx(0.9, abs=0.01)
    assert precise_from(p, np.zeros(200, dtype=bool), np.ones(200)) == 1.0


def test_what_is_certain_is_right_as_often_where_fewer_questions_have_an_answer() -> None:
    p = np.linspace(1, 0, 400)
    unanswerable = np.random.default_rng(0).random(400) < (1 - p) / 2  # the less probable, the more of them
    kinds = np.where(unanswerable, Kind.UNANSWERABLE, Kind.ANSWERABLE)
    right, even = kinds == Kind.ANSWERABLE, np.ones(400)
    certain = p >= certain_from(p, right, even, kinds)
    shown = np.where(right, CERTAIN_ODDS, 1.0)[certain]
    assert (shown * right[certain]).sum() / shown.sum() == pytest.approx(0.9, abs=0.01)
    assert certain.sum() < (p >= precise_from(p, right, np.where(right, ODDS, 1.0))).sum()


def test_kinds_of_questions_weigh_what_they_should() -> None:
    kinds = np.array([0] * 60 + [1] * 30 + [2] * 10)
    share = shares(kinds)
    assert [share[kinds == kind].sum() for kind in range(3)] == pytest.approx([50, 25, 25])


def test_a_figure_lies_in_its_interval() -> None:
    values = np.array([0.0] * 30 + [1.0] * 70)
    low, high = interval(lambda rows: float(values[rows].mean()), len(values))
    assert 0.5 < low < 0.7 < high < 0.9
    assert best_balanced(np.array([0.9, 0.8, 0.2]), np.array([True, True, False])) == 1.0


def test_refusals_are_counted_by_cause() -> None:
    answered = Question("How many?", ("1,150 lockers",), 0, 13)
    refused = [Question("When?", (), miss="time"), Question("Who?", (), miss="role")]
    replies = [Reply(answered, 0.9, "It put up 1,150 lockers.", True), Reply(refused[0], 0.2, "", False)]
    figures = figures_of([*replies, Reply(refused[1], 0.8, "Anna", True)])
    assert figures["refused_by_cause"] == {"role": [0.0, 1], "time": [1.0, 1]}
    assert figures["right"][0] == 1.0  # type: ignore[index]


def test_pages_are_cut_into_runs_and_nothing_is_lost() -> None:
    sentences = [f"Sentence number {n} says something of its own." for n in range(60)]
    windows = page(sentences)
    assert " ".join(windows) == " ".join(sentences)
    assert all(len(window) <= 701 for window in windows)
    assert as_row(Probabilities(0.7, 0.2, 0.1)) == [0.7, 0.2, 0.1]
    assert of_supported([0.9, 0.1, 0.8, 0.3], [True, False, True, False])["auroc"][0] == 1.0  # type: ignore[index]
