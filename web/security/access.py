"""Who asks: from which address, over what, and whether that is the owner. See docs/security.md.

Nothing that a request says of itself is believed but what a configured proxy adds to it.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from settings import Settings

KEY_PREFIX = "quoth-"
"""What API keys begin with; the rest of Authorization is the owner's."""
_HERE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)
_FORWARDING = ("forwarded", "x-forwarded-", "x-real-ip", "via")
Scope = Mapping[str, Any]
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request.

    `address` is what is counted: an IPv4 address, or the /64 of an IPv6 one, since that is what one household has.
    `scheme` is the one that the client uses. `is_secure` says that nobody reads along: TLS, or the machine itself.
    `shows_token` says that something is shown as the owner's token, right or wrong.
    """

    address: str
    scheme: str
    is_secure: bool
    is_owner: bool
    shows_token: bool


def caller(scope: Scope, settings: Settings) -> Caller:
    """Return who sent the request of this scope.

    With a token the owner is whoever shows it over a secure connection. Without one it is whoever sits at the
    machine, as long as the server serves nobody else: a proxy on the machine may well look like its owner.
    """
    headers = Headers(raw=scope["headers"])
    peer = _ip(scope["client"][0]) if scope.get("client") else None
    is_plain = is_direct(scope, headers) and peer is not None and is_loopback(str(peer))
    is_tls, client = scope.get("scheme") == "https", peer
    if peer is not None and _is_trusted(peer, settings.proxies):
        client = _forwarded_for(peer, headers, settings.proxies)
        said = _header_values(headers, "x-forwarded-proto")
        is_tls = bool(said) and all(scheme == "https" for scheme in said)
    is_secure = is_tls or is_plain
    token = _token(headers)
    if settings.owner_token:
        is_owner = token is not None and is_secure and _equal(token, settings.owner_token.encode())
    else:
        is_owner = is_plain and not serves_others(settings)
    shown = token is not None and bool(settings.owner_token)
    return Caller(_counted(client), "https" if is_tls else "http", is_secure, is_owner, shown)


def is_owner(request: HTTPConnection, settings: Settings) -> bool:
    """Return whether a request is the owner's."""
    return caller(request, settings).is_owner


def is_at_machine(request: HTTPConnection, settings: Settings) -> bool:
    """Return whether whoever sent a request sits at the machine, as far as that can be known."""
    headers = Headers(raw=request.scope["headers"])
    peer = _ip(request.scope["client"][0]) if request.scope.get("client") else None
    is_here = is_direct(request.scope, headers) and peer is not None and is_loopback(str(peer))
    return is_here and not serves_others(settings)


def is_known_host(headers: Headers, settings: Settings) -> bool:
    """Return whether a request names this server as it may be named.

    A page elsewhere can have its own name lead here (DNS rebinding) and then passes for one of ours, but its
    requests keep that name. No name leads to a request that names an address.
    """
    match = [_HOST.fullmatch(host) for host in headers.getlist("host")]
    if len(match) != 1 or match[0] is None:
        return False
    name = match[0][1].lower()
    return name in ("localhost", settings.host.lower(), *settings.hosts) or _ip(name.strip("[]")) is not None


def is_direct(scope: Scope, headers: Headers) -> bool:
    """Return whether a request names the machine as one does who sits at it, with no sign of a proxy.

    nginx, unless told otherwise, forwards without a sign but for HTTP/1.0 and the origin that browsers add.
    """
    hosts = headers.getlist("host")
    origin = headers.get("origin")
    return (
        bool(hosts)
        and all(_HERE.fullmatch(host) for host in hosts)
        and not any(name.startswith(_FORWARDING) for name in headers)
        and scope.get("http_version") != "1.0"
        and (origin is None or _is_local(origin))
    )


def serves_others(settings: Settings) -> bool:
    """Return whether the settings say that not only the machine itself is served."""
    others = settings.hosts or settings.proxies or not all(map(_is_local, settings.embed_sites()))
    return bool(others) or not is_loopback(settings.host)


def is_loopback(host: str) -> bool:
    """Return whether nothing but this machine reaches an address."""
    address = _ip(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def host_of(origin: str) -> str:
    """Return host and port of an Origin header; empty for `null` or a malformed value."""
    return origin.partition("://")[2]


def _is_local(origin: str) -> bool:
    return _HERE.fullmatch(host_of(origin)) is not None


def _ip(text: str) -> Address | None:
    """Return an address, without the port that some proxies add."""
    for candidate in (text, text.rpartition(":")[0].strip("[]")):
        try:
            address = ip_address(candidate)
        except ValueError:
            continue
        return getattr(address, "ipv4_mapped", None) or address
    return None


def _counted(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


@cache
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(map(ip_network, proxies))


def _is_trusted(address: Address, proxies: tuple[str, ...]) -> bool:
    return any(address in network for network in _networks(proxies))


def _forwarded_for(peer: Address, headers: Headers, proxies: tuple[str, ...]) -> Address:
    """Return the client: each proxy adds whom it heard at the end, so the last one that is no proxy of ours."""
    client = peer
    for hop in reversed(_header_values(headers, "x-forwarded-for")):
        address = _ip(hop)
        if address is None:
            break
        client = address
        if not _is_trusted(address, proxies):
            break
    return client


def _header_values(headers: Headers, name: str) -> list[str]:
    return [value.strip().lower() for line in headers.getlist(name) for value in line.split(",")]


def _token(headers: Headers) -> bytes | None:
    """Return what is shown as the owner's token: `Bearer TOKEN`, or Basic with any user name."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    shown = value.strip().encode("latin-1")
    match scheme.lower():
        case "bearer" if not value.startswith(KEY_PREFIX):
            return shown
        case "basic":
            try:
                return b64decode(shown, validate=True).partition(b":")[2]
            except ValueError:
                return b""
        case _:
            return None


def _equal(one: bytes, other: bytes) -> bool:
    """Compare in the same time for any two: a digest does not tell how long or how alike they are."""
    return compare_digest(sha256(one).digest(), sha256(other).digest())
