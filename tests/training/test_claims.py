"""How the weights of claims are fitted: what tells is weighed, the best quote counts, no text is on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from training.claims import NAMES, OWN, Told, Weighed, fitted, held_out_probabilities, parts_of, probability, shares

SAID = NAMES.index("supported")


def claim(number: int, *, supported: bool, kind: str = "name", copied: bool = False) -> Weighed:
    """A claim of two quotes, of which the second says what the head says: yes of the supported ones."""
    rows = np.zeros((2, len(NAMES)))
    rows[0, SAID] = -2.0
    rows[1, SAID] = 2.0 if supported else -1.0
    return Weighed(Told(kind, f"claim {number}", (f"text {number // 2}", "", None), supported), rows, copied, 0.4, None)


CLAIMS = [claim(n, supported=n % 2 == 0) for n in range(40)]


def test_what_tells_true_from_false_is_weighed() -> None:
    weights = fitted(CLAIMS, shares([each.told for each in CLAIMS]))
    assert weights[SAID] > 0
    assert probability(CLAIMS[0], weights) > 0.5 > probability(CLAIMS[1], weights)


def test_a_copy_is_certain_and_what_the_rules_refuse_is_not_weighed() -> None:
    weights = np.zeros(len(NAMES) + 1)
    none = Weighed(CLAIMS[0].told, np.zeros((0, len(NAMES))), False, 0.0, None)
    assert probability(claim(1, supported=True, copied=True), weights) == 1.0
    assert probability(none, weights) == 0.0


def test_claims_about_one_text_are_in_one_part() -> None:
    parts = parts_of(CLAIMS)
    assert (parts[::2] == parts[1::2]).all()
    assert len(set(parts)) > 1
    guessed = held_out_probabilities(CLAIMS, shares([each.told for each in CLAIMS]))
    assert (guessed[::2] > guessed[1::2]).all()


def test_kinds_and_answers_count_alike_and_own_claims_twice() -> None:
    told = [Told("name", "a", ("", "", None), True)] * 6 + [Told("name", "b", ("", "", None), False)] * 2
    told += [Told(OWN, "c", ("", "", None), True)] * 3 + [Told(OWN, "d", ("", "", None), False)]
    share = shares(told)
    assert share[:6].sum() == pytest.approx(share[6:8].sum())
    assert share[8:11].sum() == pytest.approx(2 * share[:6].sum())
    assert share[11] == pytest.approx(2 * share[:6].sum())
