"""Sharing an answer over HTTP, and its page: frozen, for those who may see what it quotes, gone with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.article import Audience
from rag.answer import Answer
from rag.filters import NO_FILTERS, Filters
from settings import Settings
from tests.web.standins import ARTICLE, HERE, QUOTE, TEXT, FakeChain, FakeIndex
from web.answers import AnswerStore
from web.app import build_app
from web.errors import add_error_handlers
from web.pages.shared import sharing_routes
from web.security.audience import Audiences
from web.shared_answers import SHARED

EVIL = '</h1><script>alert(1)</script><img src=x onerror=alert(1)> "criticiz"'
STRANGER: dict[str, Any] = {"base_url": "http://192.0.2.1:7860", "client": ("192.0.2.7", 50_000)}


class ByAudience(FakeChain):
    """Shows each audience its collections."""

    def seen_by(self, audience: Audience) -> FakeChain:
        kept = {
            id_: article
            for id_, article in self.index.found.items()
            if audience is None or article.collection in audience
        }
        return replace(self, index=FakeIndex(kept, self.index.generation, audience=audience))


@pytest.fixture
def chain() -> ByAudience:
    return ByAudience(FakeIndex({ARTICLE.id: replace(ARTICLE, collection="news")}))


@pytest.fixture
def answers() -> AnswerStore:
    return AnswerStore()


@contextmanager
def served(chain: FakeChain, answers: AnswerStore, store: Path, **more: Any) -> Iterator[TestClient]:
    settings = Settings(store=store, **more)
    app = FastAPI()
    app.include_router(sharing_routes(chain, settings, Audiences(settings), answers))  # type: ignore[arg-type]
    add_error_handlers(app)
    with TestClient(app, **(STRANGER if "host" in more else HERE)) as client:
        yield client


def given(chain: FakeChain, answers: AnswerStore, question: str = "What is criticized?", **more: Any) -> Answer:
    answer = replace(chain.invoke({"question": question}), id=f"{len(question)}a", **more)
    answers.put(answer, question, (), NO_FILTERS)
    return answer


def share(client: TestClient, answer: Answer) -> str:
    response = client.post("/api/share", json={"answer_id": answer.id})
    assert response.status_code == 200
    address = str(response.json()["address"])
    assert re.fullmatch("/shared/[0-9a-f]{32}", address)
    return address


def test_it_is_as_it_was_whatever_becomes_of_the_articles(
    chain: ByAudience, answers: AnswerStore, tmp_path: Path
) -> None:
    with served(chain, answers, tmp_path) as client:
        address = share(client, given(chain, answers))
        before = client.get(address)
        assert before.status_code == 200
        assert QUOTE.replace("copycat", "<b>copycat</b>") in before.text
        assert "The copycat culture." in before.text and "What is criticized?" in before.text
        assert f'href="/articles/{ARTICLE.id}#q=' in before.text.replace("&amp;", "&")
        assert before.headers["cache-control"] == "no-store" and "noindex" in before.headers["x-robots-tag"]
        chain.index.found[ARTICLE.id] = replace(ARTICLE, text="All new.", headings=(), title="New")
        chain.index.generation = "g2"
        assert client.get(address).text == before.text
        assert client.head(address).status_code == 200
        zh = client.get(address, headers={"Accept-Language": "zh"}).text
        assert ('<html lang="zh">' in zh and "阅读原文" in zh) or "来源" in zh


def test_what_is_removed_disappears_from_it(chain: ByAudience, answers: AnswerStore, tmp_path: Path) -> None:
    with served(chain, answers, tmp_path) as client:
        address = share(client, given(chain, answers))
        kept = chain.index.found.pop(ARTICLE.id)
        chain.index.generation = "g2"
        assert client.get(address).json()["code"] == "no_such_answer"
        assert b"copycat" not in (tmp_path / SHARED).read_bytes()
        chain.index.found[ARTICLE.id] = kept
        assert client.get(address).status_code == 404


def test_who_may_not_see_the_collection_does_not_get_it(
    chain: ByAudience, answers: AnswerStore, tmp_path: Path
) -> None:
    with served(chain, answers, tmp_path) as owner:
        address = share(owner, given(chain, answers))
        refused = given(chain, answers, "Nothing of that?")
        answers.put(refused, refused.question, (), Filters(collection=("staff",)))
        filtered = share(owner, refused)
        assert "Only from: staff" in owner.get(filtered).text
    with served(chain, answers, tmp_path, host="0.0.0.0", public_collections=("news",)) as reader:
        assert QUOTE[:12] in reader.get(address).text
        unseen = reader.get(filtered)
    with served(chain, answers, tmp_path, host="0.0.0.0", public_collections=("help",)) as other:
        closed, nothing = other.get(address), other.get("/shared/" + "0" * 32)
    for response in (unseen, closed):
        assert (response.status_code, response.json()) == (404, nothing.json())


def test_an_abstention_says_only_that_it_is_one(chain: ByAudience, answers: AnswerStore, tmp_path: Path) -> None:
    with served(chain, answers, tmp_path, contact="mailto:desk@example.org") as client:
        answer = given(chain, answers, "Born?", answer="They do not say, but Li Bin is in.", reason="Li Bin")
        page = client.get(share(client, answer)).text
        assert "The articles do not say." in page and "Li Bin" not in page and TEXT[:10] not in page
        assert 'href="mailto:desk@example.org"' in page


def test_it_is_turned_off(chain: ByAudience, answers: AnswerStore, tmp_path: Path) -> None:
    answer = given(chain, answers)
    with served(chain, answers, tmp_path) as client:
        address = share(client, answer)
        assert client.post("/api/share", json={"answer_id": "no-such"}).json()["code"] == "no_such_answer"
    with served(chain, answers, tmp_path, sharing=False) as client:
        assert client.post("/api/share", json={"answer_id": answer.id}).json()["code"] == "sharing_off"
        assert client.get(address).status_code == 404


def test_with_excerpts_only_its_links_open(chain: ByAudience, answers: AnswerStore, tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, host="0.0.0.0", excerpt_characters=20, public_chat=True)
    with TestClient(build_app(chain, settings), **STRANGER) as client:  # type: ignore[arg-type]
        asked = client.post("/api/ask", json={"question": "What is criticized?"}).json()
        address = client.post("/api/share", json={"answer_id": asked["id"]}).json()["address"]
        page = client.get(address).text
        links = re.findall(r'href="(/articles/[^"]+)"', page)
        assert links and all("s=" in link for link in links)
        opened = client.get(links[0].replace("&amp;", "&"))
        assert opened.status_code == 200 and "Values determine" not in opened.text


def test_what_was_asked_and_what_articles_say_is_text(chain: ByAudience, answers: AnswerStore, tmp_path: Path) -> None:
    with served(chain, answers, tmp_path) as client:
        page = client.get(share(client, given(chain, answers, EVIL))).text
    assert "<script>" not in page and "<img" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("name", ["x", "0" * 32, "..%2f..%2fetc", "%00", "'; DROP TABLE shared; --"])
def test_other_addresses_are_nothing(chain: ByAudience, answers: AnswerStore, tmp_path: Path, name: str) -> None:
    with served(chain, answers, tmp_path) as client:
        assert client.get(f"/shared/{name}").status_code == 404
