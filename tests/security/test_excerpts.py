"""Where whole articles are the owner's alone: what a stranger gets of one, and that no article is made of that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.errors import StoreDamagedError
from rag.answer import Answer, Nearest, Place
from rag.events import Event, SentenceEvent, answer_of
from settings import Settings
from tests.web.standins import ARTICLE, HERE, QUOTE, TEXT, FakeChain, interface
from web.permalink import digest_of
from web.security.excerpts import KEY, Seals, excerpted
from web.security.gate import Gate
from web.security.rates import Rates

AROUND = 20
ASKED = {"question": "What did he criticize?"}
START = TEXT.index(QUOTE)
END = START + len(QUOTE)
OPEN = TEXT[START - AROUND : END + AROUND]
SECRET = "Benchmarking cannot bring about leaps"
PAGE = {"Accept": "text/html"}


class Chain(FakeChain):
    """A stand-in that also names the same words elsewhere, and is generous with passages."""

    def _events(self, asked: dict[str, Any]) -> Iterator[Event]:
        for event in super()._events(asked):
            if isinstance(event, Answer):
                also = (Place("other.md", START, END, QUOTE),)
                cited = tuple(replace(each, also=also) for each in event.citations)
                whole = (Nearest(ARTICLE.id, ARTICLE.title, ARTICLE.source, 0, len(TEXT), TEXT),)
                yield replace(event, citations=cited, nearest=whole if event.abstained else ())
            else:
                yield event


@pytest.fixture
def chain() -> Chain:
    chain = Chain()
    chain.index.found["other.md"] = replace(ARTICLE, source="other.md", id="other.md")
    return chain


@pytest.fixture
def app(tmp_path: Path, chain: Chain) -> FastAPI:
    settings = Settings(store=tmp_path, excerpt_characters=AROUND, public_chat=True, asks_per_minute=0)
    app = interface(chain, settings, ask=excerpted(chain.stream, settings))  # type: ignore[arg-type]
    app.add_middleware(Gate, settings=settings, rates=Rates())
    return app


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://192.0.2.1", client=("192.0.2.7", 5))


@pytest.fixture
def owner(app: FastAPI) -> TestClient:
    return TestClient(app, **HERE)


def cited(client: TestClient) -> dict[str, Any]:
    [citation] = client.post("/api/ask", json=ASKED).json()["citations"]
    return dict(citation)


def passage(client: TestClient, **more: Any) -> Any:
    return client.get(f"/api/articles/{more.pop('article', ARTICLE.id)}", params=more)


def page(client: TestClient, query: str, article: str = ARTICLE.id) -> Any:
    return client.get(f"/articles/{article}?{query}", headers=PAGE)


def test_an_answer_holds_no_more(stranger: TestClient) -> None:
    citation = cited(stranger)
    assert (citation["before"], citation["after"]) == (TEXT[START - AROUND : START], TEXT[END : END + AROUND])
    stream = stranger.post("/api/ask", json=ASKED, headers={"Accept": "text/event-stream"}).text
    said = json.loads(re.findall(r"event: sentence\ndata: (.*)", stream)[0])["citations"][0]
    assert said["seal"] == citation["seal"] and len(said["before"]) == AROUND
    [nearest] = stranger.post("/api/ask", json={"question": "else"}).json()["nearest"]
    assert nearest["text"] == TEXT[:AROUND] and nearest["end"] == AROUND
    exported = stranger.post("/api/export", json={"answers": ["1"], "format": "json"}).text
    assert SECRET not in stream + exported


def test_each_cited_place_opens(stranger: TestClient) -> None:
    citation = cited(stranger)
    [nearest] = stranger.post("/api/ask", json={"question": "else"}).json()["nearest"]
    for place in (citation, citation["also"][0], nearest):
        words = place.get("quote", place.get("text"))
        found = passage(
            stranger, article=place["article_id"], start=place["start"], end=place["end"], seal=place["seal"]
        )
        assert found.json()["quote"] == words
        assert len(found.json()["before"]) <= AROUND and len(found.json()["after"]) <= AROUND


def test_the_link_of_a_quote_opens_its_excerpt(stranger: TestClient) -> None:
    cited(stranger)
    [link] = re.findall(r"\(http://192\.0\.2\.1(/articles/\S+)\)", stranger.get("/api/answers/1?format=markdown").text)
    response = stranger.get(link, headers=PAGE)
    assert response.status_code == 200
    shown = re.sub(r"<[^>]+>", "", response.text.partition("<article")[2].partition(">")[2].partition("</article>")[0])
    assert re.sub(r"\s+", "", shown) == re.sub(r"\s+", "", OPEN)
    assert "only the words around the quote" in response.text and "<nav>" in response.text


def test_nobody_walks_through_an_article(stranger: TestClient) -> None:
    citation = cited(stranger)
    seal, length = citation["seal"], len(TEXT)
    taken = [passage(stranger), page(stranger, ""), stranger.get(f"/articles/{ARTICLE.id}"), stranger.get("/articles")]
    for start in range(0, length, 45):
        for end in (start + 45, length):
            digest = digest_of(TEXT[start:end])
            taken += [
                passage(stranger, start=start, end=end),
                passage(stranger, start=start, end=end, seal=seal),
                page(stranger, f"q={start}-{end}"),
                page(stranger, f"q={start}-{end}&w={digest}&s={seal}"),
                page(stranger, f"q={start}-{end}&s={seal}&w={digest_of(QUOTE)}"),
            ]
    # What stands around the quote is known now; its digest can be worked out, its seal cannot.
    for start, end in ((START, END + AROUND), (START - AROUND, END), (END, END + AROUND), (0, length)):
        taken.append(page(stranger, f"q={start}-{end}&w={digest_of(TEXT[start:end])}&s={seal}"))
        taken.append(passage(stranger, start=start, end=end, seal=seal))
    taken.append(passage(stranger, start=START, end=END, seal="0" * 32))
    taken.append(passage(stranger, start=START, end=END, seal="\N{SNOWMAN}"))
    taken.append(passage(stranger, article="other.md", start=START, end=END, seal=seal))
    assert {response.status_code for response in taken} == {403}
    assert not any(SECRET in response.text or QUOTE in response.text for response in taken)
    # One good link does not bring others in.
    good = f"q={START}-{END}&w={digest_of(QUOTE)}&s={seal}"
    for more in (f"&q=0-{length}", f"&q=0-{length}&s={seal}", f"&b=0-{length}", f"&q=0-{length}&w=&s={seal}"):
        response = page(stranger, good + more)
        assert response.status_code == 200 and SECRET not in response.text


def test_which_articles_there_are_is_not_told(stranger: TestClient) -> None:
    known, unknown = (page(stranger, "q=0-5&w=0&s=0", article).text for article in (ARTICLE.id, "none"))
    assert known == unknown
    known, unknown = (passage(stranger, article=article, start=0, end=5).text for article in (ARTICLE.id, "none"))
    assert known == unknown and ARTICLE.title not in known


def test_where_the_words_are_others_by_now_nothing_of_them_is_shown(chain: Chain, stranger: TestClient) -> None:
    seal = cited(stranger)["seal"]
    chain.index.found[ARTICLE.id] = replace(ARTICLE, text=TEXT.replace("copycat", "tomcats"))
    assert passage(stranger, start=START, end=END, seal=seal).status_code == 403
    gone = page(stranger, f"q={START}-{END}&w={digest_of(QUOTE)}&s={seal}").text
    assert "the article has changed" in gone and "tomcats" not in gone and SECRET not in gone
    chain.index.found[ARTICLE.id] = replace(ARTICLE, text="Before all of it, a note. " + TEXT)
    moved = page(stranger, f"q={START}-{END}&w={digest_of(QUOTE)}&s={seal}").text
    assert "the quote now stands here" in moved and "copycat" in moved and SECRET not in moved


def test_the_owner_reads_it_all(owner: TestClient) -> None:
    assert passage(owner).json()["text"] == TEXT
    assert SECRET in page(owner, "").text
    assert len(passage(owner, start=START, end=END).json()["before"]) > AROUND


def test_seals_last_and_are_this_store_s(tmp_path: Path) -> None:
    one = Seals(tmp_path / "a").of("x", 1, 2, "d")
    assert re.fullmatch(r"[0-9a-f]{32}", one)
    assert Seals(tmp_path / "a").fits(one, "x", 1, 2, "d") and not Seals(tmp_path / "b").fits(one, "x", 1, 2, "d")
    assert not any(Seals(tmp_path / "a").fits(one, *place) for place in [("y", 1, 2, "d"), ("x", 1, 22, "d")])
    assert (tmp_path / "a" / KEY).stat().st_mode & 0o777 == 0o600
    (tmp_path / "a" / KEY).write_bytes(b"")
    with pytest.raises(StoreDamagedError, match="remove it"):
        Seals(tmp_path / "a")


def test_every_event_and_the_answer_are_cut_and_sealed(tmp_path: Path, chain: Chain) -> None:
    """There is one way to ask through the wrapper: whatever a face makes of its events holds excerpts only."""
    ask = excerpted(chain.stream, Settings(store=tmp_path, excerpt_characters=AROUND))  # type: ignore[arg-type]
    events = list(ask({"question": "What did he criticize?"}))
    cited = [c for event in events if isinstance(event, Answer | SentenceEvent) for c in event.citations]
    assert cited
    assert all(len(each.before) <= AROUND and len(each.after) <= AROUND and each.seal for each in cited)
    assert answer_of(iter(events)).citations == events[-1].citations
