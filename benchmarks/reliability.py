"""The reliability diagram of a question set: how many of the questions with a confidence are answerable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from evaluation import estimate
from evaluation.charts import reliability

_STYLE = """<style>
svg { background: #fff }
text { font: 12px sans-serif; fill: #444 }
.x { text-anchor: middle }
.y { text-anchor: end }
.grid { stroke: #ddd }
.ideal { fill: none; stroke: #888; stroke-dasharray: 4 4 }
.curve { fill: none; stroke: #1f6feb; stroke-width: 2 }
.dot { fill: #1f6feb }
</style>"""


def answerable_by_confidence(values: Sequence[Mapping[str, float]]) -> list[tuple[float, float, int]]:
    """Return mean confidence, share answerable and number of the questions, refused or not, by tenths of confidence."""
    confidence, answerable = (np.array([row[name] for row in values]) for name in ("confidence", "answerable"))
    members = [np.flatnonzero(estimate.bins(confidence) == n) for n in range(estimate.BINS)]
    return [
        (float(confidence[rows].mean()), float(answerable[rows].mean()), rows.size) for rows in members if rows.size
    ]


def write_reliability(path: Path, values: Sequence[Mapping[str, float]]) -> None:
    """Write an SVG file that stands alone."""
    drawn = str(reliability(answerable_by_confidence(values), "questions", "answerable"))
    opening, _, rest = drawn.partition(">")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{opening} xmlns="http://www.w3.org/2000/svg" width="480">{_STYLE}{rest}\n', encoding="utf-8")
