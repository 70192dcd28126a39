"""A real HTTP server on this machine whose pages have ETags and dates, and can fail, redirect and move."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


class Site:
    """`pages` maps a path to a body, to a status, or to where it redirects; `asked` are the requests it got."""

    def __init__(self) -> None:
        self.pages: dict[str, str | bytes | int | tuple[int, str]] = {}
        self.asked: list[tuple[str, int]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                found = site.pages.get(self.path, 404)
                body, headers, status = b"", {}, 200
                if isinstance(found, int):
                    status = found
                elif isinstance(found, tuple):
                    status, headers = found[0], {"Location": found[1]}
                else:
                    body = found.encode() if isinstance(found, str) else found
                    tag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
                    kind = "html" if body.startswith(b"<") else "plain"
                    headers = {"ETag": tag, "Content-Type": f"text/{kind}; charset=utf-8"}
                    if self.headers["If-None-Match"] == tag:
                        status, body = 304, b""
                site.asked.append((self.path, status))
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://{HOST}:{self.server.server_address[1]}{path}"

    def page(self, path: str, words: str) -> str:
        """Put an article there, as plain text, and return its address."""
        self.pages[path] = f"{path.strip('/').title()}\n\n{words}"
        return self.url(path)

    def statuses(self) -> dict[str, int]:
        """What the latest request for each path got; forgets all requests."""
        latest = dict(self.asked)
        self.asked.clear()
        return latest


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()


def rss(*links: str) -> str:
    items = "".join(f"<item><title>News</title><link>{link}</link></item>" for link in links)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><link>http://x/</link>{items}</channel></rss>"


def sitemap(*links: str, of: str = "url") -> str:
    outer = "urlset" if of == "url" else "sitemapindex"
    return f"<?xml version='1.0'?><{outer}>{''.join(f'<{of}><loc>{link}</loc></{of}>' for link in links)}</{outer}>"
