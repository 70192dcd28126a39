"""Who is taken for the owner, by which names the server is reached, and how often a stranger may ask."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from settings import Settings
from web.security.access import caller
from web.security.gate import VISITORS_AT_AN_ADDRESS, WRONG_TOKENS_PER_MINUTE, Gate
from web.security.rates import Rates

TOKEN = "correct horse battery staple"
HERE, LAN, OUT = "127.0.0.1", "192.168.1.7", "203.0.113.9"
LOCAL = "127.0.0.1:7860"
PUBLIC = Settings(host="0.0.0.0", hosts=("quoth.test",), owner_token=TOKEN)
PROXIED = Settings(hosts=("quoth.test",), proxies=("127.0.0.1/32", "10.0.0.0/8"), owner_token=TOKEN)


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(token: str = TOKEN, name: str = "me") -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{name}:{token}'.encode()).decode()}"}


def forwarded(proto: str | None = "https", client: str = OUT) -> dict[str, str]:
    return {"X-Forwarded-For": client} | ({"X-Forwarded-Proto": proto} if proto else {})


async def told(scope: Scope, receive: Receive, send: Send) -> None:
    """Says under which scheme it was asked."""
    await JSONResponse({"scheme": Request(scope).url.scheme})(scope, receive, send)


class Visitors:
    """Requests from anywhere to one gate."""

    def __init__(self, settings: Settings) -> None:
        self._gate = Gate(told, settings, Rates())

    def send(
        self,
        path: str = "/owner/eval",
        peer: str = OUT,
        host: str = "quoth.test",
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
    ) -> Response:
        client = TestClient(self._gate, base_url="http://quoth.test", client=(peer, 5))
        sent: Any = client.request(method, path, headers={"Host": host, **(headers or {})})
        return sent


@pytest.mark.parametrize(
    ("settings", "peer", "host", "headers", "status"),
    [
        # Nobody set anything: whoever sits at the machine.
        (Settings(), HERE, LOCAL, {}, 200),
        (Settings(), "::1", "[::1]:7860", {}, 200),
        (Settings(), HERE, LOCAL, forwarded(), 403),
        (Settings(), HERE, LOCAL, {"Via": "1.1 proxy"}, 403),
        (Settings(), HERE, LOCAL, {"Origin": "https://quoth.test"}, 403),
        (Settings(), LAN, LOCAL, {}, 403),
        (Settings(), HERE, "192.168.1.2", {}, 403),
        (Settings(), HERE, LOCAL, bearer(), 200),
        # It serves others: sitting at the machine may be a proxy that says nothing of itself.
        (Settings(host="0.0.0.0"), HERE, LOCAL, {}, 403),
        (Settings(hosts=("quoth.test",)), HERE, LOCAL, {}, 403),
        (Settings(proxies=("10.0.0.0/8",)), HERE, LOCAL, {}, 403),
        (Settings(embed_origins=("https://their.site",)), HERE, LOCAL, {}, 403),
        (Settings(embed_origins=("http://localhost:8000", "http://127.0.0.1:1")), HERE, LOCAL, {}, 200),
        # A token is set: whoever shows it where nobody reads along.
        (Settings(owner_token=TOKEN), HERE, LOCAL, {}, 401),
        (Settings(owner_token=TOKEN), HERE, LOCAL, bearer(), 200),
        (PUBLIC, HERE, LOCAL, basic(), 200),
        (PUBLIC, HERE, LOCAL, basic(name=""), 200),
        (PUBLIC, HERE, LOCAL, bearer(TOKEN[:-1]), 401),
        (PUBLIC, HERE, LOCAL, bearer(TOKEN.upper()), 401),
        (PUBLIC, HERE, LOCAL, bearer(""), 401),
        (PUBLIC, HERE, LOCAL, {"Authorization": "Basic !!!"}, 401),
        (PUBLIC, HERE, LOCAL, {"Authorization": f"Digest {TOKEN}"}, 401),
        (PUBLIC, HERE, LOCAL, {"Authorization": TOKEN}, 401),
        (PUBLIC, HERE, LOCAL, {"Cookie": f"token={TOKEN}"}, 401),
        (PUBLIC, OUT, "quoth.test", bearer(), 403),
        (PUBLIC, LAN, "192.168.1.2", basic(), 403),
        (PUBLIC, OUT, "quoth.test", {}, 403),
        # A proxy says https; only one that is known is believed.
        (PROXIED, HERE, "quoth.test", forwarded() | bearer(), 200),
        (PROXIED, "10.1.2.3", "quoth.test", forwarded() | basic(), 200),
        (PROXIED, HERE, "quoth.test", forwarded(), 401),
        (PROXIED, HERE, "quoth.test", forwarded() | bearer("wrong"), 401),
        (PROXIED, HERE, "quoth.test", forwarded("http") | bearer(), 403),
        (PROXIED, HERE, "quoth.test", forwarded(None) | bearer(), 403),
        (PROXIED, HERE, "quoth.test", forwarded("https, http") | bearer(), 403),
        (PROXIED, HERE, "quoth.test", {"Forwarded": "proto=https"} | bearer(), 403),
        (PUBLIC, HERE, "quoth.test", forwarded() | bearer(), 403),
        (PUBLIC, OUT, "quoth.test", forwarded() | bearer(), 403),
        (PUBLIC, OUT, "quoth.test", {"X-Forwarded-Proto": "https", "X-Forwarded-For": HERE} | bearer(), 403),
        (PROXIED, OUT, "quoth.test", forwarded() | bearer(), 403),
        (PROXIED, HERE, LOCAL, {}, 401),
    ],
)
def test_who_is_the_owner(settings: Settings, peer: str, host: str, headers: dict[str, str], status: int) -> None:
    visitors = Visitors(settings)
    for path in ("/owner/eval", "/metrics", "/", "/articles"):
        response = visitors.send(path, peer, host, headers)
        assert response.status_code == status
        assert ("www-authenticate" in response.headers) == (status == 401)
        assert TOKEN not in response.text  # type: ignore[attr-defined]
    assert visitors.send("/widget", peer, host, headers).status_code == 200


def test_nginx_with_nothing_set_is_not_the_owner() -> None:
    scope: dict[str, Any] = {"type": "http", "http_version": "1.0", "scheme": "http", "client": (HERE, 5)}
    scope["headers"] = [(b"host", b"127.0.0.1:7860"), (b"connection", b"close")]
    assert not caller(scope, Settings()).is_owner
    assert caller(scope | {"http_version": "1.1"}, Settings()).is_owner


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(PUBLIC)


def test_a_token_cannot_be_found_by_trying() -> None:
    visitors = Visitors(PROXIED)
    tries = [
        visitors.send(headers=forwarded() | bearer(str(n)), peer=HERE).status_code
        for n in range(WRONG_TOKENS_PER_MINUTE)
    ]
    assert set(tries) == {401}
    late = visitors.send(headers=forwarded() | bearer(), peer=HERE)
    assert late.status_code == 429 and int(late.headers["retry-after"]) <= 60
    assert visitors.send(headers=forwarded(client="198.51.100.1") | bearer(), peer=HERE).status_code == 200
    # Elsewhere a wrong token is counted too, since what is shown there also depends on it.
    visitors = Visitors(PROXIED)
    for n in range(WRONG_TOKENS_PER_MINUTE):
        visitors.send("/articles/x", headers=forwarded() | bearer(str(n)), peer=HERE)
    assert visitors.send("/articles/x", headers=forwarded() | bearer("x"), peer=HERE).status_code == 429


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True), ("127.0.0.1:7860", True), ("[::1]:7860", True), ("192.168.1.2", True),
        ("[2001:db8::1]", True),
        ("quoth.test", True), ("QUOTH.test:443", True), ("box", True),
        ("evil.example", False), ("quoth.test.evil.example", False), ("192.168.1.2.evil.example", False), ("", False),
        ("localhost.", False), ("quoth.test:x", False), ("a@127.0.0.1", False), ("127.1", False), ("[::1", False),
        ("127.0.0.1, evil.example", False), ("0x7f000001", False),
    ],
)  # fmt: skip
def test_the_names_of_the_server(host: str, known: bool) -> None:
    settings = Settings(host="box", hosts=("quoth.test",))
    for path, method in (("/widget", "GET"), ("/api/ask", "POST"), ("/healthz", "GET"), ("/owner/eval", "GET")):
        assert (Visitors(settings).send(path, host=host, method=method).status_code == 421) == (not known)


def test_links_begin_with_the_scheme_that_the_client_uses() -> None:
    def scheme(settings: Settings, peer: str) -> str:
        sent: Any = Visitors(settings).send("/widget", peer, headers=forwarded())
        return str(json.loads(sent.content)["scheme"])

    assert scheme(PROXIED, HERE) == "https"
    assert scheme(PROXIED, OUT) == scheme(PUBLIC, HERE) == "http"


def asks(visitors: Visitors, count: int, **more: Any) -> list[int]:
    return [visitors.send("/api/ask", method="POST", **more).status_code for _ in range(count)]


def test_a_stranger_asks_so_often_and_no_more() -> None:
    visitors = Visitors(replace(PUBLIC, asks_per_minute=3))
    assert asks(visitors, 4) == [200, 200, 200, 429]
    refused: Any = visitors.send("/api/ask", method="POST")
    assert refused.json()["code"] == "too_many" and 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["retry-after"] in refused.json()["hint"]
    assert asks(visitors, 1, peer="203.0.113.10") == [200]
    assert visitors.send("/widget").status_code == 200


def test_who_sits_at_the_machine_is_not_counted() -> None:
    visitors = Visitors(Settings(asks_per_minute=1))
    assert set(asks(visitors, 9, peer=HERE, host=LOCAL)) == {200}


def test_zero_is_no_limit() -> None:
    assert set(asks(Visitors(replace(PUBLIC, asks_per_minute=0)), 30)) == {200}


def test_a_forged_address_does_not_help() -> None:
    for settings, peer in ((PUBLIC, OUT), (PUBLIC, HERE), (PROXIED, OUT)):
        visitors = Visitors(replace(settings, asks_per_minute=2))
        headers = [{"X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}"} for n in range(3)]
        got = [asks(visitors, 1, peer=peer, headers=each)[0] for each in headers]
        assert got == [200, 200, 429]
    visitors = Visitors(replace(PROXIED, asks_per_minute=2))  # what the client wrote stands before what the proxy adds
    got = [asks(visitors, 1, peer=HERE, headers=forwarded(client=f"198.51.100.{n}, {OUT}"))[0] for n in range(3)]
    assert got == [200, 200, 429]


def test_clients_behind_a_proxy_are_counted_apart() -> None:
    visitors = Visitors(replace(PROXIED, asks_per_minute=1))
    for client in ("198.51.100.1", "198.51.100.2:4711", "2001:db8::1, 10.9.9.9", "[2001:db8:1::1]:80"):
        assert asks(visitors, 2, peer=HERE, headers=forwarded(client=client)) == [200, 429]


def test_an_ipv6_household_is_one_client() -> None:
    visitors = Visitors(replace(PUBLIC, asks_per_minute=2))
    assert [asks(visitors, 1, peer=f"2001:db8:0:1::{n}")[0] for n in range(1, 4)] == [200, 200, 429]
    assert asks(visitors, 1, peer="2001:db8:0:2::1") == [200]
    assert asks(visitors, 3, peer="::ffff:198.51.100.1")[2] == asks(visitors, 1, peer="198.51.100.1")[0] == 429


def test_visitors_at_one_address_are_counted_each_and_together() -> None:
    visitors = Visitors(replace(PUBLIC, asks_per_minute=2))
    one, other = ({"Quoth-Session": digit * 32} for digit in "ab")
    assert asks(visitors, 3, headers=one) == [200, 200, 429]
    assert asks(visitors, 3, headers=other) == [200, 200, 429]
    assert asks(visitors, 3) == [200, 200, 429]
    many = [asks(visitors, 1, headers={"Quoth-Session": f"{n:032x}"})[0] for n in range(2 * VISITORS_AT_AN_ADDRESS)]
    assert many.count(200) == 2 * VISITORS_AT_AN_ADDRESS - 6


def test_what_is_no_question_is_counted_too() -> None:
    visitors = Visitors(replace(PUBLIC, asks_per_minute=1))
    got = [visitors.send("/api/feedback", method="POST").status_code for _ in range(VISITORS_AT_AN_ADDRESS + 1)]
    assert got == [200] * VISITORS_AT_AN_ADDRESS + [429]
    assert asks(visitors, 1) == [200]
