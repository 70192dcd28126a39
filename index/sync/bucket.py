"""Objects of an S3-compatible bucket, which is only ever read. A request is signed as Amazon has it (version 4).

Signed here, and sent like all other requests: a client library looks up names itself, so that nobody could say which
hosts it may ask. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from index.errors import ArticleError
from index.readers.sniff import is_supported
from index.sources.fetch import PAGE_BYTES, GoneError, Validators, Web, WebResponse
from index.sources.walk import File
from index.sync.origins import LIST_BYTES, Document
from index.sync.source import Item, Source, read_password
from index.sync.webdav import check_private

REGION = "us-east-1"
PAGES, PAGE_OBJECTS = 1_000, 1_000
"""Of a bucket's list so many pages, of so many objects, are read."""
_EMPTY = hashlib.sha256(b"").hexdigest()
_CONTENTS = re.compile(r"<Contents>")
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class BucketOrigin:
    """Objects of a bucket whose names begin with the source's folder, in the order of their names."""

    validators = Validators()

    def __init__(self, source: Source, web: Web) -> None:
        site = urlsplit(source.place)
        self._source = source
        self._web = web
        self._region = source.region or REGION
        endpoint = (source.endpoint or f"https://s3.{self._region}.amazonaws.com").rstrip("/")
        self._bucket = f"{endpoint}/{site.netloc}"
        self._folder = unquote(site.path.strip("/"))
        self._versions: dict[str, tuple[Validators, int]] = {}
        self._secret: str | None = None

    def files(self) -> Sequence[File] | None:
        """See Origin."""
        token = ""
        for _ in range(PAGES):
            token = self._read_page(token)
            if not token:
                return [File(Path(url), url) for url in sorted(self._versions)]
        raise ArticleError(f"{self._source.place} has more than {PAGES} pages of objects", "give a folder of it")

    def get(self, file: File, known: Item | None) -> Document | None:
        """See Origin."""
        version, size = self._versions[file.name]
        if known is not None and known.etag == version.etag:
            return None
        if size > PAGE_BYTES:
            raise ArticleError(f"{file.name} has more than {PAGE_BYTES >> 20} MiB", "bring it in yourself")
        # Of what kind a file is, a bucket does not know: its name and its first bytes say it.
        return Document(self._ask(file.name, "", PAGE_BYTES).data, None, version)

    def close(self) -> None:
        """See Origin."""

    def _read_page(self, token: str) -> str:
        """Note the objects of one page of the list, and return what the next one is asked for by."""
        wanted = {"list-type": "2", "encoding-type": "url", "max-keys": str(PAGE_OBJECTS)}
        if self._folder:
            wanted["prefix"] = f"{self._folder}/"
        if token:
            wanted["continuation-token"] = token
        query = "&".join(f"{name}={quote(wanted[name], safe='')}" for name in sorted(wanted))
        text = self._ask(self._bucket, query, LIST_BYTES).data.decode("utf-8", "replace")
        for part in _CONTENTS.split(text)[1:]:
            # The list writes a blank as a plus sign, as forms do.
            key = unquote(_said("Key", part).replace("+", " "))
            name = key.rpartition("/")[2]
            hidden = any(folder.startswith(".") for folder in key.removeprefix(self._folder).split("/"))
            if name and not hidden and is_supported(name):
                size = _said("Size", part)[:15]
                version = Validators(etag=_said("ETag", part) or _said("LastModified", part))
                url = f"{self._bucket}/{quote(key, safe='/~')}"
                self._versions[url] = version, int(size) if size.isdecimal() else 0
        return _said("NextContinuationToken", text)

    def _ask(self, url: str, query: str, limit: int) -> WebResponse:
        headers = self._signed(url, query)
        response = self._web.ask("GET", f"{url}?{query}" if query else url, headers, max_bytes=limit)
        if response.status in _REFUSED:
            raise ArticleError(f"{url} refuses the key", "check user, password and region")
        if response.status == HTTPStatus.NOT_FOUND and not query:
            raise GoneError(f"{url} is gone", "it may have been deleted")
        if response.status != HTTPStatus.OK:
            raise ArticleError(f"{url} cannot be read (status {response.status})", "check bucket, endpoint and region")
        return response

    def _signed(self, url: str, query: str) -> dict[str, str]:
        """Return the headers of a signed request; of none where the bucket is open to everybody."""
        if self._source.password is None:
            return {}
        check_private(self._source, url)
        if self._secret is None:
            self._secret = read_password(self._source.password)
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        return signed_headers(url, query, self._source.user or "", self._secret, self._region, now)


def signed_headers(url: str, query: str, user: str, secret: str, region: str, now: str) -> dict[str, str]:
    """Return the headers that sign a GET; `query` has its names in order, `now` is like 20240402T101500Z."""
    site = urlsplit(url)
    signed = {"host": site.netloc.lower(), "x-amz-content-sha256": _EMPTY, "x-amz-date": now}
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    request = "\n".join(("GET", site.path or "/", query, lines, names, _EMPTY))
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    said = "\n".join(("AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, said.encode(), "sha256").hexdigest()
    credential = f"AWS4-HMAC-SHA256 Credential={user}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {"x-amz-content-sha256": _EMPTY, "x-amz-date": now, "Authorization": credential}


def _said(name: str, part: str) -> str:
    """Return what stands in an element; these are a stranger's bytes: nothing here parses XML or nests."""
    match = re.search(rf"<{name}>([^<]{{0,4000}})</{name}>", part)
    return html.unescape(match[1]).strip() if match else ""
