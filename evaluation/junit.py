"""A run's gates as JUnit XML, which CI systems show. See docs/evaluation.md."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from evaluation.summary import Json, gates, show, since, visible


def junit(card: Json) -> str:
    """Return two suites: `gates`, where a figure that fell fails, and `questions`, which lists what newly fails.

    These are skipped tests, with the reason: that is what CI systems list without failing, while they fold the
    output of passed tests away. One question more or less proves nothing; the gates decide.
    """
    root = Element("testsuites", name="quoth")
    suite = _suite(root, "gates", card)
    changes = {change["name"]: change for change in card["changes"]}
    figures = {figure["name"]: figure for figure in card["figures"]}
    for name, tolerance in gates(card).items():
        _gate(suite, figures[name], changes.get(name), tolerance)
    newly = [result for result in card["results"] if since(result) == "worse"]
    suite = _suite(root, "questions", card)
    for result in newly:
        name, answer = f"{result['id']}: {result['question']}", result["answer"]["answer"]
        case = SubElement(suite, "testcase", classname="questions", name=visible(name))
        skipped = SubElement(case, "skipped", message=f"newly failed: {visible(result['failure'])}")
        skipped.text = visible(f"now: {answer}\nin the baseline: {result['before']['answer']}")
    for element in root.iter():
        if element.tag.startswith("testsuite"):
            element.set("tests", str(len(element.findall(".//testcase"))))
            element.set("failures", str(len(element.findall(".//failure"))))
            element.set("errors", "0")
            element.set("skipped", str(len(element.findall(".//skipped"))))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, name: str, card: Json) -> Element:
    return SubElement(root, "testsuite", name=name, timestamp=visible(card["created"]))


def _gate(suite: Element, figure: Json, change: Json | None, tolerance: float) -> None:
    name, group = figure["name"], figure["group"]
    value, low, high = (show(figure[key], group) for key in ("value", "low", "high"))
    said = f"{value}, 95 % interval {low} to {high}, over {figure['rows']} questions: {figure['text']}"
    case = SubElement(suite, "testcase", classname="gates", name=visible(name))
    if change is not None:
        before, after = show(change["before"], group), show(change["after"], group)
        said += (
            f"\nbefore {before}, after {after}, over {change['rows']} questions in both;"
            f" difference {change['difference']:+.3f}, 95 % interval {change['low']:+.3f} to {change['high']:+.3f}"
        )
        if change["verdict"] == "fell":
            message = f"{name} fell from {before} to {after}, by more than {show(tolerance, group)}"
            SubElement(case, "failure", type="fell", message=visible(message)).text = visible(said)
            return
    SubElement(case, "system-out").text = visible(said)
