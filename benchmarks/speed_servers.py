"""Whole programs from outside: a cold `ask`, a server's start, its memory, and fifty visitors at once."""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks.speed_process import Server, command_line, cpu_seconds, middle, resident_mib, serving
from settings import HOME

USERS = 50
SECONDS = 40
_ALONE = 12
_WAIT_SECONDS = 0.5
"""Until who was told that the line is full asks again."""
_BARE = """
import sys, gradio
gradio.ChatInterface(lambda message, history: message).launch(server_port=int(sys.argv[1]), quiet=True)
"""


def cold(ours: Path, usual: Path, question: str, repetitions: int) -> dict[str, Any]:
    """Measure from the start of the process to the answer on standard output, in turn."""
    commands = {
        "ours": ["app.py", "ask", question, "--store", str(ours)],
        "usual": ["-m", "benchmarks.usual", "ask", str(usual), question],
    }
    return _in_turn(commands, command_line, repetitions)


def ready(store: Path, repetitions: int) -> dict[str, Any]:
    """Measure from the start of the process to a server ready for questions, and to a bare Gradio page, in turn."""

    def start(kind: Sequence[str]) -> dict[str, Any]:
        with serving(kind[1:], kind[0]) as server:
            return {"seconds": server.ready, "cpu": cpu_seconds(server.pid)}

    serve = ["app.py", "serve", "--port", "PORT", "--store", str(store)]
    return _in_turn({"ours": ["/readyz", *serve], "bare": ["/", "-c", _BARE, "PORT"]}, start, repetitions)


def memory(ours: Path, usual: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Return the MiB that each server has resident when it is ready, and after the questions."""
    found = {}
    with serving(
        ["app.py", "serve", "--port", "PORT", "--store", str(ours)], "/readyz", QUOTH_ASKS_PER_MINUTE="0"
    ) as one:
        found["ours"] = _grown(one, questions, ask_ours)
    with serving(["-m", "benchmarks.usual", "serve", str(usual), "PORT"], "/") as other:
        found["usual"] = _grown(other, questions, _ask_usual)
    return found


def crowd(store: Path, questions: Sequence[str], home: Path = HOME, options: Sequence[str] = ()) -> dict[str, Any]:
    """Measure visitors who ask again as soon as they have an answer, beside one who has the server alone.

    Each question is answered once; who is refused asks again. The visitors run on the same cores. `home` is the
    checkout that serves, with `options`.
    """
    waiting = iter(questions)
    serve = ["app.py", "serve", "--port", "PORT", "--store", str(store), *options]
    with serving(serve, "/readyz", home, QUOTH_ASKS_PER_MINUTE="0", QUOTH_DEADLINE_SECONDS="600") as server:
        ask_ours(server, next(waiting))
        before = _cpu_alone(server, list(itertools.islice(waiting, _ALONE)))
        cpu, own, started = cpu_seconds(server.pid), time.process_time(), time.perf_counter()
        until = started + SECONDS
        times: list[float] = []
        refused: list[str] = []
        taking = threading.Lock()

        def visitor() -> None:
            while time.perf_counter() < until:
                with taking:
                    question = next(waiting)
                begun = time.perf_counter()
                while not (answered := ask_ours(server, question)) and time.perf_counter() < until:
                    refused.append(question)
                    time.sleep(_WAIT_SECONDS)
                if answered and (ended := time.perf_counter()) < until:
                    times.append(1000 * (ended - begun))

        visitors = [threading.Thread(target=visitor) for _ in range(USERS)]
        for thread in visitors:
            thread.start()
        time.sleep(max(0.0, until - time.perf_counter()))
        used, clients = cpu_seconds(server.pid) - cpu, time.process_time() - own
        for thread in visitors:
            thread.join()
        after = _cpu_alone(server, list(itertools.islice(waiting, _ALONE)))
    times.sort()
    alone, cores = (before + after) / 2, os.cpu_count() or 1
    return {
        "users": USERS,
        "answers": len(times),
        "refused": len(refused),
        "per_second": len(times) / SECONDS,
        "possible_per_second": cores / alone,
        "share": len(times) / SECONDS * alone / cores,
        "cpu_alone": alone,
        "cpu_in_crowd": used / max(1, len(times)),
        "server_cores": used / SECONDS,
        "client_cores": clients / SECONDS,
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[int(len(times) * 0.95)],
    }


def ask_ours(server: Server, question: str) -> bool:
    """Wait for the whole answer; False if the line is full."""
    status, body = _post(server, "/api/ask", {"question": question})
    if status not in (200, 503):
        raise RuntimeError(f"the server answered {status} {body[:200]!r}")
    return status == 200


def _ask_usual(server: Server, question: str) -> None:
    call = "/gradio_api/call/chat"
    event = json.loads(_post(server, call, {"data": [question]})[1])["event_id"]
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{call}/{event}", timeout=600) as response:
        if b"event: complete" not in response.read():
            raise RuntimeError("the usual chain's server did not answer")


def _post(server: Server, path: str, data: dict[str, Any]) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=600)) as connection:
        connection.request("POST", path, json.dumps(data), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()


def _grown(server: Server, questions: Sequence[str], ask: Callable[[Server, str], object]) -> dict[str, int]:
    at_start = resident_mib(server.pid)
    for question in questions:
        ask(server, question)
    return {"ready_mib": at_start, "mib": resident_mib(server.pid)}


def _cpu_alone(server: Server, questions: Sequence[str]) -> float:
    """Return the CPU seconds of one answer."""
    before = cpu_seconds(server.pid)
    for question in questions:
        ask_ours(server, question)
    return (cpu_seconds(server.pid) - before) / len(questions)


def _in_turn(
    kinds: dict[str, list[str]], measure: Callable[[Sequence[str]], dict[str, Any]], repetitions: int
) -> dict[str, Any]:
    """Return each kind's figures, as median and spread; the first round warms the disk's cache and does not count."""
    rounds = [{kind: measure(command) for kind, command in kinds.items()} for _ in range(1 + repetitions)][1:]
    names = ("seconds", "cpu")
    found: dict[str, Any] = {
        kind: {name: middle([times[kind][name] for times in rounds]) for name in names} for kind in kinds
    }
    one, other = kinds
    for name in names:
        found[f"{name}_ratio"] = middle([times[one][name] / times[other][name] for times in rounds])
    return found
