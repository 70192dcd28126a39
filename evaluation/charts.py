"""The report's charts as inline SVG: numbers in, markup out, coloured by the classes in report.css.

Each chart has a title and a description for screen readers; the report puts the same numbers beside it as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from markupsafe import Markup

# One square plot, in SVG units: where its left, top, right and bottom edges are, inside of 320 x 300.
_LEFT, _TOP, _RIGHT, _BOTTOM = 48, 12, 308, 252
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_LABELLED = (0.0, 0.5, 1.0)


def reliability(bins: Sequence[tuple[float, float, int]], of: str = "answers", what: str = "right") -> Markup:
    """Draw how often the answers given with a confidence were right: (mean confidence, share right, answers) by bin.

    A dot's area stands for its number of answers; on the diagonal the confidence says what it means. `of` and `what`
    name what else is counted.
    """
    most = max((n for _, _, n in bins), default=1)
    dots = Markup("").join(
        Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>').format(*_at(x, y), 2 + 7 * (n / most) ** 0.5)
        for x, y, n in bins
    )
    said = f"{len(bins)} groups of {of}. " + "; ".join(f"confidence {x:.2f}: {y:.0%} of {n} {what}" for x, y, n in bins)
    diagonal = _line([(0, 0), (1, 1)], "ideal")
    curve = _line([(x, y) for x, y, _ in bins], "curve")
    return _plot("reliability", "Reliability", said, "confidence", f"share that was {what}", diagonal + curve + dots)


def risk_coverage(points: Sequence[tuple[float, float]]) -> Markup:
    """Draw the share wrong of the answers if only the surest were given: (share answered, share wrong of these)."""
    highest = _scale(max((risk for _, risk in points), default=1.0))
    curve = _line([(coverage, risk / highest) for coverage, risk in _thin(points)], "curve")
    said = "; ".join(f"{coverage:.0%} answered: {risk:.1%} wrong" for coverage, risk in tenths(points))
    axes = ("share answered, the surest first", "share wrong of these")
    return _plot("risk", "Risk and coverage", said, *axes, curve, highest)


def tenths(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points nearest to each tenth of coverage, for a text alternative."""
    nearest = (min(points, key=lambda point: abs(point[0] - tenth / 10)) for tenth in range(1, 11) if points)
    return list(dict.fromkeys(nearest))


def latency(stages: Sequence[tuple[str, float, float]]) -> Markup:
    """Draw milliseconds by stage: (name, p50, p95) as bars over each other."""
    most = max([p95 for _, _, p95 in stages] + [1.0])
    rows, y = [], 8
    for name, p50, p95 in stages:
        rows.append(
            Markup(
                '<text class="name" x="0" y="{text}">{name}</text>'
                '<rect class="late" x="78" y="{y}" width="{late:.1f}" height="14"/>'
                '<rect class="half" x="78" y="{y}" width="{half:.1f}" height="14"/>'
                '<text x="{end:.1f}" y="{text}">{shown}</text>'
            ).format(
                y=y,
                text=y + 11,
                name=name,
                late=max(160 * p95 / most, 1),
                half=max(160 * p50 / most, 1),
                end=84 + 160 * p95 / most,
                shown=f"{milliseconds(p50)}, {milliseconds(p95)}",
            )
        )
        y += 26
    said = "; ".join(f"{name}: {milliseconds(p50)}, {milliseconds(p95)}" for name, p50, p95 in stages)
    return _svg("latency", "Time by stage, p50 and p95", said, (340, y), Markup("").join(rows))


def interval(value: float, low: float, high: float, before: float | None, most: float) -> Markup:
    """Draw a figure on a line from 0 to `most`, with its interval, and a tick where the baseline was.

    Hidden from screen readers: the table says the same in numbers.
    """
    x, start, end, was = (4 + 112 * min(max(v / most, 0), 1) for v in (value, low, high, before or 0.0))
    tick = Markup('<line class="was" x1="{0:.1f}" x2="{0:.1f}" y1="2" y2="18"/>').format(was)
    return Markup(
        '<svg class="interval" viewBox="0 0 120 20" width="120" height="20" aria-hidden="true">'
        '<line class="track" x1="4" x2="116" y1="10" y2="10"/>'
        '<line class="range" x1="{start:.1f}" x2="{end:.1f}" y1="10" y2="10"/>{tick}'
        '<circle class="dot" cx="{x:.1f}" cy="10" r="4"/></svg>'
    ).format(start=start, end=end, x=x, tick=tick if before is not None else "")


def milliseconds(value: float) -> str:
    """Return a time for people: "75 ms", "2.1 s"."""
    return f"{value:.0f} ms" if value < 999.5 else f"{value / 1000:.1f} s"


def _plot(key: str, title: str, said: str, across: str, up: str, drawn: Markup, highest: float = 1.0) -> Markup:
    """Draw a square plot with axes from 0 to 1, upwards to `highest`."""
    parts = []
    for tick in _TICKS:
        x, y = _at(tick, tick)
        parts.append(
            Markup('<line class="grid" x1="{0:.0f}" x2="{0:.0f}" y1="{1}" y2="{2}"/>').format(x, _TOP, _BOTTOM)
        )
        parts.append(
            Markup('<line class="grid" x1="{1}" x2="{2}" y1="{0:.0f}" y2="{0:.0f}"/>').format(y, _LEFT, _RIGHT)
        )
    for tick in _LABELLED:
        x, y = _at(tick, tick)
        parts.append(Markup('<text class="x" x="{:.0f}" y="{}">{:g}</text>').format(x, _BOTTOM + 16, tick))
        parts.append(Markup('<text class="y" x="{}" y="{:.0f}">{:g}</text>').format(_LEFT - 6, y + 4, tick * highest))
    middle = (_TOP + _BOTTOM) // 2
    parts.append(Markup('<text class="x" x="{}" y="{}">{}</text>').format((_LEFT + _RIGHT) // 2, _BOTTOM + 36, across))
    parts.append(Markup('<text class="x" x="12" y="{0}" transform="rotate(-90 12 {0})">{1}</text>').format(middle, up))
    return _svg(key, title, said, (320, 300), Markup("").join([*parts, drawn]))


def _svg(key: str, title: str, said: str, size: tuple[int, int], drawn: Markup) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{key}-title {key}-desc">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{said}</desc>{drawn}</svg>'
    ).format(*size, key=key, title=title, said=said, drawn=drawn)


def _line(points: Iterable[tuple[float, float]], kind: str) -> Markup:
    """Draw a line through points of the unit square."""
    path = " ".join("{:.1f},{:.1f}".format(*_at(x, y)) for x, y in points)
    return Markup('<polyline class="{}" points="{}"/>').format(kind, path)


def _at(x: float, y: float) -> tuple[float, float]:
    return _LEFT + (_RIGHT - _LEFT) * x, _BOTTOM - (_BOTTOM - _TOP) * y


def _thin(points: Sequence[tuple[float, float]], most: int = 300) -> Sequence[tuple[float, float]]:
    """Return at most `most` points and the last: more than a screen can show only make the file large."""
    step = ceil(len(points) / most) or 1
    return [*points[::step], *points[-1:]]


def _scale(highest: float) -> float:
    """Return the end of an axis that has room for `highest`."""
    return next((end for end in (0.1, 0.2, 0.5) if highest <= end), 1.0)
