"""Retrieval in bf16 beside fp32, with models that are stand-ins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.bf16 import lines_of, measured
from benchmarks.sets import CORPUS
from evaluation.questions import Row
from tests.fakes import FakeEmbeddings


class _Rounded(FakeEmbeddings):
    """The same vectors with few digits, and of owls with the wrong ones."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        vectors = super().encode(["A wolf" if "owl" in text else text for text in texts], query=query)
        return np.round(vectors, 2)


def test_both_are_asked_the_same_and_their_difference_is_told(tmp_path: Path) -> None:
    (tmp_path / CORPUS).mkdir()
    animals = ["ant", "bee", "owl", "newt"]
    for animal in animals:
        (tmp_path / CORPUS / f"{animal}.txt").write_text(f"The {animal} sleeps in its own place all winter long.")
    rows = [Row(id=animal, question=f"The {animal}?", articles=(f"{animal}.txt",)) for animal in animals]
    plain = measured(tmp_path, "fp32", FakeEmbeddings(), FakeEmbeddings(), rows)
    short = measured(tmp_path, "bf16", _Rounded(), FakeEmbeddings(), rows)
    assert plain.vectors.tolist() == [1, 1, 1, 1]
    assert short.vectors[[0, 1, 3]].tolist() == [1, 1, 1] and short.vectors[2] < 1
    head, vectors, retrieval = lines_of("animals", plain, short)
    assert head.startswith("animals: 4 passages, 4 questions; ingest ")
    assert float(head.rpartition(" ")[2]) < 0.99
    assert vectors.startswith("  vectors: fp32 1.0000, bf16 0.") and ", difference -0." in vectors
    assert "to +0.0000)" in vectors and "retrieval: fp32" in retrieval
