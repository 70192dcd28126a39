"""What is counted and logged of requests and questions, and what is not."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families as families
from starlette.testclient import TestClient

from index.errors import StoreError, UsageError
from settings import Settings
from tests.web.standins import FakeChain, FakeIndex, until
from web.app import build_app
from web.monitoring.logs import Formatter, request_id
from web.monitoring.middleware import truncated

SECRET = "criticize the Zanzibar affair"
HOSTILE = 'a\nb\r\x1b[31m\x9b0m\u2028\u202e" status=200'


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture(scope="module")
def client(chain: FakeChain) -> Iterator[TestClient]:
    app = build_app(chain, Settings())  # type: ignore[arg-type]
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 5), raise_server_exceptions=False) as client:
        yield client


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    samples = [sample for family in families(client.get("/metrics").text) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def ask(client: TestClient, question: str = SECRET, **more: object) -> int:
    return client.post("/api/ask?token=s3cret", json={"question": question} | more).status_code


def test_questions_are_counted_by_how_they_ended(client: TestClient, chain: FakeChain) -> None:
    before = figures(client)
    assert (ask(client), ask(client, "what else?"), ask(client, "  ")) == (200, 200, 400)
    for error, status in ((RuntimeError(SECRET), 500), (UsageError("no", "such filter"), 400)):
        chain.error = error
        assert ask(client) == status
    chain.error = None
    after = figures(client)
    grown = {key: after[key] - before.get(key, 0) for key in after}
    for outcome in ("answered", "abstained", "failed", "refused"):
        assert grown["quoth_questions_total", outcome] == 1
    assert grown["quoth_questions_total", "stopped"] == 0
    assert {key[1]: grown[key] for key in grown if key[0] == "quoth_refusals_total"} == {
        "empty_question": 1,
        "internal": 1,
        "bad_request": 1,
    }
    assert grown["quoth_stage_seconds_count", "total"] == 2
    assert grown["quoth_stage_seconds_sum", "total"] == pytest.approx(0.6)
    assert grown["quoth_request_seconds_count", "POST", "/api/ask", "200"] == 2


def test_the_index_the_line_and_the_process(client: TestClient) -> None:
    found = figures(client)
    assert found["quoth_index_info", "g1"] == 1
    assert (found["quoth_index_articles",], found["quoth_index_passages",], found["quoth_line",]) == (1, 3, 0)
    assert found["process_resident_memory_bytes",] > 1e6


def test_a_store_without_articles_has_figures_all_the_same(client: TestClient, chain: FakeChain) -> None:
    class Empty(FakeIndex):
        def counts(self) -> tuple[str, int, int]:
            raise StoreError("it holds no articles yet", "ingest some")

    kept, chain.index = chain.index, Empty()
    assert not any(key[0].startswith("quoth_index") for key in figures(client))
    chain.index = kept


def test_labels_are_our_own_words(client: TestClient) -> None:
    client.request("BREW", "/zanzibar")
    client.get("/articles/zanzibar")
    text = client.get("/metrics").text
    assert not re.search("zanzibar|BREW|s3cret|Zanzibar", text)
    assert 'method="other",route="none",status="404"' in text


def test_two_apps_count_for_themselves() -> None:
    app = build_app(FakeChain(), Settings())  # type: ignore[arg-type]
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 5)) as other:
        assert figures(other)["quoth_questions_total", "answered"] == 0


def test_strangers_see_no_figures() -> None:
    app = build_app(FakeChain(), Settings(owner_token="a" * 40))  # type: ignore[arg-type]
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 5)) as stranger:
        refused = stranger.get("/metrics")
        assert refused.status_code in (401, 403) and "quoth_" not in refused.text
        assert stranger.get("/metrics", headers={"Authorization": f"Bearer {'a' * 40}"}).status_code == 200


def written(caplog: pytest.LogCaptureFixture, *, as_json: bool, outspoken: bool = False) -> list[str]:
    formatter = Formatter(as_json=as_json, outspoken=outspoken)
    return [formatter.format(record) for record in caplog.records if record.name.startswith("web")]


def test_a_request_is_a_line(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "web")
    sent = client.post("/api/ask?token=s3cret", json={"question": SECRET}, headers={"Authorization": "Bearer s3cret"})
    client.get("/healthz")
    until(lambda: len(written(caplog, as_json=True)) == 2)  # the question's line is that of another thread
    assert "s3cret" not in caplog.text
    lines = {line["message"]: line for line in map(json.loads, written(caplog, as_json=True))}
    question, request = lines["question"], lines["request"]
    assert question["outcome"] == "answered"
    assert re.fullmatch("[0-9a-f]{12}", sent.headers["x-request-id"])
    assert {name: request[name] for name in ("level", "method", "route", "status", "client")} == {
        "level": "info", "method": "POST", "route": "/api/ask", "status": 200, "client": "127.0.0.0",
    }  # fmt: skip
    assert isinstance(request["milliseconds"], int)
    for as_json in (True, False):
        assert not re.search("Zanzibar|s3cret", "".join(written(caplog, as_json=as_json)))


def test_questions_are_written_only_if_that_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "web")
    app = build_app(FakeChain(), Settings(log_questions=True))  # type: ignore[arg-type]
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 5)) as client:
        ask(client, HOSTILE)
    until(lambda: len(written(caplog, as_json=True)) == 2)
    [line] = [line for line in written(caplog, as_json=True) if json.loads(line)["message"] == "question"]
    assert json.loads(line)["question"] == 'a\nb\r[31m0m\u2028" status=200', "without signs that nobody sees"


def test_a_failure_does_not_tell_what_was_asked(
    client: TestClient, chain: FakeChain, caplog: pytest.LogCaptureFixture
) -> None:
    chain.error = RuntimeError(SECRET)
    assert ask(client) == 500
    chain.error = None
    for as_json in (True, False):
        text = "\n".join(written(caplog, as_json=as_json))
        assert "RuntimeError" in text and "standins.py" in text and "Zanzibar" not in text
    assert "Zanzibar" in "".join(written(caplog, as_json=False, outspoken=True))


@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_is_one_line_whatever_is_in_it(as_json: bool) -> None:
    request_id.set("abc")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        info = sys.exc_info()
    record = logging.LogRecord("web", logging.ERROR, "", 1, "said %s", (HOSTILE,), info)
    record.fields = {"question": HOSTILE}
    line = Formatter(as_json=as_json, outspoken=True).format(record)
    assert line.isprintable()
    if as_json:
        told = json.loads(line)
        assert told["question"] == HOSTILE and told["message"] == f"said {HOSTILE}" and told["request"] == "abc"
    else:
        assert 'question="a\\nb' in line and "request=abc" in line
    request_id.set("")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2::/64", "2001:db8:1::"),
        ("None", "unknown"),
    ],
)
def test_an_address_is_cut_short(address: str, shown: str) -> None:
    assert truncated(address) == shown
