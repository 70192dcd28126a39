"""Quoth beside another commit of itself, in turn, in one run: by its command line and over HTTP, so any commit will do."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.corpus import write_corpus
from benchmarks.speed_process import command_line, cpu_seconds, middle, resident_mib, serving
from benchmarks.speed_servers import ask_ours, crowd
from index.errors import UsageError
from settings import HOME

SIDES = ("now", "baseline")
IDLE_SECONDS = 60
_QUIET = {"QUOTH_ASKS_PER_MINUTE": "0", "QUOTH_ANSWERS_KEPT": "0"}
"""The cache of answers is off: what is measured is answering."""

Side = tuple[Path, Path]
"""A checkout and a folder of its own for stores."""


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Yield a second checkout of this repository, at a commit, until the block ends. Raises UsageError."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "baseline")
        done = _git("worktree", "add", "--detach", str(place), commit)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or [""])[-1]
            raise UsageError(f"{commit} cannot be checked out ({said})", "name a commit of this repository")
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def beside(commit: str, data: Path, work: Path, passages: int, questions: Sequence[str], rounds: int) -> dict[str, Any]:
    """Return what this checkout and that commit take for each thing, as medians with spread, and their ratios."""
    folder = work / f"baseline-corpus-{passages}"
    shutil.rmtree(folder, ignore_errors=True)
    characters = write_corpus(data, folder, passages)
    with checkout(commit) as place:
        sides: dict[str, Side] = {}
        for name, home in zip(SIDES, (HOME, place), strict=True):
            own = work / f"baseline-{name}"
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir(parents=True)
            sides[name] = home, own
        found = {
            "ingest": _in_turn(sides, lambda side: _ingested(side, folder), rounds),
            "one article changed": _in_turn(sides, lambda side: _published(side, folder), rounds),
            "cold ask": _in_turn(sides, lambda side: _cold(side, questions[0]), rounds),
            "server": _in_turn(sides, lambda side: _served(side, questions[1:]), rounds),
            "50 visitors": _in_turn(sides, lambda side: _crowded(side, questions[1:]), 1, warm=0),
        }
    return {"commit": commit, "passages": passages, "characters": characters, "found": found}


def _ingested(side: Side, folder: Path) -> dict[str, float]:
    shutil.rmtree(side[1] / "store", ignore_errors=True)
    return _command(side, "ingest", str(folder))


def _published(side: Side, folder: Path) -> dict[str, float]:
    """Change an article, measure what an ingest of all takes, and change it back."""
    path = sorted(folder.rglob("*.txt"))[0]
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n\nOne more thing is said here at the end.", encoding="utf-8")
    try:
        return _command(side, "ingest", str(folder))
    finally:
        path.write_text(before, encoding="utf-8")
        _command(side, "ingest", str(folder))


def _cold(side: Side, question: str) -> dict[str, float]:
    return _command(side, "ask", question)


def _command(side: Side, *words: str) -> dict[str, float]:
    return command_line(["app.py", *words, "--store", str(side[1] / "store"), *_MODELS], side[0])


def _served(side: Side, questions: Sequence[str]) -> dict[str, float]:
    """Measure a server: until it is ready, answering one question after the other, its memory, and idle."""
    with serving(_serve(side), "/readyz", side[0], **_QUIET) as server:
        start = cpu_seconds(server.pid)
        ask_ours(server, questions[0])
        times, cpu = [], cpu_seconds(server.pid)
        for question in questions[1:]:
            begun = time.perf_counter()
            ask_ours(server, question)
            times.append(1000 * (time.perf_counter() - begun))
        each = (cpu_seconds(server.pid) - cpu) / len(times)
        memory = resident_mib(server.pid)
        time.sleep(5)  # what was answered last is done with
        cpu = cpu_seconds(server.pid)
        time.sleep(IDLE_SECONDS)
        idle = cpu_seconds(server.pid) - cpu
    return {
        "ready s": server.ready,
        "ready CPU s": start,
        "answer CPU s": each,
        "answer ms": median(times),
        "resident MiB": memory,
        "idle % of a core": 100 * idle / IDLE_SECONDS,
    }


def _crowded(side: Side, questions: Sequence[str]) -> dict[str, float]:
    found = crowd(side[1] / "store", questions, side[0], _MODELS)
    return {"answers": found["answers"], "refused": found["refused"], "p95 ms": found["p95_ms"]}


def _serve(side: Side) -> list[str]:
    return ["app.py", "serve", "--port", "PORT", "--store", str(side[1] / "store"), *_MODELS]


_MODELS = ("--models", str(HOME / ".models"))
"""Both use the same embedding model, so neither makes it first."""


def _in_turn(
    sides: dict[str, Side], measure: Callable[[Side], dict[str, float]], rounds: int, *, warm: int = 1
) -> dict[str, Any]:
    """Return each side's figures and the ratios, as medians with spread; a first round warms the disk's cache."""
    measured = [{name: measure(side) for name, side in sides.items()} for _ in range(warm + rounds)][warm:]
    figures = [*measured[0]["now"]]
    found: dict[str, Any] = {
        name: {figure: middle([each[name][figure] for each in measured]) for figure in figures} for name in SIDES
    }
    found["ratio"] = {
        figure: middle([each["now"][figure] / each["baseline"][figure] for each in measured])
        for figure in figures
        if all(each["baseline"][figure] for each in measured)
    }
    return found


def table(results: dict[str, Any]) -> str:
    """Return what was measured as Markdown."""
    one = results["baseline"]
    head = (
        f"The commit {one['commit']} and this one, in turn: {one['passages']:,} passages wanted, {one['characters']:,}"
        " characters; the same environment, the same embedding model, the cache of answers off.\n\n"
        "| | figure | now | then | now ÷ then |\n|---|---|---|---|---|\n"
    )
    rows = [
        f"| {what} | {figure} | {_cell(found['now'][figure])} | {_cell(found['baseline'][figure])} |"
        f" {_cell(found['ratio'].get(figure))} |\n"
        for what, found in one["found"].items()
        for figure in found["now"]
    ]
    return head + "".join(rows)


def _cell(found: dict[str, float] | None) -> str:
    if found is None:
        return ""
    middle_, low, high = (f"{found[name]:,.3g}" for name in ("median", "low", "high"))
    return middle_ if low == high else f"{middle_} ({low} to {high})"


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(["git", *words], cwd=HOME, env=own, capture_output=True, text=True, check=False)
