"""The addresses that feeds, sitemaps and pages hold. These are strangers' bytes: nothing here parses XML or nests."""

from __future__ import annotations

import html
import json
import re
import zlib
from collections.abc import Callable
from urllib.parse import urldefrag, urljoin, urlsplit

from index.errors import ArticleError
from index.readers.sniff import TEXTS, is_supported
from index.sources.fetch import is_url

SITEMAPS = 50
"""Of a sitemap of sitemaps so many are read."""
_UNPACKED_BYTES = 64 << 20
_ENTRY = re.compile(r"<(?:item|entry)[\s>]", re.IGNORECASE)
_LINK = re.compile(r"<link([^<>]{0,2000})>\s{0,99}(?:<!\[CDATA\[)?([^<\]]{0,2000})", re.IGNORECASE)
_HREF = re.compile(r"""href\s{0,9}=\s{0,9}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))""", re.IGNORECASE)
_REL = re.compile(r"""\brel\s{0,9}=\s{0,9}["']?(\w+)""", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s([^<>]{0,2000})>", re.IGNORECASE)
_BASE = re.compile(r"<base\s([^<>]{0,2000})>", re.IGNORECASE)
_LOC = re.compile(r"<(?:\w{1,20}:)?loc>\s{0,99}(?:<!\[CDATA\[)?([^<\]]{1,2000})", re.IGNORECASE)
_IS_INDEX = re.compile(r"<(?:\w{1,20}:)?sitemapindex[\s>]", re.IGNORECASE)


def feed_addresses(data: bytes, place: str) -> list[str]:
    """Return the pages that the entries of an RSS, Atom or JSON feed link to, in its order."""
    text = data.decode("utf-8", "replace")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _plain(_json_links(text, place), place)
    return _plain([link for entry in _ENTRY.split(text)[1:] if (link := _entry_link(entry))], place)


def linked_addresses(data: bytes, place: str) -> list[str]:
    """Return the pages of the same site that a page links to, in its order; no pictures, scripts or the like."""
    text = data.decode("utf-8", "replace")
    base = next((_href(match[1]) for match in _BASE.finditer(text)), "")
    start = urljoin(place, base)
    found = _plain([_href(match[1]) for match in _ANCHOR.finditer(text)], start)
    site = urlsplit(place).netloc
    return [url for url in found if urlsplit(url).netloc == site and url != urldefrag(place).url and _may_be_read(url)]


def sitemap_addresses(place: str, fetch: Callable[[str], bytes]) -> list[str]:
    """Return the pages of the same site that a sitemap lists, or the sitemaps that it lists; each is fetched once.

    Raises ArticleError where one of them cannot be had: what is in it would pass for gone.
    """
    waiting, seen, pages = [place], {place}, list[str]()
    while waiting:
        text = _unpacked(fetch(here := waiting.pop(0)), here).decode("utf-8", "replace")
        listed = _plain([html.unescape(link) for link in _LOC.findall(text)], here)
        listed = [url for url in listed if urlsplit(url).netloc == urlsplit(place).netloc]
        if not _IS_INDEX.search(text[:2000]):
            pages += listed
            continue
        fresh = [url for url in listed if url not in seen]
        if len(seen) + len(fresh) > SITEMAPS:
            raise ArticleError(f"{place} has more than {SITEMAPS} sitemaps", "give some of them, each as a source")
        seen.update(fresh)
        waiting += fresh
    return list(dict.fromkeys(pages))


def _json_links(text: str, place: str) -> list[str]:
    try:
        items = json.loads(text.lstrip("\ufeff"))["items"]
        return [item["url"] for item in items if isinstance(item.get("url"), str)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArticleError(f"{place} is no JSON feed", "check the address") from error


def _entry_link(entry: str) -> str:
    """Return the page of an entry: RSS has it as text, Atom as an attribute, of several the alternate one."""
    for match in _LINK.finditer(entry):
        rel = _REL.search(match[1])
        link = _href(match[1]) or html.unescape(match[2]).strip()
        if link and (rel is None or rel[1].lower() == "alternate"):
            return link
    return ""


def _href(attributes: str) -> str:
    match = _HREF.search(attributes)
    return html.unescape(match[1] or match[2] or match[3] or "").strip() if match else ""


def _plain(links: list[str], place: str) -> list[str]:
    """Return whole addresses of pages, each once, without the parts after #."""
    whole: dict[str, None] = {}
    for link in links:
        try:
            url = urldefrag(urljoin(place, link.strip())).url
        except ValueError:  # an address with a bracket that does not close
            continue
        if link.strip() and is_url(url):
            whole[url] = None
    return list(whole)


def _may_be_read(url: str) -> bool:
    """Return whether a page's name lets it be an article."""
    name = urlsplit(url).path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return not ending or f".{ending}" in TEXTS or is_supported(name) or ending in ("php", "aspx", "asp", "jsp")


def _unpacked(data: bytes, place: str) -> bytes:
    """Return what a sitemap holds that may be packed by gzip."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(data, _UNPACKED_BYTES)
    except zlib.error as error:
        raise ArticleError(f"{place} is damaged ({error})", "try again later") from error
    if unpacking.unconsumed_tail:
        raise ArticleError(f"{place} has more than {_UNPACKED_BYTES >> 20} MiB", "give a part of it")
    return text
