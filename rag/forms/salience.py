"""How much each sentence of an article belongs into its summary: a sum of a few things that can be seen of it.

The weights are a logistic regression's, fitted on 86 articles in which people marked the sentences of a summary. People
take long sentences that open a paragraph, early ones and those near to the whole; hardly ever a question, a quote, or
one that begins with "he", and sooner what happened than what somebody said of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.chunk import SentenceSpan

_NEAR_WHOLE = 0.38
_NEAR_QUESTION = 0.28
_LENGTH = 0.75
_OPENS = 0.65
_LATE = -0.58
_ASKS = -1.64
_QUOTES = -1.43
_REFERS = -0.62
_REPORTS = -0.47
_UNENDED = -1.5
"""Set by hand: in the marked articles nearly all sentences end as one. A row of a table or a date line does not."""
_LONG = 160
"""Characters from which on a sentence is as good as a longer one."""
_OPENING = 2
"""So many sentences open a paragraph."""
_REPEATS = 0.8
"""A sentence so near to one that was chosen says it again."""
_QUESTION = re.compile(r"[?？]\s*$")
_QUOTE = re.compile(r"^[\"“‘「『]")
ENDS = re.compile(r"[.!?。！？…][\"”’」』)]*$")
"""The end of a sentence."""
_REFERRING = re.compile(
    r"(?:he|she|it|they|this|that|these|those|his|her|their|its|but|and|so|yet|however|then|there|here|such|both|neither"
    r"|one|another|others|i|we|you|my|our|your)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\b(?:said|says|told|asked|replied|adds?|added|remarked|joked)\b")


def salience(texts: Sequence[str], spans: Sequence[SentenceSpan], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a number for each sentence. `vectors` are unit vectors of the sentences, then of the question."""
    lengths = np.array([min(len(text), _LONG) for text in texts], dtype=np.float64)
    sentences = vectors[:-1].astype(np.float64)
    whole = lengths @ sentences
    return (
        _NEAR_WHOLE * _standard(sentences @ whole)
        + _NEAR_QUESTION * _standard(sentences @ vectors[-1])
        + _LENGTH * np.log(lengths)
        + _LATE * np.arange(len(texts)) / len(texts)
        + _OPENS * _opening(spans)
        + _ASKS * _having(_QUESTION.search, texts)
        + _QUOTES * _having(_QUOTE.match, texts)
        + _REFERS * _having(_REFERRING.match, texts)
        + _REPORTS * _having(_REPORTED.search, texts)
        + _UNENDED * (1 - _having(ENDS.search, texts))
    )


def most_salient(salience: NDArray[np.float64], vectors: NDArray[np.float32], count: int) -> list[int]:
    """Return the numbers of `count` sentences in reading order, none of which says again what another says."""
    chosen: list[int] = []
    for number in np.argsort(-salience, kind="stable").tolist():
        if len(chosen) < count and all(vectors[number] @ vectors[other] < _REPEATS for other in chosen):
            chosen.append(number)
    return sorted(chosen)


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many standard deviations each value is above the mean."""
    deviations: NDArray[np.float64] = (values - values.mean()) / (values.std() + 1e-6)
    return deviations


def _opening(spans: Sequence[SentenceSpan]) -> NDArray[np.float64]:
    """Return 1 for each of the sentences that open a paragraph, 0 for the others."""
    paragraphs = np.cumsum([span.opens_paragraph for span in spans])
    firsts = np.searchsorted(paragraphs, paragraphs)
    return np.array([number - first < _OPENING for number, first in enumerate(firsts)], dtype=np.float64)


def _having(find: Callable[[str], object], texts: Sequence[str]) -> NDArray[np.float64]:
    """Return 1 for each text in which something is found, 0 for the others."""
    return np.array([bool(find(text)) for text in texts], dtype=np.float64)
