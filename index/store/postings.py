"""How many passages are scored for the words of one question, whatever the store."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

MAX_POSTINGS = 100_000
"""Passages that are scored for the words of one question, in tenths of a second (docs/scale.md)."""


def affordable(terms: Sequence[str], count: Callable[[str, int], int], most: int = MAX_POSTINGS) -> list[str]:
    """Return the rarest of the terms that occur: as many as can be scored, and where all are common, one.

    `most` are scored, and `count` tells how many chunks hold a term, up to a limit.
    """
    bound = most
    while True:
        counts = {term: found for term in terms if (found := count(term, bound + 1))}
        rarest = sorted(counts, key=lambda term: counts[term])
        totals = itertools.accumulate(counts[term] for term in rarest)
        chosen = [term for term, total in zip(rarest, totals, strict=True) if total <= bound]
        if chosen or not counts:
            return chosen if bound == most else chosen[:1]
        bound *= 4
