"""What a file holds and is not read is named; the rest of it is in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from html import escape

import pypdfium2  # type: ignore[import-untyped]
import pytest

from index.article import Article, LeftOut
from index.readers import read_articles
from tests.data.build import epub, tarred, zipped
from tests.data.kinds import mapped_pdf, plain_pdf

WORDS = "The ships sailed to Hamburg with tea and salt, and came home in June. "


def read(data: bytes, name: str) -> tuple[list[str], dict[str, str]]:
    """The texts of the articles, and what is left out with the reason."""
    found = list(read_articles(data, name))
    assert all(isinstance(item, Article | LeftOut) for item in found)
    texts = [item.text for item in found if isinstance(item, Article)]
    return texts, {item.source: item.error for item in found if isinstance(item, LeftOut)}


def test_members_of_archives_of_other_formats_are_named_and_hidden_ones_passed_over() -> None:
    files = {"a.md": b"Ships.", "b.jpg": b"x", "c/README": b"Tea.", ".DS_Store": b"x", "__MACOSX/a.md": b"x"}
    expected = {"n.zip/b.jpg": ".jpg is no format that is read"}
    texts, left_out = read(zipped(files), "n.zip")
    assert (texts, left_out) == (["a\n\nShips.", "Tea."], expected)
    _, left_out = read(tarred({"a.md": b"Ships.", "b.jpg": b"x"}), "n.tar")
    assert left_out == {"n.tar/b.jpg": ".jpg is no format that is read"}


def test_links_in_archives_are_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("link.md")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("a.md", "Ships.")
    assert read(out.getvalue(), "n.zip")[1] == {"n.zip/link.md": "it is a link in an archive"}


def test_files_attached_to_a_mail_that_are_not_read_are_named() -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Ships", "Ann <a@x.org>"
    mail.set_content(WORDS)
    mail.add_attachment(b"x", maintype="image", subtype="png", filename="map/of it.png")
    mail.add_attachment(b"Tea.", maintype="text", subtype="plain", filename="list.txt")
    texts, left_out = read(mail.as_bytes(), "a.eml")
    assert len(texts) == 2
    assert left_out == {"a.eml/map-of it.png": ".png is no format that is read"}


def test_a_chapter_that_a_book_has_lost_is_named() -> None:
    whole = epub("<p>Two.</p>", "<p>One.</p>")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as book, zipfile.ZipFile(out, "w") as made:
        for name in book.namelist():
            if name != "book/c 0.xhtml":
                made.writestr(name, book.read(name))
    texts, left_out = read(out.getvalue(), "a.epub")
    assert texts == ["Ships\n\nBy Ann Lee\n\nOne."]
    assert left_out == {"a.epub/book/c 0.xhtml": "the book names this chapter and has it not"}
    assert read(whole, "a.epub")[1] == {}


def test_a_page_that_is_nested_too_deep_says_that_it_is_cut() -> None:
    page = "<html><body><article><p>" + WORDS * 20 + "</p>{}<p>The end.</p></article></body></html>"
    texts, left_out = read(page.format("<div>" * 400 + "deep" + "</div>" * 400).encode(), "a.html")
    assert "with tea and salt" in texts[0]
    assert left_out == {"a.html": "what follows elements nested more than 255 deep is not read"}
    texts, left_out = read(page.format("<div>" * 100 + "<p>It is deep.</p>" + "</div>" * 100).encode(), "a.html")
    assert texts[0].endswith("It is deep.\n\nThe end.")
    assert left_out == {}


def _as_html(markup: str) -> tuple[bytes, str]:
    body = f"<html><body><article><p>{WORDS * 20}</p>{markup}</article></body></html>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode(), "a.html"


def _as_mail(markup: str) -> tuple[bytes, str]:
    return f"Subject: Ships\nContent-Type: text/html\n\n<p>{WORDS}</p>{markup}".encode(), "a.eml"


def _as_book(markup: str) -> tuple[bytes, str]:
    return epub(f"<p>{WORDS}</p>{markup}", "<p>Two.</p>"), "a.epub"


def _as_feed(markup: str) -> tuple[bytes, str]:
    entry = f"<item><title>Ships</title><description>{escape(markup)}</description></item>"
    return f'<rss version="2.0"><channel><title>News</title>{entry}</channel></rss>'.encode(), "a.xml"


def _as_json_feed(markup: str) -> tuple[bytes, str]:
    items = [{"title": "Ships", "content_html": markup}]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode(), "a.json"


def _as_note(markup: str) -> tuple[bytes, str]:
    note = f"<note><title>Ships</title><content><![CDATA[<en-note>{markup}</en-note>]]></content></note>"
    return f"<en-export>{note}</en-export>".encode(), "a.enex"


AS_FORMATS = [_as_html, _as_mail, _as_book, _as_feed, _as_json_feed, _as_note]


@pytest.mark.parametrize("wrapped", AS_FORMATS)
@pytest.mark.parametrize("opened", ["<font size=2>", "<SPAN class=x>", "<b>", "<i><em>"])
def test_tags_of_formatting_that_nothing_closes_take_no_text_away(
    wrapped: Callable[[str], tuple[bytes, str]], opened: str
) -> None:
    markup = "".join(f"{opened}Harbour number {n} is open.<br>" for n in range(300))
    texts, left_out = read(*wrapped(markup))
    assert [n for n in range(300) if f"Harbour number {n} is open." not in texts[0]] == []
    assert left_out == {}


@pytest.mark.parametrize("wrapped", AS_FORMATS)
def test_what_is_lost_below_the_deepest_element_is_named(wrapped: Callable[[str], tuple[bytes, str]]) -> None:
    _, left_out = read(*wrapped(f"<p>{WORDS}</p>" + "<div>" * 400 + "deep" + "</div>" * 400 + "<p>The end.</p>"))
    assert list(left_out.values()) == ["what follows elements nested more than 255 deep is not read"]


def test_formatting_that_is_closed_is_kept_where_other_tags_are_not() -> None:
    markup = "".join(f"<font>{n} of 10<span style='vertical-align: super'>6</span> t.<br>" for n in range(300))
    assert "299 of 10⁶ t." in read(*_as_book(markup))[0][0]


def test_of_a_pdf_the_pages_that_can_be_read_are_in_and_the_others_named() -> None:
    wrong = "".join(f"<{code:02X}> <{0x21 + (code * 37) % 90:04X}> " for code in range(0x41, 0x7B))
    garbled = mapped_pdf(b"BT /G 14 Tf 60 760 Td (The old ketch Sperling sailed to Oslo in June) Tj ET", wrong, 58)
    plain = plain_pdf(b"BT /F 11 Tf 60 760 Td (The ketch Sperling came home from Oslo in June.) Tj ET")
    made = pypdfium2.PdfDocument.new()
    for page in (plain, garbled, plain):
        made.import_pages(pypdfium2.PdfDocument(page))
    out = io.BytesIO()
    made.save(out)
    [article, lost] = read_articles(out.getvalue(), "a.pdf")
    assert isinstance(article, Article)
    assert article.text.count("The ketch Sperling came home from Oslo in June.") == 2
    assert article.page_at(article.text.rindex("ketch")) == 3
    assert isinstance(lost, LeftOut)
    assert (lost.source, lost.error) == ("a.pdf/page 2", "its fonts do not say which letters they show")
