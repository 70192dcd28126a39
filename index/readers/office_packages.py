"""PowerPoint and Excel packages: made fit for their libraries, which know neither Strict documents nor lost parts.

And what they say of themselves, which the libraries would fill with the day of reading where it is not said.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from urllib.parse import unquote

from lxml import etree

from index.readers.compose import Properties, tags_of
from index.readers.metadata import last_change, name_of, title_of
from index.readers.package import open_zip, parse_xml

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(?=[\w/]+[\"'])")
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/"
_ROOT = "_rels/.rels"
_CORE = "docProps/core.xml"


def mended(data: bytes, source: str) -> bytes:
    """Return the package under the usual names and without references to parts that it has not; else as it is."""
    with open_zip(data, source) as package:
        names = {name.lower() for name in package.namelist()}
        relations = {name: package.read(name) for name in package.namelist() if name.endswith(".rels")}
        whole = {name: _whole(name, part, names) for name, part in relations.items()}
        if whole == relations and not _STRICT.search(relations.get(_ROOT, b"")):
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name in dict.fromkeys(package.namelist()):
                part = whole[name] if name in whole else package.read(name)
                is_xml = name.endswith((".xml", ".rels"))
                made.writestr(name, _STRICT.sub(_USUAL, part) if is_xml else part)
    return out.getvalue()


def _whole(name: str, part: bytes, names: set[str]) -> bytes:
    """Return the relations without those whose target is not in the package; `name` is `ppt/_rels/x.xml.rels`."""
    folder = posixpath.dirname(posixpath.dirname(name))
    root = parse_xml(part)
    lost = []
    for relation in root.iter("{*}Relationship"):
        target = unquote(relation.get("Target", "")).partition("#")[0]
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        if relation.get("TargetMode") != "External" and path.lower() not in names:
            lost.append(relation)
    for relation in lost:
        root.remove(relation)
    return bytes(etree.tostring(root)) if lost else part


def core_properties(data: bytes, source: str, heading: str = "") -> Properties:
    """Return what a package says of itself; its title is else `heading`, else the file's name."""
    with open_zip(data, source) as package:
        core = parse_xml(package.read(_CORE)) if _CORE in package.namelist() else etree.Element("none")
    said: dict[str, str] = {}
    for element in core.iter(etree.Element):
        name = etree.QName(element).localname
        said[name] = " ".join((element.text or "").split())
    return Properties(
        title=title_of(said.get("title")) or heading or name_of(source),
        author=said.get("creator"),
        date=last_change(said),
        language=said.get("language") or None,
        tags=tags_of(said.get("keywords")),
    )
