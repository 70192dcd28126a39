"""When reading may stop: the bars keep to what may be lost."""

from __future__ import annotations

import numpy as np
import pytest

from training.early import LOST, Stage, stopped, widest

ANSWERS = np.array([True] * 6 + [False] * 4)
LAST = Stage(6, np.array([0.9, 0.9, 0.8, 0.8, 0.7, 0.3, 0.1, 0.1, 0.2, 0.6]), ANSWERS)
EVEN = np.ones(10)


def test_an_early_judge_that_is_as_good_ends_everything() -> None:
    ended = stopped([Stage(2, LAST.guessed, LAST.right), LAST], ANSWERS, EVEN)
    assert set(ended.stage) == {0}
    assert ended.bars == ((pytest.approx(0.6), pytest.approx(0.3)),)


def test_what_would_be_lost_is_read_on() -> None:
    guessed = LAST.guessed.copy()
    guessed[4], guessed[6] = 0.2, 0.95  # a right answer it would refuse, and the surest of all is wrong
    ended = stopped([Stage(2, guessed, LAST.right), LAST], ANSWERS, EVEN)
    assert ended.bars == ((1.0, pytest.approx(0.1)),)
    assert ended.stage.tolist() == [1, 1, 1, 1, 1, 1, 1, 0, 1, 1]
    assert ended.guessed[4] == LAST.guessed[4]


def test_no_more_is_lost_than_may_be() -> None:
    lost = np.array([0.0, LOST, LOST, -2 * LOST])
    assert widest(np.arange(4.0), lost, np.ones(4, dtype=bool)) == 3
    assert widest(np.arange(4.0), lost, np.array([True, True, True, False])) == 1
    assert widest(np.arange(4.0), lost, np.zeros(4, dtype=bool)) is None
