"""Runs compared with others, and files that pretend to be runs."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from evaluation.scorecard import against, read_scorecard
from index.errors import UsageError
from tests.evaluation.cards import runs


@pytest.mark.parametrize(
    ("key", "value"),
    [("question", "Who else?"), ("answers", ["Nobody"]), ("answerable", False), ("history", []), ("evidence", [])],
)
def test_a_row_that_means_something_else_now_is_not_compared(key: str, value: Any) -> None:
    card = runs()[0]
    earlier = deepcopy(card)
    whole = against(card, earlier)["baseline"]["shared"]
    assert whole == len(card["results"])
    row = next(row for row in earlier["results"] if row["answerable"] and row[key] != value)
    row[key] = value
    compared = against(card, earlier)
    assert compared["baseline"]["shared"] == whole - 1
    assert [each["id"] for each in compared["results"] if each["before"] is None] == [row["id"]]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", []),
        ("values", None),
        ("values", {"right": "yes"}),
        ("answer", "It rained."),
        ("answer", {}),
        ("evidence", ["It rained."]),
        ("evidence", None),
    ],
)
def test_a_run_with_values_of_another_type_is_refused(tmp_path: Path, key: str, value: Any) -> None:
    card, path = runs()[0], tmp_path / "run.json"
    path.write_text(json.dumps(card))
    assert read_scorecard(path) == card
    card["results"][0][key] = value
    path.write_text(json.dumps(card))
    with pytest.raises(UsageError, match="no scored run of this version"):
        read_scorecard(path)
