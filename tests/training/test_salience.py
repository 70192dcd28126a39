"""How the weights of summaries are fitted: what the marked sentences have is weighed, and each mark is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from index.vector_cache import VectorCache
from rag.forms.salience import WEIGHTS
from tests.fakes import FakeEmbeddings
from training.salience import MARKS, Marked, fitted, marked_articles, met_by_parts

DATA = Path(__file__).parents[3] / "shared/data"
TELLS = 2


def article(number: int) -> Marked:
    """An article of twelve sentences, of which those are marked that have the most in one column."""
    draws = np.random.default_rng(number)
    seen = draws.normal(size=(12, len(WEIGHTS)))
    return Marked(seen, seen[:, TELLS] > np.sort(seen[:, TELLS])[-5], np.eye(12, dtype=np.float32))


ARTICLES = [article(number) for number in range(30)]


def test_what_marked_sentences_have_is_weighed() -> None:
    weights = fitted(ARTICLES)
    assert weights.argmax() == TELLS
    assert all(one.is_met(weights) for one in ARTICLES)
    assert not any(one.is_met(-weights) for one in ARTICLES)
    assert met_by_parts(ARTICLES) == 1.0


@pytest.mark.skipif(not (DATA / "train/own").is_dir(), reason="the sets are not here")
def test_each_mark_is_a_sentence_of_its_article() -> None:
    marks = json.loads(MARKS.read_text(encoding="utf-8"))
    articles, held_out = marked_articles(DATA, VectorCache(FakeEmbeddings()))
    begun = [*articles[-len(marks["fitted"]) :], *held_out]
    counts = [len(beginnings) for part in ("fitted", "held_out") for beginnings in marks[part].values()]
    assert [int(one.marked.sum()) for one in begun] == counts
    assert not set(marks["fitted"]) & set(marks["held_out"])
    assert all(one.marked.any() for one in articles)
