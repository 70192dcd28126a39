"""Marks in HTML that are no words of the author: page numbers of the print edition, line numbers, note references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_TYPES = frozenset(
    "pagebreak noteref doc-pagebreak doc-noteref doc-backlink backlink referrer-backlink toc-backlink".split()
)
"""Of `epub:type` and `role`."""
_CLASSES = frozenset(
    "pagenum pagebreak page-break page-number pageno lnum linenum lineno line-number linenumber mw-editsection"
    " mwe-math-fallback-image-inline mwe-math-fallback-image-display footnote-ref footnote-backref footnote-back"
    " footnote-anchor footnoteref noteref fnref headerlink anchorjs-link anchor-link"
    " pageno x-ebookmaker-pageno calibre_pb _idfootnotelink _idfootnoteanchor"
    " sdfootnotesym sdfootnoteanc sdendnotesym sdendnoteanc".split()  # LibreOffice
)
_MARK_CHARACTERS = 16
"""What is longer was called so by mistake."""
_NOTE = re.compile(r"[\[(]?(?:\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶↩︎]{1,3}|note \d{1,4})[\])]?(?:,)?", re.IGNORECASE)
_TWICE = frozenset("katex-html mathjax_preview mjx_assistive_mathml".split())
"""Formulas that stand there a second time, as pictures of letters."""


def is_mark(element: _Element) -> bool:
    """Whether an element only says where a page, line or note is."""
    tag, attributes = element.tag, element.attrib
    if not attributes and tag != "sup":
        return False
    classes = set(attributes.get("class", "").lower().split())
    if classes & _TWICE:
        return True
    kinds = {*attributes.get("epub:type", "").split(), *attributes.get("role", "").split()}
    if kinds & _TYPES or classes & _CLASSES:
        return len(_text(element)) <= _MARK_CHARACTERS
    if tag == "a" and "href" in attributes:
        return _leads_to_note(element) and (_is_raised(element) or _is_glued(element))
    return tag == "sup" and any(_leads_to_note(link) and _text(link) == _text(element) for link in element.iter("a"))


def _leads_to_note(link: _Element) -> bool:
    """Whether a link leads to a place in the book or page and is called as notes are."""
    return "#" in link.get("href", "") and _NOTE.fullmatch(_text(link)) is not None


def _is_raised(link: _Element) -> bool:
    parent = link.getparent()
    return (parent is not None and parent.tag == "sup") or any(True for _ in link.iter("sup"))


def _is_glued(link: _Element) -> bool:
    """Whether a link follows a word without a blank, as numbers of notes do that a style sheet raises."""
    before, parent = link.getprevious(), link.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else ""
    return re.search(r"[\w.,;:!?'\"’”»]$", text or "") is not None


def _text(element: _Element) -> str:
    return "".join(map(str, element.itertext())).strip()
