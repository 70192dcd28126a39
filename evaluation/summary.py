"""A run in words: what its figures are called, how each moved since the baseline, and a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from evaluation import charts
from evaluation.figures import DEFAULT_GATES

Json = Mapping[str, Any]

STAGES: Mapping[str, tuple[str, str]] = {
    "not retrieved": ("Not retrieved", "No passage that was found holds the evidence."),
    "not read": (
        "Retrieved but not read",
        "A passage with the evidence was found, but reading did not put it among the first.",
    ),
    "refused": ("Read but refused", "The evidence was there; the answer was that the articles do not say."),
    "wrong words": ("Wrong words", "An answer was given, and it leans on other words than the evidence."),
    "wrong first line": ("Wrong first line", "What was quoted is right, but the first line does not say it."),
    "should have refused": ("Should have refused", "The articles do not say, and an answer was given nevertheless."),
}
"""What each failure is called, and what it means, in the order of the stages."""

CHANGES = {"worse": "newly failed", "better": "no longer fails", "other": "answered otherwise", "same": "as before"}
"""What became of a question since the baseline."""

_LABELS = {
    "hallucination_rate": "answered without grounds",
    "error_rate": "refused without need",
    "auroc": "AUROC",
    "aurc": "AURC",
    "f1": "F1",
    "cited_map": "cited MAP",
}
_ACRONYMS = {"mrr@10": "MRR@10", "ndcg@10": "nDCG@10", "map": "MAP", "f1": "F1", "iou": "IoU"}
_ARROWS = {"rose": "↑", "fell": "↓", "same": "="}
_UNSEEN = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF],
    "\N{REPLACEMENT CHARACTER}",
)
_MOVED = {"rose": "rose: better by {}", "fell": "fell: worse by {}", "same": "same"}


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One figure in its table; what compares is empty where the baseline does not have it."""

    name: str
    text: str
    rows: int
    value: str
    interval: str
    drawn: Markup
    before: str
    arrow: str
    moved: str
    gate: str
    failed: bool


def label(name: str) -> str:
    """Return a figure's name for people: "ms_read_p95" is "read, p95"."""
    if name.startswith("ms_"):
        return ", ".join(name[3:].rsplit("_", 1))
    return _LABELS.get(name) or " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))


def show(value: float, group: str) -> str:
    """Return a figure's value for people: a time, or a number to three places."""
    return charts.milliseconds(value) if group == "latency" else f"{value:.3f}"


def gates(card: Json) -> dict[str, float]:
    """Return the tolerances of the gated figures; without a baseline, the default ones."""
    if card["baseline"] is None:
        return {
            figure["name"]: DEFAULT_GATES[figure["name"]]
            for figure in card["figures"]
            if figure["name"] in DEFAULT_GATES
        }
    return {change["name"]: change["tolerance"] for change in card["changes"] if change["tolerance"] is not None}


def tables(card: Json) -> dict[str, list[SummaryLine]]:
    """Return the figures by group."""
    changes = {change["name"]: change for change in card["changes"]}
    slowest = max([1.0, *(figure["high"] for figure in card["figures"] if figure["group"] == "latency")])
    tolerances = gates(card)
    groups: dict[str, list[SummaryLine]] = {}
    for figure in card["figures"]:
        most = slowest if figure["group"] == "latency" else 1.0
        line = _line(figure, changes.get(figure["name"]), tolerances.get(figure["name"]), most)
        groups.setdefault(figure["group"].capitalize(), []).append(line)
    return groups


def _line(figure: Json, change: Json | None, tolerance: float | None, most: float) -> SummaryLine:
    group, value, low, high = (figure[key] for key in ("group", "value", "low", "high"))
    before = arrow = moved = ""
    if change is not None:
        before, arrow = show(change["before"], group), _ARROWS[change["verdict"]]
        moved = _MOVED[change["verdict"]].format(show(abs(change["difference"]), group))
    return SummaryLine(
        name=first_upper(label(figure["name"])),
        text=first_upper(figure["text"]) + ("; less is better" if figure["better"] == "less" else ""),
        rows=figure["rows"],
        value=show(value, group),
        interval=f"{show(low, group)} to {show(high, group)}",
        drawn=charts.interval(value, low, high, change["before"] if change else None, most),
        before=before,
        arrow=arrow,
        moved=moved,
        gate=f"gated, tolerance {show(tolerance, group)}" if tolerance is not None else "",
        failed=tolerance is not None and change is not None and change["verdict"] == "fell",
    )


def since(result: Json) -> str:
    """Return a key of CHANGES, or "" if the baseline does not have the question."""
    before, failure = result["before"], result["failure"]
    if before is None:
        return ""
    if before["failure"] is None and failure is not None:
        return "worse"
    if before["failure"] is not None and failure is None:
        return "better"
    return "same" if before == {"failure": failure, "answer": result["answer"]["answer"]} else "other"


def verdict(card: Json) -> tuple[str, str]:
    """Return whether answers got worse, in one sentence, and what came out, in a few."""
    results = card["results"]
    failed = Counter(result["failure"] for result in results if result["failure"] is not None)
    said = f"{count(len(results), 'question')} in {card['seconds']:.0f} s: {failed.total():,} failed"
    if failed:
        said += f" ({', '.join(f'{STAGES[name][0].lower()} {failed[name]:,}' for name in STAGES if failed[name])})"
    if card["baseline"] is None:
        return "There is no baseline to compare with.", f"{said}."
    became = Counter(since(result) for result in results)
    said += (
        f". Since the baseline, {count(became['worse'], 'question')} newly failed"
        f" and {became['better']:,} no longer {'fails' if became['better'] == 1 else 'fail'}."
    )
    if new := became[""]:
        said += f" {count(new, 'question')} {'is' if new == 1 else 'are'} not compared: the baseline asked otherwise."
    return _headline(card), said


def _headline(card: Json) -> str:
    """Judge by the gates first, then by what has none. Times depend on the machine, and decide nothing."""
    gated = [change for change in card["changes"] if change["tolerance"] is not None]
    free = [
        change for change in card["changes"] if change["tolerance"] is None and not change["name"].startswith("ms_")
    ]
    fell, rose, besides = _named(gated, "fell"), _named(gated, "rose"), _named(free, "fell")
    if fell:
        theirs = "its tolerance" if len(fell) == 1 else "their tolerances"
        worse = f"Worse than the baseline: {_listed(fell)} got worse by more than {theirs}"
        return f"{worse}; {_listed(rose)} got better." if rose else f"{worse}."
    if besides:
        better = f"{_listed(rose)} got better; " if rose else ""
        return f"No gated figure fell: {better}{_listed(besides)}, not gated, got worse."
    if rose:
        return f"Better than the baseline: {_listed(rose)} got better, and nothing got worse."
    return f"As good as the baseline: {count(len(gated), 'gated figure')}, and none moved beyond chance and tolerance."


def _named(changes: Iterable[Json], verdict: str) -> list[str]:
    return [f"“{label(change['name'])}”" for change in changes if change["verdict"] == verdict]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 question", "1,200 questions"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def visible(text: str) -> str:
    """Return the text with U+FFFD for control and half characters, which neither HTML nor XML can hold."""
    return text.translate(_UNSEEN)


def first_upper(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]
