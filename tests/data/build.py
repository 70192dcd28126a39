"""Documents of each binary format, made from a few words."""

from __future__ import annotations

import datetime as dt
import io
import re
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Literal

import docx
from fpdf import FPDF

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


Packing = Literal["w", "w:gz", "w:bz2", "w:xz"]


def tarred(files: Mapping[str, bytes], kind: Packing = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=kind) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if data == b"->":
                info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def pdf(
    *pages: str, title: str = "", password: str = "", columns: bool = False, heading: str = "", footer: str = ""
) -> bytes:
    """Helvetica 12 on A4. A line end in a page's text is one on paper; an empty page gets a picture of a bar."""
    made = FPDF()
    made.set_title(title)
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    for n, page in enumerate(pages):
        made.add_page()
        if heading:
            made.set_font("helvetica", size=20)
            made.cell(text=heading.format(n + 1), new_x="LMARGIN", new_y="NEXT")
            made.ln(6)
        made.set_font("helvetica", size=12)
        for column, text in enumerate(page.split("|") if columns else [page]):
            made.set_xy(10 + 100 * column, made.get_y() if not columns else 30)
            made.set_left_margin(10 + 100 * column)
            for part in text.split("\n\n"):
                made.multi_cell(90 if columns else 190, 6, text=part, align="L", new_x="LMARGIN", new_y="NEXT")
                made.ln(6)
        if not page:
            made.rect(20, 20, 50, 5, style="F")
        made.set_left_margin(10)
        if footer:
            made.text(100, 280, footer.format(n + 1))
    # The day of making would be the article's date.
    return re.sub(rb"/CreationDate \([^)]*\)", lambda found: b" " * len(found[0]), bytes(made.output()))


def word(*paragraphs: tuple[str, str], title: str = "", author: str = "") -> bytes:
    """(style, text) for each paragraph."""
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = title, author
    made.core_properties.modified = dt.datetime(2024, 4, 2, tzinfo=dt.UTC)
    for style, text in paragraphs:
        made.add_paragraph(text, style=style)
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "1850", "12"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(package: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The zip file with `old` replaced in one of its files."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    assert old in files[name]
    return zipped({**files, name: files[name].replace(old, new)})


def odt(body: str, doctype: str = "") -> bytes:
    spaces = " ".join(f'xmlns:{each}="{OFFICE}:{each}:1.0"' for each in ("office", "text", "table", "meta"))
    content = f"<office:body><office:text>{body}</office:text></office:body>"
    meta = (
        "<office:meta><dc:title>Ships</dc:title><meta:initial-creator>Ann Lee</meta:initial-creator>"
        "<dc:date>2024-04-02T10:00:00</dc:date></office:meta>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<?xml version='1.0'?>{doctype}<office:document-content {spaces}>{content}"
            "</office:document-content>",
            "meta.xml": f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/">{meta}'
            "</office:document-meta>",
        }
    )


def epub(*chapters: str) -> bytes:
    items = "".join(
        f'<item id="c{n}" href="c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in reversed(range(len(chapters))))
    said = "<dc:title>Ships</dc:title><dc:creator>Ann Lee</dc:creator><dc:language>en</dc:language>"
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="book/content.opf"/></rootfiles></container>',
            "book/content.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/">{said}</metadata><manifest>{items}</manifest>'
            f"<spine>{spine}</spine></package>",
            **{
                f"book/c {n}.xhtml": f"<?xml version='1.0' encoding='utf-8'?><html><head><title>x</title></head>"
                f"<body>{chapter}</body></html>"
                for n, chapter in enumerate(chapters)
            },
        }
    )
