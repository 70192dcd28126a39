"""What `app.py doctor` says: a line for each thing, with what to do, and never a key."""

from __future__ import annotations

import pytest

from commands.diagnosis import Check, diagnose
from index.store.layout import DATABASE
from rag.nearby import NearbyModel
from settings import Settings
from tests.commands.running import run
from tests.language_models import serving


@pytest.fixture
def looked_at(tmp_path, monkeypatch):
    """The check of the language model; the others are not of interest here."""
    monkeypatch.setattr("commands.diagnosis._embedding", lambda _: "there")
    monkeypatch.setattr("commands.diagnosis._reading", lambda _: "there")
    monkeypatch.setattr("rag.model.RETRIES", 0)

    def look(model: str | None, address: str | None = None) -> Check | None:
        settings = Settings(store=tmp_path, model=model, base_url=address, model_seconds=5)
        return next((check for check in diagnose(settings) if check.name == "language model"), None)

    return look


def test_a_model_that_answers(looked_at) -> None:
    with serving("one two three four five") as served:
        check = looked_at("openai:any", served.address)
    assert check.ok
    assert "openai:any answers after" in check.text
    assert "4,096 tokens, as is assumed (QUOTH_MODEL_TOKENS says it)" in check.text


@pytest.mark.parametrize(
    ("reply", "text", "hint"),
    [
        (401, "refused the key", "set the key"),
        (404, "is not known to its server", "correct --model or --base-url"),
        (503, "failed (503)", "see that it is running"),
        ("", "answers with nothing", "try another model"),
    ],
)
def test_a_model_that_does_not(looked_at, monkeypatch, reply, text, hint) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-very-own-secret")
    with serving(reply) as served:
        check = looked_at("openai:any", served.address)
    assert not check.ok
    assert text in check.text
    assert hint in check.hint
    assert "my-very-own-secret" not in repr(check)


def test_a_server_that_is_not_there_and_a_key_that_is_missing(looked_at, monkeypatch) -> None:
    with serving(500) as served:
        pass
    check = looked_at("openai:any", served.address)
    assert (check.ok, "cannot be reached" in check.text) == (False, True)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    check = looked_at("openai:gpt-4o")
    assert (check.ok, check.hint) == (False, "name it as provider:model and set its key")


def test_without_a_model_there_is_nothing_to_say(looked_at, monkeypatch) -> None:
    monkeypatch.setattr("commands.diagnosis.model_nearby", lambda: None)
    assert looked_at(None) is None


def test_a_model_on_this_machine_is_offered_where_none_is_set(looked_at, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("commands.diagnosis.model_nearby", lambda: NearbyModel("qwen3:8b", 11434))
    looked_at(None)
    checks = {check.name: check for check in diagnose(Settings(store=tmp_path))}
    offered = checks["language model nearby"]
    assert (offered.ok, offered.text) == (True, "qwen3:8b is served on 127.0.0.1:11434 (Ollama)")
    assert offered.hint.startswith("--model openai:qwen3:8b --base-url http://127.0.0.1:11434/v1 ")
    monkeypatch.setattr("commands.diagnosis.model_nearby", lambda: pytest.fail("asked although a model is set"))
    looked_at("openai:any", "http://127.0.0.1:9")


@pytest.mark.store
@pytest.mark.usefixtures("plain_environment")
def test_doctor_finds_nothing_wrong_with_a_good_installation_and_names_what_is(built, store):
    good = run("doctor", "--store", built[0])
    assert (good.code, good.err) == (0, "")
    assert all(line.startswith("ok ") for line in good.out.splitlines())
    assert "2 articles" in good.out
    (store / DATABASE).write_bytes(b"garbage" * 1000)
    bad = run("doctor", "--store", store)
    assert (bad.code, bad.err) == (2, "")
    assert any(line.startswith("FAIL  store: ") and " -> " in line for line in bad.out.splitlines())
