"""Charts of Office documents: their titles, and their data as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.readers.compose import Block
from index.readers.rows import new_table

if TYPE_CHECKING:
    from lxml.etree import _Element

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def chart_blocks(root: _Element) -> Iterator[Block]:
    """Return the titles of a chart, and a row a category, with a column a series."""
    for paragraph in root.iter(f"{_A}p"):
        yield Block("".join(text.text or "" for text in paragraph.iter(f"{_A}t")))
    series = list(root.iter(f"{CHART}ser"))
    names = [" ".join(_points(each, "tx").values()) for each in series]
    columns = [_points(each, "val") or _points(each, "yVal") for each in series]
    categories = next(filter(None, (_points(each, "cat") or _points(each, "xVal") for each in series)), {})
    table = new_table()
    yield Block(" | ".join(["", *names]).strip() if any(names) else "", table=table, is_header=True)
    for index in sorted({index for column in [categories, *columns] for index in column}):
        values = (column.get(index, "") for column in columns)
        yield Block(" | ".join([categories.get(index, ""), *values]), table=table)


def _points(series: _Element, name: str) -> dict[int, str]:
    """Return the cached values of a series by their index."""
    found = series.find(CHART + name)
    points = () if found is None else found.iter(f"{CHART}pt")
    return {int(point.get("idx", "0")): " ".join((point.findtext(f"{CHART}v") or "").split()) for point in points}
