"""Zip files, which documents and archives are: opened once their contents' declared sizes are no trap."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from lxml import etree

from index.errors import ArticleError
from index.readers.unpack_budget import UnpackBudget

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, RuntimeError)
"""What zipfile raises at files that it cannot read; RuntimeError is for passwords and what is not implemented."""
_ENCRYPTED = 1
_CONTENT_TYPES = "[Content_Types].xml"
_MOST_CONTENT_TYPES, _MOST_MIMETYPE = 1 << 20, 100
_WORD_MAIN = re.compile(rb"(?:wordprocessingml\.(?:document|template)|ms-word\.\w+\.macroEnabled\w*)\.main\+xml")
_OTHER_OFFICE = (
    ("xl/workbook.xml", rb"spreadsheetml|ms-excel", "xlsx"),
    ("ppt/presentation.xml", rb"presentationml|ms-powerpoint", "pptx"),
)
"""Where a package usually has its main part, else what its list of contents calls that."""


def open_zip(data: bytes, source: str) -> zipfile.ZipFile:
    """Return the zip file. Raises ArticleError if it is none."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except BROKEN_ZIP as error:
        raise ArticleError(f"{source} is a damaged zip file ({error})", "copy it again from where it came") from error


def kind_of_zip(data: bytes, source: str, budget: UnpackBudget) -> str:
    """Return docx, odt, epub, or zip. Documents may be unpacked afterwards: their sizes are checked here."""
    with open_zip(data, source) as package:
        names = {info.filename for info in package.infolist()}
        kind = _kind(package, names)
        if kind == "zip":
            kind = _other_office(package, names, source)
        if kind != "zip":
            for info in package.infolist():
                if info.flag_bits & _ENCRYPTED:
                    raise ArticleError(f"{source} is encrypted", "save it without a password")
                budget.take(source, info.compress_size, info.file_size)
        return kind


def parse_xml(data: bytes) -> etree._Element:
    """Return the root; entities are not resolved, nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def _kind(package: zipfile.ZipFile, names: set[str]) -> str:
    if "word/document.xml" in names or _WORD_MAIN.search(_small(package, _CONTENT_TYPES, _MOST_CONTENT_TYPES)):
        return "docx"
    kind = _small(package, "mimetype", _MOST_MIMETYPE).strip()
    if kind.startswith(b"application/vnd.oasis.opendocument.text"):
        return "odt"
    if kind == b"application/epub+zip":
        return "epub"
    return "epub" if "META-INF/container.xml" in names and any(name.endswith(".opf") for name in names) else "zip"


def _other_office(package: zipfile.ZipFile, names: set[str], source: str) -> str:
    """pptx, xlsx, or zip."""
    if "xl/workbook.bin" in names:
        raise ArticleError(f"{source} is a binary workbook", "save it as .xlsx")
    contents = _small(package, _CONTENT_TYPES, _MOST_CONTENT_TYPES)
    for name, family, kind in _OTHER_OFFICE:
        if name in names or re.search(rb"(?:" + family + rb")\.[\w.]{1,40}\.main\+xml", contents):
            return kind
    return "zip"


def _small(package: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a file of the package; nothing if there is none, or one that is larger than it may be."""
    try:
        return package.read(name) if package.getinfo(name).file_size < most else b""
    except KeyError:
        return b""
