"""Pages from a server on this machine, which the fetcher is told is somewhere else: only tests can say so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from index.errors import ArticleError
from index.options import IngestOptions
from index.sources import fetch, scan
from index.sources.fetch import AGENT, Web, is_public, is_url
from index.sources.scan import Scan
from index.store.database import SqliteDatabase

PUBLIC = "93.184.215.14"
PAGE = b"<!doctype html><html><head><title>Ships</title></head><body><p>They sailed to Hamburg.</p></body></html>"
FEED = (
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title><item><title>Tea</title>"
    b"<link>https://example.org/tea</link><description>It was dear.</description></item></channel></rss>"
)


class Site:
    """A server: `pages` maps a path to (status, headers, body), `asked` are the requests it got."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {"/robots.txt": (404, {}, b"")}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.addresses: dict[str, list[str]] = {}
        self.connected: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((f"{self.headers['Host']}{self.path}", dict(self.headers.items())))
                status, headers, body = site.pages.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                if self.path == "/slow":
                    site.stop.wait(10)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.stop = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def resolve(self, host: str, port: int) -> list[str]:
        return self.addresses.get(host, [PUBLIC])

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.server.server_address[1]), seconds)

    def web(self) -> Web:
        return Web(self.resolve, self.connect)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop.set()
    site.server.shutdown()
    site.server.server_close()


def test_a_page_is_fetched_with_its_type_and_address_and_without_cookies(site: Site) -> None:
    site.pages["/a%20b?q=%C3%A4"] = (200, {"Content-Type": "text/html; charset=UTF-8", "Set-Cookie": "a=1"}, PAGE)
    web = site.web()
    for _ in range(2):
        reply = web.fetch("http://example.org/a b?q=ä#part")
        assert reply.data == PAGE
        assert (reply.label.media_type, reply.label.charset) == ("text/html", "utf-8")
        assert reply.label.link == "http://example.org/a%20b?q=%C3%A4"
    assert [place for place, _ in site.asked] == ["example.org/robots.txt", *["example.org/a%20b?q=%C3%A4"] * 2]
    for _, headers in site.asked:
        assert headers == {
            "Host": "example.org", "User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"
        }  # fmt: skip


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.9.9.9 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.100.100.200 168.63.129.16
    224.0.0.1 240.0.0.1 255.255.255.255 192.0.0.192 198.18.0.1 ::1 :: ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
    fe80::1 fe80::1%eth0 fd00:ec2::254 fc00::1 fec0::1 ff02::1 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1::
    2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 100::1""".split(),
)
def test_what_is_not_public_is_never_connected_to(site: Site, address: str) -> None:
    site.addresses["inside.example"] = [PUBLIC, address]
    with pytest.raises(ArticleError, match="not on the public internet"):
        site.web().fetch("http://inside.example/")
    assert site.connected == []


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "[::ffff:7f00:1]"])
def test_without_a_test_s_resolver_this_machine_cannot_be_reached(host: str, site: Site) -> None:
    with pytest.raises(ArticleError, match=r"not on the public internet|cannot be fetched"):
        Web().fetch(f"http://{host}:{site.server.server_address[1]}/")
    assert site.asked == []


def test_what_was_looked_up_is_what_is_connected_to(site: Site) -> None:
    looked_up = []

    def changing(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return [PUBLIC] if len(looked_up) < 3 else ["127.0.0.1"]

    site.pages["/"] = (200, {"Content-Type": "text/html"}, PAGE)
    web = Web(changing, site.connect)
    assert web.fetch("http://example.org/").data == PAGE
    assert (looked_up, site.connected) == (["example.org"] * 2, [PUBLIC] * 2)  # robots.txt and the page: once each
    with pytest.raises(ArticleError, match="not on the public internet"):
        web.fetch("http://example.org/")
    assert site.connected == [PUBLIC] * 2


def test_the_next_address_is_tried_when_one_does_not_answer(site: Site) -> None:
    site.addresses["example.org"] = ["1.1.1.1", PUBLIC]
    site.pages["/"] = (200, {}, PAGE)

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        if address == "1.1.1.1":
            raise ConnectionRefusedError(111, "Connection refused")
        return site.connect(address, port, seconds)

    assert Web(site.resolve, connect).fetch("http://example.org/").data == PAGE
    site.addresses["example.org"] = ["1.1.1.1"]
    with pytest.raises(ArticleError, match="Connection refused"):
        Web(site.resolve, connect).fetch("http://example.org/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_checked_like_an_address(site: Site, status: int) -> None:
    site.addresses["inside.example"] = ["10.0.0.1"]
    site.pages["/old"] = (status, {"Location": "/new"}, b"")
    site.pages["/new"] = (200, {"Content-Type": "text/html"}, PAGE)
    assert site.web().fetch("http://example.org/old").label.link == "http://example.org/new"
    for target, says in (
        ("http://inside.example/", "not on the public internet"),
        ("file:///etc/passwd", "only http"),
        ("gopher://example.org/", "only http"),
        ("http://me:secret@example.org/new", "a name or a password"),
        ("//[::1", "cannot be fetched"),
    ):
        site.pages["/old"] = (status, {"Location": target}, b"")
        with pytest.raises(ArticleError, match=says):
            site.web().fetch("http://example.org/old")
    assert set(site.connected) == {PUBLIC}


def test_five_redirects_are_followed_and_not_six(site: Site) -> None:
    for n in range(6):
        site.pages[f"/{n}"] = (302, {"Location": f"/{n + 1}"}, b"")
    site.pages["/6"] = (200, {}, PAGE)
    assert site.web().fetch("http://example.org/1").data == PAGE
    with pytest.raises(ArticleError, match="redirects more than 5 times"):
        site.web().fetch("http://example.org/0")


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "http://", "http://me@example.org/", "http://a:b@example.org/", "http://example.org:99999/"],
)
def test_other_addresses_are_refused_before_anything_is_sent(site: Site, url: str) -> None:
    with pytest.raises(ArticleError, match="cannot be fetched"):
        site.web().fetch(url)
    assert site.connected == []


@pytest.mark.parametrize(
    ("status", "rules", "says"),
    [
        (200, b"User-agent: *\nDisallow: /private", "closed to programs"),
        (200, b"User-agent: quoth\nDisallow: /", "closed to programs"),
        (200, b"User-agent: other\nDisallow: /", None),
        (404, b"", None),
        (503, b"", "status 503"),
        (200, b"#" * (600 << 10), "has more than 0 MiB"),
    ],
)
def test_robots_txt_is_respected(site: Site, status: int, rules: bytes, says: str | None) -> None:
    site.pages |= {"/robots.txt": (status, {}, rules), "/private/a": (200, {}, PAGE)}
    if says is None:
        assert site.web().fetch("http://example.org/private/a").data == PAGE
        return
    with pytest.raises(ArticleError, match=says):
        site.web().fetch("http://example.org/private/a")
    assert all(place.endswith("/robots.txt") for place, _ in site.asked)


def test_robots_txt_counts_where_a_redirect_leads(site: Site) -> None:
    site.pages |= {
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /b"),
        "/a": (302, {"Location": "http://other.example/b"}, b""),
        "/b": (200, {}, PAGE),
    }
    with pytest.raises(ArticleError, match=r"http://other\.example/b is closed"):
        site.web().fetch("http://example.org/a")


def _large(site: Site) -> str:
    site.pages["/"] = (200, {}, b"x" * 2000)
    return r"has more than"


def _endless(site: Site) -> str:
    site.pages["/"] = (200, {"Content-Length": "", "Transfer-Encoding": "chunked"}, b"7d0\r\n" + b"x" * 2000 + b"\r\n")
    return r"has more than|IncompleteRead"


def _short(site: Site) -> str:
    site.pages["/"] = (200, {"Content-Length": "700"}, b"x")
    return "breaks off"


def _missing(site: Site) -> str:
    return "status 404"


def _packed(site: Site) -> str:
    site.pages["/"] = (200, {"Content-Encoding": "gzip"}, b"x")
    return "packed as gzip"


@pytest.mark.parametrize("fault", [_large, _endless, _short, _missing, _packed])
def test_what_cannot_be_had_whole_is_named(site: Site, fault: Callable[[Site], str]) -> None:
    says = fault(site)
    with pytest.raises(ArticleError, match=says) as caught:
        site.web().fetch("http://example.org/", max_bytes=1000)
    assert "http://example.org/" in caught.value.message


def test_a_server_that_dawdles_is_cut_off(site: Site, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "PAGE_SECONDS", 0.5)
    for length in ("", "700"):  # without a length, what was sent until then looks complete
        site.pages["/slow"] = (200, {"Content-Length": length}, PAGE)
        with pytest.raises(ArticleError, match="takes more than"):
            site.web().fetch("http://example.org/slow")


def test_a_server_without_the_certificate_is_refused(site: Site) -> None:
    with pytest.raises(ArticleError, match=r"(?i)ssl|EOF|reset"):
        site.web().fetch("https://example.org/")
    assert site.asked == []


@pytest.mark.parametrize(("text", "expected"), [("HTTPS://a.org", True), ("http:/a", False), ("news/a.md", False)])
def test_an_address_is_told_from_a_path(text: str, expected: bool) -> None:
    assert is_url(text) is expected


def test_a_page_is_an_article_called_by_its_address_and_a_feed_gives_its_entries(
    site: Site, tmp_path: Path, monkeypatch
) -> None:
    site.pages |= {
        "/a/a": (200, {"Content-Type": "text/html; charset=latin-1"}, PAGE.replace(b"Hamburg", b"K\xf6ln")),
        "/feed/": (200, {"Content-Type": "application/rss+xml"}, FEED),
        "/photo.md": (200, {"Content-Type": "image/jpeg"}, b"\xff\xd8"),
    }
    monkeypatch.setattr(scan, "Web", site.web)
    options = IngestOptions(
        urls=tuple(f"http://example.org{path}" for path in ("/a/a#b", "/a/a", "/feed/", "/photo.md", "/x"))
    )
    database = SqliteDatabase(tmp_path / "store.sqlite3", create=True)
    with closing(Scan(database, [], options)) as pages:
        scanned = list(pages)
    articles = [article for page in scanned for article in page.articles]
    assert {each.source: each.link for each in articles} == {
        "http://example.org/a/a": "http://example.org/a/a",
        "http://example.org/feed//Tea": "https://example.org/tea",
    }
    assert articles[0].text == "Ships\n\nThey sailed to Köln."
    failures = [failure.error for page in scanned for failure in page.failures]
    assert [urlsplit(error.split()[0]).path for error in failures] == ["/photo.md", "/x"]
    with database.writing():
        for article, page in zip(articles, scanned[:2], strict=True):
            database.put_article(article, str(page.file.path), [])
    with closing(Scan(database, [], options)) as pages:
        assert [page.unchanged for page in pages][:2] == [1, 1]
    site.pages["/a/a"] = (200, {"Content-Type": "text/html"}, PAGE)
    with closing(Scan(database, [], options)) as pages:
        [changed] = next(iter(pages)).articles
    assert (changed.id, changed.text) == (articles[0].id, "Ships\n\nThey sailed to Hamburg.")
    database.close()
