from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.definitions import DEFINITIONS
from evaluation.figures import DEFAULT_GATES, Figure, compare, figures, reliability, risk_coverage


def row(*, answerable: bool = True, refused: bool = False, confidence: float = 0.5, **more: float) -> dict[str, float]:
    return {"answerable": float(answerable), "refused": float(refused), "confidence": confidence, **more}


def by_name(values) -> dict[str, Figure]:
    found = figures(values)
    assert all(math.isfinite(number) for each in found for number in (each.value, each.low, each.high))
    assert all(each.low <= each.value + 1e-9 for each in found if each.name.startswith(("hit", "right")))
    return {each.name: each for each in found}


def graded(count: int, seed: int, right: float = 0.7) -> list[dict[str, float]]:
    """Answerable rows, each answered rightly with the chance `right`."""
    return [row(right=float(hit)) for hit in np.random.default_rng(seed).random(count) < right]


def many(count: int, seed: int, right: float = 0.7) -> list[dict[str, float]]:
    """Rows with every measurement, each 1 with the chance `right`; a fifth of them unanswerable."""
    random = np.random.default_rng(seed)
    means = [each.of for each in DEFINITIONS if each.of == each.name and each.group != "abstention"]
    rows = []
    for n in range(count):
        answerable = n % 5 > 0
        refused = random.random() < (0.1 if answerable else 0.8)
        measured = {name: float(random.random() < right) for name in means} if answerable else {}
        rows.append(row(answerable=answerable, refused=refused, confidence=random.random(), ms_total=9.0, **measured))
    return rows


def keyed(rows) -> dict[str, dict[str, float]]:
    return {str(n): values for n, values in enumerate(rows)}


def verdicts(today, baseline, tolerances=DEFAULT_GATES) -> dict[str, str]:
    return {change.name: change.verdict for change in compare(keyed(today), keyed(baseline), tolerances)}


def test_abstention_by_hand():
    found = by_name(
        [
            row(confidence=0.9, right=1.0),
            row(confidence=0.8, right=0.0),
            row(confidence=0.2, right=0.0, refused=True),
            row(confidence=0.15, right=0.0, refused=True),
            row(confidence=0.85, answerable=False),
            row(confidence=0.1, answerable=False, refused=True),
        ]
    )
    assert found["hallucination_rate"].value == 1 / 2
    assert found["error_rate"].value == 2 / 4
    assert (found["refusal_precision"].value, found["refusal_recall"].value) == (pytest.approx(1 / 3), 1 / 2)
    assert found["refusal_f1"].value == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    assert found["balanced_accuracy"].value == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found["auroc"].value == pytest.approx(5 / 8)
    assert found["aurc"].value == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5 + 5 / 6) / 6)
    assert found["calibration_error"].value == pytest.approx((0.1 + 2 * 0.825) / 3)
    rows = {name: found[name].rows for name in ("hallucination_rate", "error_rate", "refusal_precision", "auroc")}
    assert rows == {"hallucination_rate": 2, "error_rate": 4, "refusal_precision": 3, "auroc": 6}


def test_a_figure_is_over_the_rows_that_have_its_value():
    found = by_name([row(right=1.0, ms_total=10.0), row(right=0.0, ms_total=30.0), row(ms_total=20.0)])
    right = found["right"]
    assert (right.group, right.rows, right.value, right.low, right.high, right.better) == (
        "answers",
        2,
        0.5,
        0,
        1,
        "more",
    )
    assert (found["ms_total_p50"].value, found["ms_total_p95"].value, found["ms_total_p50"].better) == (20, 30, "less")
    assert "f1" not in found


def test_every_figure_has_a_definition_in_words_and_one_name():
    names = [each.name for each in DEFINITIONS]
    assert len(names) == len(set(names))
    assert all(each.text and "\n" not in each.text for each in DEFINITIONS)
    assert set(DEFAULT_GATES) <= set(names)
    assert {each.name for each in figures(many(50, seed=0))} == {
        name for name in names if not name.startswith("ms_") or "total" in name
    }


def test_stages_that_take_no_time_are_left_out():
    found = by_name([row(ms_total=4.0, ms_write=0.0), row(ms_total=6.0, ms_write=0.0)])
    assert "ms_total_p50" in found
    assert "ms_write_p50" not in found


@pytest.mark.parametrize(
    ("values", "defined", "undefined"),
    [
        ([row(right=1.0)], "right", "hallucination_rate"),
        ([row(answerable=False)], "hallucination_rate", "error_rate"),
        ([row(answerable=False, refused=True)], "refusal_f1", "auroc"),
        ([row(), row(answerable=False)], "auroc", "refusal_precision"),
        ([row(), row()], "error_rate", "aurc"),
        ([row(right=1.0)] + [row()] * 200, "right", "f1"),
    ],
)
def test_few_rows_or_of_one_kind(values, defined, undefined):
    found = by_name(values)
    assert defined in found
    assert undefined not in found


def test_no_rows_no_figures():
    assert (figures([]), compare({}, {}), risk_coverage([]), reliability([])) == ([], [], [], [])


def test_all_tied_confidences_tell_nothing():
    auroc = by_name([row(), row(), row(answerable=False)])["auroc"]
    assert (auroc.value, auroc.low, auroc.high) == (0.5, 0.5, 0.5)


def test_intervals_are_the_same_each_time_and_narrow_with_the_number_of_rows():
    assert figures(many(100, seed=1)) == figures(many(100, seed=1))
    few, lots = by_name(many(40, seed=1))["right"], by_name(many(2_000, seed=1))["right"]
    assert few.low < few.value < few.high
    assert lots.high - lots.low < (few.high - few.low) / 4


def test_only_the_figure_that_fell_is_said_to_fall():
    baseline = many(200, seed=3)
    today = [values | {"read_hit@1": 0.0} if n % 4 == 1 else values for n, values in enumerate(baseline)]
    found = verdicts(today, baseline)
    assert {name for name, verdict in found.items() if verdict != "same"} == {"read_hit@1"}
    assert found["read_hit@1"] == "fell"
    assert verdicts(baseline, today)["read_hit@1"] == "rose"


def test_an_assistant_that_never_refuses_hallucinates():
    baseline = many(200, seed=4)
    today = [values | {"refused": 0.0} for values in baseline]
    found = verdicts(today, baseline)
    assert found["hallucination_rate"] == "fell"
    assert found["error_rate"] == "rose"
    assert {name for name in DEFAULT_GATES if found[name] == "fell"} == {"hallucination_rate"}


def test_an_assistant_that_always_refuses_errs():
    baseline = many(200, seed=4)
    found = verdicts([values | {"refused": 1.0} for values in baseline], baseline)
    assert (found["error_rate"], found["hallucination_rate"]) == ("fell", "rose")


def test_a_change_by_hand():
    baseline = [row(right=1.0)] * 10
    fallen = compare(keyed([row(right=0.0)] * 10), keyed(baseline), {"right": 0.02})
    [change] = [c for c in fallen if c.name == "right"]
    assert (change.before, change.after, change.difference, change.low, change.high) == (1, 0, -1, -1, -1)
    assert (change.rows, change.tolerance, change.verdict) == (10, 0.02, "fell")


def test_a_fall_within_the_tolerance_is_none_but_without_a_gate_it_is():
    baseline = [row(right=0.5)] * 50
    today = [row(right=0.4)] * 50
    assert verdicts(today, baseline, {"right": 0.2})["right"] == "same"
    assert verdicts(today, baseline, {"right": 0.05})["right"] == "fell"
    assert verdicts(today, baseline, {})["right"] == "fell"


def test_one_broken_quote_among_many_is_a_fall():
    baseline = [row(quote_exact=1.0, right=1.0)] * 300
    today = [*baseline[1:], row(quote_exact=0.5, right=0.5)]
    found = verdicts(today, baseline)
    assert (found["quote_exact"], found["right"]) == ("fell", "same")


def test_less_time_is_better():
    slow, fast = [row(ms_total=50.0)] * 20, [row(ms_total=20.0)] * 20
    assert verdicts(fast, slow)["ms_total_p50"] == "rose"
    assert verdicts(slow, fast)["ms_total_p50"] == "fell"
    assert not any(name.startswith("ms_") for name in DEFAULT_GATES)


def test_only_shared_rows_and_figures_are_compared():
    today = {"a": row(right=1.0, f1=1.0), "b": row(right=0.0)}
    baseline = {"b": row(right=0.0), "c": row(right=1.0, contains=1.0)}
    changes = {change.name: change for change in compare(today, baseline)}
    assert (changes["right"].rows, changes["right"].difference, changes["right"].verdict) == (1, 0, "same")
    assert not {"f1", "contains"} & changes.keys()


def test_noise_raises_no_alarm():
    """Two runs that get each question right with the same chance, 200 times."""
    pairs = [(graded(60, seed), graded(60, seed + 1_000)) for seed in range(200)]
    found = [verdicts(today, baseline, {"right": 0.0})["right"] for today, baseline in pairs]
    assert found.count("fell") <= 0.05 * 200
    assert 0 < found.count("fell") + found.count("rose") <= 0.1 * 200


def test_a_real_fall_is_found_through_the_noise():
    found = [verdicts(graded(200, seed, right=0.5), graded(200, seed + 1_000))["right"] for seed in range(20)]
    assert found.count("fell") >= 19


def test_risk_rises_with_coverage():
    points = risk_coverage(
        [
            row(confidence=0.9, right=1.0),
            row(confidence=0.5, answerable=False),
            row(confidence=0.5, right=1.0),
            row(confidence=0.1, right=0.0, refused=True),
            row(confidence=0.95),
        ]
    )
    assert points == [(1 / 4, 0), (3 / 4, pytest.approx(1 / 3)), (1, 0.5)]


def test_reliability_of_the_answers_given():
    points = reliability(
        [
            row(confidence=1.0, right=1.0),
            row(confidence=0.92, right=0.0),
            row(confidence=0.35, answerable=False),
            row(confidence=0.34, right=1.0, refused=True),
        ]
    )
    assert points == [(0.35, 0, 1), (pytest.approx(0.96), 0.5, 2)]
    assert reliability([row(confidence=0.3, refused=True, right=0.0)]) == []
