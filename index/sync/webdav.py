"""Files of a WebDAV share: folder after folder is listed, and a file is had anew when its ETag has changed."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from index.errors import ArticleError
from index.readers.sniff import is_supported
from index.sources.fetch import PAGE_BYTES, GoneError, Validators, Web, WebResponse, plain_url
from index.sources.walk import File
from index.sync.origins import LIST_BYTES, Document
from index.sync.source import Item, Source, read_password

FOLDERS = 1_000
"""Of a share so many folders are listed."""
_ASKED = (
    b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><resourcetype/><getetag/><getlastmodified/>'
    b"<getcontentlength/></prop></propfind>"
)
_PREFIX = r"(?:[\w.-]{1,40}:)?"
_RESPONSE = re.compile(rf"<{_PREFIX}response[\s>]", re.IGNORECASE)
_FOLDER = re.compile(rf"<{_PREFIX}collection\s{{0,9}}[/>]", re.IGNORECASE)
_ANSWERS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_MULTI_STATUS = 207


@dataclass(frozen=True, slots=True)
class Entry:
    """What a share lists: a folder or a file, with what is said of its version."""

    url: str
    is_folder: bool
    validators: Validators
    size: int


class WebDavOrigin:
    """Files in and below one folder of a share, in the order of their addresses."""

    validators = Validators()

    def __init__(self, source: Source, web: Web) -> None:
        self._source = source
        self._web = web
        self._place = _plain(f"{source.place.rstrip('/')}/")
        self._entries: dict[str, Entry] = {}
        self._headers: dict[str, str] | None = None

    def files(self) -> Sequence[File] | None:
        """See Origin."""
        waiting, seen = [self._place], {self._place}
        while waiting:
            for entry in self._listed(waiting.pop(0)):
                if not entry.is_folder:
                    self._entries[entry.url] = entry
                elif entry.url not in seen:
                    seen.add(entry.url)
                    waiting.append(entry.url)
            if len(seen) > FOLDERS:
                raise ArticleError(f"{self._place} has more than {FOLDERS} folders", "give a folder further down")
        return [File(Path(url), url) for url in sorted(self._entries) if is_supported(_name(url))]

    def get(self, file: File, known: Item | None) -> Document | None:
        """See Origin."""
        entry = self._entries[file.name]
        version = entry.validators
        if known is not None and version != Validators() and Validators(known.etag, known.modified) == version:
            return None
        if entry.size > PAGE_BYTES:
            raise ArticleError(f"{file.name} has more than {PAGE_BYTES >> 20} MiB", "bring it in yourself")
        # With the version of the list: what comes with the bytes is not always written in the same way.
        return Document(self._ask("GET", file.name).data, None, version)

    def close(self) -> None:
        """See Origin."""

    def _listed(self, folder: str) -> Iterator[Entry]:
        """Yield what lies in a folder, but for what is hidden. Raises ArticleError."""
        response = self._ask("PROPFIND", folder, {"Depth": "1", "Content-Type": "application/xml"}, _ASKED)
        if response.status != _MULTI_STATUS:
            raise ArticleError(f"{folder} is no folder of a WebDAV share", "check the address")
        text = response.data.decode("utf-8", "replace")
        for part in _RESPONSE.split(text)[1:]:
            url = _plain(_said("href", part), folder)
            # A server may list what is elsewhere; there nothing is asked.
            inside = url.startswith(self._place) and url != folder and ".." not in unquote(url).split("/")
            if inside and not _name(url).startswith("."):
                yield _entry(url, part)

    def _ask(self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> WebResponse:
        limit = LIST_BYTES if method == "PROPFIND" else PAGE_BYTES
        response = self._web.ask(method, url, self._credentials() | (headers or {}), body, limit)
        if response.status in _ANSWERS:
            raise ArticleError(f"{url} refuses user and password", "check both")
        if response.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) and method == "GET":
            raise GoneError(f"{url} is gone", "it may have been deleted")
        if response.status not in (HTTPStatus.OK, _MULTI_STATUS):
            raise ArticleError(f"{url} cannot be read (status {response.status})", "check the address")
        return response

    def _credentials(self) -> dict[str, str]:
        """Return the header that shows who asks. Without TLS only a host that the owner names as private gets it."""
        if self._headers is None:
            self._headers = {}
            if self._source.password is not None:
                check_private(self._source, self._place)
                pair = f"{self._source.user}:{read_password(self._source.password)}".encode()
                self._headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return self._headers


def check_private(source: Source, place: str) -> None:
    """Raise ArticleError where somebody could read along, unless the host is one that the owner names as private."""
    site = urlsplit(place)
    if site.scheme != "https" and (site.hostname or "") not in source.private_hosts:
        raise ArticleError(
            f"{place} is asked without TLS, so that no password is sent", "use https://, or name the --private-host"
        )


def _entry(url: str, part: str) -> Entry:
    """Return what a share says of one address. What has neither ETag nor date has no version."""
    is_folder = _FOLDER.search(part) is not None
    size = _said("getcontentlength", part)
    validators = Validators(_said("getetag", part) or None, _said("getlastmodified", part) or None)
    if is_folder and not url.endswith("/"):
        url += "/"
    return Entry(url, is_folder, validators, int(size) if size.isdecimal() and len(size) < 16 else 0)


def _said(name: str, part: str) -> str:
    """Return what stands in an element; these are a stranger's bytes: nothing here parses XML or nests."""
    match = re.search(rf"<{_PREFIX}{name}(?:\s[^<>]{{0,200}})?>([^<]{{0,2000}})<", part, re.IGNORECASE)
    return html.unescape(match[1]).strip() if match else ""


def _plain(url: str, base: str = "") -> str:
    """Return an address as it is asked for, so that two can be compared; empty for one that is none."""
    try:
        return plain_url(urljoin(base, url)).geturl()
    except ValueError:
        return ""


def _name(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
