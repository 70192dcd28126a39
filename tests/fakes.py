"""Stand-ins for models: exact, fast, and the same on every machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embed import EmbeddingModel

_WORD = re.compile(r"\w+|[^\w\s]")


class FakeEmbeddings(EmbeddingModel):
    """Bags of words in 64 dimensions; a token is a word or a punctuation mark. Counts what it encodes."""

    def __init__(self, name: str = "fake", window: int = 60) -> None:
        self.name = name
        self._salt = name
        self._window = window
        self.encoded: list[str] = []

    @property
    def window(self) -> int:
        return self._window

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        return [[match.end() for match in _WORD.finditer(text)] for text in texts]

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        if not query:
            self.encoded += texts
        vectors = np.full((len(texts), 64), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.lower()):
                place = int.from_bytes(hashlib.sha256(f"{self._salt}{word}".encode()).digest()[:4], "little")
                vectors[row, place % 64] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
