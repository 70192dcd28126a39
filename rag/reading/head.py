"""What the support head of a reading model says of a claim, as rag.verify weighs it."""

from __future__ import annotations

import math

from rag.reading.manifest import ClaimWeights
from rag.reading.onnx import UNKNOWN, OnnxReader

_LIMIT = 6.0
_MOST_CHARACTERS = 3_000
"""Of a longer text no more is read: passages are shorter."""


def log_odds(chance: float) -> float:
    """Return the logit of a probability, cut where it says nothing more."""
    return max(-_LIMIT, min(_LIMIT, math.log(max(chance, 1e-9) / max(1 - chance, 1e-9))))


class SupportHead:
    """Reads passages for a claim with the head of `model`, which it loads when it is first asked for its weights."""

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
