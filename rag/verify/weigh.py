"""How probable a quote makes a claim: a logistic regression over how they align and over what a model reads in them.

Without a reading model, with weights that have no support head, and for what the head cannot read, the rules alone
count, with the weights below: `python -m benchmarks.verification --data DIR --fit` fits them. With a head those of its
reader.json do (training/claims.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from rag.verify.align import FEATURES, Alignment

_RULES: Mapping[str, float] = MappingProxyType(
    {
        "cosine": 1.402,
        "missing": -0.234,
        "worst_clause": 2.708,
        "unmatched_names": -0.146,
        "initial_missing": -0.146,
        "in_context": 0.669,
        "mean_gap": -0.816,
        "max_name_gap": -0.494,
        "negation_differs": -1.133,
        "negated_share": -4.733,
        "roles_reversed": -2.850,
        "order_reversed": -0.501,
        "content_words": 0.143,
    }
)
_RULES_CONSTANT = -1.366


BESIDE_HEAD = ("worst_clause", "mean_gap", "negated_share", "content_words")
"""What the rules see that still adds to what a head says."""
HEAD = ("supported", "contradicted")
"""What a head says, in log-odds."""

_EXCHANGED = -2.0
"""Of `Head.sides`: from here on who does it and to whom it is done have changed places."""
_DENIED = 1 / 3
"""Share of the words that are denied in only one of claim and quote, from which on a head is not asked."""


class Weights(Protocol):
    """A logistic's weights, by feature."""

    @property
    def weights(self) -> Mapping[str, float]:
        """What each feature counts; others count nothing."""

    @property
    def constant(self) -> float:
        """What is added."""


class Head(Protocol):
    """The support head of a reading model, and the words that the model finds."""

    @property
    def weights(self) -> Weights | None:
        """What rules and head count together; None where there is no head, or nothing was fitted to it."""

    def evidence(self, claim: str, title: str, text: str) -> Mapping[str, float] | None:
        """Return log-odds that the text supports the claim, and contradicts it; None where it cannot read one."""

    def decides(self, question: str, title: str, text: str) -> float:
        """Return P(yes) less P(no), -1 to 1, of a yes/no question put in a claim's place; 0 if unknown."""

    def sides(self, claim: str, title: str, text: str) -> float:
        """Return how much sooner the claim's sides are found in the text than with the two exchanged; 0 if unknown."""


def by_rules(alignment: Alignment, cosine: float) -> float:
    """Return P(the quote supports the claim) by the rules alone."""
    return 0.0 if alignment.ruled_out else logistic(_RULES, _RULES_CONSTANT, _values(alignment, cosine))


def by_both(weights: Weights, alignment: Alignment, cosine: float, evidence: Mapping[str, float]) -> float:
    """Return P(the quote supports the claim) by rules and head, unless the rules refuse it."""
    return logistic(weights.weights, weights.constant, seen(alignment, cosine, evidence))


def refused(alignment: Alignment) -> bool:
    """Return whether no head can overrule the rules: something is missing, denied, or done by the other side."""
    return alignment.ruled_out or alignment.roles_reversed or alignment.negated_share >= _DENIED


def exchanged(head: Head, claim: str, title: str, text: str) -> bool:
    """Return whether the model finds the claim's two sides in each other's places."""
    return head.sides(claim, title, text) < _EXCHANGED


def seen(alignment: Alignment, cosine: float, evidence: Mapping[str, float]) -> dict[str, float]:
    """Return what rules and head see of a quote."""
    values = _values(alignment, cosine)
    return {name: values[name] for name in BESIDE_HEAD} | dict(evidence)


def _values(alignment: Alignment, cosine: float) -> dict[str, float]:
    return dict(zip(FEATURES, alignment.features(cosine), strict=True))


def logistic(weights: Mapping[str, float], constant: float, values: Mapping[str, float]) -> float:
    """Return the probability that weighed values add up to."""
    z = constant + sum(weight * values.get(name, 0.0) for name, weight in weights.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))
