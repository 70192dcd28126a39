"""Tags are read from what the formats have for them, tidied, and kept with the article."""

from __future__ import annotations

import io
import json
from contextlib import closing
from pathlib import Path

import docx
import pytest
from fpdf import FPDF

from index.article import Article
from index.ingest import ingest
from index.readers.compose import tags_of
from index.sources.isolate import Isolation
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE
from tests.data.build import changed, epub, odt
from tests.fakes import FakeEmbeddings

WORDS = " ".join(f"Ship number {n} sailed to Hamburg in the morning and came back at night." for n in range(8))
PAGE = f"""<html><head><title>Ships</title><meta name="keywords" content="Ships, the sea; EU"></head>
<body><article><p>{WORDS}</p></article></body></html>"""


def word() -> bytes:
    made = docx.Document()
    made.core_properties.keywords = "Ships; the sea, EU"
    made.add_paragraph(WORDS)
    made.save(out := io.BytesIO())
    return out.getvalue()


def pdf() -> bytes:
    made = FPDF()
    made.set_keywords("Ships, the sea, EU")
    made.add_page()
    made.set_font("helvetica", size=12)
    made.multi_cell(0, 6, text=WORDS)
    return bytes(made.output())


def feed() -> bytes:
    said = "".join(f"<category>{tag}</category>" for tag in ("Ships", "the sea", "EU"))
    item = f"<item><title>Ships</title>{said}<description>{WORDS}</description></item>"
    return f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>".encode()


def office() -> bytes:
    said = b"".join(b"<meta:keyword>%s</meta:keyword>" % tag for tag in (b"Ships", b"the sea", b"EU"))
    return changed(odt(f"<text:p>{WORDS}</text:p>"), "meta.xml", b"<dc:title>", said + b"<dc:title>")


def book() -> bytes:
    said = b"<dc:subject>Ships, the sea</dc:subject><dc:subject>EU</dc:subject>"
    return changed(epub(f"<p>{WORDS}</p>"), "book/content.opf", b"<dc:title>", said + b"<dc:title>")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.md", f"---\ntags: [Ships, the sea, EU, {{not: one}}]\n---\n{WORDS}".encode()),
        ("line.md", f"---\ntags: Ships, the  sea,, EU\n---\n{WORDS}".encode()),
        ("keywords.md", f"---\nkeywords: [Ships, the sea, ships, EU]\n---\n{WORDS}".encode()),
        ("page.html", PAGE.encode()),
        ("table.csv", f'text,tags\n"{WORDS}","Ships;the sea;EU"\n'.encode()),
        ("lines.jsonl", json.dumps({"text": WORDS, "tags": ["Ships", "the sea", "EU"]}).encode()),
        ("word.docx", word()),
        ("office.odt", office()),
        ("book.epub", book()),
        ("news.rss", feed()),
        ("rich.rtf", (r"{\rtf1\ansi {\info{\keywords Ships, the sea, EU}}" + WORDS + "}").encode()),
        ("print.pdf", pdf()),
    ],
)
def test_each_format_s_tags(name: str, data: bytes) -> None:
    with closing(Isolation()) as isolation:
        [article] = isolation.read(data, name)
    assert isinstance(article, Article)
    assert article.tags == ("Ships", "the sea", "EU")
    assert "EU" not in article.text


@pytest.mark.parametrize(
    ("said", "tags"),
    [
        (None, ()),
        (7, ()),
        ({"a": "b"}, ()),
        ("", ()),
        (" ,; ", ()),
        ("#cars #2, EVs", ("cars #2", "EVs")),
        ("汽车，电池；出海、关税", ("汽车", "电池", "出海", "关税")),
        ([2024, "b, c", ["d"], None], ("2024", "b", "c")),
        (["Straße", "STRASSE"], ("Straße",)),
        ("x\0y\nz", ("x\ufffdy", "z")),
        ("a" * 1000, ("a" * 100,)),
        ([str(n) for n in range(1000)], tuple(str(n) for n in range(50))),
    ],
)
def test_what_is_made_of_tags(said: object, tags: tuple[str, ...]) -> None:
    assert tags_of(said) == tags


@pytest.mark.store
def test_they_are_stored_and_changed_with_the_article_and_nothing_is_embedded_again(tmp_path: Path) -> None:
    path, store = tmp_path / "a.md", tmp_path / "store"
    for said, tags in (("[one, two]", ("one", "two")), ("two", ("two",)), ("[]", ())):
        path.write_text(f"---\ntags: {said}\n---\n{WORDS}")
        report = ingest(store, [path], FakeEmbeddings())
        assert report.chunks_embedded == 0 or report.articles_added == 1
        with closing(SqliteDatabase(store / DATABASE)) as database:
            [info], [facts] = database.articles(), database.article_facts()
            article = database.article(info.id)
        assert article is not None
        assert info.tags == facts.tags == article.tags == tags
