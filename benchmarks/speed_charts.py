"""Charts as SVG, written by hand: lines over corpus sizes, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.speed_verdicts import Results, percentile, sizes

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 640, 360, 60, 50, 40, 150
_COLOURS = ("#1f6feb", "#9ec5fe", "#b35900", "#f0b37e")
Points = Sequence[tuple[float, float]]


def write_charts(folder: Path, results: Results) -> list[str]:
    """Write the charts; returns the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    asked: dict[str, Points] = {}
    for chain, name in (("ours", "Quoth"), ("usual", "usual chain")):
        for share in (0.5, 0.95):
            asked[f"{name}, p{share:.0%}".rstrip("%")] = [
                (size, percentile(results[f"ask-{size}"][chain]["ms"], share))
                for size in sizes(results)
                if chain in results[f"ask-{size}"]
            ]
    built: dict[str, Mapping[str, Points]] = {}
    for figure, title in (("cpu", "Ingest, CPU seconds"), ("peak_mib", "Ingest, peak MiB"), ("disk_mib", "Disk, MiB")):
        built[figure] = {
            name: [
                (size, percentile([run[figure] for run in results[f"ingest-{size}"][chain]], 0.5))
                for size in sizes(results, "ingest")
                if chain in results[f"ingest-{size}"]
            ]
            for chain, name in (("ours", "Quoth"), ("usual", "usual chain"))
        }
        (folder / f"ingest-{figure.partition('_')[0]}.svg").write_text(lines(title, built[figure]), encoding="utf-8")
    (folder / "answer.svg").write_text(
        lines("Question to answer (usual chain: to passages), ms", asked), encoding="utf-8"
    )
    published = {
        name: [(size, results[f"publish-{size}"][what]["seconds"]) for size in sizes(results, "publish")]
        for what, name in (("changed", "one changed"), ("gone", "one gone"), ("unchanged", "all read, none changed"))
    }
    (folder / "publish.svg").write_text(lines("An ingest of one article, s", published), encoding="utf-8")
    return sorted(path.name for path in folder.glob("*.svg"))


@dataclass(frozen=True, slots=True)
class _Axes:
    """Ends of both axes in powers of ten."""

    left: int
    right: int
    bottom: int
    top: int

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point stands in the picture."""
        across = (math.log10(x) - self.left) / (self.right - self.left)
        up = (math.log10(y) - self.bottom) / (self.top - self.bottom)
        return (
            round(_LEFT + across * (_WIDTH - _LEFT - _RIGHT), 1),
            round(_HEIGHT - _BOTTOM - up * (_HEIGHT - _BOTTOM - _TOP), 1),
        )

    def drawn(self) -> Iterator[str]:
        """Yield the grid with its numbers."""
        for power in range(self.left, self.right + 1):
            x, _ = self.place(10**power, 10**self.bottom)
            yield f'<path d="M{x} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#ddd"/>'
            yield f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>'
        for power in range(self.bottom, self.top + 1):
            _, y = self.place(10**self.left, 10**power)
            yield f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="#ddd"/>'
            yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{10.0**power:,g}</text>'


def lines(title: str, series: Mapping[str, Points]) -> str:
    """Return a chart; x are passages."""
    shown = {name: [point for point in points if point[1] > 0] for name, points in series.items()}
    every = [point for points in shown.values() for point in points]
    axes = _Axes(*_decades([x for x, _ in every]), *_decades([y for _, y in every]))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        "<style>text { font: 12px sans-serif; fill: #222 }</style>",
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="22">{escape(title)}</text>',
        *axes.drawn(),
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 12}" text-anchor="middle">passages</text>',
    ]
    for number, (name, points) in enumerate(shown.items()):
        colour = _COLOURS[number if len(series) > 2 else 2 * number]
        parts += _curve([axes.place(*point) for point in points], colour)
        y = _TOP + 14 + 34 * number
        parts.append(f'<path d="M{_WIDTH - _RIGHT + 10} {y - 4}h18" stroke="{colour}" stroke-width="3"/>')
        for line, text in enumerate(name.split(", ")):
            parts.append(f'<text x="{_WIDTH - _RIGHT + 34}" y="{y + 14 * line}">{escape(text)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _curve(places: Points, colour: str) -> Iterator[str]:
    drawn = " ".join(f"{x},{y}" for x, y in places)
    yield f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>'
    yield from (f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in places)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)
