"""The documents name what the code gives."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from rag.answer import Answer, Citation, Models, Nearest, Place, Retrieved, Sentence, Timings
from settings import HOME

HTTP = (HOME / "docs" / "http.md").read_text(encoding="utf-8")
ANSWER = (HOME / "docs" / "answer.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("shape", [Answer, Citation, Models, Nearest, Place, Retrieved, Sentence, Timings])
def test_every_key_of_an_answer_is_described(shape: type) -> None:
    described = {word for row in re.findall(r"`([^`\n]+)`", ANSWER) for word in row.split()}
    assert {each.name for each in fields(shape)} <= described


def test_every_refusal_is_described() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (HOME / "web").rglob("*.py"))
    refusals = re.findall(r"ApiError\(\s*(\d+), \"(\w+)\"", code)
    assert len(refusals) >= 20
    for status, name in refusals:
        row = next(line for line in HTTP.splitlines() if line.startswith(f"| {status} ") and f"`{name}`" in line)
        assert row
