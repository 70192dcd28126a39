"""The charts: where the points lie, and what a screen reader is told."""

from __future__ import annotations

import lxml.etree
import pytest

from evaluation import charts


def drawing(markup):
    return lxml.etree.fromstring(str(markup))


def points(svg, kind="curve"):
    line = svg.find(f"polyline[@class='{kind}']").get("points")
    return [tuple(float(n) for n in point.split(",")) for point in line.split()]


def test_reliability_on_the_diagonal_is_on_the_drawn_diagonal():
    svg = drawing(charts.reliability([(0.0, 0.0, 1), (0.5, 0.5, 4), (1.0, 1.0, 16)]))
    (x0, y0), (x1, y1) = points(svg, "ideal")
    assert points(svg) == [(x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2), (x1, y1)]
    assert x0 < x1
    assert y0 > y1  # upwards
    radii = [float(dot.get("r")) for dot in svg.findall("circle")]
    assert radii == sorted(radii)
    assert svg.findtext("desc") == (
        "3 groups of answers. confidence 0.00: 0% of 1 right; confidence 0.50: 50% of 4 right;"
        " confidence 1.00: 100% of 16 right"
    )


def test_risk_is_drawn_on_an_axis_that_fits():
    svg = drawing(charts.risk_coverage([(0.5, 0.0), (1.0, 0.2)]))
    (_, bottom), (right, top) = points(svg)[0], points(svg)[-1]
    full = drawing(charts.reliability([(1.0, 1.0, 1)]))
    assert (right, top) == points(full)[0]  # 0.2 is the end of the axis
    assert top < bottom
    assert "0.2" in [text.text for text in svg.findall("text")]
    assert svg.findtext("desc") == "50% answered: 0.0% wrong; 100% answered: 20.0% wrong"


def test_a_long_curve_is_thinned_but_ends_where_it_ends():
    curve = [(n / 10_000, n / 10_000) for n in range(1, 10_001)]
    drawn = points(drawing(charts.risk_coverage(curve)))
    assert len(drawn) <= 301
    assert drawn[-1] == points(drawing(charts.risk_coverage(curve[-1:])))[-1]
    assert [coverage for coverage, _ in charts.tenths(curve)] == pytest.approx([n / 10 for n in range(1, 11)])


def test_latency_bars_are_as_long_as_their_times():
    svg = drawing(charts.latency([("Read", 500.0, 1000.0), ("Total", 1000.0, 2000.0), ("Verify", 0.0, 0.0)]))
    late, half = (
        [float(bar.get("width")) for bar in svg.findall(f"rect[@class='{kind}']")] for kind in ("late", "half")
    )
    assert late == [80, 160, 1]
    assert half == [40, 80, 1]
    assert svg.findtext("desc") == "Read: 500 ms, 1.0 s; Total: 1.0 s, 2.0 s; Verify: 0 ms, 0 ms"


def test_an_interval_with_and_without_a_baseline():
    svg = drawing(charts.interval(0.5, 0.25, 1.0, 0.0, 1.0))
    assert svg.get("aria-hidden") == "true"
    assert svg.find("circle").get("cx") == "60.0"
    line = svg.find("line[@class='range']")
    assert (line.get("x1"), line.get("x2")) == ("32.0", "116.0")
    assert svg.find("line[@class='was']").get("x1") == "4.0"
    assert drawing(charts.interval(0.5, 0.25, 1.0, None, 1.0)).find("line[@class='was']") is None


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0 ms"), (75.4, "75 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (2140.0, "2.1 s")]
)
def test_times_for_people(value, said):
    assert charts.milliseconds(value) == said


def test_names_are_escaped():
    svg = drawing(charts.latency([("<b>&", 1.0, 2.0)]))
    assert svg.find("text").text == "<b>&"
