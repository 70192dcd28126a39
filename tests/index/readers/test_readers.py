from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ArticleError
from index.readers import read_article
from index.readers.decode import clean
from index.readers.sniff import is_supported

MARKDOWN = b"""---
title: "Ships: a history"
author: [Ann Lee, Bo Chen]
date: 2024-04-02
language: en
---
# Ships: a history

Some *sailed* to [Hamburg](https://example.org), others sank &amp; rotted.
Caf&eacute;s followed.

## Cargo

- tea
- silk
  - raw silk

3. sorted
4. sold

| Year | Ships |
|------|-------|
| 1850 | 12    |

```
load(tea)
```

![A ship at sea](ship.png)

<script>alert(1)</script>

Sailors
-------

They slept.
"""
MARKDOWN_TEXT = """Ships: a history

By Ann Lee; Bo Chen, 2 April 2024

Some sailed to Hamburg, others sank & rotted.
Cafés followed.

Cargo

- tea

- silk

- raw silk

3. sorted

4. sold

Year | Ships

1850 | 12

load(tea)

A ship at sea

Sailors

They slept."""

PAGE = """<!DOCTYPE html>
<html lang="de-DE"><head><meta charset="windows-1252"><title>Käse</title>
<meta name="author" content="Ann Lee"><meta property="article:published_time" content="2024-04-02T10:00:00Z">
<script>var secret = 1;</script></head><body>
<nav><a href="/">Home</a><a href="/about">About us</a></nav>
<article><h1>Käse</h1><p>Der Käse reift im Keller – viele Monate lang, bevor er verkauft wird.</p>
<h2>Herkunft</h2><p>Er kommt aus der Schweiz &amp; wird dort seit Jahrhunderten gemacht.</p>
<ul><li>Milch</li><li>Salz</li></ul>
<table><tr><th>Jahr</th><th>Tonnen</th></tr><tr><td>2023</td><td>10</td></tr></table></article>
<script>alert("boo")</script><footer>Imprint and cookie policy</footer></body></html>"""
PAGE_TEXT = """Käse

By Ann Lee, 2 April 2024

Der Käse reift im Keller – viele Monate lang, bevor er verkauft wird.

Herkunft

Er kommt aus der Schweiz & wird dort seit Jahrhunderten gemacht.

- Milch

- Salz

Jahr | Tonnen

2023 | 10"""


def test_markdown_becomes_the_text_a_reader_of_the_page_sees():
    article = read_article(MARKDOWN, "news/ships.md")
    assert article.text == MARKDOWN_TEXT
    assert (article.title, article.author) == ("Ships: a history", "Ann Lee; Bo Chen")
    assert (article.date, article.language) == ("2024-04-02", "en")
    assert article.sha256 == hashlib.sha256(MARKDOWN).hexdigest()


def test_markdown_headings_govern_the_text_after_them():
    article = read_article(MARKDOWN, "ships.md")
    assert [(h.title, article.text.index(f"\n\n{h.title}\n\n") + 2) for h in article.headings] == [
        (h.title, h.start) for h in article.headings
    ]
    governed = {words: article.heading_at(article.text.index(words)) for words in ("others", "Cargo", "tea", "slept")}
    assert governed == {"others": None, "Cargo": "Cargo", "tea": "Cargo", "slept": "Sailors"}


@pytest.mark.parametrize(
    ("front", "title", "author", "date"),
    [
        ("title: Ships\nauthors: [Ann, 7, {name: Bo}, null]", "Ships", "Ann; 7; Bo", None),
        ("title: 1984\nauthor: {name: Bo}\ndate: Spring 2024", "1984", "Bo", None),
        ("date: 2024-04-02 10:00:00", "First heading", None, "2024-04-02"),
        ('title: "two\\n  lines"', "two lines", None, None),
        ("title: Lido stays: a vote\nauthor: @ann\ndate: 2025-02-10", "Lido stays: a vote", "@ann", "2025-02-10"),
        ("title: \"Big\" plans\nauthor: 'It's Ann'\ntags: [a, b]", '"Big" plans', "It's Ann", None),
    ],
)
def test_front_matter_values_become_lines(front, title, author, date):
    article = read_article(f"---\n{front}\n---\nWords first.\n\n# First heading\n".encode(), "file.md")
    assert (article.title, article.author, article.date) == (title, author, date)
    assert article.text.startswith(f"{title}\n\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\ntitle: Ships\nauthor: [Ann\nmore: x\n---\nText", "line 4"),
        ("---\ntitle: Ships\n\tauthor: Ann\n---\nText", "line 3"),
        ("---\njust words\n---\nText", "name: value"),
        ("---\ntitle: Ships\n---\n", "has no text"),
        ("***\n", "has no text"),
        ("---\ndate: 2024-13-45\n---\nText", "front matter"),
        (f"---\ntitle: {'[' * 5000}\n---\nText", "front matter"),
    ],
)
def test_front_matter_that_cannot_be_used_is_named(text, says):
    with pytest.raises(ArticleError, match=says) as caught:
        read_article(text.encode(), "news/ships.md")
    assert caught.value.message.startswith("news/ships.md")
    assert caught.value.hint


@pytest.mark.parametrize("escape", ["\\0", "\\ud800"])
def test_front_matter_cannot_smuggle_in_what_no_text_holds(escape):
    try:
        article = read_article(f'---\ntitle: "a{escape}b"\n---\nText'.encode(), "ships.md")
    except ArticleError:
        return
    assert "\0" not in article.text
    assert article.text.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No front matter, no heading.", "harbour\n\nNo front matter, no heading."),
        ("Line one\nline two\n====\n\nText", "Line one line two\n\nText"),
        ("-\n\nAfter an empty item.", "harbour\n\nAfter an empty item."),
        ("Hard  \nbreak\\\nhere `x  y`", "harbour\n\nHard\nbreak\nhere x y"),
        ("Text\n\n---\n\nMore", "harbour\n\nText\n\nMore"),
        ("&lt;b&gt; a<b>c</b>", "harbour\n\n<b> ac"),
        ("\ufeff---\r\ntitle: Ships\r\n---\r\nOne\r\ntwo\r\n", "Ships\n\nOne\ntwo"),
    ],
)
def test_markdown_of_all_kinds(text, expected):
    assert read_article(text.encode(), "folder/harbour.md").text == expected


@pytest.mark.parametrize(
    ("name", "title", "date"),
    [
        ("2024-03-17-the-light.md", "The light", "2024-03-17"),
        ("2024-13-17-the-light.md", "2024-13-17-the-light", None),
        ("2024-03-17.md", "The lamp was lit.", None),
        ("000_76346bbd3b3507b8.md", "The lamp was lit.", None),
        ("scan_0001-v2-final.md", "The lamp was lit.", None),
        ("facade.md", "facade", None),
        ("Route 66.md", "Route 66", None),
    ],
)
def test_a_file_that_has_no_title_is_called_by_its_name_where_that_says_something(name, title, date):
    article = read_article(b"The lamp was lit. It burned *all* night.", name)
    assert (article.title, article.date) == (title, date)
    assert article.text.count("The lamp was lit.") == 1


def test_a_page_loses_its_boilerplate_and_keeps_its_article():
    article = read_article(PAGE.encode("windows-1252"), "kaese.html")
    assert article.text == PAGE_TEXT
    assert (article.title, article.author) == ("Käse", "Ann Lee")
    assert (article.date, article.language) == ("2024-04-02", "de")
    assert [(h.start, h.title) for h in article.headings] == [(article.text.index("Herkunft"), "Herkunft")]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("iso-8859-1", "windows-1252"), ("gb2312", "gb2312"), ("utf-16", "utf-8"), ("UTF-8", "utf-8")],
)
def test_a_declared_encoding_means_what_it_means_to_browsers(charset, encoding):
    page = f"<html><head><meta charset={charset}></head><body><p>He said “so”.</p></body></html>"
    assert read_article(page.encode(encoding), "harbour.html").text == "harbour\n\nHe said “so”."


def test_a_title_of_two_lines_is_one_line_and_stands_once():
    page = b"<html><body><article><h1>Ships<br>sail</h1><p>They left the harbour.</p></article></body></html>"
    article = read_article(page, "file.html")
    assert (article.title, article.text) == ("Ships sail", "Ships sail\n\nThey left the harbour.")


@pytest.mark.parametrize("page", ["<html><body></body></html>", "<html><body><script>a()</script></body></html>"])
def test_a_page_without_an_article_is_named(page):
    with pytest.raises(ArticleError, match=r"empty\.html has no text"):
        read_article(page.encode(), "empty.html")


@pytest.mark.parametrize("charset", ["no-such-code", "undefined", "base64", "utf-8"])
def test_a_page_in_another_encoding_than_it_declares_is_named(charset):
    page = f"<html><head><meta charset='{charset}'></head><body><p>caf\xe9</p></body></html>"
    with pytest.raises(ArticleError, match=rf"cafe\.html is not {charset} text"):
        read_article(page.encode("latin-1"), "cafe.html")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Ships\n\nThey sailed.", "Ships"),
        ("Ships", "Ships"),
        ("\n\n  Ships \r\n \t\r\nThey sailed.", "Ships"),
        ("Ships and,\n\nThey sailed.", "Ships and, They sailed."),
        ("Ships…\n\nThey sailed.", "Ships…"),
        ("Ships sailed to\nHamburg. They came back.", "Ships sailed to Hamburg."),
        ("船は\n港を出た。水夫たちは歌った。", "船は 港を出た。"),
        ("S" * 101 + "\n\nThey sailed.", "S" * 99 + "…"),
        ("They sailed on and on, " * 9 + "to Oslo.\nBack.", "They sailed on and on, " * 4 + "They…"),
    ],
)
def test_the_title_of_plain_text_is_a_short_complete_first_line_or_the_first_sentence(text, title):
    assert read_article(text.encode(), "folder/file.txt").title == title


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff")).filter(
        lambda text: clean(text).strip()
    )
)
def test_plain_text_is_kept_exactly_but_for_line_ends_soft_hyphens_and_canonical_forms(text):
    for line_end in ("\n", "\r\n", "\r"):
        assert read_article(text.replace("\n", line_end).encode(), "file.txt").text == clean(text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides_the_encoding_and_is_no_text(encoding):
    assert read_article("Käse 小米 🧀".encode(encoding), "file.txt").text == "Käse 小米 🧀"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"caf\xe9 au lait", "not utf-8 text"),
        (b"\xff\xfeC", "not utf-16-le text"),
        (b"a\0b", "NUL"),
        (b"", "empty"),
        (b" \r\n\t\xc2\xa0", "empty"),
        (b"\xef\xbb\xbf", "empty"),
    ],
)
@pytest.mark.parametrize("name", ["news/file.txt", "news/file.md", "news/file.html"])
def test_bytes_that_are_no_text_are_named(data, says, name):
    with pytest.raises(ArticleError, match=says) as caught:
        read_article(data, name)
    assert caught.value.message.startswith(name)


BLOCKS = [
    "# ",
    "\n\n",
    "\n",
    "---\n",
    "- ",
    "1. ",
    "| a | b |\n|---|---|\n",
    "```\n",
    "> ",
    "**",
    "![x](y)",
    "\n====\n",
    "    ",
]
TAGS = ["<html><body>", "<article>", "<h2>", "</h2>", "<p>", "</p>", "<table><tr><td>", "<li>", "<br>", "<pre>", "&#0;"]
ODD = [
    "&#xD800;",
    "\\ud800",
    "\\0",
    "<meta charset=",
    "utf-16>",
    "utf-7>",
    "unicode_escape>",
    "title: ",
    "date: 2024-",
    '"',
    "[",
]
PARTS = st.lists(st.one_of(st.sampled_from([*BLOCKS, *TAGS, *ODD]), st.text(max_size=8)), max_size=12).map("".join)
FILES = st.one_of(
    st.binary(),
    PARTS.map(lambda text: text.encode("utf-8", "replace")),
    PARTS.map(lambda value: f"---\ntitle: {value}\ndate: {value}\n---\nText".encode("utf-8", "replace")),
    PARTS.map(lambda value: f'---\ntitle: "{value}"\n---\nText'.encode("utf-8", "replace")),
)


@given(data=FILES, name=st.sampled_from(["file.txt", "file.md", "file.html"]))
def test_any_bytes_give_an_article_with_true_headings_or_an_article_error(data, name):
    try:
        article = read_article(data, name)
    except ArticleError:
        return
    assert article.title == " ".join(article.title.split("\n"))
    assert article.text.encode()
    assert "\0" not in article.text
    assert all(
        heading.title and article.text[heading.start :].startswith(heading.title) for heading in article.headings
    )


@pytest.mark.parametrize(
    ("name", "head", "supported"),
    [
        ("a.txt", b"", True),
        ("a.MD", b"", True),
        ("README", b"", True),
        ("a.htm", b"", True),
        ("a.pdf", b"", True),
        ("a.md.zip", b"", True),
        ("a.jpg", b"", False),
        ("a.jpg", b"%PDF-1.7", True),
        ("a.xml", b"<?xml version='1.0'?>\n<rss version='2.0'>", True),
        ("a.xml", b"<?xml version='1.0'?>\n<project>", False),
        ("a.xlsx", b"PK\x03\x04", True),
        ("a.xls", b"\xd0\xcf\x11\xe0", False),
        ("a.json", b'[{"title": "x", "text": "y"}]', True),
        ("a.json", b'{"version": "https://jsonfeed.org/version/1.1"}', True),
        ("package.json", b'{"name": "x"}', False),
        ("a.vtt", b"", True),
    ],
)
def test_the_name_or_the_first_bytes_decide_whether_a_file_in_a_folder_is_read(name, head, supported):
    assert is_supported(name, head) is supported


@pytest.mark.parametrize(
    ("text", "author", "date"),
    [
        ("Ships\n\nBy Ann Lee, 18 March 2024\n\nThey sail.", "Ann Lee", "2024-03-18"),
        ("Ships\nBy Ann Lee\n\nThey sail.", "Ann Lee", None),
        (
            "Ships\n\nBy Ann de Vries and Bo Ek | Monday, 3rd Apr 2023\n\nThey sail.",
            "Ann de Vries; Bo Ek",
            "2023-04-03",
        ),
        ("Ships\n\nBy Ann Lee, March 2, 2024\n\nThey sail.", "Ann Lee", "2024-03-02"),
        ("Ships\n\nBy Ann Lee, 31 February 2024\n\nThey sail.", None, None),
        ("Ships\n\nBy Saturday the water had risen.\n\nThey sail.", None, None),
        ("Ships\n\nBy Easter Monday\n\nThey sail.", None, None),
        ("Ships\n\nBy Ann Lee\nand others who went on.", None, None),
        ("Ships\n\nThey sail.\n\nBy Ann Lee\n", None, None),
    ],
)
def test_the_byline_of_a_plain_text_says_who_and_when(text, author, date):
    article = read_article(text.encode(), "ships.txt")
    assert (article.title, article.author, article.date, article.text) == ("Ships", author, date, text)
