"""The zoo: files of every format and fault, each with the articles or the errors that it must give.

`python -m tests.data.zoo FOLDER` writes them into a folder, to try them by hand.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.data.build import Packing, changed, epub, odt, pdf, tarred, word, zipped
from tests.data.decks import decks_read, decks_refused
from tests.data.kinds import kinds_holding, kinds_read, kinds_refused
from tests.data.notes import notes_holding, notes_read, notes_refused
from tests.data.sources import sources_holding, sources_read, sources_refused
from tests.data.traps import traps_holding, traps_read, traps_refused

FRENCH = (
    "Le café est servi à la terrasse. Les élèves étaient déjà rentrés chez eux, et la forêt s'étendait à perte de vue"
    " derrière l'église. Où étiez-vous l'été dernier ?"
)
RUSSIAN = "Корабли вышли из порта рано утром. Моряки пели песни, а чайки кружились над водой до самого вечера."
CHINESE = "船只清晨离开港口。水手们唱着歌，海鸥在水面上盘旋到傍晚。这座城市的历史可以追溯到一千年前。"
TAIWANESE = "船隻清晨離開港口。水手們唱著歌，海鷗在水面上盤旋到傍晚。這座城市的歷史可以追溯到一千年前。"
JAPANESE = "船は早朝に港を出た。水夫たちは歌を歌い、カモメは夕方まで水面の上を旋回していた。"
KOREAN = "배들은 이른 아침에 항구를 떠났다. 선원들은 노래를 불렀고 갈매기들은 저녁까지 물 위를 맴돌았다."
WORDS = "The ships sailed to Hamburg."
PDF = pdf("The ships sailed\nto Hamburg.")
WORD = word(("Title", "Ships"), ("Normal", WORDS), ("Heading 1", "Cargo"), ("List Bullet", "Tea"), title="Ships")
WORD_TEXT = f"Ships\n\n2 April 2024\n\n{WORDS}\n\nCargo\n\n- Tea\n\n1850 | 12"
MAIL = (
    b"From: Ann Lee <ann@example.org>\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\nDate: Tue, 2 Apr 2024 10:00:00 +0200\r\n"
    b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nThe caf\xe9 is open.\r\n"
)
MAIL_TEXT = "Café\n\nBy Ann Lee, 2 April 2024\n\nThe café is open."
RSS = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>News</title><item><title>Ships</title>"
    "<description>&lt;p&gt;They sailed.&lt;/p&gt;</description><pubDate>Tue, 02 Apr 2024 10:00:00 GMT</pubDate></item>"
    "<item><title>Empty</title></item></channel></rss>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><entry><title>Ships</title><author><name>Ann</name>"
    "</author><updated>2024-04-02T10:00:00Z</updated><content type='html'>&lt;p&gt;They sailed.&lt;/p&gt;</content>"
    "</entry></feed>"
)
DATED = "Ships\n\n2 April 2024\n\nThey sailed."
RTF_INFO = rb"{\info{\title Ships}{\author Ann}{\creatim\yr2024\mo4\dy2}}"
RTF = rb"{\rtf1\ansi\ansicpg1252" + RTF_INFO + rb"Caf\'e9 \u8211? open.\par Yes.}"
BOMB = b"<w:p/>" * (4 << 20)


@dataclass(frozen=True, slots=True)
class Animal:
    """`gives`: source -> exact text. `fails`: source -> what the error says."""

    name: str
    data: bytes
    gives: dict[str, str]
    fails: dict[str, str]


def animals() -> Iterator[Animal]:
    """All files of the zoo."""
    for name, data, text in chain(_read(), traps_read(), kinds_read(), notes_read(), decks_read(), sources_read()):
        yield Animal(name, data, {name: text}, {})
    for name, data, error in chain(
        _refused(), traps_refused(), kinds_refused(), notes_refused(), decks_refused(), sources_refused()
    ):
        yield Animal(name, data, {}, {name: error})
    for name, data, gives, fails in chain(
        _collections(), traps_holding(), kinds_holding(), notes_holding(), sources_holding()
    ):
        yield Animal(
            name, data, {f"{name}/{k}": v for k, v in gives.items()}, {f"{name}/{k}": v for k, v in fails.items()}
        )


def _read() -> Iterator[tuple[str, bytes, str]]:
    for name, text in (("latin-1", FRENCH), ("cp1252", f"{FRENCH} «Non» – “oui”…"), ("koi8-r", RUSSIAN)):
        yield f"{name}.txt", text.encode(name), text
    for name, text in (("gb18030", CHINESE), ("big5", TAIWANESE), ("shift_jis", JAPANESE), ("euc-kr", KOREAN)):
        yield f"{name}.txt", text.encode(name), text
    yield "windows-1251.txt", RUSSIAN.encode("cp1251"), RUSSIAN
    yield "euc-jp.md", JAPANESE.encode("euc-jp"), f"euc-jp\n\n{JAPANESE}"
    for name in ("utf-8-sig", "utf-16", "utf-32"):
        yield f"{name}.txt", CHINESE.encode(name), CHINESE
    yield "utf-16-le.txt", FRENCH.encode("utf-16-le"), FRENCH
    yield "utf-16-be.txt", RUSSIAN.encode("utf-16-be"), RUSSIAN
    yield "decomposed.txt", "Cafe\u0301".encode(), "Café"
    yield "soft-hyphens.txt", "har\u00adbour".encode(), "harbour"
    yield (
        "bidi.txt",
        "\u202eevil\u202c שלום \u200bzero\u200dwidth".encode(),
        "\u202eevil\u202c שלום \u200bzero\u200dwidth",
    )
    yield "long-line.txt", b"word " * 10_000_000, "word " * 10_000_000
    yield "ok.pdf", PDF, f"ok\n\n{WORDS}"
    yield (
        "hyphens.pdf",
        pdf("The har-\nbour of well-\nknown and other well-known ships.", title="Harbour"),
        ("Harbour\n\nThe harbour of well-known and other well-known ships."),
    )
    yield (
        "columns.pdf",
        pdf("First it goes\ndown here.|Then it goes\ndown there.", columns=True),
        ("columns\n\nFirst it goes down here. Then it goes down there."),
    )
    yield (
        "heading.pdf",
        pdf("It starts here and goes on", "on the next page. It ends.\n\nNew words.", heading="Part {}"),
        ("Part 1\n\nIt starts here and goes on\n\nPart 2\n\non the next page. It ends.\n\nNew words."),
    )
    yield (
        "across.pdf",
        pdf("It starts here and goes on", "on the next page."),
        ("across\n\nIt starts here and goes on on the next page."),
    )
    yield "really-a-pdf.txt", PDF, f"really-a-pdf\n\n{WORDS}"
    yield "really-text.pdf", WORDS.encode(), WORDS
    yield "really-html.doc", f"<html><body><p>{WORDS}</p></body></html>".encode(), f"really-html\n\n{WORDS}"
    yield "ok.docx", WORD, WORD_TEXT
    yield "really-a-docx.zip", WORD, WORD_TEXT
    yield "tracked.docx", changed(WORD, "word/document.xml", b"<w:t>Tea</w:t>", (
        b"<w:delText>Gold</w:delText></w:r><w:ins><w:r><w:t>Te</w:t></w:r></w:ins><w:r><w:t>a</w:t>"
    )), WORD_TEXT  # fmt: skip
    yield "entity.docx", changed(changed(WORD, "word/document.xml", b"<w:document ", (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document '
    )), "word/document.xml", b">Tea<", b">Tea&e;<"), WORD_TEXT  # fmt: skip
    yield "ok.odt", odt(
        "<text:h>Cargo</text:h><text:p>Tea<text:s text:c='2'/>and<text:tab/>silk<text:note><text:note-citation>1"
        "</text:note-citation><text:note-body><text:p>Dear.</text:p></text:note-body></text:note></text:p>"
        "<text:list><text:list-item><text:p>Gold</text:p></text:list-item></text:list>"
    ), "Ships\n\nBy Ann Lee, 2 April 2024\n\nCargo\n\nTea and silk\n\nDear.\n\n- Gold"  # fmt: skip
    yield (
        "entity.odt",
        odt("<text:p>Tea&e;</text:p>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        ("Ships\n\nBy Ann Lee, 2 April 2024\n\nTea"),
    )
    yield (
        "ok.epub",
        epub("<p>Second<br/>line.</p><div hidden=''>No</div>", "<h1>One</h1><ul><li>First &amp;</li></ul>"),
        ("Ships\n\nBy Ann Lee\n\nOne\n\n- First &\n\nSecond\nline."),
    )
    yield "ok.rtf", RTF, "Ships\n\nBy Ann, 2 April 2024\n\nCafé – open.\n\nYes."
    yield "ok.eml", MAIL, MAIL_TEXT


def _refused() -> Iterator[tuple[str, bytes, str]]:
    yield "empty.txt", b"", "empty"
    yield "empty.pdf", b"", "empty"
    yield "bad-utf-8.txt", b"caf\xe9 au lait", "not utf-8 text and what else it is, is not certain"
    yield "nul.txt", b"a\0b", "NUL"
    yield "photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1", "is a picture"
    yield "truncated.pdf", PDF[: len(PDF) // 2], "breaks off"
    yield "damaged.pdf", b"%PDF-1.7\nrubbish\n%%EOF", "damaged PDF"
    yield "encrypted.pdf", pdf("Secret.", password="secret"), "encrypted"
    yield "pictures.pdf", pdf("", ""), "no text layer"
    yield "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"
    yield "bomb.docx", changed(WORD, "word/document.xml", b"<w:sectPr", BOMB + b"<w:sectPr"), "expands more than"
    yield "truncated.docx", WORD[: len(WORD) // 2], "damaged zip"
    yield "broken.docx", changed(WORD, "word/document.xml", b"<w:body>", b"<w:bod"), "damaged"
    yield "locked.odt", zipped({
        "mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x",
        "META-INF/manifest.xml": "<encryption-data/>",
    }), "encrypted"  # fmt: skip
    yield "empty.odt", odt("<text:p/>"), "no text"
    yield "laughs.odt", odt("<text:p>&e;</text:p>", "<!DOCTYPE x [<!ENTITY d 'ha'>" + "".join(
        f"<!ENTITY {'e' * n} '&{'e' * (n + 1)};'>" for n in range(1, 9)) + "]>"), "no text|damaged"  # fmt: skip
    yield "protected.epub", zipped({
        "mimetype": "application/epub+zip", "META-INF/rights.xml": "<x/>", "META-INF/container.xml": "<x/>"
    }), "copy-protected"  # fmt: skip
    yield "empty.rtf", rb"{\rtf1\ansi }", "no text"
    yield "no-text.eml", b"Subject: Hi\r\n\r\n", "no text"
    yield "other.rss", b"<?xml version='1.0'?><project/>", "no entries"
    yield "undeclared.rss", RSS.replace("They", "Caf\xe9").encode("latin-1"), "not in the encoding|no entries|damaged"
    yield "no.mbox", b"Just words", "no mailbox"
    yield "bomb.gz", gzip.compress(b"\0" * (32 << 20)), "expands more than"
    yield "broken.gz", gzip.compress(b"words" * 99)[:-12], "damaged"


def _collections() -> Iterator[tuple[str, bytes, dict[str, str], dict[str, str]]]:
    yield "a.csv", b'Title;Text;Author\nShips;"They; ""sailed""";Ann\nEmpty;;Bo\n', {
        "Ships": 'Ships\n\nBy Ann\n\nThey; "sailed"'
    }, {"Empty": "no `text`"}  # fmt: skip
    yield "a.jsonl", b'{"id": 7, "title": "Ships", "text": "They sailed.", "date": "2024-04-02"}\n\n{"text\n[1]\n', {
        "7": DATED
    }, {"line 3": "not JSON", "line 4": "no JSON object"}  # fmt: skip
    mailbox = b"From ann Tue Apr  2 10:00:00 2024\n" + MAIL.replace(b"\r", b"") + b"\n"
    yield "a.mbox", mailbox * 2, {"Café": MAIL_TEXT, "Café#2": MAIL_TEXT}, {}
    yield "inbox", mailbox, {"Café": MAIL_TEXT}, {}
    yield "a.rss", RSS.encode(), {"Ships": DATED}, {"Empty": "no text in the feed"}
    yield "feed", RSS.encode(), {"Ships": DATED}, {"Empty": "no text in the feed"}
    yield "a.xml", ATOM.encode(), {"Ships": "Ships\n\nBy Ann, 2 April 2024\n\nThey sailed."}, {}
    inner = zipped({"news/ok.pdf": PDF, "photo.jpg": b"\xff\xd8", ".hidden.md": "x", "__MACOSX/a.txt": "x"})
    yield "nested.zip", zipped({"a/inner.zip": inner, "b.txt": WORDS, "nul.txt": b"a\0b"}), {
        "a/inner.zip/news/ok.pdf": f"ok\n\n{WORDS}", "b.txt": WORDS
    }, {"nul.txt": "NUL", "a/inner.zip/photo.jpg": "no format that is read"}  # fmt: skip
    deep = zipped({"a.txt": WORDS})
    for _ in range(4):
        deep = zipped({"z.zip": deep})
    yield "deep.zip", deep, {}, {"z.zip/z.zip/z.zip/z.zip": "too deep"}
    yield "names.zip", zipped(dict.fromkeys(["../../evil.txt", "/etc/x.txt", "a\\..\\evil.txt", "n\nl.txt"], WORDS)), {
        "evil.txt": WORDS, "etc/x.txt": WORDS, "a/evil.txt": WORDS, "n\ufffdl.txt": WORDS
    }, {}  # fmt: skip
    yield "bomb.zip", zipped({"zeros.txt": b"\0" * (32 << 20), "b.txt": WORDS}), {"b.txt": WORDS}, {
        "zeros.txt": "expands more than"
    }  # fmt: skip
    packings: tuple[Packing, ...] = ("w:gz", "w:bz2", "w:xz")
    for packing in packings:
        packed = tarred({"a.txt": WORDS.encode(), "link.txt": b"->"}, packing)
        yield f"a.tar.{packing[2:]}", packed, {"a.txt": WORDS}, {"link.txt": "a link"}
    yield "a.tar", tarred({"../a.txt": WORDS.encode()}), {"a.txt": WORDS}, {}
    yield "a.txt.gz", gzip.compress(WORDS.encode()), {"a.txt": WORDS}, {}
    yield "a.txt.bz2", bz2.compress(WORDS.encode()), {"a.txt": WORDS}, {}
    yield "a.txt.xz", lzma.compress(WORDS.encode()), {"a.txt": WORDS}, {}


def main() -> None:
    """Write the zoo."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for animal in animals():
        (folder / animal.name).write_bytes(animal.data)


if __name__ == "__main__":
    main()
