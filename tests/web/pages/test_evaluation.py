"""The evaluation page: who may open it, a run from start to report, what is refused, two runs compared."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from index.ingest import ingest
from rag.chain import AnswerChain, build_chain
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.web.standins import HERE, interface, until
from web.locales import say
from web.pages import evaluation, owner, runs
from web.pages.runner import Progress
from web.security.access import is_owner
from web.security.gate import STRICT, Gate
from web.security.rates import Rates

TEXT = "Tea\n\nTea was first drunk in China. It spread by sea."
ROWS: list[dict[str, Any]] = [
    {"id": "1", "question": "Who first drank tea in China?", "answers": ["China"], "evidence": ["drunk in China"]},
    {"id": "2", "question": "How did it spread by sea?", "answers": ["by sea"], "evidence": ["It spread by sea."]},
    {"id": "3", "question": "What does it cost?", "answerable": False},
]
ROUTES = [
    ("GET", "/owner/eval"), ("HEAD", "/owner/eval"), ("POST", "/owner/runs"), ("GET", "/owner/runs/current"),
    ("POST", "/owner/runs/current/stop"), ("GET", "/owner/runs/x"), ("GET", "/owner/runs/x.json"),
    ("DELETE", "/owner/runs/x"), ("GET", "/owner/"), ("GET", "/owner/nothing"), ("PUT", "/owner/runs"),
]  # fmt: skip


class WordReader:
    """Answers where the question's last word stands, once `go` is set."""

    name: str | None = "words"
    high = HIGH

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.asked: list[str] = []

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        self.asked.append(question)
        assert self.go.wait(20)
        word = question.rstrip("?").split()[-1]
        return [
            Reading(0.9, (AnswerSpan(at, at + len(word), 1.0),)) if (at := p.text.find(word)) >= 0 else Reading(0.1, ())
            for p in passages
        ]


def tiny_chain(folder: Path) -> AnswerChain:
    """A real chain over one article, with a stand-in for the embedding model."""
    (folder / "tea.txt").write_text(TEXT)
    model = FakeEmbeddings()
    settings = Settings(store=folder / "store")
    ingest(settings.store, [folder / "tea.txt"], model)
    return build_chain(settings, model)


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture
def reader() -> Iterator[WordReader]:
    reader = WordReader()
    yield reader
    reader.go.set()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The runs of each test go to a store of its own, the articles are everybody's."""
    return Settings(store=tmp_path / "store")


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerChain]:
    chain = tiny_chain(tmp_path_factory.mktemp("tea"))
    yield chain
    chain.close()


@pytest.fixture
def app(chain: AnswerChain, settings: Settings, reader: WordReader) -> FastAPI:
    chain._reader = reader
    app = interface(chain, settings)
    app.include_router(owner.owner_routes(chain, settings))
    app.add_middleware(Gate, settings=settings, rates=Rates())
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, **HERE) as client:
        yield client


def state(client: TestClient) -> Any:
    return client.get("/owner/runs/current").json()


def ended(client: TestClient) -> Any:
    until(lambda: state(client)["state"] not in ("running", "stopping"))
    return state(client)


def run(client: TestClient, *rows: dict[str, Any], name: str = "tea.jsonl") -> str:
    response = client.post("/owner/runs", params={"name": name}, content=lines(*rows))
    assert response.status_code == 202, response.text
    told = ended(client)
    assert told["state"] == "done", told
    return str(told["run"])


def test_from_a_set_to_a_report(client: TestClient, reader: WordReader) -> None:
    assert "There are none yet." in client.get("/owner/eval").text
    assert state(client)["state"] == "idle"
    run_id = run(client, *ROWS, name="C:\\sets\\Tea & tin.jsonl")
    assert sorted(reader.asked[-3:]) == sorted(row["question"] for row in ROWS)
    told = state(client)
    assert (told["questions"], told["done"], told["total"]) == ("Tea & tin.jsonl", 3, 3)
    assert told["said"] == "Done: 3 questions."

    card = client.get(f"/owner/runs/{run_id}.json")
    assert card.headers["content-disposition"] == f'attachment; filename="{run_id}.json"'
    figures = {each["name"]: each["value"] for each in card.json()["figures"]}
    assert (card.json()["questions"], len(card.json()["results"])) == ("Tea & tin.jsonl", 3)

    page = client.get("/owner/eval").text
    assert "<bdi>Tea &amp; tin.jsonl</bdi>" in page and f'href="/owner/runs/{run_id}"' in page
    for name in ("first_line_right", "high_precision", "refusal_recall"):
        assert f">{figures[name]:.3f}</td>" in page
    assert figures["refusal_recall"] == 1

    report = client.get(f"/owner/runs/{run_id}")
    assert report.status_code == 200 and "Tea &amp; tin.jsonl" in report.text
    assert "It spread by sea." in report.text


def test_a_set_in_csv_as_a_spreadsheet_saves_it(client: TestClient) -> None:
    lines = "Question;Answers;Answerable", "Who first drank tea in China?;China|Chinese;", "What does it cost?;;no"
    body = "\r\n".join(lines).encode("utf-8-sig")
    assert client.post("/owner/runs?name=mine.csv", content=body).status_code == 202
    told = ended(client)
    assert (told["state"], told["total"]) == ("done", 2)
    results = client.get(f"/owner/runs/{told['run']}.json").json()["results"]
    assert [(each["answers"], each["answerable"]) for each in results] == [(["China", "Chinese"], True), ([], False)]
    refused = client.post("/owner/runs?name=mine.csv", content=b"What;Then\r\nWho?;Ada\r\n").json()
    assert refused["message"] == "mine.csv: no column is called `question`"


def test_a_report_keeps_its_own_policy(client: TestClient) -> None:
    run_id = run(client, ROWS[0])
    policy = client.get(f"/owner/runs/{run_id}").headers["content-security-policy"]
    assert "script-src 'sha256-" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    for path in ("/owner/eval", "/owner/runs/current", f"/owner/runs/{run_id}.json", "/owner/runs/none"):
        response = client.get(path)
        assert response.headers["content-security-policy"] == STRICT
    assert client.get("/owner/eval").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "192.168.1.5:7860"}, {"Host": "0.0.0.0"}, {"Origin": "http://192.168.1.5", "Host": "192.168.1.5"},
        {"Forwarded": "for=127.0.0.1"}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Real-IP": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"}, {"Via": "1.1 proxy"},
    ],
)  # fmt: skip
def test_only_the_owner_is_let_in(client: TestClient, headers: dict[str, str]) -> None:
    for method, path in ROUTES:
        response = client.request(method, path, headers=headers)
        assert response.status_code == 403
        if method != "HEAD":
            assert response.json()["code"] == "owner_only"
            assert "on the machine" in response.json()["hint"]


@pytest.mark.parametrize(
    "host",
    [
        "quoth.example", "127.0.0.1.evil.example", "localhost.evil.example:7860", "evil.example@127.0.0.1",
        "127.0.0.1:7860x", "",
    ],
)  # fmt: skip
def test_by_another_name_nobody_is_let_in(client: TestClient, host: str) -> None:
    for method, path in ROUTES:
        assert client.request(method, path, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "LOCALHOST:80", "127.0.0.1", "[::1]:7860", "[::1]"])
def test_each_name_of_this_machine_will_do(client: TestClient, host: str) -> None:
    assert client.get("/owner/eval", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1", 200),
        ("::1", "::1", 200),
        ("::ffff:127.0.0.1", "localhost", 200),
        ("127.0.0.1", "0.0.0.0", 403),
        ("127.0.0.1", "::", 403),
        ("127.0.0.1", "192.168.1.5", 403),
        ("127.0.0.1", "quoth.example", 403),
        ("192.168.1.7", "127.0.0.1", 403),
        ("::ffff:192.168.1.7", "127.0.0.1", 403),
        ("unknown", "127.0.0.1", 403),
    ],
)
def test_where_it_is_served_and_asked_from(
    chain: AnswerChain, settings: Settings, address: str, host: str, status: int
) -> None:
    app = interface(chain, settings)
    app.include_router(owner.owner_routes(chain, replace(settings, host=host)))
    client = TestClient(app, base_url="http://127.0.0.1:7860", client=(address, 5))
    assert client.get("/owner/eval").status_code == status


def test_a_request_without_an_address_is_nobodys(settings: Settings) -> None:
    request = Request({"type": "http", "client": None, "headers": [(b"host", b"localhost")]})
    assert not is_owner(request, settings)
    for hosts in ([], [(b"host", b"localhost"), (b"host", b"evil.example")]):
        request = Request({"type": "http", "client": ("127.0.0.1", 5), "headers": hosts})
        assert not is_owner(request, settings)


def test_a_stranger_s_body_is_not_read(app: FastAPI) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was asked for")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/owner/runs", "raw_path": b"/owner/runs", "root_path": ""}
    scope |= {"query_string": b"name=a", "headers": [(b"host", b"192.168.1.5")], "client": ("127.0.0.1", 5)}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://localhost:1"}])
def test_another_site_changes_nothing(client: TestClient, headers: dict[str, str]) -> None:
    run_id = run(client, ROWS[0])
    for method, path in [("POST", "/owner/runs"), ("DELETE", f"/owner/runs/{run_id}")]:
        response = client.request(method, path, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "origin")
    assert client.get(f"/owner/runs/{run_id}").status_code == 200
    assert state(client)["run"] == run_id


@pytest.mark.parametrize(
    "run_id",
    [
        "secret", "..%2Fsecret", "..%2f..%2fsecret", "%2e%2e%2fsecret", "../secret", "..%5csecret", "%00", "x" * 500,
        "20260101T000000000000Z-..%2fsecret", "20260101T000000000000Z-a%00", "20260101T000000000000Z-a\u0661",
        "20260101T000000000000Z-a%0A", "20260101T000000000000Z-gone",
    ],
)  # fmt: skip
def test_no_way_out_of_the_folder(client: TestClient, settings: Settings, run_id: str) -> None:
    run(client, ROWS[0])
    secrets = [settings.folder / "secret.json", settings.folder / "runs" / "secret.json"]
    for path in secrets:
        path.write_text("{}")
    for method, name in [("GET", run_id), ("GET", f"{run_id}.json"), ("DELETE", run_id)]:
        response = client.request(method, f"/owner/runs/{name}")
        assert response.status_code == 404
        assert response.json()["code"] in ("no_such_run", "not_found")
    assert all(path.read_text() == "{}" for path in secrets)


BAD_SETS = [
    (lines(ROWS[0]) + b"{\n", "line 2: "),
    (b'\n{"answers": ["x"]}\n', "line 2: "),
    (lines(ROWS[0], ROWS[1], ROWS[0]), "line 3: "),
    (b"", "holds no questions"),
    (json.dumps(ROWS[0]).encode("utf-16"), "UTF-16"),
    (b'{"question": "\xe9"}', "not UTF-8"),
]


@pytest.mark.parametrize(("body", "words"), BAD_SETS)
def test_a_bad_set_is_named_by_line(client: TestClient, reader: WordReader, body: bytes, words: str) -> None:
    asked = len(reader.asked)
    response = client.post("/owner/runs", params={"name": "mine.jsonl"}, content=body)
    error = response.json()
    assert (response.status_code, error["code"]) == (400, "bad_request")
    assert words in error["message"] and error["message"].startswith("mine.jsonl")
    assert error["hint"] and "/tmp" not in response.text
    assert (state(client)["state"], len(reader.asked)) == ("idle", asked)


def test_a_set_about_other_articles_is_not_asked(client: TestClient, reader: WordReader) -> None:
    asked = len(reader.asked)
    client.post("/owner/runs?name=x", content=lines(ROWS[0], ROWS[1] | {"evidence": ["nowhere"]}))
    told = ended(client)
    assert told["state"] == "failed" and "row '2'" in told["said"]
    client.post("/owner/runs")  # the starter set, where the starter corpus is not
    told = ended(client)
    assert (told["state"], told["questions"]) == ("failed", "seeds/questions.jsonl")
    assert "indexed" in told["error"][0] and told["error"][1]
    assert len(reader.asked) == asked
    assert "There are none yet." in client.get("/owner/eval").text


def test_a_set_has_a_limit(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    body = lines(*ROWS)
    monkeypatch.setattr(evaluation, "SET_BYTES", len(body) - 1)
    response = client.post("/owner/runs?name=a", content=body)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    monkeypatch.setattr(evaluation, "SET_BYTES", len(body))
    assert client.post("/owner/runs?name=a", content=body).status_code == 202
    assert ended(client)["state"] == "done"


def test_a_set_may_be_larger_than_a_question(client: TestClient) -> None:
    filler = [{"id": str(n), "question": "What?", "answerable": False, "tags": ["a" * 60_000]} for n in range(40)]
    assert len(lines(*filler)) > 2 * 2**20
    assert run(client, *filler)


def test_one_at_a_time_and_stop(client: TestClient, reader: WordReader, settings: Settings) -> None:
    reader.go.clear()
    assert client.post("/owner/runs?name=first.jsonl", content=lines(*ROWS)).json()["state"] == "running"
    until(lambda: state(client)["stage"] == "answering")
    assert state(client)["said"] == "0 of 3 questions"
    for second in (client.post("/owner/runs"), client.post("/owner/runs?name=x", content=lines(ROWS[0]))):
        assert (second.status_code, second.json()["code"]) == (409, "running")
        assert "first.jsonl" in second.json()["message"]
    assert client.post("/owner/runs/current/stop").json()["state"] == "stopping"
    reader.go.set()
    told = ended(client)
    assert told["state"] == "stopped" and told["said"].startswith("Stopped after ")
    assert told["run"] is None and not list((settings.folder / "runs").glob("*.json"))
    assert client.post("/owner/runs/current/stop").json()["state"] == "stopped"
    assert run(client, ROWS[0])


def test_a_stop_at_the_very_end_keeps_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    arrived, go = threading.Event(), threading.Event()

    def score(*_: Any) -> Any:
        arrived.set()
        assert go.wait(20)
        return {"questions": "x"}

    monkeypatch.setattr(evaluation, "_score", score)
    client.post("/owner/runs?name=x", content=lines(ROWS[0]))
    assert arrived.wait(20)
    client.post("/owner/runs/current/stop")
    go.set()
    assert (ended(client)["state"], state(client)["run"]) == ("stopped", None)


def test_the_server_s_end_ends_a_run(app: FastAPI, reader: WordReader) -> None:
    reader.go.clear()
    with TestClient(app, **HERE) as client:
        client.post("/owner/runs?name=x", content=lines(*[row | {"id": f"{n}"} for n in range(50) for row in ROWS[:1]]))
        until(lambda: state(client)["stage"] == "answering")
        threading.Timer(0.2, reader.go.set).start()
    assert not [thread for thread in threading.enumerate() if thread.name == "evaluation"]
    assert len(reader.asked) < 40


def test_a_failure_is_told_without_its_secrets(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(evaluation, "_score", lambda *_: 1 / 0)
    client.post("/owner/runs?name=x", content=lines(ROWS[0]))
    assert ended(client)["error"] == ["the questions could not be scored", "look into the server's log"]
    assert "ZeroDivisionError" in caplog.text


def test_a_full_disk_leaves_no_half_run(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    client.post("/owner/runs?name=x", content=lines(ROWS[0]))
    told = ended(client)
    assert told["state"] == "failed" and "No space left on device" in told["said"]
    assert list((settings.folder / "runs").iterdir()) == []


def test_two_runs_compared(client: TestClient, reader: WordReader) -> None:
    older = run(client, *ROWS, name="one.jsonl")
    newer = run(client, ROWS[0] | {"question": "Who drank it in Chile?"}, *ROWS[1:], name="two.jsonl")
    other = run(client, ROWS[2] | {"id": "9", "question": "Where is tin?"}, name="three.jsonl")
    page = client.get("/owner/eval").text
    assert page.index(other) < page.index(newer) < page.index(older)
    alone, compared = (client.get(f"/owner/runs/{newer}{query}").text for query in ("", f"?against={older}"))
    assert "one.jsonl" in compared and "one.jsonl" not in alone
    apart = client.get(f"/owner/runs/{newer}?against={other}")
    assert (apart.status_code, apart.json()["code"]) == (400, "bad_request")
    assert client.get(f"/owner/runs/{newer}?against=../secret").status_code == 404


def test_a_run_can_be_deleted(client: TestClient) -> None:
    first, second = run(client, ROWS[0]), run(client, ROWS[0])
    assert client.delete(f"/owner/runs/{second}").status_code == 204
    assert client.get(f"/owner/runs/{second}").json()["code"] == "no_such_run"
    assert client.delete(f"/owner/runs/{second}").status_code == 404
    assert state(client)["state"] == "idle"  # it would name what is gone
    page = client.get("/owner/eval").text
    assert first in page and second not in page


def test_what_cannot_be_read_can_be_deleted(client: TestClient, settings: Settings) -> None:
    run_id = "20260101T000000000000Z-old"
    folder = settings.folder / "runs"
    folder.mkdir(parents=True)
    (folder / f"{run_id}.json").write_text('{"schema": 0}')
    (folder / "notes.json").write_text("{}")
    (folder / "0123456789abcdef.jsonl").write_text("")  # the answers of an interrupted run
    page = client.get("/owner/eval").text
    assert "another version wrote it" in page and f'data-delete="{run_id}"' in page
    assert page.count("data-delete") == 1 and f'value="{run_id}"' not in page
    assert client.get(f"/owner/runs/{run_id}").status_code == 400
    assert client.delete(f"/owner/runs/{run_id}").status_code == 204
    assert sorted(path.name for path in folder.iterdir()) == ["0123456789abcdef.jsonl", "notes.json"]


def test_hostile_names_and_questions_are_text(client: TestClient) -> None:
    hostile = '<img src=x onerror=alert(1)>"\u202e$title.jsonl'
    run_id = run(client, ROWS[2] | {"question": "</script><script>alert(1)</script>"}, name=hostile)
    for path in ("/owner/eval", f"/owner/runs/{run_id}"):
        page = client.get(path).text
        assert "<img src=x" not in page and "<script>alert(1)" not in page
    assert "img-src-x-onerror-alert-1-title" in run_id


@pytest.mark.parametrize(
    ("given", "shown", "plain"),
    [
        ("set.jsonl", "set.jsonl", "set"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\x\\Süße Äpfel.jsonl", "Süße Äpfel.jsonl", "s-e-pfel"),
        ("问题.jsonl", "问题.jsonl", "set"),
        ("a\nb\u202e\0.jsonl", "ab.jsonl", "ab"),
        ("", "questions", "questions"),
        ("..", "..", "set"),
        ("x" * 300, "x" * 80, "x" * 40),
    ],
)
def test_names(given: str, shown: str, plain: str) -> None:
    assert runs.shown_name(given) == shown
    assert runs._file_name(shown) == plain


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("running", "q", total=5), "Checking the questions"),
        (Progress("running", "q", "warming up", 0, 5), "Warming up the models"),
        (Progress("running", "q", "answering", 2, 5), "2 of 5 questions"),
        (Progress("running", "q", "answering", 5, 5), "Working out the figures"),
        (Progress("stopping", "q", "answering", 2, 5), "Stopping after the question at hand"),
        (Progress("stopped", "q", "answering", 2, 5), "Stopped after 2 of 5 questions; no report was made."),
        (Progress("failed", "q", "answering", 2, 5, error=("it failed", "try again")), "it failed: try again."),
        (Progress("done", "q", "answering", 5, 5, run="r"), "Done: 5 questions."),
        (Progress(), ""),
    ],
)
def test_progress_in_words(progress: Progress, words: str) -> None:
    assert evaluation.said(progress, "en") == words
    assert bool(evaluation.said(progress, "zh")) == bool(words)


def test_the_page_in_both_languages(client: TestClient) -> None:
    english = client.get("/owner/eval").text
    chinese = client.get("/owner/eval", headers={"Accept-Language": "zh-CN,en;q=0.5"}).text
    assert '<html lang="en">' in english and '<html lang="zh">' in chinese
    assert say("en", "owner.run_starter") in english and say("zh", "owner.run_starter") in chinese
    assert "Run" not in chinese
