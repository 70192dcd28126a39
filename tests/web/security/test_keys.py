"""The keys of programs: who needs one, what one opens and how often, and how they are kept."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index.errors import StoreDamagedError, UsageError
from settings import Settings
from tests.web.standins import FakeChain, interface
from web.security.access import KEY_PREFIX
from web.security.keys import FILE, WRONG_PER_MINUTE, Keys

ASK = {"question": "What did he criticize?"}
BROWSERS = [{"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def serving(chain: FakeChain, settings: Settings, address: str = "203.0.113.9") -> TestClient:
    app = interface(chain, settings)
    host = f"{settings.host}:{settings.port}"
    return TestClient(app, base_url=f"http://{host}", client=(address, 5000), raise_server_exceptions=False)


@pytest.fixture
def client(chain: FakeChain, tmp_path: Path) -> Iterator[TestClient]:
    with serving(chain, Settings(store=tmp_path, keys_required=True)) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_only_the_hash_of_a_key_is_kept(keys: Keys, tmp_path: Path) -> None:
    made = keys.add("reader", 5)
    assert made.startswith(KEY_PREFIX) and len(made) >= len(KEY_PREFIX) + 43
    file = tmp_path / FILE
    assert made not in file.read_text() and made.removeprefix(KEY_PREFIX) not in file.read_text()
    assert json.loads(file.read_text())[0]["hash"] == hashlib.sha256(made.encode()).hexdigest()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys.add("other", 5) != made
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_key_is_found_until_it_is_revoked(keys: Keys, tmp_path: Path) -> None:
    made = keys.add("reader", 5)
    elsewhere = Keys(tmp_path)
    found = elsewhere.find({"authorization": f"bearer  {made} "})
    assert found is not None and (found.name, found.per_minute) == ("reader", 5)
    for other in ("", made, f"Basic {made}", f"Bearer {made}x", f"Bearer {made[:-1]}", "Bearer \N{SNOWMAN}", "Bearer "):
        assert elsewhere.find({"authorization": other}) is None
    keys.revoke("reader")
    assert elsewhere.find(bearer(made)) is None, "a running server sees it"
    with pytest.raises(UsageError, match="no key reader"):
        keys.revoke("reader")


@pytest.mark.parametrize(
    ("name", "per_minute"), [("", 5), ("a b", 5), ("a" * 61, 5), ("\x1b[2J", 5), ("a", 0), ("a", -1)]
)
def test_what_no_key_can_be(keys: Keys, name: str, per_minute: int) -> None:
    with pytest.raises(UsageError):
        keys.add(name, per_minute)
    assert keys.list() == ()


def test_a_name_is_given_once(keys: Keys) -> None:
    keys.add("reader", 5)
    with pytest.raises(UsageError, match="already"):
        keys.add("reader", 6)
    assert [key.per_minute for key in keys.list()] == [5]


def test_keys_made_at_once_are_all_kept(tmp_path: Path) -> None:
    threads = [threading.Thread(target=Keys(tmp_path).add, args=(f"k{n}", 5)) for n in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert {key.name for key in Keys(tmp_path).list()} == {f"k{n}" for n in range(12)}


@pytest.mark.parametrize("text", ["", "{", "5", "[5]", '[{"name": "a"}]', "\udcff"])
def test_a_damaged_file_lets_nobody_in(keys: Keys, client: TestClient, tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StoreDamagedError, match=r"keys\.json"):
        keys.list()
    assert client.post("/api/ask", json=ASK, headers=bearer(f"{KEY_PREFIX}x")).status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/ask", ASK),
        ("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": "a"}]}),
        ("GET", "/v1/models", None),
        ("GET", "/api/articles/8bf39f5254618e39", None),
    ],
)
def test_programs_need_a_key_and_browsers_do_not(
    client: TestClient, keys: Keys, method: str, path: str, body: object
) -> None:
    for wrong in ({}, bearer("sk-none"), bearer(f"{KEY_PREFIX}wrong"), {"Authorization": "Basic a"}):
        refused = client.request(method, path, json=body, headers=wrong)
        assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
        error = refused.json()["error"] if path.startswith("/v1/") else refused.json()
        assert error["code"] == "key"
        assert "wrong" not in refused.text and "none" not in refused.text
    for right in (bearer(keys.add("reader", 50)), *BROWSERS):
        assert client.request(method, path, json=body, headers=right).status_code == 200


def test_no_key_is_needed_unless_it_is_said(chain: FakeChain, tmp_path: Path) -> None:
    with serving(chain, Settings(store=tmp_path)) as client:
        for shown in ({}, bearer("sk-none")):
            assert client.post("/api/ask", json=ASK, headers=shown).status_code == 200
        revoked = client.post("/api/ask", json=ASK, headers=bearer(f"{KEY_PREFIX}revoked"))
        assert revoked.status_code == 401, "whoever shows a key means to be known"


def test_the_owner_needs_none(chain: FakeChain, tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, keys_required=True)
    with serving(chain, settings, "127.0.0.1") as client:
        assert client.post("/api/ask", json=ASK).status_code == 200
        forwarded = client.post("/api/ask", json=ASK, headers={"X-Forwarded-For": "203.0.113.9"})
        assert forwarded.status_code == 401


def test_each_key_has_its_own_rate(client: TestClient, keys: Keys) -> None:
    slow, fast = bearer(keys.add("slow", 2)), bearer(keys.add("fast", 50))
    statuses = [client.post("/api/ask", json=ASK, headers=slow).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.post("/v1/chat/completions", json={"messages": []}, headers=slow)
    assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.json()["error"]["type"] == "rate_limit_error"
    assert client.post("/api/ask", json=ASK, headers=fast).status_code == 200


def test_keys_cannot_be_tried_fast(client: TestClient, keys: Keys) -> None:
    for n in range(WRONG_PER_MINUTE):
        assert client.get("/v1/models", headers=bearer(f"{KEY_PREFIX}{n}")).status_code == 401
    assert client.get("/v1/models", headers=bearer(f"{KEY_PREFIX}x")).status_code == 429
    assert client.get("/v1/models", headers=bearer(keys.add("reader", 5))).status_code == 200


def test_a_key_is_never_logged(
    client: TestClient, keys: Keys, chain: FakeChain, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    chain.error = RuntimeError("odd")
    made = keys.add("reader", 50)
    for shown in (made, f"{KEY_PREFIX}not-one"):
        client.post("/api/ask", json=ASK, headers=bearer(shown))
    assert "odd" in caplog.text
    assert KEY_PREFIX not in caplog.text and made not in caplog.text
