"""OpenAI's interface, asked by the real client, and in the words of Open WebUI."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from openai import APIError, APIStatusError, OpenAI

from index.article import Article
from index.errors import StoreDamagedError
from rag.answer import Answer
from tests.web.standins import ARTICLE, QUOTE, TEXT, FakeChain, citation, serving
from web.permalink import address

QUESTION = "What did he criticize?"
HOSTILE = Article(
    "evil.md",
    "![t](http://evil.test/t) <b>",
    "Look: ![x](http://evil.test/x?q) [1]: http://evil.test <img src=x>.",
    "1" * 64,
)


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture(scope="module")
def server(chain: FakeChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(chain, store=tmp_path_factory.mktemp("store"), asks_per_minute=0) as address:
        yield address


@pytest.fixture
def client(server: str, chain: FakeChain) -> Iterator[OpenAI]:
    chain.error, chain.also, chain.pause = None, None, 0.0
    chain.asked.clear()
    with OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as client:
        yield client


def ask(client: OpenAI, *messages: tuple[str, Any], **more: Any) -> Any:
    said: Any = [{"role": role, "content": content} for role, content in messages]
    return client.chat.completions.create(model="quoth", messages=said, **more)


def test_an_answer_with_its_marks_and_sources(client: OpenAI, server: str) -> None:
    given = ask(client, ("user", QUESTION))
    choice = given.choices[0]
    said, sources = choice.message.content.split("\n\nSources:\n\n")
    assert said == f"The copycat culture. [1]\n\n“{QUOTE}” [1]"
    [(link, quote)] = re.findall(r"- \[1\] \[A post on Weibo 🚗\]\((.+)\) \(Ada Renshaw, 2024-04-02\): “(.+)”", sources)
    assert quote == QUOTE
    start, end = TEXT.index(QUOTE), TEXT.index(QUOTE) + len(QUOTE)
    assert link.startswith(f"{server}/articles/{ARTICLE.id}#q={start}-{end}&w=")
    assert httpx.get(link, headers={"Accept": "text/html"}).status_code == 200
    assert (given.object, given.model, choice.finish_reason, given.usage) == ("chat.completion", "quoth", "stop", None)
    answer = Answer.from_dict(given.quoth)
    assert given.id == f"chatcmpl-{answer.id}"
    assert TEXT[answer.citations[0].start : answer.citations[0].end] == answer.citations[0].quote == QUOTE
    assert "retrieved" not in given.quoth
    assert httpx.get(f"{server}/api/answers/{answer.id}").json() == given.quoth


def test_a_stream_is_the_same_in_sentences(client: OpenAI, chain: FakeChain) -> None:
    whole = ask(client, ("user", QUESTION))
    chunks = list(ask(client, ("user", QUESTION), stream=True, stream_options={"include_usage": True}))
    said = [chunk.choices[0].delta.content for chunk in chunks]
    assert said[:2] == ["", "The copycat culture. [1]"] and len(said) == 5
    assert "".join(filter(None, said)) == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * 4 + ["stop"]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len({chunk.id for chunk in chunks}) == 1 and {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[-1].quoth["citations"] == whole.quoth["citations"]
    assert f"chatcmpl-{chunks[-1].quoth['id']}" == chunks[0].id


def test_an_abstention_has_no_sources(client: OpenAI) -> None:
    given = ask(client, ("user", "Who won?"))
    assert given.choices[0].message.content == "The articles do not say."
    assert given.quoth["abstained"]
    chunks = list(ask(client, ("user", "Who won?"), stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "The articles do not say."


def test_what_open_webui_sends(client: OpenAI, chain: FakeChain, server: str) -> None:
    """System messages, content in parts, earlier answers, fields of its own."""
    parts = [
        {"type": "text", "text": QUESTION},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
    ]
    body = {
        "model": "quoth", "stream": False, "chat_id": "x", "session_id": "y", "background_tasks": {"title": True},
        "features": {"web_search": False}, "temperature": 0.7, "max_tokens": None, "tools": [],
        "messages": [
            {"role": "system", "content": "You are a pirate. What is criticized?"},
            {"role": "assistant", "content": "Ahoy"},
            {"role": "user", "content": "Who is he?"},
            {"role": "assistant", "content": "An engineer. [1]", "tool_calls": None},
            {"role": "tool", "content": "42", "tool_call_id": "1"},
            {"role": "user", "content": parts},
        ],
    }  # fmt: skip
    given = httpx.post(f"{server}/v1/chat/completions", json=body)
    assert given.status_code == 200
    assert chain.asked[-1]["question"] == QUESTION
    assert chain.asked[-1]["history"] == [{"question": "Who is he?", "answer": "An engineer. [1]"}]


def test_a_long_conversation_is_cut_to_its_end(client: OpenAI, chain: FakeChain) -> None:
    ask(client, *[("user", f"{n} " + "a" * 5000) for n in range(30)], ("user", QUESTION))
    history = chain.asked[-1]["history"]
    assert [turn["question"][:3].strip() for turn in history] == [str(n) for n in range(20, 30)]
    assert {len(turn["question"]) for turn in history} == {2000}


def test_the_models(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["quoth"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("messages", "status", "code"),
    [
        ([], 400, "malformed"),
        ([{"role": "user", "content": 5}], 400, "malformed"),
        ([{"role": "user", "content": " "}], 400, "empty_question"),
        ([{"role": "system", "content": "a"}], 400, "empty_question"),
        ([{"role": "user", "content": "a" * 2001}], 422, "question_too_long"),
    ],
)
def test_refusals_are_openais(client: OpenAI, messages: list[Any], status: int, code: str, stream: bool) -> None:
    with pytest.raises(APIStatusError) as refused:
        client.chat.completions.create(model="quoth", messages=messages, stream=stream)
    assert (refused.value.status_code, refused.value.code) == (status, code)
    assert refused.value.type == "invalid_request_error"
    assert set(refused.value.response.json()) == {"error"}


def test_failures_are_openais(client: OpenAI, chain: FakeChain, server: str) -> None:
    chain.error = StoreDamagedError("the store is damaged", "rebuild it")
    with pytest.raises(APIStatusError) as refused:
        ask(client, ("user", QUESTION))
    assert (refused.value.status_code, refused.value.code, refused.value.type) == (503, "not_available", "server_error")
    assert refused.value.response.headers["retry-after"] == "1"
    with pytest.raises(APIError, match="the store is damaged: rebuild it"):
        list(ask(client, ("user", QUESTION), stream=True))
    assert httpx.get(f"{server}/v1/files").status_code == 404
    assert httpx.get(f"{server}/v1/chat/completions").status_code == 404


def test_articles_write_no_markdown(client: OpenAI, chain: FakeChain) -> None:
    """Chat clients render what comes: an image would tell its server who reads."""
    chain.also = citation(2, HOSTILE, HOSTILE.text, "")
    whole = ask(client, ("user", QUESTION))
    said = whole.choices[0].message.content
    assert "![" not in said and "<" not in said and "](http://evil" not in said
    assert {urlsplit(link).hostname for link in re.findall(r"(?<!\\)\]\(([^)]*)\)", said)} == {"127.0.0.1"}
    assert whole.quoth["citations"][1]["quote"] == HOSTILE.text
    assert address(HOSTILE.id, 0, len(HOSTILE.text), HOSTILE.text) in json.dumps(said).replace("%5C", "\\")
