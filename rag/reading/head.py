"""What a reading model says of a claim, as rag.verify weighs it: by its support head, and by the words that it finds.

The support head says whether a text supports a claim. With which words the text answers when a side of the claim is
asked for (`rag.reading.cloze`) says whether who acts and who is acted upon have changed places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from index.terms import STOP_WORDS
from rag.language.stem import stem
from rag.reading.cloze import Blank, parts_of
from rag.reading.manifest import ClaimWeights
from rag.reading.onnx import UNKNOWN, OnnxReader, Quoted, TokenRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LIMIT = 6.0
_MOST_CHARACTERS = 3_000
"""Of a longer text no more is read: passages are shorter."""
_LEAST_SHARE = -10.0
"""Log of the share of words that are not there, or as good as not."""
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")


def log_odds(chance: float) -> float:
    """Return the logit of a probability, cut where it says nothing more."""
    return max(-_LIMIT, min(_LIMIT, math.log(max(chance, 1e-9) / max(1 - chance, 1e-9))))


class SupportHead:
    """Reads passages for a claim with `model`, which it loads when it is first asked for its weights."""

    def __init__(self, model: OnnxReader) -> None:
        self._model = model

    @property
    def weights(self) -> ClaimWeights | None:
        """What head and rules count together, if they were fitted to these weights."""
        return self._model.claims if self._model.supports else None

    def evidence(self, claim: str, title: str, text: str) -> dict[str, float] | None:
        """Return log-odds that the text supports the claim, and contradicts it; None if one of them is unreadable."""
        said = self._model.support(claim, title, text[:_MOST_CHARACTERS])
        if said == UNKNOWN:
            return None
        return {"supported": log_odds(said.supported), "contradicted": log_odds(said.contradicted)}

    def decides(self, question: str, title: str, text: str) -> float:
        """Return P(yes) less P(no), -1 to 1, of a yes/no question put in a claim's place; 0 if unknown."""
        said = self._model.support(question, title, text[:_MOST_CHARACTERS])
        return 0.0 if said == UNKNOWN else said.supported - said.contradicted

    def sides(self, claim: str, title: str, text: str) -> float:
        """Return how much sooner the claim's sides are found in the text than with the two exchanged; 0 if unknown."""
        parts = parts_of(claim)
        if parts is None or not parts.exchangeable:
            return 0.0
        read = Quoted(title, text[:_MOST_CHARACTERS])
        return self._found(parts.sides(), read) - self._found(parts.exchanged().sides(), read)

    def _found(self, blanks: Iterable[Blank], read: Quoted) -> float:
        return sum(self._sureness(blank, read) for blank in blanks)

    def _sureness(self, blank: Blank, read: Quoted) -> float:
        """Return how sure it is that something answers the blank's question, and that it is the blank's words."""
        [rows] = self._model.rows(blank.question, [read])
        if not rows:
            return _LEAST_SHARE
        row = max(rows, key=lambda row: row.relevance)
        return row.scores().gap + share_of(row, read.text, blank.words)


def share_of(row: TokenRow, text: str, words: str) -> float:
    """Return the log of the start's and the end's probability on tokens of `words`, inside the row's passage."""
    wanted = _stems(words)
    places = [match.span() for match in _WORD.finditer(text) if _stem(match[0]) in wanted]
    inside = np.array([any(a < end and start < b for a, b in places) for start, end in row.window.offsets], dtype=bool)
    if not inside.any():
        return _LEAST_SHARE
    first, last = row.window.passage_start, row.window.passage_start + len(inside)
    share = sum(_log_share(logits[first:last], inside) for logits in (row.start, row.end))
    return max(_LEAST_SHARE, share)


def _log_share(logits: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
    raised = np.exp(logits - logits.max())
    return math.log(max(float(raised[inside].sum() / raised.sum()), 1e-9))


def _stems(words: str) -> frozenset[str]:
    found = [match[0] for match in _WORD.finditer(words)]
    return frozenset(_stem(word) for word in found if word.lower() not in STOP_WORDS)


def _stem(word: str) -> str:
    return stem(word.lower())
