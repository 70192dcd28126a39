"""Near copies: articles whose words are mostly the same, such as reprints and corrected versions.

MinHash (Broder, 1997) over runs of five words. Two articles are near copies where the estimated share
of runs that they have in common is at least `ALIKE`. To find them without comparing all with all, a sketch is
cut into bands (locality-sensitive hashing): of two articles with 0.8 in common, 998 in 1000 pairs share one.

The hashes are those of datasketch 2.0.0 (`MinHash(126, seed=1, scheme="affine32")`), with which earlier stores were
built: a hash of 32 bits, mixed by MurmurHash3's finalizer, is permuted by h -> a * h + b modulo 2^32 with odd a.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from index.terms import index_terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALIKE = 0.8
_RUN = 5
_BANDS, _ROWS = 21, 6
_SIZE = _BANDS * _ROWS
_AT_ONCE = 256
"""Runs whose table of 126 values each stays in a core's cache."""
_WORD = re.compile(r"\w+")
_NUMBERS = [bytes([n]) for n in range(_BANDS)]
_sha1 = partial(hashlib.sha1, usedforsecurity=False)


def sketch(text: str) -> bytes:
    """Return a sketch of 126 values of 32 bits, little-endian."""
    factors, offsets = _permutations()
    lowest = np.full(_SIZE, 2**32 - 1, dtype=np.uint32)
    words = _WORD.findall(index_terms(text).lower())
    shifted = (words[at:] for at in range(_RUN))
    whole = zip(*shifted, strict=False) if len(words) > _RUN else [words]
    runs = (" ".join(run).encode() for run in whole)
    while part := list(itertools.islice(runs, _AT_ONCE)):
        hashes = _mixed(np.frombuffer(b"".join([_sha1(run).digest()[:4] for run in part]), "<u4"))
        permuted = hashes[:, None] * factors
        permuted += offsets
        lowest = np.minimum(lowest, permuted.min(axis=0))
    return lowest.astype("<u4").tobytes()


def bands(sketched: bytes) -> list[bytes]:
    """Return the keys by which near copies are looked up: the hash of each band of a sketch."""
    size = len(sketched) // _BANDS
    return [
        hashlib.blake2b(_NUMBERS[n] + sketched[n * size : (n + 1) * size], digest_size=8).digest()
        for n in range(_BANDS)
    ]


def alike(one: bytes, other: bytes) -> bool:
    """Whether these are sketches of near copies."""
    if one == other:
        return True
    same = np.count_nonzero(np.frombuffer(one, dtype="<u4") == np.frombuffer(other, dtype="<u4"))
    return int(same) >= ALIKE * _SIZE


@cache
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the factors, which are odd, and the offsets; numpy keeps RandomState's numbers the same for good."""
    random = np.random.RandomState(1)
    factors = random.randint(0, 2**31, _SIZE, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, random.randint(0, 2**32, _SIZE, dtype=np.uint32)


def _mixed(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return MurmurHash3's finalizer of each."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))
