"""Make the vectors of words that rag.reading.words has: the embedding model's own first layer, made small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

DIMENSIONS = 64
_TABLE = "embeddings.word_embeddings.weight"
_SCALE = 190.0
"""No value of a unit vector comes near 127 / 190."""


def word_vectors(base: Path) -> npt.NDArray[np.int8]:
    """Return a unit vector for each token of the vocabulary, int8, (tokens, DIMENSIONS).

    Of the centred table in the folder `base` the principal components (Mu and Viswanath 2018 centre likewise).
    """
    table = load_file(base / "model.safetensors")[_TABLE].astype(np.float32)
    table = unit(table - table.mean(axis=0))
    _, directions = np.linalg.eigh(table.T @ table)
    return np.asarray(np.clip(np.round(unit(table @ directions[:, -DIMENSIONS:]) * _SCALE), -127, 127), dtype=np.int8)


def unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the vectors at length 1."""
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9), dtype=np.float32)
