"""Addresses are found in feeds, sitemaps and pages of every make, hostile ones too, without parsing them."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable

import pytest

from index.errors import ArticleError
from index.sync.addresses import SITEMAPS, feed_addresses, linked_addresses, sitemap_addresses
from tests.index.sync.site import rss, sitemap

PLACE = "https://example.org/news/feed.xml"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://example.org/"/><entry>
<link rel="self" href="/self"/><link href='/a?b=1&amp;c=2' rel='alternate' type="text/html"/><title>A</title></entry>
<entry><link href="b#part"/></entry><entry><title>none</title></entry></feed>"""


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (rss("https://example.org/a", "https://other.example/b"), ["https://example.org/a", "https://other.example/b"]),
        (rss(" <![CDATA[https://example.org/c?d=1&e=2]]> "), ["https://example.org/c?d=1&e=2"]),
        (rss("https://example.org/a?b=1&amp;c=2"), ["https://example.org/a?b=1&c=2"]),
        (rss("/a", "/a", "mailto:a@b.c", "javascript:x", "file:///etc/passwd", "http://["), ["https://example.org/a"]),
        (ATOM, ["https://example.org/a?b=1&c=2", "https://example.org/news/b"]),
        (json.dumps({"version": "1", "items": [{"url": "/a"}, {"id": "b"}, {"url": 7}]}), ["https://example.org/a"]),
        ("<rdf:RDF><item rdf:about='x'><link>https://example.org/a</link></item></rdf:RDF>", ["https://example.org/a"]),
        ("<html><a href='/a'>no feed</a></html>", []),
        ("", []),
    ],
)
def test_feeds(data: str, found: list[str]) -> None:
    assert feed_addresses(data.encode(), PLACE) == found


@pytest.mark.parametrize("data", ["{", '{"items": 7}', '{"items": ["a"]}', '{"a":' * 100_000])
def test_what_is_no_json_feed_is_an_error(data: str) -> None:
    with pytest.raises(ArticleError, match="no JSON feed"):
        feed_addresses(data.encode(), PLACE)


def test_links_are_of_the_same_site_and_may_be_articles() -> None:
    page = (
        '<base href="/docs/"><a href="one">1</a><A HREF=two.html>2</A><a title="x" href=\'/three.pdf\'>3</a>'
        '<a href="https://other.example/">4</a><a href="/x.jpg">5</a><a href="/app.js">6</a><a name="y">7</a>'
        '<area href="/no"><a href="https://example.org:8443/">8</a><a href="/list?page=2#x">9</a>'
    )
    assert linked_addresses(page.encode(), "https://example.org/list") == [
        "https://example.org/docs/one", "https://example.org/docs/two.html", "https://example.org/three.pdf",
        "https://example.org/list?page=2",
    ]  # fmt: skip


def test_sitemaps_may_be_packed_prefixed_and_nested() -> None:
    pages = {
        "https://example.org/s.xml": sitemap("https://example.org/a.xml.gz", "/b.xml", of="sitemap").encode(),
        "https://example.org/a.xml.gz": gzip.compress(sitemap("https://example.org/a").encode()),
        "https://example.org/b.xml": b"<urlset><url><s:loc> /b </s:loc></url><url><loc>/a</loc></url></urlset>",
    }
    assert sitemap_addresses("https://example.org/s.xml", pages.__getitem__) == [
        "https://example.org/a", "https://example.org/b"
    ]  # fmt: skip


def test_sitemaps_of_themselves_end() -> None:
    asked: list[str] = []

    def endless(url: str) -> bytes:
        asked.append(url)
        return sitemap(url, f"{url}a", f"{url}b", of="sitemap").encode()

    with pytest.raises(ArticleError, match=f"more than {SITEMAPS} sitemaps"):
        sitemap_addresses("https://example.org/", endless)
    assert len(asked) == len(set(asked)) <= SITEMAPS


def test_a_sitemap_that_unpacks_to_too_much_is_an_error() -> None:
    bomb = gzip.compress(bytes(80 << 20), 1)
    with pytest.raises(ArticleError, match="more than 64 MiB"):
        sitemap_addresses("https://example.org/", lambda url: bomb)
    with pytest.raises(ArticleError, match="damaged"):
        sitemap_addresses("https://example.org/", lambda url: bomb[:20] + b"x" * 50)


@pytest.mark.parametrize("find", [feed_addresses, linked_addresses])
@pytest.mark.parametrize(
    "part",
    [b"<a ", b"<link ", b"<item><link", b"<entry><link href=", b"<a href='", b"<item>", b"<link><![CDATA[", b"<a\n"],
)
def test_hostile_bytes_take_no_longer_than_others(find: Callable[[bytes, str], list[str]], part: bytes) -> None:
    started = time.process_time()
    find(part * (1_000_000 // len(part)), PLACE)
    assert time.process_time() - started < 10
