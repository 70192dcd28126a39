"""A moment of `make fuzz`, and that it notices what it is there for."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from index.article import Failure
from settings import HOME
from tests.fuzz import __main__ as fuzzing

pytestmark = pytest.mark.process


def test_damaged_files_give_articles_or_typed_errors() -> None:
    words = [sys.executable, "-m", "tests.fuzz", "0.5", "--seed", "1", "--readers", "html", "pdf", "docx", "mail"]
    # The limits count all memory a process maps: its own, not that of the tests before this one.
    ran = subprocess.run(words, check=False, cwd=HOME, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = re.findall(r"^(\w+) +(\d+) inputs, +(\d+) MiB: ok", ran.stdout, re.MULTILINE)
    assert [kind for kind, *_ in said] == ["html", "pdf", "docx", "mail"]
    assert all(int(inputs) > 0 and int(memory) < 1024 for _, inputs, memory in said)


def test_an_input_is_made_from_its_numbers_alone() -> None:
    assert fuzzing.made("zip", 1, 7) == fuzzing.made("zip", 1, 7) != fuzzing.made("zip", 1, 8)


def test_every_reader_has_files_to_start_from() -> None:
    names = "bz2 docx epub feed gz html lines mail mailbox markdown mhtml odt pdf rtf table tar text warc xz zip"
    newer = "asciidoc bibtex csl enex json latex mediawiki notebook org pptx rst subtitles xlsx"
    assert sorted(fuzzing.readers()) == sorted([*names.split(), *newer.split()])


@pytest.mark.parametrize("fault", [lambda: [Failure("elsewhere", "x", "y")], lambda: 1 / 0, os.abort])
def test_a_wrong_answer_an_exception_and_a_crash_are_noticed(fault, monkeypatch) -> None:
    monkeypatch.setattr(fuzzing, "read_articles", lambda *_: fault())
    assert fuzzing.fuzz("text", seed=1, seconds=5)[:2] == (False, 0)


def test_an_input_that_takes_too_long_is_ended_and_the_next_is_read(monkeypatch) -> None:
    def read(data: bytes, name: str) -> list[Failure]:
        while data == slow:
            pass
        return [Failure(name, "x", "y")]

    slow = fuzzing.made("text", 1, 0)[1]
    monkeypatch.setattr(fuzzing, "SLOW", 0.2)
    monkeypatch.setattr(fuzzing, "read_articles", read)
    well, inputs, _, ended = fuzzing.fuzz("text", seed=1, seconds=1)
    assert (well, ended) == (True, [0])
    assert inputs > 1
