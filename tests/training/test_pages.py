"""Claims against whole pages: how a page is cut, which window counts, and what a fit to pages learns."""

from __future__ import annotations

import numpy as np

from rag.reading.head import SupportHead
from rag.reading.onnx import OnnxReader
from rag.verify.weigh import HEAD
from settings import READER
from training.pages import PagedClaim, best_window, fitted_to_pages, page


class SaidHead(SupportHead):
    """A head that says what stands in the window: a number, the log-odds of "supported"; nothing of "?"."""

    def evidence(self, claim: str, title: str, text: str) -> dict[str, float] | None:
        return None if text == "?" else dict(zip(HEAD, (float(text), -float(text)), strict=True))


HEAD_OF_NUMBERS = SaidHead(OnnxReader(READER))


def test_a_page_is_cut_into_runs_of_whole_sentences() -> None:
    sentences = [f"{n} " + "word " * 50 for n in range(10)]
    windows = page(sentences)
    assert " ".join(windows) == " ".join(sentences)
    assert all(len(window) < 700 for window in windows)
    assert page([]) == []


def test_the_window_that_supports_most_counts_and_what_is_unreadable_does_not() -> None:
    best = best_window(HEAD_OF_NUMBERS, "a", ["-2", "?", "1.5", "0"])
    assert best is not None
    assert best.tolist() == [1.5, -1.5]
    assert best_window(HEAD_OF_NUMBERS, "a", ["?"]) is None
    assert best_window(HEAD_OF_NUMBERS, "a", []) is None


def test_what_chance_finds_on_pages_raises_the_bar() -> None:
    rng = np.random.default_rng(0)

    def drawn(windows: int, *, supported: bool) -> PagedClaim:
        said = [f"{each:.3f}" for each in rng.normal(-1, 1, windows)]
        return PagedClaim("a", (*said, f"{rng.normal(1, 1):.3f}") if supported else tuple(said), supported)

    bars = []
    for windows in (1, 12):
        claims = [drawn(windows, supported=n % 3 == 0) for n in range(300)]
        supported, contradicted, constant = fitted_to_pages(HEAD_OF_NUMBERS, [*claims, PagedClaim("a", (), False)])
        assert supported - contradicted > 0
        bars.append(-constant / (supported - contradicted))
    assert bars[1] > bars[0] + 0.3
