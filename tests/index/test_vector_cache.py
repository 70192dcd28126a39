"""Sentences are embedded once, as long as they are in use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.vector_cache import VectorCache
from tests.fakes import FakeEmbeddings


class Counting(FakeEmbeddings):
    """Remembers what it embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        self.embedded += texts
        return super().encode(texts, query=query)


def test_the_vectors_are_those_of_the_model_in_order() -> None:
    model = Counting()
    found = VectorCache(model).encode(["b", "a", "b"])
    assert np.array_equal(found, FakeEmbeddings().encode(["b", "a", "b"]))
    assert model.embedded == ["b", "a"]


def test_a_full_cache_forgets_what_was_used_longest_ago_and_nothing_else() -> None:
    model = Counting()
    cache = VectorCache(model, 2)
    cache.encode(["a", "b"])
    cache.encode(["a"])
    cache.encode(["c"])
    model.embedded.clear()
    cache.encode(["a", "c"])
    assert model.embedded == []
    cache.encode(["b"])
    assert model.embedded == ["b"]


def test_more_texts_than_it_holds_are_embedded_all_the_same() -> None:
    assert VectorCache(Counting(), 1).encode(["a", "b", "c"]).shape[0] == 3
