"""Saved web pages: WARC files, by warcio, and MHTML. Each page is an article with its address as its link."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import BROKEN, Names, damaged
from index.readers.compose import web_link
from index.readers.sniff import has_reader
from index.readers.source_metadata import ReadInner, SourceMetadata, content_metadata
from index.readers.unpack_budget import RATIO, RATIO_FROM, UnpackBudget

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

_FOUND = "200"
_NAME_CHARACTERS = 200


def read_warc(data: bytes, source: str, budget: UnpackBudget, read: ReadInner) -> Iterator[Article | Failure]:
    """Return the pages and documents that were found, in the order in which they were fetched, but no pictures.

    They are called by their addresses without `https://`.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.statusandheaders import StatusAndHeadersParserException

    names, pages = Names(source), 0
    try:
        for record in ArchiveIterator(io.BytesIO(data)):
            if record.rec_type != "response" or record.http_headers is None:
                continue
            if record.http_headers.get_statuscode() != _FOUND:
                continue
            label = _label(record)
            if not has_reader(label.media_type):
                continue
            pages += 1
            name = names.of(unquote((label.link or "").partition("://")[2])[:_NAME_CHARACTERS])
            try:
                inner = _content(record, name, budget)
            except ArticleError as error:
                yield Failure(name, error.message, error.hint)
            else:
                yield from read(inner, name, budget, label)
            if budget.spent:
                return
    except (*BROKEN, ArchiveLoadFailed, StatusAndHeadersParserException) as error:
        yield damaged(source, error)
    if not pages:
        yield Failure(source, f"{source} holds no web pages", "give the one that has them")


def read_mhtml(data: bytes, source: str, budget: UnpackBudget, read: ReadInner) -> Iterator[Article | Failure]:
    """Return the page itself; the pictures and frames that were saved with it are left out."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    pages = (part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml"))
    page = next(pages, None)
    content = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(content, bytes):
        raise ArticleError(f"{source} holds no web page", "save the page again, or as HTML")
    link = web_link(message.get("snapshot-content-location") or page.get("content-location"))
    try:
        date = parsedate_to_datetime(str(message.get("date"))).date().isoformat()
    except (ValueError, TypeError, IndexError):
        date = None
    yield from read(content, source, budget, SourceMetadata("text/html", page.get_content_charset(), link, date))


def _label(record: ArcWarcRecord) -> SourceMetadata:
    headers = record.rec_headers
    date = (headers.get_header("WARC-Date") or "")[:10] or None
    kind = record.http_headers.get_header("Content-Type") or ""
    return content_metadata(kind, (headers.get_header("WARC-Target-URI") or "").strip("<>"), date)


def _content(record: ArcWarcRecord, name: str, budget: UnpackBudget) -> bytes:
    """Return what the server sent, unpacked. Raises ArticleError if there is no budget for it."""
    from warcio.bufferedreaders import BufferedReader

    encoding = (record.http_headers.get_header("Content-Encoding") or "identity").lower()
    if encoding not in ("identity", *BufferedReader.get_supported_decompressors()):
        raise ArticleError(f"{name} is packed as {encoding}", "save the page itself")
    packed = max(0, record.length or 0)
    stream, most = record.content_stream(), min(budget.bytes, max(RATIO_FROM, RATIO * packed))
    content = bytearray()
    while len(content) <= most and (piece := stream.read(most + 1 - len(content))):
        content += piece
    while record.raw_stream.read(1 << 16):
        pass
    if record.raw_stream.limit:
        raise ArticleError(f"{name} breaks off before its end", "copy the archive again from where it came")
    budget.take(name, packed, len(content))
    return bytes(content)
