"""What a worker has embedded of the file that it is at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embed import EmbeddingModel


class Remembering(EmbeddingModel):
    """An embedding model that embeds each text once: before the lock is taken, rather than while it is held."""

    def __init__(self, model: EmbeddingModel) -> None:
        self.name = model.name
        self._model = model
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._probe: NDArray[np.float32] | None = None

    def forget(self) -> None:
        """Let go of the texts."""
        self._vectors = {}

    def probe(self) -> NDArray[np.float32]:
        """See EmbeddingModel."""
        if self._probe is None:
            self._probe = self._model.probe()
        return self._probe

    @property
    def window(self) -> int:
        """See EmbeddingModel."""
        return self._model.window

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """See EmbeddingModel."""
        return self._model.token_ends(texts)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """See EmbeddingModel."""
        if query:
            return self._model.encode(texts, query=True)
        if missing := [text for text in dict.fromkeys(texts) if text not in self._vectors]:
            self._vectors |= zip(missing, self._model.encode(missing), strict=True)
        return np.stack([self._vectors[text] for text in texts])
