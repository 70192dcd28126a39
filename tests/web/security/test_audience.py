"""Who sees which collections over HTTP: everybody, a key, the frame of a widget, the owner."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.ingest import ingest
from index.options import IngestOptions
from rag.chain import AnswerChain, build_chain
from settings import Settings, StorePlace
from tests.fakes import FakeEmbeddings
from tests.postgres import PLACES, a_place
from tests.rag.test_collections import AnyReader, written
from tests.web.standins import HERE, interface
from web.pages.widget import widget_routes
from web.security.audience import Audiences, open_collections
from web.security.gate import Gate
from web.security.keys import Keys
from web.security.rates import Rates

SITES = ("https://a.site=news", "https://b.site=help", "https://c.site")
THERE = {"base_url": "https://their.server", "client": ("198.51.100.7", 50_000)}
TOKEN = "a token of sixteen letters"
QUESTION = "When was the mine closed?"
COLLECTIONS = ("news", "help", "public", "secret")


@pytest.fixture(scope="module", params=PLACES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StorePlace:
    """One article in each collection, and one in none; each says the same with its own name."""
    folder = tmp_path_factory.mktemp("audience")
    place = a_place(request.param, request, folder)
    for name in (*COLLECTIONS, "loose"):
        files = {
            f"{name}.md": f"---\ntitle: The {name} mine\nauthor: {name} author\n---\nThe {name} mine closed in 1985."
        }
        said = None if name == "loose" else name
        ingest(place, [written(folder / name, files)], FakeEmbeddings(), IngestOptions(collection=said))
    return place


def settings_of(store: StorePlace, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "hosts": ("their.server",),
        "owner_token": TOKEN,
        "embed_origins": SITES[:2],
        "asks_per_minute": 0,
    }
    return Settings(store=store, embedding_model="fake", **(values | {"public_collections": ("public",)} | more))


@pytest.fixture(scope="module")
def chain(store: StorePlace) -> Iterator[AnswerChain]:
    with closing(build_chain(settings_of(store), FakeEmbeddings(), AnyReader())) as chain:
        chain.warm()
        yield chain


def client_of(chain: AnswerChain, settings: Settings) -> TestClient:
    app: FastAPI = interface(chain, settings)
    app.router.routes[:0] = widget_routes(chain, settings, Audiences(settings)).routes
    app.add_middleware(Gate, settings=settings, rates=Rates())
    return TestClient(app, **THERE)  # type: ignore[arg-type]


@pytest.fixture
def client(chain: AnswerChain, store: StorePlace) -> TestClient:
    return client_of(chain, settings_of(store))


def seen(client: TestClient, headers: dict[str, str] | None = None, **more: Any) -> set[str]:
    """Which articles take part in the answer, as its trace shows them."""
    asked = {"question": QUESTION, "trace": True, **more}
    response = client.post("/api/ask", json=asked, headers={"Origin": "https://their.server", **(headers or {})})
    assert response.status_code == 200, response.text
    return {Path(passage["source"]).stem for passage in response.json()["retrieved"]}


def given(client: TestClient, collection: str) -> dict[str, Any]:
    """What the server gives to the frame of a collection."""
    response = client.get("/widget", params={"collection": collection})
    assert response.status_code == 200, response.text
    found = re.search(r'id="given">(.*?)</script>', response.text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_everybody_sees_what_is_public_and_what_is_embedded(client: TestClient) -> None:
    assert seen(client) == {"public", "news", "help"}
    assert seen(client, filters={"collection": ["secret", "news"]}) == {"news"}


def test_the_owner_sees_everything(client: TestClient) -> None:
    assert seen(client, {"Authorization": f"Bearer {TOKEN}"}) == {*COLLECTIONS, "loose"}


def test_without_names_everybody_sees_everything(chain: AnswerChain, store: StorePlace) -> None:
    settings = settings_of(store, embed_origins=SITES[2:], public_collections=())
    assert open_collections(settings) is None
    assert seen(client_of(chain, settings)) == {*COLLECTIONS, "loose"}


def test_a_key_sees_its_collections_and_one_without_them_everything(client: TestClient, store: StorePlace) -> None:
    keys = Keys(store)
    for name, collections, sees in (
        ("staff", ("secret",), {"secret"}), ("two", ("secret", "news"), {"secret", "news"}),
        ("all", (), {*COLLECTIONS, "loose"}), ("none", ("nothing",), set()),
    ):  # fmt: skip
        made = keys.add(name, 50, collections)
        assert seen(client, {"Authorization": f"Bearer {made}"}) == sees
        keys.revoke(name)


def test_a_frame_sees_its_collection_alone(client: TestClient) -> None:
    for collection in ("news", "help", "public"):
        token = given(client, collection)["token"]
        assert seen(client, {"Quoth-Collection": token}) == {collection}
        owner = {"Quoth-Collection": token, "Authorization": f"Bearer {TOKEN}"}
        assert seen(client, owner) == {collection}


def test_a_frame_is_shown_on_the_sites_of_its_collection(chain: AnswerChain, store: StorePlace) -> None:
    client = client_of(chain, settings_of(store, embed_origins=SITES))
    for collection, sites in (("news", "https://a.site https://c.site"), ("help", "https://b.site https://c.site")):
        policy = client.get("/widget", params={"collection": collection}).headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors 'self' {sites}")
    assert client.get("/widget").headers["content-security-policy"].endswith("frame-ancestors 'self' https://c.site")


@pytest.mark.parametrize("collection", ["secret", "nowhere", "", "../news", "news help"])
def test_there_is_no_frame_of_what_is_not_open(client: TestClient, collection: str) -> None:
    response = client.get("/widget", params={"collection": collection})
    assert (response.status_code, response.json()["code"]) == (404, "no_such_collection")
    assert "secret" not in response.text


def test_a_token_cannot_be_made_up(client: TestClient) -> None:
    token = given(client, "news")["token"]
    for wrong in ("", "news", "news:", "secret" + token.removeprefix("news"), token[:-1], f"x{token}", "%", ":" * 50):
        response = client.post("/api/ask", json={"question": QUESTION}, headers={"Quoth-Collection": wrong})
        assert (response.status_code, response.json()["code"]) == (403, "collection"), wrong


def test_a_name_of_any_letters_has_a_token_that_a_header_can_hold(chain: AnswerChain, store: StorePlace) -> None:
    settings = settings_of(store, public_collections=("新闻",))
    token = given(client_of(chain, settings), "新闻")["token"]
    assert token.isascii() and unquote(token).startswith("新闻:")
    assert seen(client_of(chain, settings), {"Quoth-Collection": token}) == set()


def test_a_hidden_article_has_no_page_and_no_text(client: TestClient, chain: AnswerChain) -> None:
    ids = {info.collection or "loose": info.id for info in chain.index.articles()}
    owner = {"Authorization": f"Bearer {TOKEN}"}
    for collection, article_id in ids.items():
        is_open = collection in ("news", "help", "public")
        for path in (f"/api/articles/{article_id}", f"/articles/{article_id}"):
            assert client.get(path).status_code == (200 if is_open else 404), path
            assert client.get(path, headers=owner).status_code == 200
            hidden, missing = client.get(f"{path}"), client.get(path.replace(article_id, "0" * 16))
            assert is_open or hidden.text.replace(article_id, "0" * 16) == missing.text
    token = given(client, "news")["token"]
    assert client.get(f"/api/articles/{ids['help']}", headers={"Quoth-Collection": token}).status_code == 404


def test_the_list_of_articles_holds_what_is_open(chain: AnswerChain, store: StorePlace) -> None:
    client = client_of(chain, settings_of(store, public_chat=True))
    page = client.get("/articles").text
    assert all(f"The {name} mine" in page for name in ("news", "help", "public"))
    assert "secret" not in page and "loose" not in page
    everything = client.get("/articles", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "The secret mine" in everything and "The loose mine" in everything


def test_other_clients_are_held_to_the_same(client: TestClient, store: StorePlace) -> None:
    asked = {"messages": [{"role": "user", "content": "Who buys the secret mine? List all mines"}]}
    answer = client.post("/v1/chat/completions", json=asked).json()
    said = {cited["title"] for cited in answer["quoth"]["citations"]} | {
        near["title"] for near in answer["quoth"]["nearest"]
    }
    assert said and not said & {"The secret mine", "The loose mine"}


def test_the_chat_shows_what_is_open_where_everybody_has_it(store: StorePlace) -> None:
    assert Audiences(settings_of(store, public_chat=True)).chat == {"public", "news", "help"}
    assert Audiences(settings_of(store)).chat is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [("https://a.site=News, https://b.site=help-center", ("https://a.site=news", "https://b.site=help-center"))],
)
def test_sites_with_their_collections(text: str, kept: tuple[str, ...]) -> None:
    settings = Settings.read({}, {"QUOTH_EMBED_ORIGINS": text, "QUOTH_PUBLIC_COLLECTIONS": "Öffentlich"})
    assert settings.embed_origins == kept
    assert settings.public_collections == ("öffentlich",)


@pytest.mark.parametrize(
    "text", ["https://a.site=", "https://a.site=a=b", "https://a.site=;x", "=news", "https://a.site=-"]
)
def test_what_is_no_site_with_a_collection(text: str) -> None:
    with pytest.raises(ValueError, match="QUOTH_EMBED_ORIGINS"):
        Settings.read({}, {"QUOTH_EMBED_ORIGINS": text})


def test_here_is_the_owner_without_a_token(chain: AnswerChain, store: StorePlace) -> None:
    """As long as nobody else is served; a collection that is public changes nothing in that."""
    settings = settings_of(store, owner_token=None, hosts=(), embed_origins=())
    here = TestClient(interface(chain, settings), **HERE)
    assert seen(here, {"Origin": "http://127.0.0.1:7860"}) == {*COLLECTIONS, "loose"}
