"""The gates as JUnit XML, read back by a parser."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from evaluation.figures import DEFAULT_GATES
from evaluation.junit import junit
from evaluation.scorecard import against, fallen
from tests.evaluation.cards import HOSTILE, planted, runs


def suites(card):
    root = ET.fromstring(junit(card).encode())
    assert root.tag == "testsuites"
    return root, *root.findall("testsuite")


def test_each_gated_figure_is_a_test_and_those_that_fell_fail():
    card = against(*runs())
    root, gates, _ = suites(card)
    assert gates.get("name") == "gates"
    assert {case.get("name") for case in gates} == {each["name"] for each in card["figures"]} & set(DEFAULT_GATES)
    failed = {case.get("name"): case.find("failure") for case in gates if case.find("failure") is not None}
    assert set(failed) == {each["name"] for each in fallen(card)} == {"first_line_right", "error_rate"}
    assert failed["first_line_right"].get("message") == "first_line_right fell from 0.950 to 0.500, by more than 0.020"
    change = next(each for each in card["changes"] if each["name"] == "first_line_right")
    interval = f"difference -0.450, 95 % interval {change['low']:+.3f} to {change['high']:+.3f}"
    assert interval in failed["first_line_right"].text
    assert all(case.find("system-out") is not None for case in gates if case.get("name") not in failed)
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == ("14", "2", "0", "10")


def test_questions_that_newly_fail_are_listed_without_failing():
    _, _, questions = suites(against(*runs()))
    assert questions.get("failures") == "0"
    assert [case.get("name") for case in questions] == [f"row-{n}: Who wrote row-{n}?" for n in range(10)]
    skipped = questions[0].find("skipped")
    assert skipped.get("message") == "newly failed: refused"
    assert skipped.text.startswith("now: The articles do not say.\nin the baseline: “Ada Renshaw")


def test_without_a_baseline_every_gate_passes_with_its_value():
    card = runs()[0]
    root, gates, questions = suites(card)
    assert (root.get("failures"), len(questions)) == ("0", 0)
    said = {case.get("name"): case.findtext("system-out") for case in gates}
    assert said["first_line_right"].startswith("0.500, 95 % interval 0.")
    assert set(said) == {each["name"] for each in card["figures"]} & set(DEFAULT_GATES)


def test_gates_of_ones_own_are_the_ones_reported():
    _, gates, _ = suites(against(*runs(), {"auroc": 0.5, "ms_total_p50": 0.0}))
    assert [case.get("name") for case in gates] == ["auroc", "ms_total_p50"]
    assert "before 90 ms, after 10 ms" in gates[1].findtext("system-out")


@pytest.mark.parametrize("evil", [*HOSTILE, "\x0b\x7f\x85\uffff\ud83d\r\n\t"])
def test_no_character_breaks_it(evil):
    _, gates, questions = suites(planted(against(*runs()), evil))
    assert len(gates) == 4
    assert len(questions) == 10
    readable = "".join(each if each.isprintable() else " " for each in evil.replace("\ufffe", "")).strip()
    assert readable.split(" ")[-1] in questions[0].get("name")
