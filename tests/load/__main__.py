"""`make load`: 50 visitors, then 300, against the real server over the starter articles; a verdict at the end.

The targets: with 50 no error; with 300 only answers, 429 and 503, an accepted answer's p95 at most three times that of
50, and memory that does not grow. Everything stays on loopback.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from settings import HOME
from tests.web.standins import free_port, until

PHASES = (50, 300)
SLOWER = 3.0
GROWTH = 1.1
"""How much memory may grow over the second half of a phase: noise, no leak."""


def main() -> int:
    """Exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=120, help="length of each phase (default 120)")
    parser.add_argument("--out", type=Path, default=Path("load.json"), help="where the figures go (default load.json)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [sys.executable, "app.py", "serve", "--port", str(port), "--store", f"{folder}/store"]
        anew = os.environ | {"QUOTH_ANSWERS_KEPT": "0"}  # there are only a hundred questions
        with (
            (Path(folder) / "log").open("wb") as log,
            subprocess.Popen(command, cwd=HOME, stderr=log, env=anew) as server,
        ):
            try:
                until(lambda: _is_ready(port, server), 300)
                phases = [_phase(users, options.seconds, port, server.pid, Path(folder)) for users in PHASES]
            finally:
                server.terminate()
            stopped = server.wait(60)
    missed = verdict(*phases) + ([f"the server ended with {stopped}"] if stopped else [])
    options.out.write_text(json.dumps({"phases": phases, "missed": missed}, indent=1) + "\n")
    for each in phases:
        sys.stdout.write(json.dumps({name: value for name, value in each.items() if name != "resident_mib"}) + "\n")
    sys.stdout.write("".join(f"MISSED: {each}\n" for each in missed) or "All targets are met.\n")
    return 1 if missed else 0


def verdict(few: dict[str, Any], many: dict[str, Any]) -> list[str]:
    """What the figures of the two phases miss."""
    missed = []
    if few["errors"] or few["refused"]:
        missed.append(f"{few['users']} users: {few['errors']} errors, refused {few['refused']}")
    if many["errors"]:
        missed.append(f"{many['users']} users: {many['errors']} errors")
    for phase in (few, many):
        if not phase["answered"]:
            return [*missed, f"{phase['users']} users: no answer"]
        if phase["growth"] > GROWTH:
            missed.append(f"{phase['users']} users: memory grew to {phase['growth']:.2f} times")
    if many["p95_ms"] > SLOWER * few["p95_ms"]:
        missed.append(f"p95 {many['p95_ms']} ms is more than {SLOWER} times {few['p95_ms']} ms")
    return missed


def _phase(users: int, seconds: int, port: int, server: int, folder: Path) -> dict[str, Any]:
    resident: list[int] = []
    done = threading.Event()

    def sample() -> None:
        while not done.wait(1):
            resident.append(_resident_mib(server))

    sampler = threading.Thread(target=sample)
    sampler.start()
    command = [sys.executable, "-m", "locust", "-f", "tests/load/users.py", "--headless", "--only-summary"]
    command += ["--users", str(users), "--spawn-rate", str(users), "--run-time", f"{seconds}s", "--stop-timeout", "90"]
    command += [
        "--host",
        f"http://127.0.0.1:{port}",
        "--json-file",
        str(folder / f"{users}"),
        "--exit-code-on-error",
        "0",
    ]
    try:
        subprocess.run(command, cwd=HOME, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    finally:
        done.set()
        sampler.join()
    found = {each["name"]: each for each in json.loads((folder / f"{users}.json").read_text())}
    times = _spread(found.get("answered", {}).get("response_times", {}))
    half = resident[len(resident) // 2 :]
    return {
        "users": users,
        "seconds": seconds,
        "asked": found["asked"]["num_requests"],
        "answered": len(times),
        "refused": {name[-3:]: each["num_requests"] for name, each in found.items() if name.startswith("refused")},
        "errors": found["asked"]["num_failures"],
        "p50_ms": _percentile(times, 0.5),
        "p95_ms": _percentile(times, 0.95),
        "growth": round(max(half[-5:]) / max(half[:5]), 3),
        "resident_mib": resident,
    }


def _spread(histogram: dict[str, int]) -> list[float]:
    return sorted(float(value) for value, count in histogram.items() for _ in range(count))


def _percentile(times: list[float], share: float) -> float | None:
    return times[min(len(times) - 1, int(len(times) * share))] if times else None


def _resident_mib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


def _is_ready(port: int, server: subprocess.Popen[bytes]) -> bool:
    assert server.poll() is None, "the server did not start"
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        time.sleep(0.5)
        return False


if __name__ == "__main__":
    sys.exit(main())
