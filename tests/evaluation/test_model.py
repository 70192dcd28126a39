"""Language models that judge and draft, behind a real HTTP server that says what it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.drafts import draft
from evaluation.judge import Judge
from index.errors import ModelError, UsageError
from rag.model import load_model
from rag.snapshot import Index
from tests.language_models import serving
from tests.stores import small_store


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
    with serving(reply) as served:
        assert Judge(load_model("openai:any", served.address))("Ships sail.", "Ships do sail.") is verdict
    assert [message["role"] for message in served.asked[0]["messages"]] == ["system", "user"]
    assert "Ships do sail." in served.asked[0]["messages"][1]["content"]
    assert served.asked[0]["temperature"] == 0


def test_the_same_pair_is_judged_once():
    with serving("yes", "no") as served:
        judge = Judge(load_model("openai:any", served.address))
        assert [judge("a", "b"), judge("a", "b"), judge("a", "c")] == [True, True, False]
    assert len(served.asked) == 2


def test_a_model_that_gives_no_answer_is_named():
    with serving(400) as served, pytest.raises(ModelError, match="openai:any gave no answer"):
        Judge(load_model("openai:any", served.address))("a", "b")


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
    index = Index(small_store(tmp_path, {"tea.txt": "Tea\n\nTea was first drunk in ancient China, people say."}))
    yield index
    index.close()


@pytest.mark.parametrize(
    "reply", ['{"question": "Where was tea first drunk?", "answer": "ancient China"}',
              'Sure:\n```json\n{"question": "Where was tea first drunk?", "answer": "ancient China"}\n```']
)  # fmt: skip
def test_a_model_drafts_questions_that_the_sentence_answers(index, reply):
    with serving(reply) as served:
        [row] = draft(index, 5, load_model("openai:any", served.address))
    assert (row["question"], row["answers"]) == ("Where was tea first drunk?", ["ancient China"])
    assert (row["evidence"], row["draft"]) == (["Tea was first drunk in ancient China, people say."], True)
    assert "first drunk in ancient China" in served.asked[0]["messages"][1]["content"]


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
    with serving(reply) as served:
        assert list(draft(index, 5, load_model("openai:any", served.address))) == []
