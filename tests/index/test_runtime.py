"""What runs the models keeps nothing of the machine and tells nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.runtime import BATCH_TOKENS, batches_by_length, in_batches
from settings import HOME

OPEN = """
import sys
from pathlib import Path
from index.runtime import open_session
session = open_session(Path(sys.argv[1]))
print(len(session.get_inputs()))
"""


@pytest.mark.process
def test_a_session_leaves_no_identifier_of_the_machine(models: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment = {name: value for name, value in environment.items() if not name.startswith("XDG_")}
    model = models / "all-MiniLM-L6-v2" / "model.onnx"
    said = subprocess.run(
        [sys.executable, "-c", OPEN, str(model)],
        cwd=HOME,
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert said == "2\n"
    assert not list(tmp_path.rglob("*"))


def test_batches_hold_each_row_once_and_keep_to_the_budget() -> None:
    lengths = [5, 200, 7, 7, 90, 1, 0, 300]
    batches = list(batches_by_length(lengths, 200))
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    assert all(len(rows) == 1 or max(lengths[row] for row in rows) * len(rows) <= 200 for rows in batches)


def test_batches_run_at_the_same_time_and_come_back_with_their_rows() -> None:
    together = threading.Barrier(2, timeout=10)  # breaks unless two batches meet

    def run(rows: list[int]) -> list[int]:
        together.wait()
        return [10 * row for row in rows]

    found = sorted(in_batches([BATCH_TOKENS] * 4, run, 2))
    assert found == [([0], [0]), ([1], [10]), ([2], [20]), ([3], [30])]


def test_a_batch_that_fails_is_told() -> None:
    def run(rows: list[int]) -> None:
        if 1 in rows:
            raise ValueError("row 1")

    with pytest.raises(ValueError, match="row 1"):
        list(in_batches([BATCH_TOKENS] * 3, run, 2))
