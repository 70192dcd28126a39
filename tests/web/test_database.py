"""A server whose database goes and comes back, and two servers of one database as their visitors see them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.ingest import ingest
from index.options import IngestOptions
from rag.chain import AnswerChain, build_chain
from settings import Settings, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server, running
from tests.rag.test_collections import AnyReader, written
from tests.web.standins import FakeChain, interface, until
from web.answers import AnswerStore
from web.asking import Asking
from web.chat.sessions import ChatSessions
from web.pages.runs import Runs
from web.queue import AdmissionQueue
from web.security.gate import Gate
from web.security.keys import Keys
from web.security.rates import Rates

pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store

QUESTION = "When was the mine closed?"
MINE = {"mine.md": "---\ntitle: The mine\n---\nThe tin mine of Oruro was closed in 1985."}
THERE: dict[str, Any] = {"base_url": "https://their.server", "client": ("198.51.100.7", 50_000)}


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A database server that may be stopped."""
    yield from running()


@pytest.fixture(scope="module")
def place(own: Server, tmp_path_factory: pytest.TempPathFactory) -> StoreUrl:
    place = own.place()
    folder = written(tmp_path_factory.mktemp("mine") / "mine", MINE)
    ingest(place, [folder], FakeEmbeddings(), IngestOptions(collection="news"))
    return place


def settings_of(place: StoreUrl, **more: Any) -> Settings:
    return Settings(store=place, embedding_model="fake", reader_model="none", hosts=("their.server",), **more)


@pytest.fixture
def chain(place: StoreUrl) -> Iterator[AnswerChain]:
    with closing(build_chain(settings_of(place, answers_kept=0), FakeEmbeddings(), AnyReader())) as chain:
        chain.warm()
        yield chain


def client_of(chain: Any, settings: Settings) -> TestClient:
    answers = AnswerStore(store=settings.store)
    app = interface(chain, settings, answers=answers)
    app.add_middleware(Gate, settings=settings, rates=Rates(settings.store), knows_key=Keys(settings.store).find)
    return TestClient(app, **THERE, raise_server_exceptions=False)


def ask(client: TestClient, **headers: str) -> Any:
    return client.post("/api/ask", json={"question": QUESTION}, headers={"Origin": "https://their.server", **headers})


def test_a_database_that_goes_and_comes_back(own: Server, place: StoreUrl, chain: AnswerChain) -> None:
    client = client_of(chain, settings_of(place))
    key = {"Authorization": f"Bearer {Keys(place).add('reader', 50)}"}
    assert ask(client, **key).json()["citations"]
    assert client.get("/readyz").json()["status"] == "ready"
    own.stop()
    try:
        for response in (ask(client, **key), ask(client), client.get("/readyz")):
            assert (response.status_code, response.json()["code"]) == (503, "not_available")
            assert int(response.headers["retry-after"]) <= 5
            assert "postgres" not in response.text  # where the database is, is the owner's to know
        assert client.get("/healthz").status_code == 200
    finally:
        own.start()
    back = time.monotonic()
    until(lambda: ask(client, **key).status_code == 200 and client.get("/readyz").status_code == 200, 20)
    assert time.monotonic() - back < 5
    assert ask(client, **key).json()["citations"]


def test_a_key_is_accepted_and_counted_by_all(place: StoreUrl, chain: AnswerChain) -> None:
    one, other = (client_of(chain, settings_of(place, keys_required=True)) for _ in range(2))
    made = Keys(place).add("few", 2, ("news",))
    shown = {"Authorization": f"Bearer {made}"}
    codes = [client.get("/v1/models", headers=shown).status_code for client in (one, other, one, other)]
    assert codes == [200, 200, 429, 429]
    Keys(place).revoke("few")
    for client in (one, other):
        assert client.get("/v1/models", headers=shown).status_code == 401


def test_a_visitor_is_counted_by_all(place: StoreUrl) -> None:
    one, other = (client_of(FakeChain(), settings_of(place, asks_per_minute=2)) for _ in range(2))
    assert [ask(client).status_code for client in (one, other, one, other)] == [200, 200, 429, 429]


def test_an_answer_is_known_to_all_and_rated_anywhere(place: StoreUrl, chain: AnswerChain) -> None:
    one, other = (client_of(chain, settings_of(place, public_chat=True, asks_per_minute=0)) for _ in range(2))
    answer = ask(one).json()
    assert other.get(f"/api/answers/{answer['id']}").json() == answer
    rated = {"answer_id": answer["id"], "rating": "down", "comment": "no"}
    assert other.post("/api/feedback", json=rated).status_code == 204
    assert other.get("/api/answers/unknown").status_code == 404


def test_a_run_is_kept_for_all(place: StoreUrl) -> None:
    card: dict[str, Any] = {"schema": 1, "created": "", "questions": "mine.jsonl", "models": {}, "generation": "g"}
    card |= {"results": [], "figures": [{"name": "right", "value": 1.0}]}
    run_id = Runs(place).keep(card)
    [summary] = Runs(place).summaries()
    assert (summary.id, summary.name) == (run_id, "mine.jsonl")
    assert Runs(place).read(run_id) == card
    Runs(place).delete(run_id)
    assert Runs(place).summaries() == []


def sessions_of(place: StoreUrl, chain: FakeChain) -> ChatSessions:
    asking = Asking(chain.stream, Settings(), AnswerStore(), AdmissionQueue())  # type: ignore[arg-type]
    return ChatSessions(chain, asking, place)  # type: ignore[arg-type]


async def said(sessions: ChatSessions, key: str, question: str) -> None:
    await sessions.load(key)
    async for _ in sessions.ask(key, question, "en"):
        pass


def test_a_conversation_goes_on_at_another_server_and_is_forgotten_everywhere(place: StoreUrl) -> None:
    chain = FakeChain()
    one, other = sessions_of(place, chain), sessions_of(place, chain)

    async def talk() -> None:
        await said(one, "key", "What did he criticize?")
        await said(other, "key", "Who was criticized?")
        assert [turn["question"] for turn in chain.asked[-1]["history"]] == ["What did he criticize?"]
        await one.load("key")
        first, second = one.exchanges("key")
        assert (first.question, second.question) == ("What did he criticize?", "Who was criticized?")
        assert (first, second) == other.exchanges("key")
        assert first.answer is not None and first.citations and first.done
        await one.clear("key")
        await other.load("key")
        assert other.exchanges("key") == ()

    asyncio.run(talk())


def test_what_a_server_was_at_when_it_died_is_found_stopped(place: StoreUrl) -> None:
    one, other = sessions_of(place, FakeChain(pause=5)), sessions_of(place, FakeChain())

    async def talk() -> None:
        steps = one.ask("cut", "What did he criticize?", "en")
        await anext(steps)
        await other.load("cut")
        [exchange] = other.exchanges("cut")
        assert (exchange.question, exchange.done, exchange.answer) == ("What did he criticize?", True, None)
        await steps.aclose()

    asyncio.run(talk())


def test_a_conversation_outlives_a_database_that_is_away(own: Server, place: StoreUrl) -> None:
    one, other = sessions_of(place, FakeChain()), sessions_of(place, FakeChain())

    async def talk() -> None:
        await said(one, "away", "What did he criticize?")
        own.stop()
        try:
            await said(one, "away", "Who was criticized?")
        finally:
            own.start()
        await asyncio.sleep(1.1)
        await one.load("away")  # the database has the older one
        assert len(one.exchanges("away")) == 2
        await said(one, "away", "And criticized by whom?")
        await other.load("away")
        assert len(other.exchanges("away")) == 3

    asyncio.run(talk())


def test_what_is_shared_is_named_by_nothing_that_opens_it(place: StoreUrl) -> None:
    import psycopg

    asyncio.run(said(sessions_of(place, FakeChain()), "0123456789abcdef" * 2, "What did he criticize?"))
    with psycopg.connect(place.secret) as sql:
        names = [name for (name,) in sql.execute("SELECT name FROM records").fetchall()]
    assert any(name.startswith("conversations/") for name in names)
    assert not any("0123456789abcdef" in name for name in names)


def test_nothing_of_a_store_in_a_folder_goes_to_a_database(tmp_path: Path) -> None:
    assert not AnswerStore(store=tmp_path).is_shared
    sessions = ChatSessions(FakeChain(), None, tmp_path)  # type: ignore[arg-type]
    asyncio.run(sessions.load("key"))
    asyncio.run(sessions.save("key"))
    assert list(tmp_path.iterdir()) == []
