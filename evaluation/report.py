"""A run as one HTML file to read: its figures, charts, what failed and every question.

The file holds all it needs and asks for nothing: its style and script are named by their hashes in its
Content-Security-Policy, which allows no others. Whatever comes from the run is hostile until the template
escapes it, which Jinja's autoescape does everywhere.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from evaluation import charts
from evaluation.charts import milliseconds
from evaluation.entries import OUTCOMES, entries
from evaluation.figures import reliability, risk_coverage
from evaluation.summary import CHANGES, STAGES, Json, first_upper, label, tables, verdict, visible

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, what it shows in words, and its numbers as a table."""

    drawn: Markup
    title: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_report(card: Json) -> str:
    """Return the report of a run, given as in its JSON file (docs/evaluation.md)."""
    asked = entries(card)
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    headline, said = verdict(card)
    tags = dict.fromkeys(sorted({tag for result in card["results"] for tag in result["tags"]}))
    outcomes = {entry.outcome for entry in asked}
    return _template().render(
        run=card,
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
        headline=headline,
        said=said,
        groups=tables(card),
        charts=list(_charts(card)),
        failed=[(*STAGES[name], [e for e in asked if e.outcome == name]) for name in STAGES if name in outcomes],
        entries=asked,
        labels=OUTCOMES,
        outcomes=[name for name in OUTCOMES if name in outcomes],
        changes=CHANGES,
        tags={tag: number for number, tag in enumerate(tags)},
    )


def _charts(card: Json) -> Iterator[Chart]:
    values = [result["values"] for result in card["results"]]
    if bins := reliability(values):
        yield Chart(
            charts.reliability(bins),
            "Reliability",
            "Of the answers given with a confidence, how many were right; on the dashed line the confidence means "
            "just that. A larger dot stands for more answers.",
            ("Confidence", "Share right", "Answers"),
            [(f"{x:.2f}", f"{y:.0%}", f"{n:,}") for x, y, n in bins],
        )
    if points := risk_coverage(values):
        yield Chart(
            charts.risk_coverage(points),
            "Risk and coverage",
            "If only the surest were answered: the further to the right, the more answers; the higher, the more of "
            "them wrong. An answerable question that was refused counts as wrong.",
            ("Answered", "Wrong of these"),
            [(f"{coverage:.0%}", f"{risk:.1%}") for coverage, risk in charts.tenths(points)],
        )
    if stages := _stages(card):
        yield Chart(
            charts.latency(stages),
            "Time by stage",
            "Half of the questions kept within the first part of a bar (p50), 95 % within the whole (p95).",
            ("Stage", "p50", "p95"),
            [(name, milliseconds(p50), milliseconds(p95)) for name, p50, p95 in stages],
        )


def _stages(card: Json) -> list[tuple[str, float, float]]:
    times = {figure["name"]: figure["value"] for figure in card["figures"] if figure["group"] == "latency"}
    names = [name.removesuffix("_p50") for name in times if f"{name.removesuffix('_p50')}_p95" in times]
    return [(first_upper(label(name)), times[f"{name}_p50"], times[f"{name}_p95"]) for name in names]


def _shorten(long: str, most: int) -> str:
    return long if len(long) <= most else long[:most].rstrip() + "…"


def _day(moment: str) -> str:
    """Return a moment in ISO 8601 as people write it: "22 November 2026, 14:00 UTC"."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    except ValueError:
        return moment


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shorten": _shorten, "day": _day, "ms": milliseconds}
    return environment.get_template("report.html.j2")


def _hash(block: str) -> str:
    return "sha256-" + b64encode(sha256(block.encode()).digest()).decode()
