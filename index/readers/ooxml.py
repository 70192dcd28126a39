"""Packages of Office Open XML: the main part, wherever it lies, its neighbours and what the document says of itself.

Strict documents have other names for the same elements; they are read under the usual ones.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zipfile import ZipFile

from lxml.etree import XMLSyntaxError

from index.readers.package import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT_NAMES = b"http://purl.oclc.org/ooxml/"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(?=[\w/]+[\"'])")
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "creator": "{http://purl.org/dc/elements/1.1/}creator",
    "language": "{http://purl.org/dc/elements/1.1/}language",
    "created": "{http://purl.org/dc/terms/}created",
    "modified": "{http://purl.org/dc/terms/}modified",
    "keywords": "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords",
}


class Package:
    """An opened package. A part that is missing or damaged beside the main one is as if it were not there."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
        self.main = next((path for kind, path in self._related("") if kind == "officeDocument"), "word/document.xml")

    def root(self, path: str) -> _Element:
        """Return the root element of a part; KeyError if there is none."""
        data = self._archive.read(self._names[path.lower()])
        is_strict = _STRICT_NAMES in data
        return parse_xml(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data) if is_strict else data)

    def parts(self, kind: str) -> Iterator[_Element]:
        """Return the parts that the main part calls its `kind`, such as `styles`."""
        for found, path in self._related(self.main):
            if found == kind and (root := self._optional(path)) is not None:
                yield root

    def part(self, reference: str) -> _Element | None:
        """Return the part that the main part refers to by this relationship's name."""
        path = self._references(self.main).get(reference)
        return self._optional(path[1]) if path else None

    def properties(self) -> dict[str, str]:
        """Return the document's core properties, those that are not empty."""
        path = next((path for kind, path in self._related("") if kind == "core-properties"), "")
        root = self._optional(path) if path else None
        if root is None:
            return {}
        said = {name: " ".join((root.findtext(tag) or "").split()) for name, tag in _CORE.items()}
        return {name: text for name, text in said.items() if text}

    def _optional(self, path: str) -> _Element | None:
        try:
            return self.root(path)
        except (KeyError, XMLSyntaxError):
            return None

    def _related(self, path: str) -> Iterator[tuple[str, str]]:
        return iter(self._references(path).values())

    def _references(self, path: str) -> dict[str, tuple[str, str]]:
        """Return the kind and path of the parts that a part refers to."""
        folder, name = posixpath.split(path)
        root = self._optional(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for relation in root.iter(_RELATIONSHIP) if root is not None else ():
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
                found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], target)
        return found


def is_on(element: _Element | None, name: str) -> bool:
    """Whether a property that is on or off, such as `w:vanish`, is on among these."""
    found = None if element is None else element.find(W + name)
    return found is not None and found.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def value(element: _Element | None, path: str) -> str:
    """Return the `w:val` of what lies at a path of Word's names."""
    found = None if element is None else element.find("/".join(W + name for name in path.split("/")))
    return "" if found is None else found.get(f"{W}val", "")
