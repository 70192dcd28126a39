"""Runs compared with others, and files that pretend to be runs."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import app
from evaluation.scorecard import against, read_scorecard
from index.errors import UsageError
from tests.evaluation.cards import runs
from tests.language_models import lines, serving


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


def test_what_a_model_wrote_may_say_it_in_other_words(seed_store: Path, tmp_path: Path) -> None:
    row = {"id": "1", "question": "What happened to prices after the war?", "answerable": True}
    rows, run = tmp_path / "rows.jsonl", tmp_path / "run.json"
    rows.write_text(
        json.dumps(row | {"answers": ["increased"], "contexts": ["Prices rose after the war."], "evidence": []})
    )
    with serving(lines("Prices increased after the war.")) as served:
        words = ["eval", str(rows), "--store", str(seed_store), "--model", "openai:any", "--base-url", served.address]
        assert app.main([*words, "--json", str(run)]) == 0
    [result] = json.loads(run.read_text())["results"]
    assert result["answer"]["sentences"][0]["text"] == "Prices increased after the war."
    assert result["values"]["citation_recall"] == 1.0
