"""How much each sentence of an article belongs into its summary: a sum of a few things that can be seen of it.

The weights are a logistic regression's, fitted on 80 articles in which the sentences of a summary are marked
(training/salience.py). Chosen are long sentences that open a paragraph, early ones and those near to the whole; hardly
ever a question, a quote, or one that begins with "he", and sooner what happened than what somebody said of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.chunk import SentenceSpan

WEIGHTS = {
    "near to the whole": 0.43,
    "near to the question": 0.26,
    "length": 0.72,
    "opens a paragraph": 0.66,
    "late": -0.53,
    "asks": -1.98,
    "quotes": -1.45,
    "refers back": -0.63,
    "reports": -0.53,
}
"""What each column of `features` counts, as `python -m training.salience` fits it."""
_UNENDED = -1.5
_UNBEGUN = -1.0
"""Set by hand, as nearly all sentences of the marked articles begin with a capital and end as sentences do. The row of
a table does not, nor what a line break has cut off."""
_EARLY = 15
"""Sentences from which on all are equally late: the marked articles have so many."""
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
_SMALL = re.compile(r"[a-zà-ÿ]")
_REFERRING = re.compile(
    r"(?:he|she|it|they|this|that|these|those|his|her|their|its|but|and|so|yet|however|then|there|here|such|both|neither"
    r"|one|another|others|i|we|you|my|our|your)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\b(?:said|says|told|asked|replied|adds?|added|remarked|joked)\b")


def salience(texts: Sequence[str], spans: Sequence[SentenceSpan], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a number for each sentence. `vectors` are unit vectors of the sentences, then of the question."""
    seen = features(texts, spans, vectors) @ np.array(list(WEIGHTS.values()))
    cut = _UNENDED * (1 - _having(ENDS.search, texts)) + _UNBEGUN * _having(_SMALL.match, texts)
    scores: NDArray[np.float64] = seen + cut
    return scores


def features(texts: Sequence[str], spans: Sequence[SentenceSpan], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what is seen of each sentence [sentences, WEIGHTS]; `vectors` as for `salience`."""
    lengths = np.array([min(len(text), _LONG) for text in texts], dtype=np.float64)
    sentences = vectors[:-1].astype(np.float64)
    columns = (
        _standard(sentences @ (lengths @ sentences)),
        _standard(sentences @ vectors[-1]),
        np.log(lengths),
        _opening(spans),
        np.minimum(np.arange(len(texts)) / _EARLY, 1.0),
        _having(_QUESTION.search, texts),
        _having(_QUOTE.match, texts),
        _having(_REFERRING.match, texts),
        _having(_REPORTED.search, texts),
    )
    return np.stack(columns, axis=1)


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
