"""Three faults, planted one at a time: the command that a user runs says which, and exits with 1."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import app
from evaluation.figures import DEFAULT_GATES
from rag.reading.base import Reading
from rag.reading.similarity import SimilarityReader
from rag.retrieve import HybridRetriever
from settings import HOME

STAGES = ("retrieved_hit@5", "citation_recall")
"""Gated besides what a person sees, so that the stage at fault is named."""
GATED = {*DEFAULT_GATES, *STAGES}


@pytest.fixture(scope="module")
def arguments(seed_store: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command over the starter set, with the baseline of an unharmed run."""
    folder = tmp_path_factory.mktemp("regressions")
    shutil.copytree(seed_store, folder / "store")
    baseline = folder / "baseline.json"
    rows = (HOME / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "half.jsonl").write_text("\n".join(rows[::2]), encoding="utf-8")
    words = ["eval", str(folder / "half.jsonl"), "--store", str(folder / "store"), "--reader-model", "none"]
    assert app.main([*words, "--json", str(baseline)]) == 0
    gates = [word for name in STAGES for word in ("--gate", f"{name}=0.02")]
    return [*words, *gates, "--baseline", str(baseline), "--json", str(folder / "today.json")]


def fell(arguments: list[str], code: int) -> set[str]:
    assert app.main(arguments) == code
    changes = json.loads(Path(arguments[arguments.index("--json") + 1]).read_text())["changes"]
    return {change["name"] for change in changes if change["verdict"] == "fell"} & GATED


def test_nothing_fell_where_nothing_changed(arguments):
    assert fell(arguments, 0) == set()


def test_shuffled_passages_are_caught(arguments, monkeypatch):
    honest: Callable = HybridRetriever.passages

    def shuffled(self, questions, *rest):
        passages = honest(self, questions, *rest)
        scores = [passage.score for passage in passages]
        random.Random(questions[0]).shuffle(passages)
        return [replace(passage, score=score) for passage, score in zip(passages, scores, strict=True)]

    monkeypatch.setattr(HybridRetriever, "passages", shuffled)
    # What comes after retrieval suffers too; what does not depend on it does not.
    found = fell(arguments, 1)
    assert {"retrieved_hit@5", "first_line_right"} <= found
    assert not found & {"quote_exact", "citation_recall"}


def test_shifted_spans_are_caught(arguments, monkeypatch):
    honest: Callable = SimilarityReader.read

    def moved(span, most):
        """The words after those that answer."""
        start = min(span.end, most - 1)
        return replace(span, start=start, end=min(start + max(1, span.end - span.start), most))

    def shifted(self, question, passages, *, thorough=False):
        readings = zip(passages, honest(self, question, passages), strict=True)
        return [Reading(r.probability, tuple(moved(span, len(p.text)) for span in r.spans)) for p, r in readings]

    monkeypatch.setattr(SimilarityReader, "read", shifted)
    found = fell(arguments, 1)
    assert "first_line_right" in found
    assert not found & {"quote_exact", "retrieved_hit@5"}


def test_an_assistant_that_never_refuses_is_caught(arguments, monkeypatch):
    monkeypatch.setenv("QUOTH_ANSWER_THRESHOLD", "0")
    assert fell(arguments, 1) == {"hallucination_rate"}
