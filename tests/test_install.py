"""The light set is whole, locked and light, and what it lacks is said in one line."""

from __future__ import annotations

import re
import sys

import pytest

from index.embed import load_embeddings
from index.errors import QuothError
from rag.model import load_model
from rag.reading.transformer import TransformerReader
from rag.retrieve import Passage
from settings import HOME
from tests.fakes import FakeEmbeddings

LOCK = (HOME / "requirements-light.lock").read_text()
LOCKED = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE))


def pins(name: str) -> dict[str, str]:
    text = (HOME / name).read_text()
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_is_that_of_the_pins() -> None:
    for name, version in (pins("requirements-light.txt") | pins("requirements-weights.txt")).items():
        assert LOCKED.get(normal(name)) == version, f"{name}: run `make lock`"


def test_everything_locked_has_hashes_and_no_address() -> None:
    entries = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(re.findall("==[^\\n]* \\\\$", LOCK, re.MULTILINE)) > 100
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|^-|^ *--(?!hash)", LOCK, re.MULTILINE)


def test_the_light_set_has_none_of_the_heavy_packages() -> None:
    heavy = {"torch", "transformers", "sentence-transformers", "scipy", "scikit-learn", "datasketch", "ir-measures"}
    assert not heavy & LOCKED.keys()


def test_the_full_set_is_the_light_one_and_more() -> None:
    first = next(line for line in (HOME / "requirements.txt").read_text().splitlines() if not line.startswith("#"))
    assert first == "-r requirements-light.txt"
    assert not pins("requirements.txt").keys() & pins("requirements-light.txt").keys()


@pytest.mark.parametrize(
    ("package", "use", "command"),
    [
        ("sentence_transformers", lambda: load_embeddings("some/model", HOME).probe(), "requirements.txt"),
        (
            "sentence_transformers",
            lambda: TransformerReader("some/model", FakeEmbeddings()).read("Why?", list[Passage]()),
            "requirements.txt",
        ),
        ("langchain.chat_models", lambda: load_model("openai:some-model"), "requirements-llm.txt"),
    ],
)
def test_what_is_missing_is_said_in_one_line(package, use, command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        QuothError, match=f"needs the package {package.split('.')[0]}, which is not installed"
    ) as raised:
        use()
    assert raised.value.hint == f"run `pip install -r {command}`"
    assert "\n" not in raised.value.message
