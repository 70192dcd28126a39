"""Articles that are marked as removed: kept in one file, each once, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.removals import Removals


def test_marks_are_kept_in_order_and_taken_away(tmp_path: Path) -> None:
    removals = Removals(tmp_path / "store")
    assert removals.marked() == []
    removals.unmark(["a"])
    removals.mark(["b", "a"])
    removals.mark(["a", "c"])
    assert Removals(tmp_path / "store").marked() == ["b", "a", "c"]
    removals.unmark(["a", "x"])
    assert removals.marked() == ["b", "c"]


@pytest.mark.parametrize("content", ["", "{", "{}", "[1, null]", '"a"', "\x00"])
def test_a_damaged_file_marks_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "removals.json").write_text(content)
    removals = Removals(tmp_path)
    assert removals.marked() == []
    removals.mark(["a"])
    assert removals.marked() == ["a"]
