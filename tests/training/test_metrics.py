"""Thresholds."""

from __future__ import annotations

import numpy as np

from training.metrics import best_threshold


def test_the_lowest_threshold_that_loses_little_is_taken() -> None:
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    gains, losses = np.array([1.0, 1, 1, 1, 0, 0]), np.array([0.0, 0, 1.5, 0, 0, 1])
    assert best_threshold(probabilities, gains, losses) == 0.45
    assert round(best_threshold(probabilities, gains, losses, slack=1.0), 6) == 0.2
    assert best_threshold(probabilities, gains - 2, losses) == 1.0
