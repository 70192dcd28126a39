from __future__ import annotations

import json
from typing import Any

import pytest

from evaluation.feedback import Feedback, FeedbackStore, Rating
from evaluation.pending import INSTRUCTIONS, AcceptReport, accept, pending_rows
from evaluation.questions import Row, read_set, to_line, write_rows
from index.errors import UsageError

ANSWER = {"id": "x", "answer": "In 1911. [1]", "citations": [{"n": 1, "quote": "It was 1911."}], "abstained": False}


def feedback(number: int = 12, **changes: Any) -> Feedback:
    values: dict[str, Any] = {
        "comment": "wrong year",
        "question": "When?",
        "history": ("Who?",),
        "answer": ANSWER,
    } | changes
    return Feedback(number, "2024-01-01T00:00:00Z", "down", settled=False, **values)


def edited(**changes: object) -> str:
    """A pending row as a person may leave it: None takes a key out."""
    [row] = pending_rows([feedback()])
    return to_line({name: value for name, value in (row | changes).items() if value is not None})


def test_a_thumb_down_becomes_a_draft_that_shows_what_was_wrong():
    assert pending_rows([feedback(), feedback(13, history=(), comment="", answer={})]) == [
        {
            "draft": True,
            "pending": 12,
            "question": "When?",
            "history": ["Who?"],
            "answerable": True,
            "answers": [],
            "evidence": [],
            "tags": ["pending"],
            "comment": "wrong year",
            "given": "In 1911. [1]",
            "quoted": ["It was 1911."],
        },
        {
            "draft": True,
            "pending": 13,
            "question": "When?",
            "answerable": True,
            "answers": [],
            "evidence": [],
            "tags": ["pending"],
            "comment": "",
            "given": "",
            "quoted": [],
        },
    ]


def test_from_a_thumb_down_to_a_row_of_the_set(tmp_path):
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    ratings: tuple[Rating, ...] = ("down", "up", "down")
    for number, rating in enumerate(ratings, start=1):
        store.add(rating, "", f"Question {number}?", [], ANSWER | {"id": str(number)})
    first, second = pending_rows(store.list(rating="down", settled=False))
    first |= {"draft": False, "answers": ["1912"]}
    path = tmp_path / "set.jsonl"
    report = accept((INSTRUCTIONS + to_line(first) + "\n" + to_line(second)).splitlines(), path, lambda rows: None)
    store.settle(report.settled)
    assert [each.id for each in store.list(settled=True)] == [1]
    assert read_set(path).rows == report.accepted == (Row("pending-1", "Question 1?", answers=("1912",)),)
    assert report.left == 1


def test_only_what_lasts_is_written(tmp_path):
    path = tmp_path / "set.jsonl"
    write_rows(path, [{"question": "Before?", "id": "a"}])
    accept([edited(draft=None, answers=["1912"], tags=["pending", "year"], note="mine")], path, lambda rows: None)
    assert json.loads(path.read_text().splitlines()[1]) == {
        "id": "pending-12",
        "question": "When?",
        "history": ["Who?"],
        "answerable": True,
        "answers": ["1912"],
        "tags": ["year"],
        "note": "mine",
    }


def test_drafts_stay_dropped_rows_are_settled_and_the_set_is_not_touched(tmp_path):
    path = tmp_path / "set.jsonl"
    lines = [edited(), edited(drop=True, pending=13), edited(drop=True, draft=None, pending=14), "", "# note", "{}"[:0]]
    assert accept(lines, path, lambda rows: None) == AcceptReport((), (13, 14), 1)
    assert not path.exists()


def test_ids_are_fresh_and_accepting_again_adds_nothing(tmp_path):
    path = tmp_path / "set.jsonl"
    write_rows(path, [{"question": "Other?", "id": "pending-12"}])
    lines = [
        edited(draft=None, history=None),
        edited(draft=None, id="own"),
        '{"question": "New?", "tags": ["draft", "who"]}',
    ]
    first = accept(lines, path, lambda rows: None)
    assert [row.id for row in first.accepted] == ["pending-12-2", "own", "added-4"]
    assert first.accepted[2].tags == ("who",)
    assert len(read_set(path).rows) == 4
    again = accept(lines[1:2] * 2, path, lambda rows: None)
    assert again == AcceptReport((), (12, 12), 0)
    assert len(read_set(path).rows) == 4


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "line 2: not JSON from character 1 on"),
        ("[1]", "line 2: not a JSON object"),
        (edited(draft="no"), "line 2: `draft` is neither true nor false"),
        (edited(draft=None, drop=1), "line 2: `drop` is neither true nor false"),
        (edited(draft=None, question=""), "line 2: `question` is missing or empty"),
        (edited(draft=None, answers="1912"), "line 2: `answers` is no list of texts"),
        (edited(draft=None, pending="12"), "line 2: `pending` is not the number"),
        (edited(draft=None, pending=True), "line 2: `pending` is not the number"),
        (edited(draft=None, pending=2**64), "line 2: `pending` is not the number"),
        ('{"question": "\\ud800"}', "line 2: 'utf-8' codec"),
        ("[" * 100_000, "line 2: maximum recursion"),
    ],
)
def test_a_row_that_is_wrong_is_named_and_nothing_is_written(tmp_path, line, says):
    path = tmp_path / "set.jsonl"
    with pytest.raises(UsageError) as caught:
        accept([edited(draft=None), line, line], path, lambda rows: None)
    assert says in caught.value.message
    assert "line 3" in caught.value.message
    assert "\n" not in str(caught.value)
    assert not path.exists()


def test_evidence_is_checked_before_anything_is_written(tmp_path):
    path = tmp_path / "set.jsonl"
    seen = []

    def refuse(rows):
        seen.extend(rows)
        raise UsageError("row 'pending-12': its evidence is nowhere", "correct it")

    with pytest.raises(UsageError, match="nowhere"):
        accept([edited(draft=None, evidence=["words"])], path, refuse)
    assert [(row.id, row.evidence) for row in seen] == [("pending-12", ("words",))]
    assert not path.exists()


def test_a_damaged_set_is_not_added_to(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_bytes("ÿ{}".encode("utf-16"))
    before = path.read_bytes()
    with pytest.raises(UsageError, match="UTF-16"):
        accept([edited(draft=None)], path, lambda rows: None)
    assert path.read_bytes() == before
    path.write_bytes(b"")
    assert len(accept([edited(draft=None)], path, lambda rows: None).accepted) == 1
