"""Two commits beside each other, in miniature: what is run is a fake, the checkout is a real one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import speed_baseline
from benchmarks.speed_baseline import beside, checkout, table
from benchmarks.speed_process import Server
from index.errors import UsageError
from settings import HOME

pytestmark = pytest.mark.process


def test_a_commit_is_checked_out_and_gone_afterwards() -> None:
    if not (HOME / ".git").exists():
        pytest.skip("no checkout")
    with checkout("HEAD") as place:
        assert (place / "app.py").is_file()
        assert place != HOME
    assert not place.exists()


def test_a_commit_that_is_none_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match="no-such-commit cannot be checked out"), checkout("no-such-commit"):
        pass


def test_both_are_measured_in_turn_and_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, str]] = []
    place = tmp_path / "checkout"

    def command_line(command: Sequence[str], home: Path) -> dict[str, Any]:
        assert command[0] == "app.py"
        ran.append((command[1], "then" if home == place else "now"))
        return {"seconds": 4.0, "cpu": 3.0} if home == place else {"seconds": 2.0, "cpu": 1.0}

    @contextmanager
    def serving(command: Sequence[str], path: str, home: Path, **variables: str) -> Iterator[Server]:
        assert variables["QUOTH_ANSWERS_KEPT"] == "0"
        ran.append(("serve", "then" if home == place else "now"))
        yield Server(1, 2, 5.0)

    def write(data: Path, folder: Path, passages: int) -> int:
        folder.mkdir()
        (folder / "1.txt").write_text("An article.")
        return 590 * passages

    @contextmanager
    def checked_out(commit: str) -> Iterator[Path]:
        yield place

    crowd = {"answers": 90, "refused": 0, "p95_ms": 100.0}
    replaced = {
        "command_line": command_line,
        "serving": serving,
        "write_corpus": write,
        "checkout": checked_out,
        "questions": lambda data, count: [f"Who is number {n}?" for n in range(50)],
        "ask_ours": lambda server, question: True,
        "resident_mib": lambda pid: 300,
        "cpu_seconds": lambda pid: 1.0,
        "crowd": lambda *given: crowd,
        "IDLE_SECONDS": 0.01,
        "SETTLE_SECONDS": 0.01,
    }
    for name, value in replaced.items():
        monkeypatch.setattr(speed_baseline, name, value)
    found = beside("abc123", tmp_path, tmp_path, rounds=2)
    asked = [side for what, side in ran if what == "ask"]
    assert asked == ["now", "then"] * 3
    assert found["found"]["cold ask"]["ratio"]["cpu"]["median"] == pytest.approx(1 / 3)
    said = table({"baseline": found})
    assert "The commit abc123 and this one" in said
    assert "| cold ask | seconds | 2 | 4 | 0.5 |" in said
    assert "| 50 visitors | refused | 0 | 0 |  |" in said
