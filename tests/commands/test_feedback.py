"""The command `feedback`: see docs/feedback.md."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from commands.feedback import expire
from evaluation.feedback import FEEDBACK, FeedbackStore
from settings import Settings
from tests.commands.running import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with three thumbs; the second was given long ago."""
    store = FeedbackStore(tmp_path / "store" / FEEDBACK)
    for n, comment in enumerate(("", "old", "[bold]\x1b[31m错\u2028x"), start=1):
        store.add("down", comment, f"Question {n}?", ["Who?"], {"id": str(n), "answer": "So. [1]"})
    with closing(sqlite3.connect(tmp_path / "store" / FEEDBACK)) as sql:
        sql.execute("UPDATE feedback SET created = '2001-01-01T00:00:00Z' WHERE id = 2")
        sql.commit()
    return tmp_path / "store"


def ids(folder: Path) -> list[int]:
    return [each.id for each in FeedbackStore(folder / FEEDBACK).list()]


def test_the_list_has_what_is_not_too_old(folder: Path) -> None:
    listed = run("feedback", "--store", folder)
    assert listed.code == 0
    assert "Question 1?" in listed.out and "Question 2?" not in listed.out
    assert "[bold]\N{REPLACEMENT CHARACTER}[31m错" in listed.out and "\x1b" not in listed.out
    assert ids(folder) == [1, 3]
    data = run("feedback", "list", "--json", "--store", folder).data
    assert [(each["id"], each["answer"]["answer"]) for each in data] == [(1, "So. [1]"), (3, "So. [1]")]


def test_zero_days_keep_it_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_FEEDBACK_DAYS", "0")
    assert len(run("feedback", "--json", "--store", folder).data) == 3


def test_nothing_is_there_before_the_first(tmp_path: Path) -> None:
    store = tmp_path / "none"
    assert run("feedback", "--store", store).out == "There is no feedback.\n"
    assert run("feedback", "delete", "--all", "--store", store).out == "0 deleted\n"
    assert not store.exists()


def test_an_export_is_json_lines_and_takes_the_place_of_the_former(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "thumbs.jsonl"
    file.write_text("the former")
    assert run("feedback", "export", file, "--store", folder).code == 0
    lines = file.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == "" and len("".join(lines).splitlines()) == 1  # no line separator of any other kind
    assert [json.loads(line)["comment"] for line in lines] == ["", "[bold]\x1b[31m错\u2028x"]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize(("words", "left"), [(["1", "99"], [3]), (["1", "3"], []), (["--all"], [])])
def test_it_can_be_deleted(folder: Path, words: list[str], left: list[int]) -> None:
    assert run("feedback", "delete", *words, "--store", folder).code == 0
    assert ids(folder) == left


@pytest.mark.parametrize(
    "words",
    [
        ["wipe"], ["export"], ["export", "a", "b"], ["delete"], ["delete", "1", "--all"], ["--all"], ["list", "1"],
        ["delete", "one"], ["delete", "-1"], ["delete", "1" * 5000], ["export", "/"], ["export", "/nowhere/x"],
    ],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing_and_is_told_in_a_line(folder: Path, words: list[str]) -> None:
    refused = run("feedback", *words, "--store", folder)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("quoth: ") and refused.err.count("\n") == 1
    assert {1, 3} <= set(ids(folder))


def test_a_damaged_file_is_told_in_a_line(folder: Path) -> None:
    (folder / FEEDBACK).write_bytes(b"no database" * 100)
    refused = run("feedback", "--store", folder)
    assert (refused.code, refused.err.count("\n")) == (4, 1)


def test_a_server_starts_without_what_is_too_old(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expire(Settings(store=folder, feedback_days=30))
    assert ids(folder) == [1, 3]
    (folder / FEEDBACK).write_bytes(b"no database" * 100)
    expire(Settings(store=folder))  # and with a damaged file all the same
    assert "damaged" in capsys.readouterr().err
