"""How alike words are, by the vectors that the embedding model begins with: a file of 2 MB, and no pass of a model.

"Price" is like "cost", and "began" like "start": what a question asks for is often told in other words. On held-out
questions these vectors find the sentence that answers more often than the question's very words do, or the vectors of
whole sentences (training/README.md).
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.terms import STOP_WORDS

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text that carry meaning: unit vectors (words, dimensions), and where each begins and ends."""

    vectors: Floats
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class WordVectors:
    """Vectors of words from `path`: int8, (tokens of the vocabulary, dimensions); a word is the mean of its tokens.

    Raises ValueError for a file of another shape than the tokenizer's vocabulary.
    """

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._table: NDArray[np.int8] = np.load(path, mmap_mode="r", allow_pickle=False)
        size = tokenizer.get_vocab_size()
        if self._table.dtype != np.int8 or self._table.ndim != 2 or len(self._table) != size:
            raise ValueError(f"{path.name} is no table of int8 for {size} tokens")
        known = map(tokenizer.token_to_id, [*STOP_WORDS, *string.punctuation, *string.ascii_lowercase])
        self._idle = np.zeros(size, dtype=bool)
        self._idle[[number for number in known if number is not None]] = True

    def of(self, text: str) -> Words:
        """Return a text's words, without stop-words and marks unless there is nothing else."""
        found = self._tokenizer.encode(text, add_special_tokens=False)
        ids = np.array(found.ids, dtype=np.int64)
        if not len(ids):
            return Words(np.zeros((0, self._table.shape[1]), dtype=np.float32), ids, ids)
        numbers = np.array(found.word_ids, dtype=np.int64)
        first = np.flatnonzero(np.diff(numbers, prepend=-1))
        telling = ~np.logical_and.reduceat(self._idle[ids], first)
        kept = telling if telling.any() else np.ones(len(first), dtype=bool)
        vectors = np.add.reduceat(self._table[ids].astype(np.float32), first)[kept]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
        offsets = np.array(found.offsets, dtype=np.int64)
        last = np.append(first[1:], len(ids)) - 1
        return Words(vectors, offsets[first[kept], 0], offsets[last[kept], 1])


def likeness(asked: Words, told: Words) -> Floats:
    """Return how alike each word asked and each word told are, from 0 to 1: (asked, told)."""
    return np.asarray(np.maximum(0.0, asked.vectors @ told.vectors.T) ** 2, dtype=np.float32)
