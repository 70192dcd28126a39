"""How alike words are, by the vectors that the embedding model begins with: a file of 2 MB, and no pass of a model.

"Price" is like "cost", and "began" like "start": what a question asks for is often told in other words. On held-out
questions these vectors find the sentence that answers more often than the question's very words do, or the vectors of
whole sentences (training/README.md).
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from index.terms import STOP_WORDS

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]
_RUN = re.compile(r"[^ \n\t]+")
"""What has the same tokens wherever it stands: the tokenizer parts texts at blanks before all else."""
_RUNS_KEPT, _RUN_CHARACTERS = 8_192, 40
"""Of so many runs the words are kept: the same few thousand make up most of any text."""
_TEXTS_KEPT = 512
"""And of so many texts, at 5 KB each: one question after the other is about the same passages."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text that carry meaning: unit vectors (words, dimensions), and where each begins and ends."""

    vectors: Floats
    starts: Integers
    ends: Integers


@dataclass(frozen=True, slots=True)
class _Placed:
    """The words of a text: all their tokens, which of these is each word's first, where each word begins and ends."""

    tokens: Integers
    firsts: Integers
    starts: Integers
    ends: Integers


class WordVectors:
    """Vectors of words from `path`: int8, (tokens of the vocabulary, dimensions); a word is the mean of its tokens.

    Raises ValueError for a file of another shape than the tokenizer's vocabulary.
    """

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._table: NDArray[np.int8] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
        size = tokenizer.get_vocab_size()
        if self._table.dtype != np.int8 or self._table.ndim != 2 or len(self._table) != size:
            raise ValueError(f"{path.name} is no table of int8 for {size} tokens")
        if not isinstance(tokenizer.pre_tokenizer, BertPreTokenizer):
            raise ValueError(f"{path.name} needs a tokenizer that parts texts as BERT's does")
        known = map(tokenizer.token_to_id, [*STOP_WORDS, *string.punctuation, *string.ascii_lowercase])
        self._idle = np.zeros(size, dtype=bool)
        self._idle[[number for number in known if number is not None]] = True
        self._kept = lru_cache(_RUNS_KEPT)(self._split)
        self._placed = lru_cache(_TEXTS_KEPT)(self._place)

    def of(self, text: str) -> Words:
        """Return a text's words, without stop-words and marks unless there is nothing else."""
        [words] = self.of_all([text])
        return words

    def of_all(self, texts: Sequence[str]) -> list[Words]:
        """Return the words of each text, as `of` does."""
        placed = [self._placed(text) for text in texts]
        vectors = self._vectors(placed)
        ends = np.cumsum([len(each.starts) for each in placed]).tolist()
        return [
            Words(vectors[end - len(each.starts) : end], each.starts, each.ends)
            for each, end in zip(placed, ends, strict=True)
        ]

    def _place(self, text: str) -> _Placed:
        """Return the words that are neither stop-words nor marks, or all if there are no others."""
        runs = [(match.start(), self._words_of(match[0])) for match in _RUN.finditer(text)]
        words = [(at + start, at + end, tokens) for at, run in runs for start, end, tokens, telling in run if telling]
        words = words or [(at + start, at + end, tokens) for at, run in runs for start, end, tokens, _ in run]
        starts, ends, parts = zip(*words, strict=True) if words else ((), (), ())
        return _Placed(
            _integers(itertools.chain.from_iterable(parts)),
            _integers(itertools.accumulate(map(len, parts[:-1]), initial=0)),
            _integers(starts),
            _integers(ends),
        )

    def _words_of(self, run: str) -> tuple[tuple[int, int, tuple[int, ...], bool], ...]:
        """Return the words of what stands between blanks, and whether each carries meaning."""
        return (self._kept if len(run) <= _RUN_CHARACTERS else self._split)(run)

    def _split(self, run: str) -> tuple[tuple[int, int, tuple[int, ...], bool], ...]:
        encoded = self._tokenizer.encode(run, add_special_tokens=False)
        tokens, offsets, words = encoded.ids, encoded.offsets, encoded.word_ids
        by_word = [list(numbers) for _, numbers in itertools.groupby(range(len(tokens)), key=words.__getitem__)]
        return tuple(
            (
                offsets[numbers[0]][0],
                offsets[numbers[-1]][1],
                tuple(tokens[number] for number in numbers),
                not all(self._idle[tokens[number]] for number in numbers),
            )
            for numbers in by_word
        )

    def _vectors(self, placed: Sequence[_Placed]) -> Floats:
        """Return a unit vector for each word of each text."""
        placed = [each for each in placed if len(each.starts)]
        if not placed:
            return np.zeros((0, self._table.shape[1]), dtype=np.float32)
        shifts = itertools.accumulate((len(each.tokens) for each in placed[:-1]), initial=0)
        firsts = np.concatenate([each.firsts + shift for each, shift in zip(placed, shifts, strict=True)])
        tokens = np.concatenate([each.tokens for each in placed])
        vectors = np.add.reduceat(self._table[tokens].astype(np.float32), firsts)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
        return vectors


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int32)


def likeness(asked: Words, told: Words) -> Floats:
    """Return how alike each word asked and each word told are, from 0 to 1: (asked, told)."""
    return np.asarray(np.maximum(0.0, asked.vectors @ told.vectors.T) ** 2, dtype=np.float32)
