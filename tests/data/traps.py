"""More of the zoo: saved pages, attachments, and files made to mislead or to exhaust their reader."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from email.message import EmailMessage

from tests.data.build import changed, pdf, word, zipped

WORDS = "The ships sailed to Hamburg."
PAGE = f"<!doctype html><html lang=en><head><title>Ships</title></head><body><p>{WORDS}</p></body></html>".encode()
HIDDEN = f"""<!doctype html><html><head><title>Ships</title><style>p {{ color: red }}</style></head>
<frameset><frame src="x.html"></frameset><body><iframe src="javascript:alert(1)">frame</iframe><template><p>template</p>
</template><noscript>no script</noscript><article><h1>Ships</h1><p hidden>one</p><p style="color:red; display : none">
two</p><p style="VISIBILITY:hidden">three</p>
<p onclick="evil()">{WORDS}</p><script>var x = "script";</script><!-- comment -->
<svg><text>drawing</text></svg><object data="x">object</object><p>They came back in <b>May</b>.</p></article>
<footer>Imprint</footer></body></html>""".encode()
LONG = "<p>" + "They sailed and sailed, through rain and snow, for as long as anyone could tell. " * 9 + "</p>"
HIDDEN_LONG = HIDDEN.replace(b"<p hidden>", LONG.encode() + b"<p hidden>")
SCRAMBLED = "Le café est servi à la terrasse. Les élèves étaient rentrés."


def warc(*responses: tuple[str, str, bytes], packed: bool = False) -> bytes:
    """(address, status and headers, body) of each response."""
    out = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 2\r\n\r\nx\n\r\n\r\n"
    for address, head, body in responses:
        block = f"HTTP/1.1 {head}\r\n\r\n".encode() + body
        record = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-04-02T10:00:00Z\r\n"
        out += (
            f"{record}Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n".encode()
            + block
            + b"\r\n\r\n"
        )
    return gzip.compress(out) if packed else out


def mhtml(page: bytes) -> bytes:
    saved = EmailMessage()
    saved["From"], saved["Date"] = "<Saved by Blink>", "Tue, 2 Apr 2024 10:00:00 +0000"
    saved["Snapshot-Content-Location"] = "https://example.org/ships"
    saved.add_related(page, "text", "html")
    saved.add_related(b"\x89PNG", "image", "png")
    return saved.as_bytes()


def mail(*attached: tuple[str, str, bytes], text: str = WORDS) -> bytes:
    """(media type, name, content) of each attachment."""
    made = EmailMessage()
    made["Subject"], made["From"] = "Ships", "Ann <ann@example.org>"
    if text:
        made.set_content(text)
    for media_type, name, content in attached:
        made.add_attachment(content, *media_type.split("/"), filename=name)
    return made.as_bytes()


def damaged_member() -> bytes:
    """A zip of two files, the first of which does not fit its checksum."""
    made = bytearray(zipped({"bad.txt": "x" * 99, "good.txt": WORDS}))
    at = made.index(b"bad.txt") + len(b"bad.txt")
    made[at + 1] ^= 0x10
    return bytes(made)


def looping_pdf(kids: str) -> bytes:
    """A page whose drawing draws itself again, in a page tree of these kids."""
    words = b"BT /F 12 Tf 20 100 Td (They sailed.) Tj ET /X Do"
    parts = b"/Resources<</Font<</F 5 0 R>>/XObject<</X 4 0 R>>>>"
    return b"\n".join(
        (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
            f"2 0 obj<</Type/Pages/Count {len(kids.split()) // 3}/Kids[{kids}]>>endobj".encode(),
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R" + parts + b">>endobj",
            b"4 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 200 200]" + parts + b"/Length %d>>stream" % len(words),
            words + b"\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
            b"trailer<</Root 1 0 R>>\n%%EOF",
        )
    )


def inflated(ratio: int) -> bytes:
    """A Word document of 16 MB of XML, packed `ratio` to one; its text is `Tea`."""
    noise = random.Random(8).randbytes((16 << 20) // ratio // 2).hex()  # which packs two to one
    comments = f"<!-- {noise} -->" + f"<!-- {'a' * (1 << 20)} -->" * 15
    return changed(word(("Normal", "Tea"), title="Ships"), "word/document.xml", b"<w:sectPr", (
        comments.encode() + b"<w:sectPr"
    ))  # fmt: skip


def traps_read() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    yield "scrambled.txt", SCRAMBLED.encode().decode("cp1252").encode(), SCRAMBLED
    yield "about-scrambled.txt", "Some see cafÃ© for café.".encode(), "Some see cafÃ© for café."
    yield "hidden.html", HIDDEN, f"Ships\n\n{WORDS}\n\nThey came back in May."
    yield "hidden-long.html", HIDDEN_LONG, (
        f"Ships\n\n{LONG[3:-5]}\n\n{WORDS}\n\nThey came back in May."
    )  # fmt: skip
    yield "page.mhtml", mhtml(PAGE), f"Ships\n\n{WORDS}"
    yield "saved-by-a-browser", mhtml(PAGE), f"Ships\n\n{WORDS}"
    yield "form-loop.pdf", looping_pdf("3 0 R"), "form-loop\n\n" + " ".join(["They sailed."] * 41)  # PDFium's depth
    yield "100-to-1.docx", inflated(100), "Ships\n\n2 April 2024\n\nTea\n\n1850 | 12"
    yield f"{'船' * 84}.md", WORDS.encode(), f"{'船' * 84}\n\n{WORDS}"
    yield "evil\u202efdp.txt", WORDS.encode(), WORDS
    yield "new\nline.txt", WORDS.encode(), WORDS


def traps_refused() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, what the error says)."""
    yield "page-loop.pdf", looping_pdf("2 0 R 3 0 R 2 0 R"), "damaged"
    yield "1000-to-1.docx", inflated(1000), "expands more than"
    yield "empty.warc", warc(("https://example.org/a.png", "200 OK\r\nContent-Type: image/png", b"x")), "no web pages"
    yield "cut.mhtml", mhtml(PAGE)[:120], "holds no web page"


def traps_holding() -> Iterator[tuple[str, bytes, dict[str, str], dict[str, str]]]:
    """(name, bytes, exact texts, errors), by the names inside."""
    html = "200 OK\r\nContent-Type: text/html"
    page = f"Ships\n\n{WORDS}"
    pages = warc(
        ("https://example.org/a/ships?x=1", f"{html}; charset=utf-8", PAGE),
        ("https://example.org/", f"{html}\r\nContent-Encoding: gzip", gzip.compress(PAGE)),
        (
            "https://example.org/c",
            f"{html}\r\nTransfer-Encoding: chunked",
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
        ),
        ("https://example.org/../../evil", "200 OK\r\nContent-Type: text/plain; charset=latin-1", b"caf\xe9"),
        ("https://example.org/gone", "404 Not Found\r\nContent-Type: text/html", PAGE),
        ("https://example.org/a.pdf", "200 OK\r\nContent-Type: application/pdf", pdf(WORDS)),
        ("https://example.org/bomb", f"{html}\r\nContent-Encoding: gzip", gzip.compress(b"a" * (4 << 20))),
        ("https://example.org/odd", f"{html}\r\nContent-Encoding: zstd", b"x"),
    )
    found = {
        "example.org/a/ships?x=1": page, "example.org": page, "example.org/c": page,
        "example.org/evil": "café", "example.org/a.pdf": f"a\n\n{WORDS}",
    }  # fmt: skip
    lost = {"example.org/bomb": "expands more than", "example.org/odd": "packed as zstd"}
    yield "pages.warc", pages, found, lost
    yield "pages.warc.gz", gzip.compress(pages), {f"pages.warc/{name}": text for name, text in found.items()}, {
        f"pages.warc/{name}": text for name, text in lost.items()
    }  # fmt: skip
    yield "cut.warc", pages[:700], {"example.org/a/ships?x=1": page}, {"example.org": "breaks off"}
    yield "bad-member.zip", damaged_member(), {"good.txt": WORDS}, {"bad.txt": "damaged"}
    forwarded = mail(("text/csv", "a.csv", b"title,text\nTea,It was dear.\n"))
    yield "post.mbox", b"From ann Tue Apr  2 10:00:00 2024\n" + mail(
        ("application/pdf", "../a.pdf", pdf(WORDS)), ("application/octet-stream", "b.docx", b"PK\x03\x04no"),
        ("image/png", "c.png", b"x"), ("application/octet-stream", "d.eml", forwarded), text=""
    ), {
        "Ships/..-a.pdf": f"..-a\n\n{WORDS}", "Ships/d.eml": f"Ships\n\nBy Ann\n\n{WORDS}",
        "Ships/d.eml/a.csv/Tea": "Tea\n\nIt was dear.",
    }, {"Ships/b.docx": "damaged zip", "Ships/c.png": "no format"}  # fmt: skip
    names = dict.fromkeys([f"{'船' * 84}.txt", "evil\u202efdp.txt", "a\rb.txt", "con:.txt"], WORDS)
    yield "odd-names.zip", zipped(names), {name.replace("\r", "\ufffd"): WORDS for name in names}, {}
