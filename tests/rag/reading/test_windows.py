"""A row's best words: the quick way to one is the thorough way's first."""

from __future__ import annotations

import numpy as np
import pytest

from rag.reading.windows import ANSWER_TOKENS, Window, choose_spans


@pytest.mark.parametrize("tokens", [1, 2, ANSWER_TOKENS, ANSWER_TOKENS + 1, 130])
@pytest.mark.parametrize("seed", range(5))
def test_the_best_span_alone_is_the_first_of_several(tokens: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, end = (np.round(rng.normal(size=tokens + 9), 1).astype(np.float32) for _ in range(2))
    window = Window(0, (), 7, tuple((3 * n, 3 * n + 2) for n in range(tokens)))
    gap, spans = choose_spans(start, end, window, 3)
    assert choose_spans(start, end, window, 1) == (gap, spans[:1])
    by_hand = max(
        float(start[7 + i] + end[7 + j]) for i in range(tokens) for j in range(i, min(tokens, i + ANSWER_TOKENS))
    )
    assert gap == by_hand - float(start[0] + end[0])
    assert spans[0].score == 1.0


def test_spans_of_one_row_do_not_overlap() -> None:
    start, end = np.zeros(20, dtype=np.float32), np.zeros(20, dtype=np.float32)
    start[[3, 9]], end[[4, 11]] = 5.0, 5.0
    _, spans = choose_spans(start, end, Window(0, (), 2, tuple((n, n + 1) for n in range(17))), 3)
    assert [(span.start, span.end) for span in spans[:2]] == [(1, 3), (7, 10)]
