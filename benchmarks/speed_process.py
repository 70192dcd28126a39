"""Processes that are measured from outside: what they take of processor and memory, and when a server is there."""

from __future__ import annotations

import json
import os
import platform
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from settings import HOME

PACKAGES = (
    "torch", "sentence-transformers", "onnxruntime", "chromadb", "langchain-core", "langchain-chroma",
    "langchain-text-splitters", "gradio", "numpy",
)  # fmt: skip
_LOOK_SECONDS = 0.05
_START_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Server:
    """One that answers; `ready` are the seconds that this took from the start of its process."""

    pid: int
    port: int
    ready: float


def child(task: str, **arguments: Any) -> dict[str, Any]:
    """Return what a task of speed_work.py measured in a process of its own, with its greatest resident memory.

    Raises RuntimeError with the end of what it said if it fails.
    """
    command = [sys.executable, "-m", "benchmarks.speed_work", task, json.dumps(arguments, default=str)]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, cwd=HOME, env=environment(), stdout=pipe, stderr=pipe, text=True) as process,
        highest(process.pid) as peak,
    ):
        out, err = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{task} failed: {err.strip()[-2000:]}")
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    return result | {"peak_mib": peak()}


def command_line(command: Sequence[str], home: Path = HOME) -> dict[str, Any]:
    """Return seconds from the start of a command to its end, and its CPU seconds. Raises RuntimeError if it fails.

    `home` is the checkout that it runs in.
    """
    before, started = _children(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], cwd=home, env=environment(), capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"{command} failed: {done.stderr.strip()[-2000:]}")
    return {"seconds": seconds, "cpu": _children() - before}


@contextmanager
def serving(command: Sequence[str], path: str, home: Path = HOME, **variables: str) -> Iterator[Server]:
    """Run a server from when `path` answers 200 to the end of the block; "PORT" in its command is exchanged.

    `home` is the checkout that it runs in.
    """
    port = free_port()
    words = [sys.executable, *(str(port) if word == "PORT" else word for word in command)]
    started = time.perf_counter()
    with subprocess.Popen(
        words, cwd=home, env=environment() | variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not _answers(port, path):
                if process.poll() is not None or time.perf_counter() - started > _START_SECONDS:
                    raise RuntimeError(f"{command} did not come up")
                time.sleep(0.02)
            yield Server(process.pid, port, time.perf_counter() - started)
        finally:
            process.terminate()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _answers(port: int, path: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
        return bool(response.status == 200)
    return False


@contextmanager
def highest(pid: int) -> Iterator[Any]:
    """Yield a function for the most MiB that the process and its children had resident in the block."""
    seen, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_SECONDS):
            seen[0] = max(seen[0], resident_mib(pid))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield lambda: seen[0]
    finally:
        done.set()
        looking.join()


def resident_mib(pid: int) -> int:
    """Return the MiB that a process and its children have resident; 0 if it is gone."""
    kib = 0
    with suppress(OSError, IndexError, ValueError):
        folder = Path(f"/proc/{pid}")
        for line in (folder / "status").read_text().splitlines():
            if line.startswith("VmRSS"):
                kib = int(line.split()[1])
        children = [own for task in (folder / "task").iterdir() for own in (task / "children").read_text().split()]
        return kib // 1024 + sum(resident_mib(int(own)) for own in children)
    return kib // 1024


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a running process, all its threads."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def environment() -> dict[str, str]:
    """Return the environment of the processes: offline, nobody's settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("QUOTH_")}
    return own | {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"}


def middle(values: Sequence[float]) -> dict[str, float]:
    """Return the median with the least and the greatest value."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def machine() -> dict[str, Any]:
    """Return what this runs on; `load` are the least and the greatest load average seen."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "cpu": model,
        "cores": os.cpu_count(),
        "gib": round(memory / 2**30),
        "python": platform.python_version(),
        "load": [round(os.getloadavg()[0], 1)] * 2,
        "versions": dict(_versions()),
    }


def _versions() -> Iterator[tuple[str, str]]:
    for name in PACKAGES:
        with suppress(PackageNotFoundError):  # the light set has no torch
            yield name, version(name)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
