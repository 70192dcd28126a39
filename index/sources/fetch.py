"""Web pages by their address, for `ingest URL --allow-network`: from public hosts only, as their robots.txt allows.

A host's name is looked up once for each connection, and what was looked up is what is connected to: a name that changes
its address in between leads nowhere. Redirects are followed by hand, so that each goes through the same checks.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Timer
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from index.errors import ArticleError
from index.readers.source_metadata import SourceMetadata, content_metadata

AGENT = "Quoth/0.1 (indexes articles that its owner names)"
PAGE_BYTES = 64 << 20
PAGE_SECONDS = 60.0
"""For all of a page: its redirects and their robots.txt too."""
REDIRECTS = 5

_ROBOTS_BYTES = 500 << 10  # as RFC 9309 has it
_GONE = frozenset({404, 410})
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in (
        *("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),  # stand for IPv4 addresses, of any kind
        *("192.0.0.0/24", "fec0::/10"),  # special and site-local ones, global to some versions of Python
        "168.63.129.16/32",  # a cloud's metadata
    )
)
"""Networks that ipaddress takes for public."""

_URL_CHARACTERS = "/%:@!$&'()*+,;=~-._?"


class GoneError(ArticleError):
    """A page is not there any more: its server says so."""


Resolve = Callable[[str, int], list[str]]
Connect = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server calls a version of a page; sent with the next request, it need not send the same version again."""

    etag: str | None = None
    modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in said.items() if value}


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class WebResponse:
    """Response of a server. `label` says of what kind the data are and at which address they were found in the end.

    `validators` are what the server calls this version of the page; where it still has the same, there are no data.
    """

    status: int
    data: bytes
    label: SourceMetadata
    location: str | None = None
    validators: Validators = NO_VALIDATORS


def is_url(text: str) -> bool:
    """Return whether this is an address on the web and no path."""
    return re.match(r"(?i)https?://", text) is not None


class Web:
    """Client that fetches pages and keeps each site's robots.txt meanwhile.

    `private_hosts` are those that the owner names, which need not be public. `resolve` and `connect` are for tests.
    """

    def __init__(
        self, resolve: Resolve | None = None, connect: Connect | None = None, private_hosts: Collection[str] = ()
    ) -> None:
        self._private_hosts = frozenset(host.lower() for host in private_hosts)
        self._resolve = resolve or _resolve
        self._connect = connect or _connect
        self._robots: dict[str, RobotFileParser] = {}

    def fetch(self, url: str, known: Validators = NO_VALIDATORS, max_bytes: int = PAGE_BYTES) -> WebResponse:
        """Return the page at `url`, unless it is the known version: then the status is 304 and there are no data.

        Raises ArticleError, with the address and the reason, and GoneError where the page is not there any more.
        """
        deadline = time.monotonic() + PAGE_SECONDS
        response = self._follow_redirects(url, deadline, max_bytes, lambda site: self._permit(site, deadline), known)
        if response.status == HTTPStatus.NOT_MODIFIED and known != NO_VALIDATORS:
            return response
        if response.status in _GONE:
            raise GoneError(f"{url} cannot be fetched (status {response.status})", "check the address")
        if response.status != HTTPStatus.OK:
            raise ArticleError(f"{url} cannot be fetched (status {response.status})", "check the address")
        return response

    def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", max_bytes: int = PAGE_BYTES
    ) -> WebResponse:
        """Return what a server says to its user, whatever the status.

        No redirect is followed, for the headers may show who asks, and no robots.txt asked for, which is for strangers.
        Raises ArticleError where there is no response.
        """
        deadline = time.monotonic() + PAGE_SECONDS
        try:
            response = self._get(plain_url(url), deadline, max_bytes, headers, method, body)
            if time.monotonic() >= deadline:
                raise TimeoutError
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = f"it takes more than {PAGE_SECONDS:.0f} seconds" if time.monotonic() >= deadline else ""
            raise ArticleError(f"{url} cannot be read ({late or error})", "check the address") from error
        return response

    def _follow_redirects(
        self,
        url: str,
        deadline: float,
        max_bytes: int,
        permit: Callable[[SplitResult], None],
        known: Validators = NO_VALIDATORS,
    ) -> WebResponse:
        here = url
        for _ in range(REDIRECTS + 1):
            try:
                site = plain_url(here)
                permit(site)
                response = self._get(site, deadline, max_bytes, known.headers)
                if time.monotonic() >= deadline:  # what was cut off may look complete
                    raise TimeoutError
                if response.location is None:
                    return response
                here = urljoin(here, response.location)
            except (OSError, http.client.HTTPException, ValueError) as error:
                late = f"it takes more than {PAGE_SECONDS:.0f} seconds" if time.monotonic() >= deadline else ""
                message = f"{here} cannot be fetched ({late or error})"
                raise ArticleError(message, "check the address, or save the page") from error
        raise ArticleError(f"{url} redirects more than {REDIRECTS} times", "give the address that it leads to")

    def _permit(self, site: SplitResult, deadline: float) -> None:
        """Raise ArticleError if robots.txt forbids the page: https://www.rfc-editor.org/rfc/rfc9309."""
        root = f"{site.scheme}://{site.netloc}"
        if root not in self._robots:
            response = self._follow_redirects(f"{root}/robots.txt", deadline, _ROBOTS_BYTES, lambda _: None)
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise ArticleError(f"{root}/robots.txt cannot be read (status {response.status})", "try again later")
            rules = response.data.decode("utf-8", "replace") if response.status == HTTPStatus.OK else ""
            self._robots[root] = RobotFileParser()
            self._robots[root].parse(rules.splitlines())
        if not self._robots[root].can_fetch(AGENT, site.geturl()):
            raise ArticleError(f"{site.geturl()} is closed to programs by its robots.txt", "save the page yourself")

    def _get(
        self,
        site: SplitResult,
        deadline: float,
        max_bytes: int,
        headers: Mapping[str, str],
        method: str = "GET",
        body: bytes = b"",
    ) -> WebResponse:
        """Make one request over a connection of its own, which is cut when the time is over."""
        host, port = site.hostname or "", site.port or (443 if site.scheme == "https" else 80)
        with closing(self.connect(host, port, deadline)) as plain:
            stream = plain
            if site.scheme == "https":
                context = ssl.create_default_context()
                stream = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
            timer = Timer(max(0.0, deadline - time.monotonic()), _shut_down, [stream])
            timer.start()
            try:
                if isinstance(stream, ssl.SSLSocket):
                    stream.do_handshake()
                return _request(stream, site, max_bytes, method, headers, body)
            finally:
                timer.cancel()
                stream.close()

    def connect(self, host: str, port: int, deadline: float) -> socket.socket:
        """Open a connection to one of the host's addresses, all of which have to be public. Raises OSError."""
        addresses = self._resolve(host, port)
        for address in addresses:
            if not is_public(address) and host.lower() not in self._private_hosts:
                raise OSError(f"{host} is at {address}, which is not on the public internet")
        problem = OSError(f"{host} has no address")
        for address in addresses:
            try:
                return self._connect(address, port, max(0.1, deadline - time.monotonic()))
            except OSError as error:
                problem = error
        raise problem


def is_public(address: str) -> bool:
    """Return whether an IP address is public: not private, loopback, link-local, multicast, reserved or metadata's."""
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or any(ip in net for net in _NOT_PUBLIC))


def plain_url(url: str) -> SplitResult:
    """Return the address in plain ASCII and without fragment. Raises ValueError for one that may not be fetched."""
    site = urlsplit(url)
    if site.scheme not in ("http", "https") or not site.hostname:
        raise ValueError("only http:// and https:// addresses are fetched")
    if site.username is not None or site.password is not None:
        raise ValueError("an address with a name or a password in it is not fetched")
    host = site.hostname if ":" in site.hostname else site.hostname.encode("idna").decode()
    netloc = (f"[{host}]" if ":" in host else host) + (f":{site.port}" if site.port else "")
    path = quote(site.path or "/", safe=_URL_CHARACTERS)
    return SplitResult(site.scheme, netloc, path, quote(site.query, safe=_URL_CHARACTERS), "")


def _request(
    stream: socket.socket, site: SplitResult, max_bytes: int, method: str, more: Mapping[str, str], body: bytes
) -> WebResponse:
    connection = http.client.HTTPConnection(site.hostname or "")
    connection.sock, connection.auto_open = stream, 0
    headers = {"Host": site.netloc, "User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    target = site._replace(scheme="", netloc="").geturl()
    connection.request(method, target, body=body or None, headers={**headers, **more})
    with connection.getresponse() as response:
        label = content_metadata(response.headers.get("Content-Type", ""), site.geturl())
        if response.status in _REDIRECT_STATUSES and (location := response.headers.get("Location")):
            return WebResponse(response.status, b"", label, location)
        validators = Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))
        if (packed := response.headers.get("Content-Encoding", "identity")) != "identity":
            raise OSError(f"it is packed as {packed}, unasked")
        data = response.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise OSError(f"it has more than {max_bytes >> 20} MiB")
        if response.length:
            raise OSError("it breaks off")
        return WebResponse(response.status, data, label, validators=validators)


def _resolve(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connect(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), seconds)


def _shut_down(stream: socket.socket) -> None:
    """End a connection under its reader, whatever layer it is in."""
    with suppress(OSError):
        socket.socket.shutdown(stream, socket.SHUT_RDWR)
