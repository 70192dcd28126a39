"""Two servers as processes over one database: what one was told, the other knows, also once it is dead."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from app import main
from evaluation.shared_feedback import open_feedback
from index.store.place import open_store
from settings import Settings, StoreUrl
from tests.postgres import ABSENT, Server
from tests.web.process import Process, process
from tests.web.standins import ARTICLE

pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = [pytest.mark.process, pytest.mark.store]

STRANGER = {"X-Forwarded-For": "203.0.113.9"}
"""Whoever comes by a proxy is not who sits at the machine."""
ASKED, ALSO = "What did he criticize?", "Who was criticized?"


@pytest.fixture(scope="module")
def place(postgres: Server) -> StoreUrl:
    place = postgres.place()
    with open_store(place).writing():
        pass
    return place


@pytest.fixture(scope="module")
def servers(place: StoreUrl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Process]]:
    folder = tmp_path_factory.mktemp("servers")
    more: dict[str, Any] = {"store": place.secret, "excerpt_characters": 240, "public_chat": True}
    with ExitStack() as stack:
        one, other = (stack.enter_context(process(folder / f"errors-{n}", **more)) for n in range(2))
        yield one, other


@pytest.fixture
def clients(servers: tuple[Process, Process]) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60))
            for server in servers
        )
        yield one, other


def chatted(client: httpx.Client, key: str, question: str) -> str:
    """Ask in the chat as its page does, in the conversation `key`; all that the server says to it."""
    config = client.get("/config").json()
    [box] = [part["id"] for part in config["components"] if part["props"].get("elem_id") == "q-box"]
    [event] = [event["id"] for event in config["dependencies"] if [box, "submit"] in event["targets"]]
    session = secrets.token_hex(5)
    join = {"data": [question, key, [], "written", None], "fn_index": event, "session_hash": session}
    join |= {"event_data": None, "trigger_id": box}
    assert client.post("/gradio_api/queue/join", json=join).status_code == 200
    said = ""
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            said += line + "\n"
            if "process_completed" in line:
                break
    assert '"success":true' in said.replace(": ", ":"), said
    return said


def test_an_answer_of_one_is_rated_at_the_other(clients: tuple[httpx.Client, httpx.Client], place: StoreUrl) -> None:
    one, other = clients
    answer = one.post("/api/ask", json={"question": ASKED}).json()
    rated = {"answer_id": answer["id"], "rating": "down", "comment": "told to the other"}
    assert other.post("/api/feedback", json=rated).status_code == 204
    for client in clients:
        assert "told to the other" in client.get("/owner/feedback").text
    [entry] = open_feedback(Settings(store=place)).list()
    assert entry.answer["citations"] == answer["citations"]


def test_a_key_that_is_added_opens_both(
    clients: tuple[httpx.Client, httpx.Client], place: StoreUrl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "add", "reader", "--store", place.secret]) == 0
    shown = {"Authorization": f"Bearer {capsys.readouterr().out.strip()}", **STRANGER}
    assert [client.get("/v1/models", headers=shown).status_code for client in clients] == [200, 200]
    assert main(["keys", "revoke", "reader", "--store", place.secret]) == 0
    assert [client.get("/v1/models", headers=shown).status_code for client in clients] == [401, 401]


def test_a_link_that_one_has_sealed_opens_at_the_other(clients: tuple[httpx.Client, httpx.Client]) -> None:
    one, other = clients
    [cited] = one.post("/api/ask", json={"question": ASKED}, headers=STRANGER).json()["citations"]
    link = {name: cited[name] for name in ("start", "end", "seal")}
    path = f"/api/articles/{ARTICLE.id}"
    opened = other.get(path, params=link, headers=STRANGER)
    assert opened.status_code == 200 and cited["quote"] in opened.text
    broken = other.get(path, params=link | {"seal": "0" * 32}, headers=STRANGER)
    assert (broken.status_code, broken.json()["code"]) == (403, "excerpts_only")


def test_a_conversation_goes_on_where_its_server_has_died(
    servers: tuple[Process, Process], clients: tuple[httpx.Client, httpx.Client]
) -> None:
    one, other = clients
    key = secrets.token_hex(16)
    assert ASKED in chatted(one, key, ASKED)
    servers[0].popen.kill()
    servers[0].popen.wait(20)
    said = chatted(other, f"{key}+", ALSO)
    assert ASKED in said and ALSO in said
    assert ASKED not in chatted(other, secrets.token_hex(16), ALSO), "another conversation has nothing of it"
    with pytest.raises(httpx.TransportError):
        one.get("/healthz")


def test_nothing_went_wrong_meanwhile(servers: tuple[Process, Process]) -> None:
    for server in servers:
        said = server.errors.read_text()
        assert "this server alone knows" not in said and "Traceback" not in said
