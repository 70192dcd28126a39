"""The words that go in come out: counted by a second path, Python's own parsers, which shares no code."""

from __future__ import annotations

import csv
import email
import email.policy
import html.parser
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Iterator

import pytest

from index.article import Article
from index.readers import read_articles
from tests.data.zoo import Animal, animals

# Elements whose words are left out, and why.
HTML_OUT = {
    "script": "code", "style": "looks", "head": "its title is apart", "template": "not shown", "nav": "to get about",
    "noscript": "shown instead", "iframe": "another page", "frameset": "other pages", "object": "another file",
    "svg": "a drawing", "rt": "the reading of a ruby", "rp": "brackets of a reading", "footer": "boilerplate of a page",
    "aside": "boilerplate of a page",
}  # fmt: skip
WORD_OUT = {"del": "deleted", "moveFrom": "moved", "Fallback": "the same again, for older programs", "rt": "a reading"}
ODT_OUT = {
    "annotation": "a comment", "tracked-changes": "deleted text", "note-citation": "the number of a note",
    "ruby-text": "a reading", "desc": "describes a picture", "title": "describes a picture",
}  # fmt: skip
INLINE = frozenset("b i em span a sub".split())
APART = frozenset("p tc h table-cell num den sup s tab line-break note txbxContent".split())
NOTES = frozenset({"#n", "#m", "#o", "n1"})
"""Of the samples."""
VOID = frozenset("br img meta link hr input wbr".split())
ZOO = {animal.name: animal for animal in animals() if animal.gives and len(animal.data) < 200_000}


def named(*suffixes: str) -> list[Animal]:
    return [animal for name, animal in ZOO.items() if name.endswith(suffixes)]


def words(text: str) -> Counter[str]:
    """Words and figures; raised and formulas' characters by themselves, so that neither gluing nor parting hides."""
    text = re.sub(
        r"[\u00b2\u00b3\u00b9\u2070-\u209c]+", lambda match: f" {unicodedata.normalize('NFKC', match[0])} ", text
    )
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFC", text).replace("\u2212", "-")))


def read(animal: Animal) -> Counter[str]:
    found = [each for each in read_articles(animal.data, animal.name) if isinstance(each, Article)]
    assert found
    return words("\n".join(article.text for article in found))


class Texts(html.parser.HTMLParser):
    """The text nodes of a page that are in no element that is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        hidden = "hidden" in said or re.search(
            r"(?i)display\s*:\s*none|visibility\s*:\s*hidden", said.get("style") or ""
        )
        mark = {"noteref", "pagebreak"} & set((said.get("epub:type") or "").split())
        note = tag == "a" and (said.get("href") or "")[-2:] in NOTES
        if tag not in VOID:
            self._open.append((tag, bool(hidden or mark or note) or tag in HTML_OUT))
        self.parts.append(" " if tag not in INLINE else "")

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._open and self._open.pop()[0] != tag:
                pass
        self.parts.append(" " if tag not in INLINE else "")

    def handle_data(self, data: str) -> None:
        if not any(out for _, out in self._open):
            self.parts.append(data)


def of_page(page: str) -> Counter[str]:
    texts = Texts()
    texts.feed(page)
    return words("".join(texts.parts))


def of_xml(data: bytes, texts: frozenset[str], out: dict[str, str], every: bool) -> str:
    """The text of the elements called `texts`, or `every` text node, outside of those called `out`."""

    def walk(element: ET.Element) -> Iterator[str]:
        name = element.tag.rpartition("}")[2]
        if name in out or has_word_vanish(element):
            return
        if name in APART:
            yield " "
        if (every or name in texts) and element.text:
            yield element.text
        for child in element:
            yield from walk(child)
            if every:
                yield child.tail or ""
        if name in APART:
            yield " "

    return "".join(walk(ET.fromstring(data)))  # of this project's own files


def has_word_vanish(element: ET.Element) -> bool:
    if element.tag.rpartition("}")[2] != "r":
        return False
    vanish = [each for each in element.iter() if each.tag.rpartition("}")[2] == "vanish"]
    return any(not any(value == "0" for value in each.attrib.values()) for each in vanish)


def without(counted: Counter[str], *texts: str) -> Counter[str]:
    return counted - sum((words(text) for text in texts), Counter())


@pytest.mark.parametrize("animal", named(".html"), ids=lambda animal: animal.name)
def test_every_word_of_a_page_arrives(animal: Animal) -> None:
    label = re.search(rb"charset=([\w-]+)", animal.data)
    encoding = (
        "utf-8" if label is None or animal.name == "kind-saved.html" else label[1].decode().replace("gb2312", "gbk")
    )
    assert of_page(animal.data.decode(encoding)) - read(animal) == Counter()


@pytest.mark.parametrize("animal", named(".epub"), ids=lambda animal: animal.name)
def test_every_word_of_a_book_arrives_and_no_other(animal: Animal) -> None:
    with zipfile.ZipFile(io.BytesIO(animal.data)) as book:
        pages = [book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml")]
    inside = sum((of_page(page) for page in pages), Counter())
    assert inside - read(animal) == Counter()
    assert without(read(animal) - inside, "Ships By Ann Lee") == Counter()


@pytest.mark.parametrize("animal", named(".docx"), ids=lambda animal: animal.name)
def test_every_word_of_a_word_document_arrives(animal: Animal) -> None:
    """But for numbers that Word works out, and symbols by their places in a font, which are no text nodes."""
    with zipfile.ZipFile(io.BytesIO(animal.data)) as package:
        names = [
            name for name in package.namelist() if re.search(r"(?:document|main)2?\.xml$|notes\.xml|diagram", name)
        ]
        parts = [re.sub(rb"<!DOCTYPE.*?\]>|&e;", b"", package.read(name), flags=re.DOTALL) for name in names]
    raw = " ".join(of_xml(part, frozenset("t"), WORD_OUT, every=False) for part in parts)
    if animal.name == "kind-controls.docx":
        raw = raw.replace("old", "")  # the row that was deleted
    assert words(re.sub(r"[\ue000-\uf8ff]", "", raw)) - glued(read(animal), animal) == Counter()


def glued(counted: Counter[str], animal: Animal) -> Counter[str]:
    """With those words that stand in one piece in the text and in several in the file: drop caps and powers."""
    pieces = {"kind-drop-cap.docx": "T he", "kind-raised.docx": "106 log102 CO2", "kind-lifted.docx": "106 m2"}
    return counted + words(pieces.get(animal.name, ""))


@pytest.mark.parametrize("animal", named(".odt"), ids=lambda animal: animal.name)
def test_every_word_of_an_opendocument_text_arrives(animal: Animal) -> None:
    with zipfile.ZipFile(io.BytesIO(animal.data)) as package:
        content = re.sub(rb"<!DOCTYPE.*?\]>|&e;", b"", package.read("content.xml"), flags=re.DOTALL)
    raw = of_xml(content, frozenset(), ODT_OUT, every=True).replace(" secret", "")  # which a style hides
    raw = raw.replace("106 cells", "10 6 cells").replace("Teaand", "Tea and")  # raised; a blank that is an element
    assert words(raw) - read(animal) == Counter()


def test_every_word_of_other_formats_arrives() -> None:
    sentences = [f"Ship number {n} sailed to port {n * 7} with tea." for n in range(40)]
    body, expected = "\n\n".join(sentences), words(" ".join(sentences))
    rows = io.StringIO()
    csv.writer(rows).writerows([["title", "text"], *([f"T{n}", text] for n, text in enumerate(sentences))])
    letter = email.message.EmailMessage(policy=email.policy.default)
    letter["Subject"], letter["From"] = "T", "Ann <a@x.org>"
    letter.set_content(body)
    code = "\\par ".join(sentences)
    files = {
        "a.txt": body.encode(), "a.md": "\n\n".join(f"- {text}" for text in sentences).encode(),
        "a.csv": rows.getvalue().encode(), "a.eml": letter.as_bytes(), "a.rtf": f"{{\\rtf1\\ansi {code}}}".encode(),
        "a.jsonl": "\n".join(json.dumps({"text": text}) for text in sentences).encode(),
    }  # fmt: skip
    for name, data in files.items():
        found = [each for each in read_articles(data, name) if isinstance(each, Article)]
        assert expected - words("\n".join(article.text for article in found)) == Counter(), name
