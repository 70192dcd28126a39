"""Vectors of sentences that are compared again and again, kept in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.embed import EmbeddingModel

SIZE = 20_000
"""Sentences kept: 30 MB of vectors of 384 dimensions."""


class VectorCache:
    """The vectors of the `size` texts that were used last. Safe to share between threads."""

    def __init__(self, embeddings: EmbeddingModel, size: int = SIZE) -> None:
        self._embeddings = embeddings
        self._vectors: LRUCache[str, NDArray[np.float32]] = LRUCache(size)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 [texts, dimensions]; only the texts that are not kept are embedded."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        if missing := [text for text in dict.fromkeys(texts) if text not in known]:
            # Outside of the lock: two threads may embed the same text, and neither waits for the other.
            known |= zip(missing, self._embeddings.encode(missing), strict=True)
            with self._lock:
                for text in missing:
                    self._vectors[text] = known[text]
        return np.stack([known[text] for text in texts])
