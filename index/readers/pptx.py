"""PowerPoint presentations, by python-pptx: each slide is a page, with its title as a heading and its notes after it.

Left out: hidden slides, what repeats on each slide (footer, date, number), comments, pictures.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lxml.etree import XMLSyntaxError

from index.article import Article
from index.errors import ArticleError
from index.readers.charts import CHART, chart_blocks
from index.readers.compose import Block, compose
from index.readers.formulas import omml_text
from index.readers.notation import LOWERED, RAISED, Piece, linear
from index.readers.office_packages import core_properties, mended
from index.readers.package import parse_xml
from index.readers.rows import new_table

if TYPE_CHECKING:
    from lxml.etree import _Element

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_D = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_M = f"{{{_OFFICE}/math}}"
_R = f"{{{_OFFICE}/relationships}}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTES = f"{_OFFICE}/relationships/notesSlide"
_REPEATED = frozenset({"ftr", "hdr", "dt", "sldNum"})
_TITLES = frozenset({"title", "ctrTitle"})


def read_pptx(data: bytes, source: str) -> Article:
    """Return the presentation; its pages are the slides, counted as PowerPoint counts them."""
    from pptx.package import Package  # takes a while

    package = Package.open(io.BytesIO(mended(data, source)))
    main = package.main_document_part
    blocks: list[Block] = []
    begun = 0
    for reference in _root(main).iter(f"{_P}sldId"):
        begun += 1
        if (slide := _related(main, reference.get(f"{_R}id"))) is None:
            continue
        for block in _slide(slide):
            if block.text.strip():
                blocks.append(replace(block, pages=(0,) * begun))
                begun = 0
    if not blocks:
        raise ArticleError(f"{source} has no text", "give the presentation that has it, or save it as PDF")
    first = next((block.tidied for block in blocks if block.is_heading), "")
    return compose(source, core_properties(data, source, first), blocks)


def _root(part: Any) -> _Element:
    """Return a part's root element, also of parts that python-pptx keeps as bytes."""
    element = getattr(part, "_element", None)
    return parse_xml(part.blob) if element is None else element


def _related(part: Any, reference: str | None) -> Any | None:
    """Return the part that another refers to; None if it is lost."""
    try:
        return part.related_part(reference)
    except KeyError:
        return None


def _slide(slide: Any) -> Iterator[Block]:
    """Return the title of a slide, its shapes in their order, and its notes."""
    root = _root(slide)
    if root.get("show") in ("0", "false"):
        return
    blocks = list(_shapes(root, slide))
    yield from (block for block in blocks if block.is_heading)
    yield from (block for block in blocks if not block.is_heading)
    for relation in slide.rels.values():
        if relation.reltype == _NOTES and not relation.is_external:
            notes = relation.target_part
            yield from (replace(block, is_heading=False) for block in _shapes(_root(notes), notes))


def _shapes(element: _Element, part: Any, *, titled: bool = False) -> Iterator[Block]:
    """Return every paragraph, table row, diagram and chart below an element, in order."""
    table = new_table() if element.tag == f"{_A}tbl" else 0
    for child in element:
        match child.tag:
            case tag if tag == f"{_P}sp":
                kind = _placeholder(child)
                if kind not in _REPEATED:
                    yield from _shapes(child, part, titled=kind in _TITLES)
            case tag if tag == f"{_P}txBody" and titled:
                yield Block(" ".join(filter(None, (_text(each) for each in child.iter(f"{_A}p")))), is_heading=True)
            case tag if tag == f"{_A}p":
                yield Block(_text(child))
            case tag if tag == f"{_A}tr":
                yield Block(" | ".join(_cell(cell) for cell in child.iter(f"{_A}tc")), table=table)
            case tag if tag == f"{_D}relIds":
                yield from _diagram(_related(part, child.get(f"{_R}dm")))
            case tag if tag == f"{CHART}chart":
                yield from chart_blocks(_optional(_related(part, child.get(f"{_R}id"))))
            case tag if isinstance(tag, str) and tag != _FALLBACK:
                yield from _shapes(child, part, titled=titled)


def _placeholder(shape: _Element) -> str:
    found = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return "" if found is None else found.get("type", "body")


def _text(element: _Element) -> str:
    """Return the words of a paragraph; formulas are in it, numbers and dates that PowerPoint puts in are not."""
    return linear(_pieces(element, "")).replace("\v", "\n")


def _pieces(element: _Element, standing: str) -> Iterator[Piece]:
    for child in element:
        match child.tag:
            case tag if tag == f"{_A}t":
                yield child.text or "", standing
            case tag if tag == f"{_A}br":
                yield "\n", standing
            case tag if tag == f"{_M}oMath":
                yield omml_text(child), standing
            case tag if tag == f"{_A}fld" and child.get("type", "").startswith(("slidenum", "datetime")):
                pass
            case tag if tag == f"{_A}r":
                properties = child.find(f"{_A}rPr")
                shift = "" if properties is None else properties.get("baseline", "").rstrip("%")
                yield from _pieces(child, _standing(shift))
            case tag if isinstance(tag, str) and tag != _FALLBACK:
                yield from _pieces(child, standing)


def _standing(shift: str) -> str:
    """Return where characters stand that are shifted by so many parts of their size."""
    if not re.fullmatch(r"-?[\d.]*[1-9][\d.]*", shift):
        return ""
    return LOWERED if shift.startswith("-") else RAISED


def _cell(cell: _Element) -> str:
    return " ".join(" ".join(_text(paragraph).split()) for paragraph in cell.iter(f"{_A}p")).strip()


def _diagram(part: Any | None) -> Iterator[Block]:
    """Return the points of a SmartArt diagram."""
    for point in _optional(part).iter(f"{_D}pt"):
        yield from (Block(_text(paragraph)) for paragraph in point.iter(f"{_A}p"))


def _optional(part: Any | None) -> _Element:
    """Return the root of a part beside the slide; an empty one if it is lost or damaged."""
    try:
        return parse_xml(b"<none/>") if part is None else _root(part)
    except XMLSyntaxError:
        return parse_xml(b"<none/>")
