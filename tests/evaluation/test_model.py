"""Language models that judge and draft, behind a real HTTP server that says what it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from evaluation.drafts import draft
from evaluation.judge import Judge
from evaluation.model import load_model
from index.errors import ModelError, UsageError
from index.publish import ingest
from rag.index import Index
from tests.fakes import FakeEmbeddings


@contextmanager
def serving(*replies: str | int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An OpenAI-compatible server that gives these replies in turn, a number as a status; and what it was asked."""
    left, asked = list(replies), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            reply = left.pop(0)
            message = {"role": "assistant", "content": reply}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            reported = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
            body = json.dumps(reported).encode()
            self.send_response(reply if isinstance(reply, int) else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("yes", True),
        ("Yes.", True),
        ("**Yes**, it does", True),
        ("no", False),
        ("yesterday", False),
        ("", False),
        ("No, yes", False),
    ],
)
def test_only_a_plain_yes_is_one(reply, verdict):
    with serving(reply) as (address, asked):
        assert Judge(load_model("openai:any", address))("Ships sail.", "Ships do sail.") is verdict
    assert [message["role"] for message in asked[0]["messages"]] == ["system", "user"]
    assert "Ships do sail." in asked[0]["messages"][1]["content"]
    assert asked[0]["temperature"] == 0


def test_the_same_pair_is_judged_once():
    with serving("yes", "no") as (address, asked):
        judge = Judge(load_model("openai:any", address))
        assert [judge("a", "b"), judge("a", "b"), judge("a", "c")] == [True, True, False]
    assert len(asked) == 2


def test_a_model_that_gives_no_answer_is_named():
    with serving(400) as (address, _), pytest.raises(ModelError, match="openai:any gave no answer"):
        Judge(load_model("openai:any", address))("a", "b")


@pytest.mark.parametrize("name", ["nobody:any", "no-provider", "openai:any"])
def test_a_model_that_cannot_be_had_is_refused(name, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError, match=name):
        load_model(name)


def test_a_provider_that_is_not_installed_is_named():
    with pytest.raises(UsageError, match=r"anthropic:any needs a package.*langchain-anthropic"):
        load_model("anthropic:any")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    (tmp_path / "tea.txt").write_text("Tea\n\nTea was first drunk in ancient China, people say.")
    ingest(tmp_path / "store", [tmp_path / "tea.txt"], FakeEmbeddings())
    index = Index(tmp_path / "store")
    yield index
    index.close()


@pytest.mark.parametrize(
    "reply", ['{"question": "Where was tea first drunk?", "answer": "ancient China"}',
              'Sure:\n```json\n{"question": "Where was tea first drunk?", "answer": "ancient China"}\n```']
)  # fmt: skip
def test_a_model_drafts_questions_that_the_sentence_answers(index, reply):
    with serving(reply) as (address, asked):
        [row] = draft(index, 5, load_model("openai:any", address))
    assert (row["question"], row["answers"]) == ("Where was tea first drunk?", ["ancient China"])
    assert (row["evidence"], row["draft"]) == (["Tea was first drunk in ancient China, people say."], True)
    assert "first drunk in ancient China" in asked[0]["messages"][1]["content"]


@pytest.mark.parametrize(
    "reply",
    [
        "{}",
        "no idea",
        "}{",
        '{"question": "Where?", "answer": "India"}',
        '{"question": "Was it ancient China?", "answer": "ancient China"}',
        '{"question": "Tell me", "answer": "China"}',
        '{"question": "Where?", "answer": ""}',
        '{"question": 3, "answer": ["China"]}',
        '["question"]',
    ],
)
def test_a_model_that_makes_things_up_drafts_nothing(index, reply):
    with serving(reply) as (address, _):
        assert list(draft(index, 5, load_model("openai:any", address))) == []
